"""How one file goes, by what the peer took and what was asked for."""

import pytest

from dicomdesk.dicom.data_sets.editing import DataSetChanges
from dicomdesk.dicom.instance import InputSelection, InstanceHeader
from dicomdesk.engine.delivery.delivery import NoContextError
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper
from dicomdesk.engine.send_exactly.request import ExactSendRequest, Invention, Proposal
from dicomdesk.errors import ConversionError
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.settings import Peer
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPIP_REFERENCED = "1.2.840.10008.1.2.4.94"
NATIVE = [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED]
SOP_INSTANCE_UID = 0x00080018


def header(
    transfer_syntax_uid: str = EXPLICIT, *, sop_class_uid: str = CT_IMAGE, blanks: bool = False
) -> InstanceHeader:
    return InstanceHeader(
        sop_class_uid=sop_class_uid,
        sop_instance_uid="1.2.3",
        transfer_syntax_uid=transfer_syntax_uid,
        data_set_offset=0,
        data_set_length=10,
        has_blanks_in_uids=blanks,
    )


def shaper(accepted: str = EXPLICIT, **options: object) -> ExactShaper:
    request = ExactSendRequest(
        peer=Peer(host="localhost", port=104),
        inputs=InputSelection(paths=()),
        **options,  # type: ignore[arg-type] # options of a test
    )
    made = ExactShaper(request)
    made.contexts = [
        NegotiatedContext(
            context_id=1,
            abstract_syntax=CT_IMAGE,
            proposed_transfer_syntaxes=(accepted,),
            result=ContextResult.ACCEPTED,
            accepted_transfer_syntax=accepted,
        )
    ]
    return made


@pytest.mark.parametrize("own", NATIVE)
@pytest.mark.parametrize("wanted", NATIVE)
def test_among_these_everything_is_converted(own: str, wanted: str) -> None:
    shape = shaper(wanted).choose(header(own))
    assert shape.transfer_syntax_uid == wanted
    assert shape.changes is None
    assert shape.converts_pixel_data


def test_private_ge_is_converted() -> None:
    assert shaper().choose(header("1.2.840.113619.5.2")).converts_pixel_data


@pytest.mark.parametrize(
    ("own", "wanted"), [(JPEG_LOSSLESS, EXPLICIT), (EXPLICIT, JPEG_LOSSLESS), (JPIP_REFERENCED, EXPLICIT)]
)
def test_pixel_data_of_others_is_not(own: str, wanted: str) -> None:
    assert not shaper(wanted).choose(header(own)).converts_pixel_data


@pytest.mark.parametrize(("own", "wanted"), [("1.2.3", EXPLICIT), ("", EXPLICIT), (EXPLICIT, "1.2.3")])
def test_nothing_is_converted_that_nobody_knows(own: str, wanted: str) -> None:
    made = shaper(wanted)
    with pytest.raises(ConversionError):
        made.choose(header(own))
    assert made.context is not None
    assert made.header is not None


def test_what_is_compressed_goes_as_it_is() -> None:
    assert shaper(JPEG_LOSSLESS).choose(header(JPEG_LOSSLESS)).changes is None


def test_class_without_context_is_named() -> None:
    with pytest.raises(NoContextError, match="Breast Tomosynthesis"):
        shaper().choose(header(sop_class_uid="1.2.840.10008.5.1.4.1.1.13.1.3"))


def test_what_was_learnt_of_one_file_is_forgotten_with_the_next() -> None:
    made = shaper()
    made.choose(header())
    made.begin()
    assert (made.header, made.context, made.invented) == (None, None, None)


def test_deflated_is_preferred_only_where_the_proposal_says_so() -> None:
    made = shaper(proposal=Proposal(preferred_transfer_syntax=DEFLATED))
    other = shaper(DEFLATED)
    made.contexts = [*made.contexts, *other.contexts]
    other.contexts = made.contexts
    assert made.choose(header()).transfer_syntax_uid == DEFLATED
    assert other.choose(header()).transfer_syntax_uid == EXPLICIT


@pytest.mark.parametrize(("wanted", "changes"), [(EXPLICIT, True), (DEFLATED, True), (IMPLICIT, False)])
def test_new_vrs_matter_where_vrs_are_written(wanted: str, *, changes: bool) -> None:
    shape = shaper(wanted, allows_new_vrs=False).choose(header())
    assert shape.changes == (DataSetChanges(has_only_old_vrs=True) if changes else None)


def test_blanks_in_uids() -> None:
    assert shaper().choose(header(blanks=True)).changes is None
    assert shaper(trims_uid_padding=True).choose(header()).changes is None
    changes = shaper(trims_uid_padding=True).choose(header(blanks=True)).changes
    assert changes is not None
    assert changes.values == {0x00080016: CT_IMAGE, SOP_INSTANCE_UID: "1.2.3"}


def test_an_invented_identity_comes_before_all_else() -> None:
    made = shaper(invention=Invention(), trims_uid_padding=True)
    changes = made.choose(header(blanks=True)).changes
    assert changes is not None
    assert made.invented is not None
    assert made.header is not None
    assert changes.values[SOP_INSTANCE_UID] == made.invented.sop_instance_uid == made.header.sop_instance_uid
    made.begin()
    with pytest.raises(NoContextError):
        made.choose(header(sop_class_uid="1.2"))
    assert made.invented.image == 1
