import pytest

from dicomdesk.cli.dcmsend.options import TOOL, SendOptions, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.settings import Decompression


def read(*tokens: str) -> SendOptions:
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
    assert request.inputs.format is InputFormat.FILE_ONLY
    assert request.inputs.check_uids
    assert request.association.calling_ae_title == "DCMSEND"
    assert request.association.max_pdu_bytes == 16384
    assert request.association.max_send_pdu_bytes is None
    timeouts = request.association.timeouts
    assert (timeouts.connect_s, timeouts.acse_s, timeouts.dimse_s) == (None, 30.0, None)
    assert request.decompression is Decompression.LOSSLESS
    assert request.compression_level == 6
    assert request.halt_on_error
    assert request.multiple_associations
    assert (request.parallel, request.retries) == (1, 0)
    assert not request.propose_only_legal_contexts
    assert not request.fallback_contexts
    assert (options.report_file, options.report_format, options.is_strict) == ("", "", False)
    assert not options.writes_json
    assert not options.shows_contexts
    assert options.shows_progress


@pytest.mark.parametrize(
    ("tokens", "input_format"),
    [
        (["+f"], InputFormat.FILE_OR_DATA_SET),
        (["-f"], InputFormat.DATA_SET_ONLY),
        (["+f", "-f", "+fo"], InputFormat.FILE_ONLY),
    ],
)
def test_rightmost_input_format_counts(tokens: list[str], input_format: InputFormat) -> None:
    assert read(*tokens).request.inputs.format is input_format


@pytest.mark.parametrize(
    ("tokens", "decompression"),
    [
        (["-dn"], Decompression.NEVER),
        (["+dly"], Decompression.LOSSY),
        (["-dn", "+dly", "+dls"], Decompression.LOSSLESS),
    ],
)
def test_rightmost_decompression_counts(tokens: list[str], decompression: Decompression) -> None:
    assert read(*tokens).request.decompression is decompression


def test_every_option_reaches_the_request() -> None:
    tokens = "+rd +sd +sp *.dcm +r +cl 0 -nh -nip -nuc -aet ME -aec YOU -ma -to 1 -ta 2 -td 3 -pdu 4096"
    more = "--max-send-pdu 131072 --json +crf r.txt --report-format jsonl +v"
    extensions = "--parallel 4 --retry 2 --strict --fallback-contexts"
    options = read(*tokens.split(), *more.split(), *extensions.split())
    request = options.request
    assert request.inputs.read_dicomdir
    assert request.inputs.scan_directories
    assert request.inputs.recurse
    assert request.inputs.pattern == "*.dcm"
    assert not request.inputs.check_uids
    assert request.compression_level == 0
    assert not request.halt_on_error
    assert request.propose_only_legal_contexts
    assert (request.association.calling_ae_title, request.peer.ae_title) == ("ME", "YOU")
    assert not request.multiple_associations
    timeouts = request.association.timeouts
    assert (timeouts.connect_s, timeouts.acse_s, timeouts.dimse_s) == (1.0, 2.0, 3.0)
    assert request.association.max_pdu_bytes == 4096
    assert request.association.max_send_pdu_bytes == 131072
    assert (request.parallel, request.retries) == (4, 2)
    assert request.fallback_contexts
    assert options.is_strict
    assert options.writes_json
    assert options.report_format == "jsonl"
    assert options.report_file == "r.txt"
    assert options.shows_contexts


@pytest.mark.parametrize(
    ("tokens", "is_shown"),
    [
        ([], True),
        (["-q"], False),
        (["-q", "-v"], True),
        (["-q", "--progress"], True),
        (["--no-progress"], False),
        (["--no-progress", "--progress"], True),
        (["--progress", "--no-progress"], False),
    ],
)
def test_progress_is_shown_unless_quiet_or_refused(tokens: list[str], is_shown: bool) -> None:
    assert read(*tokens).shows_progress is is_shown


def test_timeout_beyond_weeks_is_none() -> None:
    assert read("-to", "99999999999999").request.association.timeouts.connect_s is None
    assert read("-ta", "2000000").request.association.timeouts.acse_s == 2_000_000


def test_empty_pattern_takes_all() -> None:
    assert read("+sd", "+sp", "").request.inputs.pattern is None


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("+sp x p 1 f", "--scan-pattern only allowed with --scan-directories"),
        ("+r p 1 f", "--recurse only allowed with --scan-directories"),
        ("+r +sp x -to 0 p 0 f", "--scan-pattern only allowed with --scan-directories"),
        ("+r +cl 10 p 1 f", "--recurse only allowed with --scan-directories"),
        (
            "-to 0 -ta 0 -pdu 0 +cl 10 --max-send-pdu 1 p 1 f",
            "Invalid value for option --compression-level (overflow: 10)",
        ),
        ("-pdu 0 -td 0 -ta 0 -to 0 p 1 f", "Invalid value for option --timeout (underflow: 0)"),
        ("-pdu 0 -td 0 -ta 0 p 1 f", "Invalid value for option --acse-timeout (underflow: 0)"),
        ("-pdu 0 -td 0 p 1 f", "Invalid value for option --dimse-timeout (underflow: 0)"),
        ("--max-send-pdu 1 -pdu 200000 p 1 f", "Invalid value for option --max-pdu (overflow: 200000)"),
        ("--max-send-pdu 1a -pdu 4096 p 0 f", "Invalid value for option --max-send-pdu (underflow: 1a)"),
        ("p 0 f --parallel 0", "Invalid parameter value 0 (underflow)"),
        ("p 65536 f", "Invalid parameter value 65536 (overflow)"),
        ("--parallel 0 p 1 f", "Invalid value for option --parallel (underflow: 0)"),
        ("--parallel 65 p 1 f", "Invalid value for option --parallel (overflow: 65)"),
        ("--retry x p 1 f", "Invalid value for option --retry (x)"),
        (
            "--report-format xml p 1 f",
            "Invalid value for option --report-format (xml), use one of: text, jsonl, json, csv, html",
        ),
    ],
)
def test_errors_come_in_dcmtks_order(tokens: str, message: str) -> None:
    assert refusal(*tokens.split()) == message


def test_overridden_recurse_needs_nothing() -> None:
    assert not read("+r", "-r").request.inputs.recurse
