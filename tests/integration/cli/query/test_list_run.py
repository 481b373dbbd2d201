"""Lists on the command line: what is told, written and kept, and that no end of any kind loses or repeats anything."""

import csv
import json
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from dicomdesk.archive.facts import SubOperationEnded
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.engine.lists.state_file import read_kept_list
from tests.helpers.archives.listed_studies import accession, asked, instance_uids, sent, study, write_list
from tests.helpers.archives.served_archives import ARCHIVE, Running, running
from tests.helpers.dcmtk.commands import DEADLINE_S, ours, run
from tests.helpers.dcmtk.commands import running as tool_running
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.fake_peer import FakePeer, Reject

LINES = 50
INSTANCES = 3
QUERIES_OF_LINE = 3
"""For the study, and to know what there is of it."""


def words(archive: Running, *more: str | Path) -> list[str]:
    return ["-aec", ARCHIVE, "127.0.0.1", str(archive.port), *map(str, more)]


def put(archive: Running, *numbers: int, instances: int = INSTANCES) -> None:
    archive.put(*(data for number in numbers for data in study(number, instances=instances)))


def stored(folder: Path) -> set[str]:
    return {path.name.partition(".")[2] for path in folder.iterdir()}


def read_report(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


# -- what is told


def test_findscu_asks_for_each_line_and_tells_by_its_place_alone(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name;Accession\nDoe;A001\n=Roe;A007\n;\n")
    with running(tmp_path / "archive") as archive:
        put(archive, 1)
        done = run(ours("findscu"), *words(archive, "--list", path, "--list-report", tmp_path / "r.csv"))
    assert done.code == 80
    assert done.err.splitlines() == [
        "I: line 2: found, 1 match",
        "I: line 3: not found",
        "I: 2 lines: 1 found, 1 not found",
    ]
    assert done.out == ""
    rows = read_report(tmp_path / "r.csv")
    assert [(row["Name"], row["Accession"], row["Line"], row["State"], row["UIDs"]) for row in rows] == [
        ("Doe", "A001", "2", "found", "1.2.1"),
        ("'=Roe", "A007", "3", "not-found", ""),
    ]


def test_quiet_and_given_levels_count(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [1])
    with running(tmp_path / "archive") as archive:
        put(archive, 1)
        assert run(ours("findscu"), "-q", *words(archive, "--list", path)).err == ""
        assert run(ours("findscu"), "-ll", "warn", *words(archive, "--list", path)).err == ""
        loud = run(ours("findscu"), "-d", *words(archive, "--list", path))
    assert loud.code == 0
    assert "D: line 2: asking for A001" in loud.err
    assert "I: CSV with" not in loud.err
    assert "I: Text, ASCII: 1 line, accession numbers from column Accession" in loud.err


def test_lost_zeros_are_told_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Accession\n1234\n12\n")
    with running(tmp_path / "archive") as archive:
        told = run(ours("findscu"), *words(archive, "--list", path)).err.splitlines()
        filled = run(ours("findscu"), *words(archive, "--list", path, "--list-zeros", "4")).err.splitlines()
    assert told[1] == "W: --list-zeros 4 puts zeros before them"
    assert filled[0].startswith("I: line 2: ")


def test_getscu_fetches_what_is_found(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [1, 2, 2])
    (tmp_path / "out").mkdir()
    with running(tmp_path / "archive") as archive:
        put(archive, 1, 2)
        done = run(ours("getscu"), *words(archive, "--list", path, "-od", tmp_path / "out"))
        assert set(sent(archive).values()) == {1}
    assert done.code == 0, done.err
    assert done.err.splitlines()[-1] == "I: 3 lines: 3 fetched"
    assert stored(tmp_path / "out") == {*instance_uids(1, INSTANCES), *instance_uids(2, INSTANCES)}


def test_movescu_has_it_sent_to_itself_or_to_others(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [1, 2])
    port = free_port()
    (tmp_path / "out").mkdir()
    with running(tmp_path / "archive", peers={"HERE": port}) as archive:
        put(archive, 1, 2)
        line = words(archive, "--list", path, "-aet", "HERE", "-aem", "HERE")
        done = run(ours("movescu"), *line, "+P", str(port), "-od", str(tmp_path / "out"))
        assert (done.code, len(stored(tmp_path / "out"))) == (0, 2 * INSTANCES), done.err
        nowhere = run(ours("movescu"), *words(archive, "--list", path, "-aem", "NOBODY"))
    assert nowhere.code == 80
    assert "NOBODY" in nowhere.err


def test_further_keys_narrow_every_line(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [1])
    with running(tmp_path / "archive") as archive:
        put(archive, 1)
        codes = [
            run(ours("findscu"), "-k", f"StudyDate={date}", *words(archive, "--list", path)).code
            for date in ("20240102", "20240103")
        ]
    assert codes == [0, 80]


@pytest.mark.parametrize("tool", ["findscu", "getscu"])
def test_json_lines_tell_of_each_line_without_what_stands_in_it(tmp_path: Path, tool: str) -> None:
    path = write_list(tmp_path / "list.csv", [1, 7])
    with running(tmp_path / "archive") as archive:
        put(archive, 1)
        done = run(ours(tool), "--json", *words(archive, "--list", path), folder=tmp_path)
    assert done.code == 80
    assert done.err == ""
    assert "A001" not in done.out
    told = [json.loads(line) for line in done.out.splitlines()]
    ended = [each for each in told if each["event"] == "line-ended"]
    assert [(each["line"], each["number"], each["state"]) for each in ended] == [
        (2, 1, "found" if tool == "findscu" else "fetched"),
        (3, 2, "not-found"),
    ]
    assert [each["event"] for each in told[-2:]] == ["list-ended", "exit"]
    assert told[-2]["counts"]["not-found"] == 1
    assert {"line-started", "association-accepted", "association-released"} <= {each["event"] for each in told}


# -- what is wrong


@pytest.mark.parametrize(
    ("more", "error"),
    [
        (["--list", "none.csv"], "cannot access file: none.csv"),
        (["--list-key", "PatientID"], "--list-key only allowed with --list"),
        (["--list", "list.csv", "-W"], "--list not allowed with --worklist"),
        (["--list", "list.csv", "--csv"], "--list not allowed with --csv"),
        (["--list", "list.csv", "--list-window", "night"], "night is no window of time such as 20:00-06:00"),
        (["--list", "list.csv", "--list-pause", "-1"], "Invalid value for option --list-pause (-1)"),
        (["--list", "list.csv", "--list-parallel", "0"], "Invalid value for option --list-parallel (underflow: 0)"),
        (
            ["--list", "list.csv", "--list-header", "maybe"],
            "Invalid value for option --list-header (maybe), use one of: yes, no",
        ),
    ],
)
def test_a_wrong_command_line_is_refused(tmp_path: Path, more: list[str], error: str) -> None:
    write_list(tmp_path / "list.csv", [1])
    done = run(ours("findscu"), "127.0.0.1", "104", *more, folder=tmp_path)
    assert (done.code, done.error) == (1, error)


@pytest.mark.parametrize(
    ("content", "more", "error"),
    [
        (b"", [], "F: The list is empty"),
        (b"Accession\n", [], "F: The list has a header, and no line"),
        (bytes(200), [], "F: The list list.csv is no text: it is full of NUL bytes"),
        (b"Accession\nA1\n", ["--list-column", "Name"], "F: The list has no column Name"),
        (
            b"Accession\nA1\n",
            ["--list-state", "other.csv"],
            "F: other.csv is no state file of a list, and is left as it is",
        ),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, more: list[str], error: str) -> None:
    for name in ("list.csv", "other.csv"):
        (tmp_path / name).write_bytes(content)
    done = run(ours("findscu"), "127.0.0.1", "104", "--list", "list.csv", *more, folder=tmp_path)
    assert (done.code, done.told.splitlines()[-1]) == (22, error)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {content}


def test_no_association_is_told_by_each_tool_in_its_way(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [1, 2])
    for tool, code in (("findscu", 2), ("getscu", 1), ("movescu", 61)):
        with FakePeer(associate=[Reject()]) as peer:
            done = run(ours(tool), "127.0.0.1", str(peer.port), "--list", str(path), folder=tmp_path)
        assert done.code == code
        assert done.told.splitlines()[-1].endswith("2 lines: 2 to do")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [1])
    with running(tmp_path / "archive") as archive:
        put(archive, 1)
        done = run(ours("findscu"), *words(archive, "--list", path, "--list-report", tmp_path / "no" / "r.csv"))
    assert done.code == 43
    assert "cannot write report on the list" in done.err


# -- ends of all kinds


KILLS = [
    ("getscu", 1, 20),
    ("getscu", 1, 77),
    ("getscu", 3, 50),
    ("movescu", 1, 40),
]


@pytest.mark.long
@pytest.mark.parametrize(("tool", "parallel", "after"), KILLS)
def test_kill_9_in_the_middle_of_fifty_retrieves_repeats_and_misses_nothing(
    tmp_path: Path, tool: str, parallel: int, after: int
) -> None:
    path = write_list(tmp_path / "list.csv", range(1, LINES + 1))
    out, state, port = tmp_path / "out", tmp_path / "state", free_port()
    out.mkdir()
    more: list[str | Path] = ["--list", path, "-od", out, "--list-state", state, "--list-parallel", str(parallel)]
    if tool == "movescu":
        more += ["+P", str(port), "-aet", "HERE", "-aem", "HERE"]
    with running(tmp_path / "archive", peers={"HERE": port}) as archive:
        put(archive, *range(1, LINES + 1))
        with tool_running(ours(tool), *words(archive, *more)) as process:
            archive.wait_for(SubOperationEnded, after)
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait(DEADLINE_S) == -signal.SIGKILL
        here = stored(out)
        booked = read_kept_list(state).results
        assert 0 < len(booked) < LINES
        finds = asked(archive, Service.FIND)
        done = run(ours(tool), *words(archive, *more, "--list-report", tmp_path / "report.csv"))
        tried = Counter(fact.sop_instance_uid for fact in archive.told(SubOperationEnded))
        assert asked(archive, Service.FIND) - finds <= QUERIES_OF_LINE * (LINES - len(booked) + parallel)
    assert done.code == 0, done.err
    everything = {uid for number in range(1, LINES + 1) for uid in instance_uids(number, INSTANCES)}
    assert stored(out) == everything
    assert len(list(out.iterdir())) == LINES * INSTANCES
    assert set(tried) == everything
    twice = {uid for uid, count in tried.items() if count > 1}
    assert not twice & here, "what was stored was asked for again"
    assert len(twice) <= parallel * INSTANCES
    rows = read_report(tmp_path / "report.csv")
    assert [(row["Accession"], row["State"], row["Stored"]) for row in rows] == [
        (accession(number), "fetched", str(INSTANCES)) for number in range(1, LINES + 1)
    ]


def test_a_signal_stops_in_order_and_the_same_command_goes_on(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", range(1, 11))
    (tmp_path / "out").mkdir()
    more: list[str | Path] = ["--list", path, "-od", tmp_path / "out", "--list-state", tmp_path / "state"]
    with running(tmp_path / "archive") as archive:
        put(archive, *range(1, 11), instances=2)
        with tool_running(ours("getscu"), *words(archive, *more, "--list-pause", "5")) as process:
            assert process.stderr is not None
            assert "line 2: fetched" in process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            told = process.stderr.read()
            assert process.wait(DEADLINE_S) == 143
        assert told.splitlines()[-1] == "I: 10 lines: 1 fetched, 9 to do"
        done = run(ours("getscu"), *words(archive, *more))
        assert set(sent(archive).values()) == {1}
    assert done.code == 0, done.err
    assert done.err.splitlines()[0] == "I: taken up again, 1 line: 1 fetched"
    assert len(stored(tmp_path / "out")) == 20
