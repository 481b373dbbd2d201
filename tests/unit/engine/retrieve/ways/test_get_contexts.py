from dicomdesk.dicom.transfer_syntaxes import Compression, find_transfer_syntax
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.engine.retrieve.ways.get_contexts import (
    ALL_SOP_CLASSES,
    COMPRESSED_SYNTAXES,
    offered_syntaxes,
    plan_get_associations,
    plan_get_contexts,
    wanted_sop_classes,
)

GET = "1.2.840.10008.5.1.4.1.2.2.3"
CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
SYNTAXES = ("1.2.840.10008.1.2.1",)


def instance(uid: str, sop_class: str) -> ExpectedInstance:
    return ExpectedInstance(sop_instance_uid=uid, sop_class_uid=sop_class)


def test_what_exists_says_which_classes_are_proposed_each_once() -> None:
    expected = [instance("1", CT), instance("2", MR), instance("3", CT)]
    assert wanted_sop_classes((), expected) == (CT, MR)
    assert wanted_sop_classes((MR, MR), expected) == (MR,)


def test_where_one_class_is_not_known_all_are_proposed() -> None:
    assert wanted_sop_classes((), []) == ALL_SOP_CLASSES
    assert wanted_sop_classes((), [instance("1", CT), instance("2", "")]) == ALL_SOP_CLASSES


def test_contexts_are_for_us_to_store_in_and_above_128_go_into_further_associations() -> None:
    classes = [f"1.2.3.{number}" for number in range(300)]
    plans = plan_get_contexts(GET, SYNTAXES, classes, [SYNTAXES])
    assert [len(plan) for plan in plans] == [128, 128, 47]
    assert [plan[0].abstract_syntax for plan in plans] == [GET] * 3
    assert [context.abstract_syntax for plan in plans for context in plan[1:]] == classes
    assert all(context.role is not None and context.role.scp for plan in plans for context in plan[1:])
    assert all(
        [context.context_id for context in plan] == [*range(1, 2 * len(plan), 2)] and plan[-1].context_id < 256
        for plan in plans
    )


def test_without_classes_the_request_has_its_context() -> None:
    assert [len(plan) for plan in plan_get_contexts(GET, SYNTAXES, (), [SYNTAXES])] == [1]


def test_all_storage_classes_are_known_once_and_common_ones_come_first() -> None:
    assert len(set(ALL_SOP_CLASSES)) == len(ALL_SOP_CLASSES) > 128
    assert CT in ALL_SOP_CLASSES[:127]
    assert MR in ALL_SOP_CLASSES[:127]


def test_compressed_syntaxes_have_contexts_of_their_own_and_a_class_keeps_its_together() -> None:
    offered = offered_syntaxes(SYNTAXES, takes_compressed=True)
    assert offered == [SYNTAXES, *((uid,) for uid in COMPRESSED_SYNTAXES)]
    assert offered_syntaxes(SYNTAXES, takes_compressed=False) == [SYNTAXES]
    plans = plan_get_contexts(GET, SYNTAXES, [f"1.2.3.{number}" for number in range(20)], offered)
    assert [len(plan) for plan in plans] == [1 + 10 * 12, 1 + 10 * 12]
    classes = [{context.abstract_syntax for context in plan[1:]} for plan in plans]
    assert not classes[0] & classes[1]


def test_what_takes_one_association_is_tried_first_and_the_other_offer_after_it() -> None:
    few = plan_get_associations(GET, SYNTAXES, [CT, MR], SYNTAXES, takes_compressed=True)
    assert [len(plan) for plan in few] == [1 + 2 * 12, 1 + 2]
    many = plan_get_associations(GET, SYNTAXES, [f"1.2.3.{n}" for n in range(20)], SYNTAXES, takes_compressed=True)
    assert [len(plan) for plan in many] == [1 + 20, 1 + 10 * 12, 1 + 10 * 12]
    assert many[0][1].transfer_syntaxes == (*SYNTAXES, *COMPRESSED_SYNTAXES)
    plain = plan_get_associations(GET, SYNTAXES, [CT], SYNTAXES, takes_compressed=False)
    assert [context.transfer_syntaxes for (_, context) in plain] == [SYNTAXES]


def test_what_a_peer_may_choose_by_its_order_loses_nothing_if_it_can_be_helped() -> None:
    lossy = [
        syntax is None or syntax.compression is Compression.LOSSY
        for syntax in map(find_transfer_syntax, COMPRESSED_SYNTAXES)
    ]
    assert lossy == sorted(lossy)
