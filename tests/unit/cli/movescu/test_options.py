from pathlib import Path

import pytest

from dicomdesk.cli.movescu.options import TOOL, MoveOptions, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.engine.receive.request import StorageMode

EXPLICIT, BIG, IMPLICIT = (f"1.2.840.10008.1.2{end}" for end in (".1", ".2", ""))


def read(words: str) -> MoveOptions:
    return read_options(parse(TOOL, [*words.split(), "pacs", "104", "-k", "PatientID=P1"]))


def test_defaults_are_those_of_dcmtk() -> None:
    options = read("")
    assert (options.peer.host, options.peer.port, options.peer.ae_title) == ("pacs", 104, "ANY-SCP")
    assert (options.association.calling_ae_title, options.destination, options.model) == (
        "MOVESCU",
        "MOVESCU",
        "patient",
    )
    assert options.transfer_syntaxes == (EXPLICIT, BIG, IMPLICIT)
    assert (options.listener, options.repeats, options.cancel_after) == (None, 1, None)
    assert options.keys == ("(0010,0020)=P1",)


def test_a_port_makes_a_listener() -> None:
    listener = read("+P 11112 -od out -pdu 65536 -dhl --fsync +xi").listener
    assert listener is not None
    assert (listener.port, listener.storage.folder, listener.storage.fsync) == (11112, Path("out"), True)
    assert listener.storage.mode is StorageMode.NORMAL
    assert (listener.acceptance.max_pdu_bytes, listener.acceptance.resolve_hosts) == (65536, False)
    assert listener.acceptance.storage_transfer_syntaxes == (IMPLICIT,)
    assert read("+P 11112 --no-port").listener is None


@pytest.mark.parametrize(
    ("words", "mode"), [("+B", StorageMode.BIT_PRESERVING), ("--ignore", StorageMode.IGNORE), ("", StorageMode.NORMAL)]
)
def test_mode_of_storage_is_read(words: str, mode: StorageMode) -> None:
    listener = read(f"+P 11112 {words}").listener
    assert listener is not None
    assert listener.storage.mode is mode


def test_everything_may_be_accepted() -> None:
    listener = read("+P 11112 +xa").listener
    assert listener is not None
    assert (listener.acceptance.accept_all, listener.acceptance.storage_transfer_syntaxes) == (True, ())


def test_format_and_bounds_are_read() -> None:
    options = read("-F +ti -g -e --repeat 2 --cancel 3 -pr --abort -aem THERE")
    assert options.storing_format.group_lengths is GroupLengths.REMOVED
    assert (options.storing_format.transfer_syntax_uid, options.storing_format.is_file_format) == (IMPLICIT, False)
    assert (options.repeats, options.cancel_after, options.destination) == (2, 3, "THERE")
    assert options.takes_pending_data_sets
    assert options.aborts_at_end


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("-od .", "--output-directory only allowed with --port"),
        ("+xa +te", "--write-xfer-little not allowed with --accept-all"),
        ("+B -u", "--disable-new-vr not allowed with --bit-preserving"),
        ("-k FooBar=1", "bad key format or dictionary name not found in dictionary: FooBar"),
        ("-k 0040,0100=x", 'cannot put tag value: (0040,0100)="x"'),
        ("+tla", "Unknown option +tla"),
    ],
)
def test_what_makes_no_sense_is_refused(words: str, error: str) -> None:
    with pytest.raises(CommandLineError) as raised:
        read(words)
    assert str(raised.value) == error
