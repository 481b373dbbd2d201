"""What the repair of a storage area tells in one line."""

from dicomdesk.archive.areas.crash_repair import RepairReport


def test_only_what_was_done_is_told() -> None:
    assert RepairReport(adopted=1, completed_removals=2).text == "1 file indexed, 2 removals completed"


def test_unreadable_files_are_named_in_one_harmless_line() -> None:
    report = RepairReport(superseded=1, unreadable=tuple(f"{number}\n" for number in range(9)))
    assert report.text == (
        "1 superseded file removed, 9 unreadable files left alone: 0\\n, 1\\n, 2\\n, 3\\n, 4\\n, ..."
    )
