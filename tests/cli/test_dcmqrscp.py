"""``dicomdesk dcmqrscp`` as a process: it starts, serves, tells, ends; and why it does not start."""

import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from dicomdesk.dicom.sop_classes import VERIFICATION
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.dcmtk.commands import DEADLINE_S, dcmtks, ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Proposal, connected
from tests.helpers.tls.tls_files import TlsFiles

TOOL = ours("dcmqrscp")
SHUTDOWN = "1.2.276.0.7230010.3.4.1915765545.18030.917282194.0"
ALL = "AETable BEGIN\nARCHIVE FOLDER/area RW (unlimited, unlimited) ANY\nAETable END\n"
STORING = Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=b"ARCHIVE")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With an area and a configuration."""
    (tmp_path / "area").mkdir()
    configure(tmp_path, ALL)
    return tmp_path


def configure(folder: Path, text: str) -> None:
    (folder / "a.cfg").write_text(text.replace("FOLDER", str(folder)))


@contextmanager
def serving(folder: Path, *words: str) -> "Iterator[tuple[Popen[str], int]]":
    port = free_port()
    with running(TOOL, "-v", "-c", "a.cfg", *words, str(port), folder=folder) as process:
        wait_for_line(process, "listening on port")
        yield process, port


def end(process: "Popen[str]", number: int = signal.SIGTERM) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err


def store(port: int, uid: str = "1.2.3.4", proposal: Proposal = STORING) -> int:
    with connected(port) as requestor:
        requestor.associate(proposal)
        status = requestor.store(uid, [Builder(EXPLICIT).instance(sop_instance_uid=uid)])
        requestor.release()
    return status


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_serves_until_a_signal_comes(folder: Path, number: int, code: int) -> None:
    with serving(folder) as (process, port):
        assert store(port) == 0
        returned, _, err = end(process, number)
    assert returned == code
    assert "W: ending in order, a second signal aborts" in err
    assert "] Received Store SCP:\n" in err
    assert len(list((folder / "area").glob("*/*/*/*.dcm"))) == 1
    assert not list((folder / "area" / ".dicomdesk").glob("running-*"))


def test_a_second_signal_aborts_what_still_arrives(folder: Path) -> None:
    with serving(folder) as (process, port), connected(port) as requestor:
        requestor.associate(STORING)
        requestor.send(b"\4\0\0\0\0\xff")  # a PDU that does not end
        process.send_signal(signal.SIGTERM)
        wait_for_line(process, "ending in order")
        returned, _, err = end(process)
    assert returned == 143
    assert "Traceback" not in err


def test_a_peer_ends_it_where_that_is_allowed(folder: Path) -> None:
    proposal = Proposal(contexts=((1, SHUTDOWN, (IMPLICIT,)),), called=b"ARCHIVE")
    with serving(folder, "--allow-shutdown") as (process, port):
        with connected(port) as requestor:
            requestor.send(proposal.encode())
            assert requestor.read_pdu()[0] == 3
        assert process.wait(DEADLINE_S) == 0
    with serving(folder) as (process, port), connected(port) as requestor:
        assert requestor.associate(proposal).results[1][0] == 3


def test_two_do_not_store_at_once_where_that_is_forbidden(folder: Path) -> None:
    with serving(folder, "--no-parallel-store") as (_, port), connected(port) as first, connected(port) as second:
        assert first.associate(STORING).results[1][0] == 0
        assert second.associate(STORING).results[1][0] == 1
        first.release()


def test_json_tells_what_happens_and_no_patient(folder: Path) -> None:
    with serving(folder, "--json") as (process, port):
        assert store(port) == 0
        _, out, _ = end(process)
    lines = [json.loads(line) for line in out.splitlines()]
    names = [line["event"] for line in lines]
    assert names[:2] == ["job-started", "listener-started"]
    assert names[-1] == "job-finished"
    (stored,) = (line for line in lines if line["event"] == "instance-stored")
    assert (stored["outcome"], stored["study_instance_uid"]) == ("added", "1.2.3")
    assert "Doe" not in out


def test_a_quiet_archive_says_nothing_of_what_goes_well(folder: Path) -> None:
    port = free_port()
    with running(TOOL, "-c", "a.cfg", "--json", str(port), folder=folder) as process:
        wait_for_line(process, "listener-started", of_stdout=True)
        assert store(port) == 0
        _, _, err = end(process)
    assert err == "W: ending in order, a second signal aborts\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "Foo = 1\n\nMaxPDUSize = 1\n",
            ['Unknown mnemonic "Foo" in configuration file, line 1', "invalid MaxPDUSize 1"],
        ),
        ("AETable BEGIN\nA FOLDER/area RW (0, 1mb) ANY\nB x RW\n", ["line 2", "line 3", 'No "AETable END"']),
    ],
)
def test_every_mistake_of_a_configuration_is_named(folder: Path, text: str, lines: Sequence[str]) -> None:
    configure(folder, text)
    done = run(TOOL, "-q", "-c", "a.cfg", folder=folder)
    assert done.code == 10
    for line in lines:
        assert line in done.err
    *problems, last = done.err.splitlines()
    assert all(line.startswith("CONFIG Error: ") and line.endswith("!") for line in problems)
    assert last == "F: bad config file: a.cfg"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AETable BEGIN\nA FOLDER/nowhere RW (9, 1mb) ANY\nAETable END\n", "is no folder, or does not exist"),
        (f"UserName = no_such_user\n{ALL}", "F: bad user name no_such_user"),
        (f"DatabaseURL = nonsense://x\n{ALL}", "the index can be in SQLite or PostgreSQL only"),
    ],
)
def test_what_is_missing_is_told_at_the_start(folder: Path, text: str, words: str) -> None:
    configure(folder, text)
    done = run(TOOL, "-c", "a.cfg", str(free_port()), folder=folder)
    assert done.code == 10
    assert words in done.err
    assert "Traceback" not in done.err


def test_a_damaged_index_is_told_with_what_to_do_and_made_again(folder: Path) -> None:
    with serving(folder) as (process, port):
        assert store(port) == 0
        end(process)
    (folder / "area" / ".dicomdesk" / "index.sqlite").write_bytes(b"rubbish" * 1000)
    done = run(TOOL, "-c", "a.cfg", str(free_port()), folder=folder)
    assert done.code == 10
    assert "--reindex" in done.err
    assert run(TOOL, "-c", "a.cfg", "--verify", folder=folder).code == 80
    again = run(TOOL, "-c", "a.cfg", "--reindex", folder=folder)
    assert (again.code, again.out) == (0, "ARCHIVE: 1 instance in the index\n")
    checked = run(TOOL, "-c", "a.cfg", "--verify", folder=folder)
    assert (checked.code, checked.out) == (0, "ARCHIVE: 1 file, all right\n")


def test_verify_tells_what_is_wrong(folder: Path) -> None:
    with serving(folder) as (process, port):
        assert store(port) == 0
        end(process)
    next((folder / "area").glob("*/*/*/*.dcm")).unlink()
    done = run(TOOL, "-c", "a.cfg", "--verify", folder=folder)
    assert done.code == 80
    assert "there is no such file" in done.err
    assert "1 missing" in done.out
    told = [json.loads(line) for line in run(TOOL, "-c", "a.cfg", "--verify", "--json", folder=folder).out.splitlines()]
    assert [line["event"] for line in told if line["event"] != "upkeep-progress"] == [
        "upkeep-finding",
        "upkeep-finished",
        "exit",
    ]
    assert told[-1]["exit_code"] == done.code


def test_an_unknown_area_is_told(folder: Path) -> None:
    done = run(TOOL, "-c", "a.cfg", "--verify", "--area", "NOBODY", folder=folder)
    assert done.code == 10
    assert 'names no storage area "NOBODY"' in done.err


def test_host_rules_of_the_configuration_count_where_asked_for(folder: Path) -> None:
    configure(folder, f"AccessTable BEGIN\ndeny 127.0.0.0/8\nAccessTable END\n{ALL}")
    with serving(folder, "+ac") as (process, port):
        with connected(port) as requestor:
            requestor.send(STORING.encode())
            assert requestor.read_pdu() == (3, b"\0\1\1\1")
        _, _, err = end(process)
    assert "the host rules do not admit this host" in err
    with serving(folder) as (_, port):
        assert store(port) == 0


def test_metrics_are_served_where_asked_for(folder: Path) -> None:
    port, metrics_port = free_port(), free_port()
    words = ("-v", "-c", "a.cfg", "--metrics-port", str(metrics_port), str(port))
    with running(TOOL, *words, folder=folder) as process:
        wait_for_line(process, "listening on port")
        with socket.create_connection(("127.0.0.1", metrics_port), DEADLINE_S) as client:
            client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            answer = client.makefile("rb").read()
        assert b" 200 " in answer.splitlines()[0]
        assert end(process)[0] == 143


def test_a_configuration_without_area_serves_echo_and_says_so(folder: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "resources" / "dcmqrscp.cfg"
    port = free_port()
    words = ("-v", "-c", str(shipped), "--address", "127.0.0.1", str(port))
    with running(TOOL, *words, folder=folder) as process:
        told = wait_for_line(process, "listening on port")
        assert any("names no storage area" in line for line in told)
        with connected(port) as requestor:
            requestor.associate(Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)), (3, VERIFICATION, (IMPLICIT,)))))
            assert requestor.echo() == 0
            requestor.release()
        assert end(process)[0] == 143


@pytest.mark.dcmtk
def test_it_is_served_over_tls_and_plain_peers_are_not(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    files = TlsFiles(tmp_path_factory.mktemp("tls"))
    words = files.words("--enable-tls {server_key} {server_pem} --add-cert-file {ca}")
    (folder / "ct.dcm").write_bytes(
        part10(
            Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4"),
            EXPLICIT,
            sop_class_uid=CT_IMAGE,
            sop_instance_uid="1.2.3.4",
        )
    )
    with serving(folder, *words) as (process, port):
        peer = ("-aec", "ARCHIVE", "127.0.0.1", str(port), "ct.dcm")
        secure = files.words("+tls {client_key} {client_pem} +cf {ca}")
        assert run(dcmtks("storescu"), *secure, *peer, folder=folder).code == 0
        assert run(dcmtks("storescu"), "-ta", "2", *peer, folder=folder).code != 0
        assert end(process)[0] == 143
    assert len(list((folder / "area").glob("*/*/*/*.dcm"))) == 1
    done = run(TOOL, "-c", "a.cfg", *files.words("--enable-tls {none} {none}"), str(free_port()), folder=folder)
    assert done.code == 10
    assert "F: " in done.err


def _may_all_read_python() -> bool:
    places = (Path(sys.base_prefix), *Path(sys.base_prefix).parents)
    return all(place.stat().st_mode & 0o005 == 0o005 for place in places)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes others")
@pytest.mark.skipif(not _may_all_read_python(), reason="this Python is for root alone")
def test_root_becomes_the_user_of_the_configuration(folder: Path) -> None:
    configure(folder, f"UserName = nobody\n{ALL}")
    for each in (folder, *folder.parents):
        if each == Path(tempfile.gettempdir()):
            break
        each.chmod(0o755)
    (folder / "area").chmod(0o777)
    with serving(folder) as (_, port):
        assert store(port) == 0
        owners = {path.stat().st_uid for path in (folder / "area").rglob("*")}
    import pwd  # noqa: PLC0415 - not on every system

    assert owners == {pwd.getpwnam("nobody").pw_uid}


@pytest.mark.long
def test_moves_that_fail_are_kept_in_the_journal_that_is_named(folder: Path) -> None:
    with serving(folder, "--retry-moves", "moves.journal") as (process, port):
        assert store(port) == 0
        assert end(process)[0] == 143
    assert (folder / "moves.journal").stat().st_size
    done = run(TOOL, "-c", "a.cfg", "--retry-moves", "area", str(free_port()), folder=folder)
    assert done.code == 87
    assert "area" in done.err
