"""What is proposed to a destination, and how instances spread over associations."""

import pytest

from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.services.move_destinations import plan_moves
from dicomdesk.network.presentation.profiles import Profile, ProfileContext

EXPLICIT, BIG, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2"
JPEG, JPEG_LS = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.80"
CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
OFFER = (EXPLICIT, BIG, IMPLICIT)


def instance(sop_class: str = CT, syntax: str = EXPLICIT) -> StoredInstance:
    return StoredInstance(
        path="",
        size_bytes=1,
        sop_class_uid=sop_class,
        sop_instance_uid="1.2",
        transfer_syntax_uid=syntax,
        study_instance_uid="1.2",
        series_instance_uid="1.2",
        received=0.0,
    )


def planned(*instances: StoredInstance, preferred: str = EXPLICIT) -> list[list[tuple[str, tuple[str, ...]]]]:
    batches = list(plan_moves(instances, preferred))
    assert [found for batch in batches for found in batch.instances] == list(instances)
    for batch in batches:
        numbers = [context.context_id for context in batch.contexts]
        assert numbers == list(range(1, 2 * len(numbers), 2))
        assert len(numbers) <= 128
    return [[(context.abstract_syntax, context.transfer_syntaxes) for context in batch.contexts] for batch in batches]


def test_uncompressed_instances_need_one_context_for_each_class() -> None:
    assert planned(instance(), instance(syntax=IMPLICIT), instance(MR), instance()) == [[(CT, OFFER), (MR, OFFER)]]


def test_each_compression_has_a_context_of_its_own() -> None:
    assert planned(instance(syntax=JPEG), instance(syntax=JPEG_LS), instance()) == [
        [(CT, OFFER), (CT, (JPEG,)), (CT, (JPEG_LS,))]
    ]


def test_a_preferred_transfer_syntax_is_proposed_first() -> None:
    ((first, *_),) = planned(instance(), preferred=JPEG)
    assert first == (CT, (JPEG,))


def test_nothing_is_planned_for_nothing() -> None:
    assert planned() == []


@pytest.mark.parametrize("count", [128, 129, 300])
def test_many_contexts_spread_over_associations(count: int) -> None:
    batches = planned(*(instance(f"1.2.840.10008.5.1.4.1.1.{number}") for number in range(count)))
    assert len(batches) == -(-count // 128)


def test_a_profile_is_proposed_as_it_is() -> None:
    context = ProfileContext(abstract_syntax=MR, transfer_syntaxes=(JPEG,), transfer_syntax_list="JPEG")
    profile = Profile(name="OUT", contexts=(context,), roles={}, extended_negotiation={})
    (batch,) = plan_moves([instance()], EXPLICIT, profile)
    assert [(context.abstract_syntax, context.transfer_syntaxes) for context in batch.contexts] == [(MR, (JPEG,))]
