from pathlib import Path

import pytest

from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.options.proposal import PREFERRED_TRANSFER_SYNTAXES, PROPOSE_OPTIONS
from dicomdesk.cli.options.shared import check_port
from dicomdesk.cli.storescu.options import TOOL, StoreOptions, read_options
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.send_exactly.request import Invention
from dicomdesk.errors import ProfileError
from dicomdesk.settings import ProfileSelection, UserIdentityType


def read(*tokens: str) -> StoreOptions:
    return read_options(parse(TOOL, [*tokens, "peer", "104", "a.dcm"]))


def refusal(*tokens: str) -> str:
    with pytest.raises(CommandLineError) as caught:
        read_options(parse(TOOL, tokens))
    return str(caught.value)


def test_defaults_are_dcmtks() -> None:
    options = read()
    request = options.request
    assert (request.peer.host, request.peer.port, request.peer.ae_title) == ("peer", 104, "ANY-SCP")
    assert request.inputs.paths == ("a.dcm",)
    assert request.inputs.format is InputFormat.FILE_OR_DATA_SET
    assert not request.inputs.check_uids
    proposal = request.proposal
    assert proposal.preferred_transfer_syntax == "1.2.840.10008.1.2.1"
    assert not proposal.only_required
    assert not proposal.combine
    assert proposal.profile is None
    association = request.association
    assert association.calling_ae_title == "STORESCU"
    assert (association.max_pdu_bytes, association.max_send_pdu_bytes) == (16384, None)
    timeouts = association.timeouts
    assert (timeouts.connect_s, timeouts.acse_s, timeouts.dimse_s, timeouts.socket_s) == (None, 30.0, None, 60.0)
    assert association.user_identity is None
    assert (request.compression_level, request.repeats, request.invention) == (6, 1, None)
    assert request.halt_on_error
    assert request.allows_new_vrs
    assert not request.trims_uid_padding
    assert not request.renames_files
    assert not request.aborts_at_end
    assert (options.identity, options.report_file, options.report_format) == (None, "", "")
    assert not options.is_strict
    assert not options.writes_json
    assert options.shows_progress
    assert not options.shows_contexts


def test_every_option_reaches_the_request() -> None:
    tokens = "+fo +sd +sp *.dcm +r +rn -aet ME -aec YOU -xd -R +C -u +cl 0 -usr u -epw -rsp -to 1 -ts 2 -ta 3 -td 4"
    more = "-pdu 4096 --max-send-pdu 131072 --repeat 7 --abort -nh -up +IR 2 +IS 3 +IP 4 --json --strict +v"
    options = read(*tokens.split(), *more.split(), "--create-report-file", "r.txt", "--report-format", "jsonl")
    request = options.request
    assert request.inputs.format is InputFormat.FILE_ONLY
    assert request.inputs.scan_directories
    assert request.inputs.recurse
    assert request.inputs.pattern == "*.dcm"
    assert request.renames_files
    assert (request.association.calling_ae_title, request.peer.ae_title) == ("ME", "YOU")
    assert request.proposal.preferred_transfer_syntax == "1.2.840.10008.1.2.1.99"
    assert request.proposal.only_required
    assert request.proposal.combine
    assert not request.allows_new_vrs
    assert request.compression_level == 0
    assert options.identity is not None
    assert options.identity.kind is UserIdentityType.USER_NAME_AND_PASSCODE
    assert options.identity.wants_response
    timeouts = request.association.timeouts
    assert (timeouts.connect_s, timeouts.socket_s, timeouts.acse_s, timeouts.dimse_s) == (1.0, 2.0, 3.0, 4.0)
    assert (request.association.max_pdu_bytes, request.association.max_send_pdu_bytes) == (4096, 131072)
    assert (request.repeats, request.halt_on_error, request.aborts_at_end) == (7, False, True)
    assert request.trims_uid_padding
    assert request.invention == Invention(images_per_series=2, series_per_study=3, studies_per_patient=4)
    assert options.writes_json
    assert options.is_strict
    assert options.shows_contexts
    assert (options.report_file, options.report_format) == ("r.txt", "jsonl")


@pytest.mark.parametrize("option", PROPOSE_OPTIONS, ids=lambda option: option.long)
def test_rightmost_preference_counts(option: object) -> None:
    for name in (getattr(option, "short", ""), getattr(option, "long", "")):
        proposal = read("-xs", "-xb", name).request.proposal
        assert proposal.preferred_transfer_syntax == PREFERRED_TRANSFER_SYNTAXES[getattr(option, "long", "")]


