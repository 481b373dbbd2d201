import json
import os
import stat
from pathlib import Path

import pytest

from dicomdesk.engine.delivery.report import (
    format_text,
    summary_lines,
)
from dicomdesk.engine.delivery.report_files import ReportFormat, write_report
from dicomdesk.engine.delivery.report_json import format_json_lines
from dicomdesk.engine.events import InputSkipped, ItemOutcome, JobOutcome
from dicomdesk.engine.explain.items import explain_input
from dicomdesk.errors import ReportError
from dicomdesk.network.status_meanings import status_advice
from tests.helpers.jobs.sample_reports import AT, CT, EXPLICIT, record, report

WHOLE_TEXT = """\
Detailed Report on the Transfer of Instances
============================================

Communication Peer : 127.0.0.1:104
AE Titles used     : DCMSEND -> ANY-SCP
Current Date/Time  : 2026-11-20 09:46:16


Number        : 1
Filename      : d/ct.dcm
SOP Instance  : 1.2.3
SOP Class     : 1.2.840.10008.5.1.4.1.1.2 = CTImageStorage
Original Xfer : 1.2.840.10008.1.2.1 = Little Endian Explicit
Dataset Size  : 968 bytes
Association   : 1
Pres. Context : 1
Network Xfer  : 1.2.840.10008.1.2.1 = Little Endian Explicit
DIMSE Status  : 0xb000 (Warning: CoercionOfDataElements)

Number        : 2
Filename      : p
SOP Instance  : 1.2.3
SOP Class     : 1.2.9 = unknown
Original Xfer : 1.2.840.10008.1.2.8 = Unknown Transfer Syntax
Dataset Size  : 0 bytes
Association   : 0
Pres. Context : 0
Network Xfer  : \n\
DIMSE Status  : <no acceptable presentation context>


Status Summary
--------------
Number of associations   : 1
Number of pres. contexts : 2
Number of SOP instances  : 2
- sent to the peer       : 1
  * with status WARNING  : 1
- NOT sent to the peer   : 1
  * no acceptable pres.  : 1"""


def test_text_has_the_layout_of_dcmtk() -> None:
    second = record(
        2,
        path="p",
        sop_class_uid="1.2.9",
        transfer_syntax_uid="1.2.840.10008.1.2.8",
        data_set_bytes=0,
        association=0,
        context_id=0,
        network_transfer_syntax_uid="",
        status=None,
        no_acceptable_context=True,
        outcome=ItemOutcome.NOT_SENT,
    )
    assert format_text(report(record(status=0xB000), second), AT) == WHOLE_TEXT


def test_text_says_why_and_what_to_do_below_each_instance_and_what_was_not_taken_at_the_end() -> None:
    advice = status_advice(0xA700)
    told = record(status=0xA700, outcome=ItemOutcome.REFUSED, reason=f'{advice} The peer says: "ward 3\nis full"')
    skipped = InputSkipped(job_id="j", path="x.txt", reason="no DICOM")
    no_dicom = explain_input("no DICOM")
    ended = {"failure": "the peer went away", "failure_cause": "It is off.", "failure_advice": "Wait."}
    whole = report(told, record(2), skipped=(skipped,), **ended)
    lines = format_text(whole, AT).splitlines()
    at = lines.index("DIMSE Status  : 0xa700 (Refused: OutOfResources)")
    assert lines[at + 1 : at + 4] == [
        'Reason        : The peer is out of resources, often disk space. The peer says: "ward 3\\nis full"',
        "Remedy        : Try again later, or ask who runs it.",
        "",
    ]
    assert sum(line.startswith("Reason") for line in lines) == 1
    assert lines[-7:-4] == ["Inputs Not Taken", "----------------", f"x.txt: no DICOM. {no_dicom.cause}"]
    assert lines[-4:] == [
        f"  {no_dicom.advice}",
        "",
        "Ended early   : the peer went away. It is off.",
        "Remedy        : Wait.",
    ]


def test_a_reader_written_after_dcmtks_form_reads_it_as_before() -> None:
    plain = report(record(), record(2, status=0xA900, outcome=ItemOutcome.REFUSED))
    told = report(record(), record(2, status=0xA900, outcome=ItemOutcome.REFUSED, reason="Why: so."), failure="x")

    def read(text: str) -> list[dict[str, str]]:
        blocks = [block for block in text.split("\n\n") if block.lstrip().startswith("Number        :")]
        rows = ([line.split(":", 1) for line in block.strip().splitlines()] for block in blocks)
        return [{name.strip(): value.strip() for name, value in row} for row in rows]

    for before, now in zip(read(format_text(plain, AT)), read(format_text(told, AT)), strict=True):
        assert before.items() <= now.items()
        assert now.keys() - before.keys() <= {"Reason", "Remedy"}


def test_instance_without_answer_is_told_from_one_that_was_not_sent() -> None:
    text = format_text(report(record(status=None, outcome=ItemOutcome.FAILED)), AT)
    assert "DIMSE Status  : <no answer, may be stored>\n" in text
    assert "- sent, NOT answered     : 1" in text
    assert "NOT sent" not in text
    text = format_text(report(record(status=None, outcome=ItemOutcome.NOT_SENT)), AT)
    assert "DIMSE Status  : <not sent>\n" in text
    assert "- NOT sent to the peer   : 1" in text
    assert "NOT answered" not in text


def test_file_name_cannot_forge_lines() -> None:
    text = format_text(report(record(path="a\nDIMSE Status  : 0x0000 (Success)\x1b[0m")), AT)
    assert "Filename      : a\\nDIMSE Status  : 0x0000 (Success)\\x1b[0m\n" in text


