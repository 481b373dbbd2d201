from pathlib import Path

import pytest

from dicomdesk.cli.dcmrecv.options import TOOL, ReceiveOptions, find_profile_file, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, StorageMode, SubFolders
from dicomdesk.paths import resource


def read(*tokens: str) -> ReceiveOptions:
    return read_options(parse(TOOL, [*tokens, "11112"]))


def test_defaults_are_dcmtks() -> None:
    options = read()
    request = options.request
    acceptance, storage = request.acceptance, request.storage
    assert request.port == 11112
    assert acceptance.profile is None
    assert not acceptance.accept_all
    assert storage.folder == Path()
    assert storage.sub_folders is SubFolders.NONE
    assert storage.naming is FileNaming.INSTANCE_UID
    assert storage.extension == ""
    assert storage.mode is StorageMode.NORMAL
    assert storage.on_duplicate is DuplicatePolicy.OVERWRITE
    assert not storage.fsync
    assert storage.min_free_bytes == 0
    assert acceptance.max_pdu_bytes == 16384
    assert (acceptance.timeouts.acse_s, acceptance.timeouts.dimse_s) == (30.0, None)
    assert acceptance.resolve_hosts
    assert request.commands.on_study == ""
    assert (options.writes_json, options.shows_contexts) == (False, False)


def test_every_option_reaches_the_request() -> None:
    tokens = "-xf f.cfg Default -aet ME -uca -ta 5 -td 6 -pdu 131072 -dhl -od out +ssd +fst -fe .dcm --ignore"
    ours = "--accept-all --on-duplicate keep-both --fsync --min-free-space 2G --max-associations 7 --settle-time 3"
    request = read(*tokens.split(), *ours.split(), "--exec-on-study", "echo #p").request
    acceptance, storage = request.acceptance, request.storage
    assert acceptance.profile is not None
    assert (str(acceptance.profile.file), acceptance.profile.name) == ("f.cfg", "Default")
    assert (acceptance.timeouts.acse_s, acceptance.timeouts.dimse_s) == (5.0, 6.0)
    assert acceptance.max_pdu_bytes == 131072
    assert not acceptance.resolve_hosts
    assert storage.folder == Path("out")
    assert storage.sub_folders is SubFolders.SERIES_DATE
    assert storage.naming is FileNaming.SYSTEM_TIME
    assert storage.extension == ".dcm"
    assert storage.mode is StorageMode.IGNORE
    assert acceptance.accept_all
    assert storage.on_duplicate is DuplicatePolicy.KEEP_BOTH
    assert storage.fsync
    assert storage.min_free_bytes == 2_000_000_000
    assert acceptance.max_associations == 7
    assert (request.commands.on_study, request.commands.settle_s) == ("echo #p", 3.0)


@pytest.mark.parametrize(
    ("tokens", "naming"),
    [
        (["+fu"], FileNaming.UNIQUE_UID),
        (["+fst", "+fsu"], FileNaming.SHORT_UNIQUE),
        (["+fu", "+fd"], FileNaming.INSTANCE_UID),
    ],
)
def test_rightmost_naming_counts(tokens: list[str], naming: FileNaming) -> None:
    assert read(*tokens).request.storage.naming is naming


@pytest.mark.parametrize(
    ("tokens", "mode"),
    [
        (["+B"], StorageMode.BIT_PRESERVING),
        (["+B", "-B"], StorageMode.NORMAL),
        (["+ssd", "+B", "-B"], StorageMode.NORMAL),
        (["+ssd", "+B", "--ignore"], StorageMode.IGNORE),
        (["+ssd", "-s", "+B"], StorageMode.BIT_PRESERVING),
    ],
)
def test_rightmost_storage_mode_counts(tokens: list[str], mode: StorageMode) -> None:
    assert read(*tokens).request.storage.mode is mode


@pytest.mark.parametrize(("text", "size"), [("0", 0), ("500", 500), ("20k", 20_000), ("3M", 3_000_000), ("1T", 10**12)])
def test_size_may_have_a_unit(text: str, size: int) -> None:
    assert read("--min-free-space", text).request.storage.min_free_bytes == size


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("+B +ssd 0", "--bit-preserving not allowed with --series-date-subdir"),
        ("+B +ssd -pdu 0 1", "Invalid value for option --max-pdu (underflow: 0)"),
        ("-pdu 1 -ta 0 -td 0 0", "Invalid value for option --acse-timeout (underflow: 0)"),
        ("-pdu 1 -td 0 0", "Invalid value for option --dimse-timeout (underflow: 0)"),
        ("+ws -ta 0 1", "Invalid value for option --acse-timeout (underflow: 0)"),
        ("+B +ssd +ws 1", "--bit-preserving not allowed with --series-date-subdir"),
        ("-tls +ps 1", "--std-passwd only allowed with --enable-tls"),
        ("+tls a b -tls +cd x 1", "--add-cert-dir only allowed with --enable-tls"),
        ("+cs x 1", "--cipher only allowed with --enable-tls"),
        ("+B +ssd +ps 0", "--bit-preserving not allowed with --series-date-subdir"),
        ("+ps 0", "--std-passwd only allowed with --enable-tls"),
        ("--require-client-cert 1", "--require-client-cert only allowed with --enable-tls"),
        ("0", "Invalid parameter value 0 (underflow)"),
        ("--min-free-space much 1", "Invalid value for option --min-free-space (much)"),
        ("--settle-time 3 1", "--settle-time only allowed with --exec-on-study"),
        ("--max-associations 0 1", "Invalid value for option --max-associations (underflow: 0)"),
        ("--on-duplicate x 1", "Invalid value for option --on-duplicate (x), use one of: overwrite, keep-both, refuse"),
    ],
)
def test_errors_come_in_dcmtks_order(tokens: str, message: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        read_options(parse(TOOL, tokens.split()))
    assert str(caught.value) == message


def test_plain_connection_may_be_asked_for() -> None:
    assert read("-tls").request.port == 11112
    assert read("+tls", "key", "cert", "-tls").request.port == 11112


def test_shipped_profile_file_stands_in_for_dcmtks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = resource("storescp.cfg")
    assert find_profile_file("storescp.cfg") == shipped
    assert find_profile_file("nofile.cfg") == Path("nofile.cfg")
    assert find_profile_file("elsewhere/storescp.cfg") == Path("elsewhere/storescp.cfg")
    (tmp_path / "storescp.cfg").write_text("mine")
    assert find_profile_file("storescp.cfg") == Path("storescp.cfg")


def test_empty_name_of_a_profile_file_is_noticed() -> None:
    assert read("-xf", "", "p").has_unnamed_profile_file
    assert not read("-xf", "f", "p").has_unnamed_profile_file
