from pathlib import Path

import pytest

from dicomdesk.cli.getscu.options import TOOL, GetOptions, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.engine.receive.request import FileNaming, StorageMode

EXPLICIT, BIG, IMPLICIT = (f"1.2.840.10008.1.2{end}" for end in (".1", ".2", ""))


def read(words: str) -> GetOptions:
    return read_options(parse(TOOL, [*words.split(), "pacs", "104", "-k", "PatientID"]))


def test_defaults_are_those_of_dcmtk() -> None:
    options = read("")
    assert (options.peer.host, options.peer.port, options.peer.ae_title) == ("pacs", 104, "ANY-SCP")
    assert (options.association.calling_ae_title, options.model, options.repeats) == ("GETSCU", "patient", 1)
    assert options.transfer_syntaxes == options.storage_transfer_syntaxes == (EXPLICIT, BIG, IMPLICIT)
    assert (options.storage.folder, options.storage.mode) == (Path(), StorageMode.NORMAL)
    assert options.storage.naming is FileNaming.INSTANCE_UID


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("+xb", (BIG, EXPLICIT, IMPLICIT)),
        ("+xi", (IMPLICIT,)),
        ("+xi +xr", ("1.2.840.10008.1.2.5", EXPLICIT, BIG, IMPLICIT)),
    ],
)
def test_storage_is_offered_in_order_of_preference(words: str, offered: tuple[str, ...]) -> None:
    assert read(words).storage_transfer_syntaxes == offered


def test_compressed_instances_are_taken_where_it_is_known_what_exists() -> None:
    taking = read("--accept-all")
    assert (taking.accepts_all, taking.extras.compares) == (True, True)
    assert not read("").accepts_all


def test_names_are_bare_where_data_sets_are_as_they_come() -> None:
    storage = read("+B -od . --fsync").storage
    assert (storage.mode, storage.naming, storage.fsync) == (
        StorageMode.BIT_PRESERVING,
        FileNaming.ONLY_INSTANCE_UID,
        True,
    )
    assert read("--ignore").storage.mode is StorageMode.IGNORE


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("--ignore -od .", "--output-directory not allowed with --ignore"),
        ("--ignore +B", "--bit-preserving not allowed with --ignore"),
        ("-der", "Unknown option -der"),
        ("--der-keys", "--der-keys only allowed with --enable-tls or --anonymous-tls"),
        ("-usr me", "Unknown option -usr"),
    ],
)
def test_what_makes_no_sense_is_refused(words: str, error: str) -> None:
    with pytest.raises(CommandLineError) as raised:
        read(words)
    assert str(raised.value) == error
