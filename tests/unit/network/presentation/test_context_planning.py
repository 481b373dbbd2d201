import pytest

from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    HTJ2K_LOSSLESS,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    JPEG_LOSSLESS_FIRST_ORDER,
    JPEG_LS_NEAR_LOSSLESS,
    JPIP_REFERENCED,
    MPEG2_MAIN_LEVEL,
    PRIVATE_GE_IMPLICIT,
    RLE_LOSSLESS,
)
from dicomdesk.network.negotiation import MAX_CONTEXTS
from dicomdesk.network.presentation.context_planning import (
    DCMSEND_DECODABLE,
    UNCOMPRESSED_OFFER,
    Plan,
    PlannedInstance,
    PlanOptions,
    is_lossless,
    plan_associations,
)
from dicomdesk.settings import Decompression

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
NEVER, LOSSLESS, LOSSY = Decompression.NEVER, Decompression.LOSSLESS, Decompression.LOSSY
ALL_DECODABLE = DCMSEND_DECODABLE | {JPEG_2000, JPEG_2000_LOSSLESS, HTJ2K_LOSSLESS}
CANNOT = "transfer syntax uses a lossless compression but we cannot decompress it, so we "
NOT_ALLOWED = "transfer syntax uses a lossless compression but we are not allowed to decompress it, so we "


def plan(*syntaxes: str, sop_class_uid: str = CT, **options: object) -> Plan:
    instances = [PlannedInstance(sop_class_uid, syntax) for syntax in syntaxes]
    return plan_associations(instances, options=PlanOptions(**options))  # type: ignore[arg-type] # by name


def offers(found: Plan) -> list[tuple[str, ...]]:
    return [context.transfer_syntaxes for association in found.associations for context in association.contexts]


def notices(found: Plan) -> list[str]:
    return [notice.text for association in found.associations for notice in association.notices]


def test_nothing_to_send_plans_nothing() -> None:
    assert plan() == Plan(associations=())


def test_uncompressed_instances_of_one_class_share_a_context() -> None:
    found = plan(IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN)
    assert offers(found) == [UNCOMPRESSED_OFFER]
    assert [item.context_id for item in found.associations[0].items] == [1, 1, 1]


def test_each_class_and_each_compression_has_its_own_context_in_order_of_appearance() -> None:
    instances = [
        PlannedInstance(MR, EXPLICIT_VR_LITTLE_ENDIAN),
        PlannedInstance(CT, JPEG_BASELINE),
        PlannedInstance(CT, IMPLICIT_VR_LITTLE_ENDIAN),
        PlannedInstance(CT, JPEG_BASELINE),
        PlannedInstance(MR, JPEG_BASELINE),
    ]
    (association,) = plan_associations(instances).associations
    assert [(context.context_id, context.abstract_syntax) for context in association.contexts] == [
        (1, MR),
        (3, CT),
        (5, CT),
        (7, MR),
    ]
    assert [item.context_id for item in association.items] == [1, 3, 5, 3, 7]


@pytest.mark.parametrize(
    ("syntax", "decompression", "with_uncompressed", "notice"),
    [
        (JPEG_LOSSLESS_FIRST_ORDER, LOSSLESS, True, ""),
        (JPEG_LOSSLESS_FIRST_ORDER, LOSSY, True, ""),
        (JPEG_LOSSLESS_FIRST_ORDER, NEVER, False, NOT_ALLOWED),
        (DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, LOSSLESS, True, ""),
        (DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, NEVER, False, NOT_ALLOWED),
        (RLE_LOSSLESS, LOSSLESS, True, ""),
        (JPEG_2000_LOSSLESS, LOSSLESS, False, CANNOT),
        (JPEG_2000_LOSSLESS, LOSSY, False, CANNOT),
        (JPEG_2000_LOSSLESS, NEVER, False, NOT_ALLOWED),
        (JPEG_BASELINE, LOSSLESS, False, ""),
        (JPEG_BASELINE, LOSSY, True, ""),
        (JPEG_BASELINE, NEVER, False, ""),
        (JPEG_LS_NEAR_LOSSLESS, LOSSY, True, ""),
        (JPEG_2000, LOSSLESS, False, ""),
        (JPEG_2000, LOSSY, False, "transfer syntax uses a lossy compression but we cannot decompress it, so we "),
        (MPEG2_MAIN_LEVEL, LOSSLESS, False, ""),
        (
            MPEG2_MAIN_LEVEL,
            LOSSY,
            False,
            "transfer syntax uses a lossy compression but we cannot decompress it, so we ",
        ),
        ("1.2.3", LOSSLESS, False, "transfer syntax is unknown, trying to propose only this one: 1.2.3"),
        (HTJ2K_LOSSLESS, LOSSLESS, False, "transfer syntax is unknown, trying to propose only this one: "),
    ],
)
def test_offer_follows_dcmsend_also_where_more_could_be_decompressed(
    syntax: str, decompression: Decompression, with_uncompressed: bool, notice: str
) -> None:
    for decodable in (DCMSEND_DECODABLE, ALL_DECODABLE):
        found = plan(syntax, syntax, decompression=decompression, decodable=decodable)
        assert offers(found) == [(syntax, *UNCOMPRESSED_OFFER) if with_uncompressed else (syntax,)]
        assert len(notices(found)) == bool(notice)
        assert "".join(notices(found)).startswith(notice)


