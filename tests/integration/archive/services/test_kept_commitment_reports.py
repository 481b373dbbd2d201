"""Reports as files: whole or not at all, claimed by one process, and hostile ones cost a line of the log."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.archive.services.kept_commitment_reports import KeptReports
from dicomdesk.dicom.commitment.references import Reference
from tests.helpers.peers.report_takers import kept_reports

REPORT = Report(
    association=0,
    transaction_uid="1.2.3",
    outcomes={
        Reference("1.2", "1.3"): 0,
        Reference("1.2", "1.4"): 0x0112,
        Reference("", ""): 0x0112,
        Reference("a\nb\0\\\"'", "\ufffd" * 128): 0xFFFF,
    },
    archive_ae_title="ARCHIVE",
    peer_ae_title="É \\",
    asked=1234.5,
)


def area(folder: Path) -> StorageArea:
    storage = StorageArea(folder)
    storage.mark_running()
    return storage


def restored(folder: Path) -> list[Report]:
    storage = area(folder)
    try:
        return [report for _, report in KeptReports(storage).restore()]
    finally:
        storage.mark_ended()


def test_what_is_kept_is_restored_when_its_process_has_ended(tmp_path: Path) -> None:
    first = area(tmp_path)
    names = [KeptReports(first).keep(REPORT) for _ in range(3)]
    KeptReports(first).forget(names[0])
    KeptReports(first).forget(names[0])
    assert restored(tmp_path) == []
    first.mark_ended()
    assert restored(tmp_path) == [REPORT, REPORT]
    assert restored(tmp_path) == [REPORT, REPORT]
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / ".dicomdesk",)] == [0]


def test_a_report_is_of_the_first_process_that_claims_it(tmp_path: Path) -> None:
    gone = area(tmp_path)
    KeptReports(gone).keep(REPORT)
    gone.mark_ended()
    one, other = area(tmp_path), area(tmp_path)
    first, second = KeptReports(one).restore(), KeptReports(other).restore()
    assert [report for _, report in first] == [REPORT]
    assert list(second) == []
    one.mark_ended()
    other.mark_ended()


def head(**changes: object) -> dict[str, object]:
    return {"transaction": "1.2", "archive": "A", "peer": "P", "asked": 1.0, "instances": 1} | changes


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


OUTCOME = [0, "1.2", "1.3"]
HOSTILE = {
    "empty": b"",
    "bytes": bytes(range(256)),
    "no JSON": b"{\n",
    "deep": b"[" * 2000 + b"\n",
    "long": b" " * 1_000_000,
    "no end": lines(head())[:-1],
    "a list": lines([1, 2, 3]),
    "no instances": lines(head(instances=0)),
    "instances that are true": lines(head(instances=True), OUTCOME),
    "fewer instances": lines(head(instances=2), OUTCOME),
    "more instances": lines(head(), OUTCOME, OUTCOME),
    "the same twice": lines(head(instances=2), OUTCOME, OUTCOME),
    "too many": lines(head(instances=10**12), OUTCOME),
    "cut": lines(head(), OUTCOME)[:-4],
    "no transaction": lines(head(transaction=None), OUTCOME),
    "a wrong transaction": lines(head(transaction="../../etc/passwd"), OUTCOME),
    "no time": lines(head(asked="now"), OUTCOME),
    "an endless time": lines(head(asked=float("inf")), OUTCOME),
    "a time that is none": lines(head(asked=float("nan")), OUTCOME),
    "a long title": lines(head(peer="P" * 17), OUTCOME),
    "a title of two lines": lines(head(peer="P\nP"), OUTCOME),
    "a title that is a number": lines(head(archive=7), OUTCOME),
    "a reason beyond 16 bits": lines(head(), [65536, "1.2", "1.3"]),
    "a reason below": lines(head(), [-1, "1.2", "1.3"]),
    "a reason that is a fraction": lines(head(), [0.5, "1.2", "1.3"]),
    "a long UID": lines(head(), [0, "1" * 129, "1.3"]),
    "a UID that is none": lines(head(), [0, None, "1.3"]),
    "an object": lines(head(), {"a": 1}),
    "a number of a million digits": b"9" * 2000 + b"\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_report_is_removed_and_told(tmp_path: Path, announce_log: Any, name: str) -> None:
    announce_log("is no storage commitment report and is removed")
    gone = area(tmp_path)
    KeptReports(gone).keep(REPORT)
    gone.mark_ended()
    (tmp_path / ".dicomdesk" / "report-host-1-abcd-0123.json").write_bytes(HOSTILE[name])
    assert restored(tmp_path) == [REPORT]
    assert len(kept_reports(tmp_path)) == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=300), st.tuples(st.integers(0, 200), st.binary(max_size=3))))
def test_any_bytes_are_a_report_or_none(
    tmp_path_factory: pytest.TempPathFactory, announce_log: Any, data: bytes | tuple[int, bytes]
) -> None:
    announce_log("is no storage commitment report and is removed")
    folder = tmp_path_factory.mktemp("area")
    if isinstance(data, tuple):
        whole = lines(head(), OUTCOME)
        data = whole[: data[0]] + data[1] + whole[data[0] + len(data[1]) :]
    StorageArea(folder)
    (folder / ".dicomdesk" / "report-x.json").write_bytes(data)
    for report in restored(folder):
        assert all(0 <= reason <= 0xFFFF for reason in report.outcomes.values())


@pytest.mark.parametrize("kind", ["folder", "fifo", "link"])
def test_what_is_no_file_is_neither_read_nor_waited_for(tmp_path: Path, announce_log: Any, kind: str) -> None:
    announce_log("storage commitment report")
    announce_log("cannot be removed")
    gone = area(tmp_path)
    gone.mark_ended()
    path = tmp_path / ".dicomdesk" / "report-x-0.json"
    secret = tmp_path / "secret"
    secret.write_bytes(lines(head(), OUTCOME))
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(secret)
    assert restored(tmp_path) == []
    assert secret.exists()


def test_other_files_there_are_left_alone(tmp_path: Path) -> None:
    area(tmp_path).mark_ended()
    others = [tmp_path / ".dicomdesk" / name for name in ("report-x.txt", "xreport-1.json", "index.sqlite")]
    for path in others:
        path.write_bytes(b"x")
    assert restored(tmp_path) == []
    assert all(path.exists() for path in others)
