"""What becomes of options in the settings of the archive; refusals are compared with those of DCMTK's elsewhere."""

import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from dicomdesk.archive.setup.configuration import ArchiveConfiguration, CharacterSetRule
from dicomdesk.archive.setup.settings import ArchiveSettings, MoveRestriction
from dicomdesk.cli.dcmqrscp.options import TOOL
from dicomdesk.cli.dcmqrscp.settings import ArchiveOptions, ProfileNames, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.query.query import Model
from dicomdesk.settings import AccessRules, Timeouts

DEFLATED = "1.2.840.10008.1.2.1.99"


def read(words: str) -> ArchiveOptions:
    return read_options(parse(TOOL, shlex.split(words)), lambda names: None)


def settings(words: str) -> ArchiveSettings:
    return read(words).settings


def test_without_options_all_is_as_the_settings_say() -> None:
    plain, made = ArchiveSettings(configuration=ArchiveConfiguration()), settings("")
    for each in fields(ArchiveSettings):
        if each.name != "timeouts":
            assert getattr(made, each.name) == getattr(plain, each.name), each.name
    assert made.timeouts == Timeouts(connect_s=None, acse_s=30.0, dimse_s=None)


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("11112", "port", 11112),
        ("-pdu 32768", "max_pdu_bytes", 32768),
        ("-dhl", "resolve_hosts", False),
        ("-ac +ac", "checks_host_rules", True),
        ("+ac -ac", "checks_host_rules", False),
        ("--refuse", "refuses_all", True),
        ("--reject", "needs_implementation_uid", True),
        ("--require-find", "needs_find", True),
        ("--no-parallel-store", "allows_parallel_store", False),
        ("--disable-get", "allows_get", False),
        ("--allow-shutdown", "allows_shutdown", True),
        ("-QP -QO", "disabled_models", frozenset({Model.PATIENT_ROOT, Model.PATIENT_STUDY_ONLY})),
        ("+xs +xb", "preferred_transfer_syntax", "1.2.840.10008.1.2.2"),
        ("+xi", "preferred_transfer_syntax", "1.2.840.10008.1.2"),
        ("--accept-all", "accepts_all_syntaxes", True),
        ("-XF", "strict_find", True),
        ("-XF --no-check-find", "strict_find", False),
        ("-XM", "strict_move", True),
        ("-ZA", "move_restriction", MoveRestriction.SAME_AE_TITLE),
        ("-ZA -ZH", "move_restriction", MoveRestriction.SAME_HOST),
        ("-ZV", "move_restriction", MoveRestriction.SAME_VENDOR),
        ("-ZV --move-unrestricted", "move_restriction", MoveRestriction.NONE),
        ("--ignore", "ignores_stores", True),
        ("--fsync", "fsync", True),
        ("--address 127.0.0.1", "address", "127.0.0.1"),
        ("-to 5 -ta 6 -td 7", "timeouts", Timeouts(connect_s=5.0, acse_s=6.0, dimse_s=7.0)),
        ("--allow-calling A", "access", AccessRules(calling_ae_titles=frozenset({"A"}))),
        ("+B", "storing_format", StoringFormat(is_bit_preserving=True)),
        ("-F", "storing_format", StoringFormat(is_file_format=False)),
        ("+ti", "storing_format", StoringFormat(transfer_syntax_uid="1.2.840.10008.1.2")),
        ("+td +cl 9", "storing_format", StoringFormat(transfer_syntax_uid=DEFLATED, compression_level=9)),
        ("+td +cl 0", "storing_format", StoringFormat(transfer_syntax_uid=DEFLATED, compression_level=0)),
        ("-g -e -u", "storing_format", StoringFormat(
            group_lengths=GroupLengths.REMOVED, has_undefined_lengths=True, allows_new_vrs=False
        )),
        ("+p 512 8", "storing_format", StoringFormat(padded_file_bytes=512, padded_item_bytes=8)),
    ],
)  # fmt: skip
def test_an_option_becomes_a_setting(words: str, name: str, value: object) -> None:
    assert getattr(settings(words), name) == value


