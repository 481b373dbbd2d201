"""How a notice of a job stands in the log."""

from dicomdesk.engine import events
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger

NOTICE_LEVELS = {
    events.NoticeLevel.DEBUG: Level.DEBUG,
    events.NoticeLevel.INFO: Level.INFO,
    events.NoticeLevel.WARNING: Level.WARN,
    events.NoticeLevel.ERROR: Level.ERROR,
}


def write_notice(logger: Logger, notice: events.Notice) -> None:
    """Write all lines of a notice at its level."""
    logger.write(NOTICE_LEVELS[notice.level], "\n".join(map(printable, notice.text.split("\n"))))
