import pytest

from dicomdesk.cli.findscu.options import TOOL, Extraction, FindOptions, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.query.options import Form
from dicomdesk.settings import UserIdentityType

EXPLICIT, BIG, IMPLICIT, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in (".1", ".2", "", ".1.99"))


def read(words: str) -> FindOptions:
    return read_options(parse(TOOL, [*words.split(), "pacs", "104", "-k", "PatientID"]))


def test_defaults_are_those_of_dcmtk() -> None:
    options = read("")
    assert (options.peer.host, options.peer.port, options.peer.ae_title) == ("pacs", 104, "ANY-SCP")
    assert options.association.calling_ae_title == "FINDSCU"
    assert options.association.max_pdu_bytes == 16384
    assert options.association.timeouts.socket_s == 60.0
    assert (options.model, options.transfer_syntaxes) == ("worklist", (EXPLICIT, BIG, IMPLICIT))
    assert (options.repeats, options.cancel_after, options.limit) == (1, None, None)
    assert (options.extraction, options.form, options.output_folder) == (Extraction.NONE, Form.NONE, ".")
    assert options.keys == ("PatientID",)
    assert options.identity is None


@pytest.mark.parametrize(
    ("words", "model"), [("-P", "patient"), ("-S", "study"), ("-O", "psonly"), ("-S -W", "worklist")]
)
def test_the_last_model_counts(words: str, model: str) -> None:
    assert read(words).model == model


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("-xe", (EXPLICIT, BIG, IMPLICIT)),
        ("-xb", (BIG, EXPLICIT, IMPLICIT)),
        ("-xi", (IMPLICIT,)),
        ("-xi -xd", (DEFLATED, EXPLICIT, BIG, IMPLICIT)),
    ],
)
def test_proposal_is_in_order_of_preference(words: str, offered: tuple[str, ...]) -> None:
    assert read(words).transfer_syntaxes == offered


@pytest.mark.parametrize(
    ("words", "shows"),
    [("", True), ("-v", None), ("-ll info", None), ("-X", False), ("--json", False), ("-X +sr", True), ("-sr", False)],
)
def test_responses_are_logged_where_nothing_else_is_asked_for(words: str, shows: bool | None) -> None:
    assert read(words).shows_responses is shows


def test_output_and_numbers_are_read() -> None:
    options = read(
        "-Xs a.xml -Xlo 5 -od out --repeat 2 --cancel 3 --limit 7 --split-dates --abort +dc -u --csv --progress"
    )
    assert (options.extraction, options.xml_file, options.most_files) == (Extraction.SINGLE_XML, "a.xml", 5)
    assert (options.repeats, options.cancel_after, options.limit) == (2, 3, 7)
    assert (options.output_folder, options.form) == ("out", Form.CSV)
    assert options.aborts_at_end
    assert options.splits_dates
    assert options.is_corrected
    assert options.has_only_old_vrs
    assert options.shows_progress


def test_identity_has_long_names_only() -> None:
    identity = read("--user me --password x").identity
    assert identity is not None
    assert identity.kind is UserIdentityType.USER_NAME_AND_PASSCODE
    with pytest.raises(CommandLineError, match="Unknown option -usr"):
        read("-usr me")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("--limit 0", "Invalid value for option --limit (underflow: 0)"),
        ("+cl 3", "--compression-level only allowed with --propose-deflated"),
        ("-Xlo 1", "--limit-output only allowed with --extract, --extract-xml or --extract-xml-single"),
        ("-der", "--der-keys only allowed with --enable-tls or --anonymous-tls"),
    ],
)
def test_what_makes_no_sense_is_refused(words: str, error: str) -> None:
    with pytest.raises(CommandLineError) as raised:
        read(words)
    assert str(raised.value) == error


def test_keys_or_files_are_needed() -> None:
    with pytest.raises(CommandLineError, match="either query file or override keys"):
        read_options(parse(TOOL, ["pacs", "104"]))
