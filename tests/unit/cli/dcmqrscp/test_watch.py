"""An archive is shown while it serves, and signals reach it."""

import json
import os
import signal
from pathlib import Path

import pytest

from dicomdesk.archive.serving import Serving
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.cli.dcmqrscp.lines import ArchiveLines
from dicomdesk.cli.dcmqrscp.watch import ArchiveWatch
from dicomdesk.engine.events import JobFinished, JobOutcome
from dicomdesk.logs import Level, console_log


def make_watch(*, writes_json: bool = False) -> ArchiveWatch:
    log = console_log(Level.INFO)
    lines = ArchiveLines(log, max_pdu_bytes=16384, shows_contexts=False)
    return ArchiveWatch(lines, log.logger("tool"), writes_json=writes_json, shows_identifiers=False)


def make_serving(watch: ArchiveWatch, folder: Path) -> Serving:
    area = Area(ae_title="ARCHIVE", folder=folder, is_writable=True)
    settings = ArchiveSettings(configuration=ArchiveConfiguration(areas=(area,)), port=0, address="127.0.0.1")
    return Serving(settings, watch.sink)


def test_a_signal_ends_the_archive_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watch = make_watch(writes_json=True)
    with watch.catching_signals():
        serving = make_serving(watch, tmp_path)
        serving.open()
        os.kill(os.getpid(), signal.SIGTERM)
        assert watch.run(serving) == ""
        serving.close()
    assert watch.last_signal == signal.SIGTERM
    seen = capsys.readouterr()
    assert "W: ending in order, a second signal aborts" in seen.err
    assert [json.loads(line)["event"] for line in seen.out.splitlines()][-1] == "job-finished"


def test_what_goes_wrong_at_the_end_is_returned(tmp_path: Path) -> None:
    watch = make_watch()
    serving = make_serving(watch, tmp_path)
    watch.sink(JobFinished(job_id="archive", outcome=JobOutcome.FAILED, counts={}, error="disk gone"))
    assert watch.run(serving) == "disk gone"
    serving.close()
