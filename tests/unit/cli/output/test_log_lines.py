import pytest

from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.engine.events import Notice, NoticeLevel
from dicomdesk.logs import Level, Log, Record, Route


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, record: Record) -> None:
        self.records.append(record)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("level", "written"),
    [
        (NoticeLevel.DEBUG, Level.DEBUG),
        (NoticeLevel.INFO, Level.INFO),
        (NoticeLevel.WARNING, Level.WARN),
        (NoticeLevel.ERROR, Level.ERROR),
    ],
)
def test_notice_is_written_at_its_level(level: NoticeLevel, written: Level) -> None:
    kept = Kept()
    log = Log({"": Route(level=Level.ALL, appenders=(kept,))})
    write_notice(log.logger("tool"), Notice(job_id="job", level=level, text="words"))
    assert {record.level for record in kept.records} == {written}


def test_lines_stay_lines_and_nothing_else_that_a_terminal_obeys_is_written() -> None:
    kept = Kept()
    log = Log({"": Route(level=Level.ALL, appenders=(kept,))})
    write_notice(log.logger("tool"), Notice(job_id="job", level=NoticeLevel.INFO, text="first\nsec\x1bond"))
    text = "\n".join(record.text for record in kept.records)
    assert len(text.split("\n")) == 2
    assert "\x1b" not in text