def test_profile_is_taken_with_its_name() -> None:
    profile = read("-xf", "some.cfg", "P q").request.proposal.profile
    assert profile == ProfileSelection(file=Path("some.cfg"), name="P q")


def test_profile_file_is_looked_at_among_the_options() -> None:
    def refuse(selection: ProfileSelection) -> None:
        raise ProfileError(f"no {selection.file}")

    line = parse(TOOL, ["-xf", "x.cfg", "P", "-to", "0", "peer", "104", "a.dcm"])
    with pytest.raises(ProfileError, match=r"no x\.cfg"):
        read_options(line, refuse)


@pytest.mark.parametrize(
    ("tokens", "invention"),
    [
        ("+II", Invention()),
        ("+IR 3", Invention(images_per_series=3)),
        ("+IS 3", Invention(series_per_study=3)),
        ("+IP 3", Invention(studies_per_patient=3)),
    ],
)
def test_each_invention_implies_the_others(tokens: str, invention: Invention) -> None:
    assert read(*tokens.split()).request.invention == invention


@pytest.mark.parametrize(("value", "seconds"), [("0", None), ("-1", None), ("5", 5.0), ("99999999999", None)])
def test_socket_timeout_can_be_switched_off(value: str, seconds: float | None) -> None:
    assert read("-ts", value).request.association.timeouts.socket_s == seconds


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("+sp x +r p 0 f", "Invalid parameter value 0 (underflow)"),
        ("+sp x +r p 1 f", "--scan-pattern only allowed with --scan-directories"),
        ("+r -xf a b -xs p 1 f", "--recurse only allowed with --scan-directories"),
        ("-xf a b -xs -R +C p 1 f", "--config-file not allowed with --propose-lossless"),
        ("-xf a b -R +C p 1 f", "--config-file not allowed with --required"),
        ("-xf a b +C +cl 3 -to 0 p 1 f", "--config-file not allowed with --combine"),
        ("+cl 10 -to 0 p 1 f", "--compression-level only allowed with --propose-deflated or --config-file"),
        ("+cl 3 -xd -xs p 1 f", "--compression-level only allowed with --propose-deflated or --config-file"),
        ("+cl 10 -xd -to 0 p 1 f", "Invalid value for option --compression-level (overflow: 10)"),
        ("-to 0 -ts -2 p 1 f", "Invalid value for option --timeout (underflow: 0)"),
        ("-ts -2 -ta 0 p 1 f", "Invalid value for option --socket-timeout (underflow: -2)"),
        ("-ta 0 -td 0 p 1 f", "Invalid value for option --acse-timeout (underflow: 0)"),
        ("-td 0 -pdu 1 p 1 f", "Invalid value for option --dimse-timeout (underflow: 0)"),
        ("-pdu 1 --max-send-pdu 1 p 1 f", "Invalid value for option --max-pdu (underflow: 1)"),
        ("--max-send-pdu 1 --repeat 0 p 1 f", "Invalid value for option --max-send-pdu (underflow: 1)"),
        ("--repeat 0 +IR 0 p 1 f", "Invalid value for option --repeat (underflow: 0)"),
        ("+IR 0 +IS 0 p 1 f", "Invalid value for option --invent-series (underflow: 0)"),
        ("+IS 0 +IP 0 p 1 f", "Invalid value for option --invent-study (underflow: 0)"),
        ("+IP 0 -pwd x p 1 f", "Invalid value for option --invent-patient (underflow: 0)"),
        ("-pwd x -epw -rsp p 1 f", "--password only allowed with --user"),
        (
            "--report-format xml p 1 f",
            "Invalid value for option --report-format (xml), use one of: text, jsonl, json, csv, html",
        ),
    ],
)
def test_errors_come_in_dcmtks_order(tokens: str, message: str) -> None:
    assert refusal(*tokens.split()) == message


def test_uncompressed_preference_is_no_conflict() -> None:
    assert read("-xf", "a", "b", "-xs", "-x=", "+cl", "3").request.compression_level == 3


def test_port_is_looked_at_first() -> None:
    with pytest.raises(CommandLineError, match="overflow"):
        check_port(parse(TOOL, ["-to", "0", "peer", "65536", "f"]))
    check_port(parse(TOOL, ["-to", "0", "peer", "1", "f"]))
