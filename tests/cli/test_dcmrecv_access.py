"""Whom our dcmrecv serves, with DCMTK's tools as peers."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.engine.security.user_file import set_passcode
from tests.helpers.dcmtk.commands import Done, dcmtks, ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instance
from tests.helpers.tls.tls_files import TlsFiles

pytestmark = pytest.mark.dcmtk

SECRET = "open-sesame"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    made = TlsFiles(tmp_path_factory.mktemp("tls"))
    write_instance(made.folder, "ct.dcm")
    set_passcode(made.folder / "users", "anna", SECRET)
    made.paths["users"] = made.folder / "users"
    return made


@contextmanager
def receiving(files: TlsFiles, folder: Path, words: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Our dcmrecv, listening; its port."""
    port = free_port()
    command = [*ours("dcmrecv"), "-v", "--accept-all", "-od", str(folder), *files.words(words), str(port)]
    with running(command) as process:
        wait_for_line(process, "listening ...")
        yield port, process


def store(files: TlsFiles, port: int, words: str) -> Done:
    return run(dcmtks("storescu"), "-R", *files.words(words), "127.0.0.1", str(port), str(files.folder / "ct.dcm"))


ROWS = [
    ("--allow-calling ME --allow-calling YOU", "-aet YOU", "-aet THEM", 'calling AE title "THEM" is not served'),
    ("--allow-called US", "-aec US", "-aec THEM", 'called AE title "THEM" is not ours'),
    ("--allow-network 10.0.0.0/8 --allow-network 127.0.0.0/8", "", None, ""),
    ("--allow-network 10.0.0.0/8", None, "", "the address 127.0.0.1 is not served"),
    ("--user-file {users}", f"-usr anna -pwd {SECRET}", "-usr anna -pwd wrong", "or the passcode is wrong"),
    ("--user-file {users}", f"-usr anna -pwd {SECRET} -rsp", f"-usr bert -pwd {SECRET}", 'user "bert" is not known'),
    ("--user-file {users}", None, "", "the peer presented no user identity"),
    ("--user-file {users}", None, "-usr anna", 'user "anna" presented no passcode'),
    (
        "+tls {server_key} {server_pem} +cf {ca} -vc --require-client-cert",
        "+tls {client_key} {client_pem} +cf {ca}",
        "+tla +cf {ca}",
        "the peer presented no certificate that could be verified",
    ),
    (
        "+tls {server_key} {server_pem} +cf {ca} --user-file {users} --allow-calling ME",
        f"+tls {{client_key}} {{client_pem}} +cf {{ca}} -aet ME -usr anna -pwd {SECRET}",
        f"+tls {{client_key}} {{client_pem}} +cf {{ca}} -usr anna -pwd {SECRET}",
        'calling AE title "STORESCU" is not served',
    ),
]


@pytest.mark.parametrize(("rules", "welcome", "unwelcome", "reason"), ROWS)
def test_peer_is_served_or_told_why_not(
    files: TlsFiles, tmp_path: Path, rules: str, welcome: str | None, unwelcome: str | None, reason: str
) -> None:
    with receiving(files, tmp_path, rules) as (port, process):
        if welcome is not None:
            assert store(files, port, welcome).code == 0
            assert len(list(tmp_path.iterdir())) == 1
        if unwelcome is not None:
            done = store(files, port, unwelcome)
            assert done.code == 1
            assert "F: Association Rejected:" in done.err
            lines = wait_for_line(process, "Refusing Association")
            assert reason in lines[-1]
            assert SECRET not in "".join(lines)
            assert len(list(tmp_path.iterdir())) == int(welcome is not None)


MISTAKES = [
    ("--user-file {none}", "cannot be read: No such file or directory"),
    ("--user-file {text}", "can be read or changed by others"),
    ("--allow-network nonsense", '"nonsense" is neither an IP address nor a network'),
    ("--require-client-cert", "--require-client-cert only allowed with --enable-tls"),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES)
def test_rules_that_make_no_sense_are_mistakes_of_the_command_line(files: TlsFiles, words: str, message: str) -> None:
    done = run(ours("dcmrecv"), *files.words(words), str(free_port()))
    assert done.code == 1
    assert message in done.error


def test_passcodes_on_plain_connections_are_warned_of(files: TlsFiles, tmp_path: Path) -> None:
    command = [*ours("dcmrecv"), "-v", *files.words("--user-file {users}"), "-od", str(tmp_path), str(free_port())]
    with running(command) as process:
        lines = wait_for_line(process, "listening ...")
    assert "W: without --enable-tls peers send their passcodes unencrypted" in lines
