import logging

import pytest

from dicomdesk.cli.log.library_records import show_library_records
from dicomdesk.logs import Level, console_log


def test_records_and_tracebacks_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    handler = show_library_records(console_log(Level.WARN))
    logger = logging.getLogger("dicomdesk.engine.job")
    try:
        logger.warning("take care")
        logger.debug("detail")
        try:
            int("broken")
        except ValueError:
            logger.exception("job failed")
    finally:
        logging.getLogger("dicomdesk").removeHandler(handler)
        logging.getLogger("dicomdesk").propagate = True
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == ["W: take care", "E: job failed", "E: Traceback (most recent call last):"]
    assert lines[-1] == "E: ValueError: invalid literal for int() with base 10: 'broken'"