@pytest.mark.parametrize("syntax", [JPIP_REFERENCED, PRIVATE_GE_IMPLICIT])
def test_syntaxes_that_are_only_offered_converted_have_a_context_of_their_own(syntax: str) -> None:
    assert offers(plan(EXPLICIT_VR_LITTLE_ENDIAN, syntax)) == [UNCOMPRESSED_OFFER, UNCOMPRESSED_OFFER]


def test_missing_decoder_promises_no_decompression() -> None:
    found = plan(RLE_LOSSLESS, JPEG_BASELINE, decompression=LOSSY, decodable=frozenset())
    assert offers(found) == [(RLE_LOSSLESS,), (JPEG_BASELINE,)]
    assert ["we cannot decompress it" in text for text in notices(found)] == [True, True]


def test_deflated_needs_no_decoder() -> None:
    found = plan(DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, decodable=frozenset())
    assert offers(found) == [(DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, *UNCOMPRESSED_OFFER)]


def test_warning_about_the_default_transfer_syntax_has_two_lines() -> None:
    (text,) = notices(plan(JPEG_2000_LOSSLESS))
    first, second = text.splitlines()
    assert first == f"{CANNOT}are not proposing any uncompressed transfer syntax"
    assert second == (
        "  (including the Default Transfer Syntax, which might result in a violation of the DICOM standard "
        "if it is not proposed in another presentation context)"
    )


class TestOnlyLegal:
    def test_first_refusal_ends_the_plan(self) -> None:
        found = plan(EXPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS, EXPLICIT_VR_LITTLE_ENDIAN, only_legal=True)
        assert found.failure == "Unsupported compression or encryption"
        assert offers(found) == []
        assert notices(found) == [f"{CANNOT}cannot add a presentation context for this SOP instance"]
        assert found.associations[0].notices[0].is_error
        assert list(found.left_over) == [0, 1, 2]

    def test_without_halt_each_refused_instance_is_told_and_the_others_go(self) -> None:
        found = plan(
            JPEG_2000_LOSSLESS,
            EXPLICIT_VR_LITTLE_ENDIAN,
            JPEG_2000_LOSSLESS,
            only_legal=True,
            halt_on_refusal=False,
        )
        assert not found.failure
        assert len(notices(found)) == 2
        assert found.associations[0].refused == (0, 2)
        assert found.associations[0].items == ((1, 1),)

    def test_only_refused_instances_open_no_association(self) -> None:
        found = plan(JPEG_2000_LOSSLESS, only_legal=True, halt_on_refusal=False)
        assert [(association.number, association.contexts) for association in found.associations] == [(0, ())]

    def test_lossy_and_decompressible_instances_go(self) -> None:
        found = plan(JPEG_BASELINE, RLE_LOSSLESS, JPEG_2000, only_legal=True)
        assert len(offers(found)) == 3

    def test_never_decompressing_refuses_every_lossless_one(self) -> None:
        found = plan(RLE_LOSSLESS, only_legal=True, decompression=NEVER)
        assert notices(found) == [f"{NOT_ALLOWED}cannot add a presentation context for this SOP instance"]

    def test_failure_in_a_later_association_leaves_the_first_one_to_be_sent(self) -> None:
        instances = [PlannedInstance(f"1.2.{n}", EXPLICIT_VR_LITTLE_ENDIAN) for n in range(MAX_CONTEXTS + 1)]
        instances.append(PlannedInstance(CT, JPEG_2000_LOSSLESS))
        found = plan_associations(instances, options=PlanOptions(only_legal=True))
        assert [len(association.contexts) for association in found.associations] == [MAX_CONTEXTS, 0]
        assert list(found.left_over) == [MAX_CONTEXTS, MAX_CONTEXTS + 1]
        assert found.failure