def test_file_name_of_any_language_stays() -> None:
    assert "Filename      : 日本 語.dcm\n" in format_text(report(record(path="日本 語.dcm")), AT)


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (0x0000, "SUCCESS  : 1"),
        (0xB007, "WARNING  : 1"),
        (0x0001, "WARNING  : 1"),
        (0x0107, "WARNING  : 1"),
        (0x0116, "WARNING  : 1"),
        (0xA700, "REFUSED  : 1"),
        (0x0122, "REFUSED  : 1"),
        (0xA900, "ERROR    : 1"),
        (0xC123, "ERROR    : 1"),
        (0x0210, "status  : 1"),
        (0xFE00, "status  : 1"),
    ],
)
def test_summary_counts_by_class_of_status(status: int, line: str) -> None:
    lines = summary_lines(report(record(status=status)))
    assert lines[5] == "- sent to the peer       : 1"
    assert lines[6].endswith(line)
    assert len(lines) == 7


def test_summary_has_the_order_of_dcmtk() -> None:
    statuses = (0x0210, 0xA700, 0xC000, 0xB000, 0x0000)
    lines = summary_lines(report(*(record(status=status) for status in statuses)))
    assert [line.split()[3] for line in lines[6:10]] == ["SUCCESS", "WARNING", "ERROR", "REFUSED"]
    assert lines[10] == "  * with unknown status  : 1"


def test_summary_of_nothing_has_no_counts() -> None:
    assert summary_lines(report())[2:] == [
        "Number of associations   : 1",
        "Number of pres. contexts : 2",
        "Number of SOP instances  : 0",
    ]


def test_json_lines_are_one_object_per_instance_and_a_summary() -> None:
    items = (record(), record(2, status=None, outcome=ItemOutcome.NOT_SENT, reason="cancelled", path="b\udcff"))
    text = format_json_lines(report(*items, job_outcome=JobOutcome.FAILED, failure="the peer aborted"), AT)
    assert text.endswith("\n")
    first, second, summary = (json.loads(line) for line in text.splitlines())
    assert first == {
        "type": "instance",
        "number": 1,
        "path": "d/ct.dcm",
        "sop_instance_uid": "1.2.3",
        "sop_class_uid": CT,
        "sop_class_name": "CTImageStorage",
        "transfer_syntax_uid": EXPLICIT,
        "transfer_syntax_name": "Little Endian Explicit",
        "data_set_bytes": 968,
        "association": 1,
        "presentation_context_id": 1,
        "network_transfer_syntax_uid": EXPLICIT,
        "network_transfer_syntax_name": "Little Endian Explicit",
        "status": 0,
        "status_text": "Success",
        "outcome": "stored",
        "reason": "",
        "cause": "",
        "advice": "",
        "attempts": 1,
    }
    assert (second["status"], second["status_text"], second["outcome"]) == (None, "", "not-sent")
    assert summary == {
        "type": "summary",
        "at": "2026-11-20T09:46:16+00:00",
        "peer_host": "127.0.0.1",
        "peer_port": 104,
        "calling_ae_title": "DCMSEND",
        "called_ae_title": "ANY-SCP",
        "associations": 1,
        "presentation_contexts_proposed": 2,
        "instances": 2,
        "skipped": 0,
        "sent": 1,
        "not_sent": 1,
        "not_answered": 0,
        "no_acceptable_presentation_context": 0,
        "with_status": {"success": 1, "warning": 0, "refused": 0, "error": 0, "unknown": 0},
        "outcomes": {"stored": 1, "warning": 0, "refused": 0, "not-sent": 1, "failed": 0},
        "job_outcome": "failed",
        "failure": "the peer aborted",
        "remark": "",
        "failure_cause": "",
        "failure_advice": "",
    }


class TestWriting:
    def test_new_file_is_written(self, tmp_path: Path) -> None:
        write_report(tmp_path / "r.txt", report(record()), at=AT)
        assert (tmp_path / "r.txt").read_text() == format_text(report(record()), AT)
        assert [path.name for path in tmp_path.iterdir()] == ["r.txt"]

    def test_existing_file_is_replaced_and_keeps_its_mode(self, tmp_path: Path) -> None:
        target = tmp_path / "r.json"
        target.write_text("old" * 10000)
        target.chmod(0o640)
        write_report(target, report(record()), ReportFormat.JSON_LINES, at=AT)
        assert target.read_text() == format_json_lines(report(record()), AT)
        assert stat.S_IMODE(target.stat().st_mode) == 0o640

    def test_link_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("")
        (tmp_path / "link").symlink_to("real")
        write_report(tmp_path / "link", report(), at=AT)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_text()

    def test_device_is_written_in_place(self) -> None:
        write_report("/dev/null", report())
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)

    def test_odd_bytes_of_a_file_name_come_back(self, tmp_path: Path) -> None:
        write_report(tmp_path / "r", report(record(path=os.fsdecode(b"a\xff.dcm"))))
        assert b"Filename      : a\xff.dcm\n" in (tmp_path / "r").read_bytes()

    def test_folder_and_missing_folder_are_told(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "none" / "r.txt"):
            with pytest.raises(ReportError, match=r"cannot write detailed report to file '.*':"):
                write_report(path, report())

    def test_what_cannot_be_replaced_is_written_in_place(self, tmp_path: Path) -> None:
        target = tmp_path / "r.txt"
        target.write_text("old")
        blocker = tmp_path / f".r.txt.{os.getpid()}.tmp"
        blocker.write_text("someone else's")
        write_report(target, report(), at=AT)
        assert target.read_text() == format_text(report(), AT)
        assert blocker.read_text() == "someone else's"
