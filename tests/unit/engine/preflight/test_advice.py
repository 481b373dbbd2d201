import pytest

from dicomdesk.dicom.pixels import codecs
from dicomdesk.engine.forecast import Help
from dicomdesk.engine.preflight.advice import help_for_conversion, help_for_refusal
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.presentation.context_planning import DCMSEND_DECODABLE, PlannedInstance, PlanOptions
from dicomdesk.settings import Decompression

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4.50"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
MPEG = "1.2.840.10008.1.2.4.100"
ALL = DCMSEND_DECODABLE | {JPEG_2000}
BY_SYNTAX, BY_CLASS = ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED, ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED


def refused(uid: str, result: ContextResult = BY_SYNTAX) -> list[NegotiatedContext]:
    return [
        NegotiatedContext(
            context_id=1,
            abstract_syntax=CT,
            proposed_transfer_syntaxes=(uid,),
            result=result,
            accepted_transfer_syntax=None,
        )
    ]


@pytest.mark.parametrize(
    ("uid", "decompression", "fallback", "helps"),
    [
        (EXPLICIT, Decompression.LOSSY, True, (Help.CHANGE_PEER,)),
        (RLE, Decompression.NEVER, False, (Help.ALLOW_LOSSLESS_DECOMPRESSION,)),
        (RLE, Decompression.LOSSLESS, False, (Help.CHANGE_PEER,)),
        (JPEG, Decompression.LOSSLESS, False, (Help.ALLOW_LOSSY_DECOMPRESSION,)),
        (JPEG, Decompression.LOSSY, False, (Help.CHANGE_PEER,)),
        (JPEG_2000, Decompression.NEVER, False, (Help.ALLOW_LOSSLESS_DECOMPRESSION, Help.FALLBACK_CONTEXTS)),
        (JPEG_2000, Decompression.LOSSLESS, False, (Help.FALLBACK_CONTEXTS,)),
        (JPEG_2000, Decompression.LOSSLESS, True, (Help.CHANGE_PEER,)),
        (MPEG, Decompression.LOSSY, True, (Help.CHANGE_PEER,)),
    ],
)
def test_help_is_what_is_missing(
    uid: str, decompression: Decompression, fallback: bool, helps: tuple[Help, ...]
) -> None:
    options = PlanOptions(decompression=decompression, decodable=ALL, fallback=fallback)
    advice = help_for_refusal(PlannedInstance(CT, uid), refused(uid), options, frozenset((CT,)))
    assert advice.helps == helps
    assert advice.text.endswith(".")
    assert advice.text[0].isupper()


def test_only_the_peer_can_help_where_it_does_not_know_the_class() -> None:
    options = PlanOptions(decompression=Decompression.NEVER, decodable=ALL)
    advice = help_for_refusal(PlannedInstance(CT, RLE), refused(RLE, BY_CLASS), options, frozenset((CT,)))
    assert advice.helps == (Help.CHANGE_PEER,)
    assert "RLE" not in advice.text


def test_decompression_is_no_help_where_the_peer_takes_nothing_uncompressed() -> None:
    options = PlanOptions(decompression=Decompression.NEVER, decodable=ALL)
    assert help_for_refusal(PlannedInstance(CT, RLE), refused(RLE), options).helps == (Help.CHANGE_PEER,)


def test_packages_that_would_decode_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "is_installed", lambda _codec: False)
    advice = help_for_refusal(PlannedInstance(CT, JPEG_2000), refused(JPEG_2000), PlanOptions(), frozenset((CT,)))
    assert advice.helps == (Help.INSTALL_CODECS,)
    assert "pylibjpeg-openjpeg" in advice.text
    assert help_for_conversion(JPEG_2000).helps == (Help.INSTALL_CODECS,)


def test_conversion_that_fails_though_there_is_a_decoder_is_for_the_peer() -> None:
    assert help_for_conversion(RLE).helps == (Help.CHANGE_PEER,)