class TestMoreThanOneAssociation:
    INSTANCES = (
        *(PlannedInstance(f"1.2.{n}", EXPLICIT_VR_LITTLE_ENDIAN) for n in range(MAX_CONTEXTS + 2)),
        PlannedInstance("1.2.0", IMPLICIT_VR_LITTLE_ENDIAN),
        PlannedInstance("1.2.128", IMPLICIT_VR_LITTLE_ENDIAN),
    )

    def test_list_is_cut_at_the_first_instance_without_room(self) -> None:
        first, second = plan_associations(self.INSTANCES).associations
        assert (first.number, second.number) == (1, 2)
        assert [context.context_id for context in first.contexts] == list(range(1, 256, 2))
        assert [item.position for item in first.items] == list(range(128))
        assert [tuple(item) for item in second.items] == [(128, 1), (129, 3), (130, 5), (131, 1)]

    def test_single_association_leaves_the_rest_over(self) -> None:
        found = plan_associations(self.INSTANCES, options=PlanOptions(multiple_associations=False))
        assert len(found.associations) == 1
        assert found.left_over == range(128, 132)

    def test_every_instance_has_exactly_one_place(self) -> None:
        found = plan_associations(self.INSTANCES)
        positions = [item.position for association in found.associations for item in association.items]
        assert positions == list(range(len(self.INSTANCES)))
        assert not found.left_over


class TestFallback:
    def test_adds_an_uncompressed_context_behind_those_of_dcmsend(self) -> None:
        found = plan(JPEG_2000_LOSSLESS, RLE_LOSSLESS, fallback=True, decodable=ALL_DECODABLE)
        assert offers(found) == [(JPEG_2000_LOSSLESS,), (RLE_LOSSLESS, *UNCOMPRESSED_OFFER), UNCOMPRESSED_OFFER]
        assert [item.context_id for item in found.associations[0].items] == [1, 3]

    def test_adds_one_context_for_several_compressions(self) -> None:
        found = plan(JPEG_2000, JPEG_2000_LOSSLESS, fallback=True, decodable=ALL_DECODABLE, decompression=LOSSY)
        assert offers(found)[2:] == [UNCOMPRESSED_OFFER]

    def test_adds_nothing_where_an_uncompressed_context_is_there(self) -> None:
        found = plan(JPEG_2000_LOSSLESS, EXPLICIT_VR_LITTLE_ENDIAN, fallback=True, decodable=ALL_DECODABLE)
        assert len(offers(found)) == 2

    @pytest.mark.parametrize(
        ("syntax", "decompression"),
        [(JPEG_2000, LOSSLESS), (JPEG_2000_LOSSLESS, NEVER), (MPEG2_MAIN_LEVEL, LOSSY), ("1.2.3", LOSSY)],
    )
    def test_adds_nothing_for_what_may_or_can_not_be_decompressed(
        self, syntax: str, decompression: Decompression
    ) -> None:
        found = plan(syntax, fallback=True, decodable=ALL_DECODABLE, decompression=decompression)
        assert offers(found) == [(syntax,)]

    def test_offers_as_it_is_what_dcmsend_only_converts(self) -> None:
        assert offers(plan(JPIP_REFERENCED, fallback=True)) == [UNCOMPRESSED_OFFER, (JPIP_REFERENCED,)]

    def test_adds_only_while_there_is_room(self) -> None:
        instances = [PlannedInstance(f"1.2.{n}", JPEG_2000_LOSSLESS) for n in range(MAX_CONTEXTS - 1)]
        options = PlanOptions(fallback=True, decodable=ALL_DECODABLE)
        (association,) = plan_associations(instances, options=options).associations
        assert [context.transfer_syntaxes for context in association.contexts[-2:]] == [
            (JPEG_2000_LOSSLESS,),
            UNCOMPRESSED_OFFER,
        ]
        assert len(association.contexts) == MAX_CONTEXTS


@pytest.mark.parametrize(
    ("syntax", "expected"),
    [(RLE_LOSSLESS, True), (JPEG_BASELINE, False), (HTJ2K_LOSSLESS, True), ("1.2.840.10008.1.2.4.58", False)],
)
def test_lossless_is_what_dcmsend_takes_for_it_and_newer_syntaxes_by_definition(syntax: str, expected: bool) -> None:
    assert is_lossless(syntax) is expected