def test_proposed_transfer_syntaxes_are_for_those_that_are_called() -> None:
    assert settings("-xs").proposed_transfer_syntax == "1.2.840.10008.1.2.4.70"
    assert settings("-xs").preferred_transfer_syntax == "1.2.840.10008.1.2.1"


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("-Cr", CharacterSetRule(term="ISO_IR 13", overrides=True)),
        ("+Cr", CharacterSetRule(term="ISO_IR 13")),
        ("+U8", CharacterSetRule(term="ISO_IR 192", overrides=True)),
        ("+Cr +L1", CharacterSetRule(term="ISO_IR 100")),
        ("-Cr +A7", CharacterSetRule(term="", overrides=True)),
        ("+C 'ISO_IR 101' -Ct -Cd", CharacterSetRule(
            term="ISO_IR 101", overrides=True, transliterates=True, discards=True
        )),
    ],
)  # fmt: skip
def test_character_set_options_change_the_rule_of_the_configuration(words: str, rule: CharacterSetRule) -> None:
    configured = ArchiveConfiguration(character_set=CharacterSetRule(term="ISO_IR 13", overrides=True))
    assert read(words).settings_for(configured).character_set == rule


def test_without_such_options_the_rule_of_the_configuration_counts() -> None:
    made = read("").settings_for(ArchiveConfiguration(port=77))
    assert made.character_set is None
    assert made.configuration.port == 77


def test_profiles_are_loaded_after_timeouts_and_before_the_output_options() -> None:
    loaded: list[ProfileNames] = []
    with pytest.raises(CommandLineError, match="timeout"):
        read_options(parse(TOOL, shlex.split("-xf f i o -to 0")), loaded.append)
    assert not loaded
    with pytest.raises(CommandLineError, match="bit-preserving"):
        read_options(parse(TOOL, shlex.split("-xf f i o +te +B")), loaded.append)
    assert loaded == [ProfileNames(file=Path("f"), incoming="i", outgoing="o")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--accept-all -xf f i o", "--accept-all not allowed with --assoc-config-file"),
        ("--reindex --verify", "--reindex not allowed with --verify"),
        ("--area A", "--area only allowed with --reindex, --verify or --leave-out"),
        ("--deep --reindex", "--deep only allowed with --verify"),
        ("--json-identifiers", "--json-identifiers only allowed with --json"),
        ("--destination-tls", "--destination-tls only allowed with --enable-tls"),
        ("--metrics-port 70000", "Invalid value for option --metrics-port (overflow: 70000)"),
        ("--use-passwd x", "--use-passwd only allowed with --enable-tls"),
    ],
)
def test_what_is_ours_is_checked_too(words: str, message: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        read(words)
    assert str(caught.value) == message


def test_tls_is_for_those_who_call_and_where_asked_for_those_who_are_called() -> None:
    made = settings("--enable-tls k c --add-cert-file ca")
    assert made.tls is not None
    assert made.destination_tls is None
    both = settings("--enable-tls k c --add-cert-file ca --destination-tls")
    assert both.destination_tls == both.tls


def test_upkeep_metrics_and_json_are_read() -> None:
    made = read("--reindex --area A --area B --json --json-identifiers --metrics-port 0 --verbose-pc --user-file u")
    assert (made.reindexes, made.verifies, made.areas) == (True, False, ("A", "B"))
    assert (made.writes_json, made.json_has_identifiers, made.metrics_port) == (True, True, 0)
    assert made.shows_contexts
    assert made.user_file == Path("u")
    assert read("--leave-out --area A").leaves_out
    assert read("--verify --deep").verifies_contents


def test_the_configuration_that_is_named_is_read_and_ours_is_the_last_resort() -> None:
    assert read("-c x.cfg").configuration_file == Path("x.cfg")
    assert read("-c ''").configuration_file is None
    usual = read("").configuration_file
    assert usual is not None
    assert usual.name == "dcmqrscp.cfg"
