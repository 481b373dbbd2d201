"""Rules for all tests: the DICOM corpus and real peers are found here, and no log record goes unannounced."""

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")  # no test fails by the time that an example takes

REPOSITORY = Path(__file__).resolve().parent.parent


def corpus_folder() -> Path:
    """Where the corpus lies: DICOMDESK_CORPUS, else beside the project."""
    return Path(os.environ.get("DICOMDESK_CORPUS") or REPOSITORY.parent / "shared" / "corpus")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skips = {
        "corpus": (
            not (corpus_folder() / "INDEX.csv").is_file(),
            "the DICOM corpus is not here (DICOMDESK_CORPUS names its folder)",
        ),
        "dcmtk": (shutil.which("dcmsend") is None, "the DCMTK tools are not installed"),
        "orthanc": (shutil.which("Orthanc") is None, "Orthanc is not installed"),
    }
    for item in items:
        for marker, (is_absent, reason) in skips.items():
            if is_absent and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of the corpus; for tests marked ``corpus``."""
    return corpus_folder()


@pytest.fixture(scope="session")
def faults(corpus: Path) -> Path:
    """The folder of small inputs that once failed, beside the corpus."""
    folder = corpus.parent / "faults"
    if not folder.is_dir():
        pytest.skip("the inputs that once failed are not beside the corpus")
    return folder


_OF_THE_MACHINE = re.compile("database of the index answers slowly")
"""Says how busy the machine is, and nothing of what is tested."""


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.announced = [_OF_THE_MACHINE]

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def unannounced(self) -> list[str]:
        texts = [f"{record.name}: {record.levelname}: {record.getMessage()}" for record in self.records]
        return [text for text in texts if not any(pattern.search(text) for pattern in self.announced)]


@pytest.fixture(autouse=True)
def log_recorder() -> Iterator[_Recorder]:
    """Fails the test when something was logged at WARNING or above that it did not announce."""
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    yield recorder
    root.removeHandler(recorder)
    surprises = recorder.unannounced()
    assert not surprises, f"logged without announcement: {surprises}"


@pytest.fixture
def announce_log(log_recorder: _Recorder) -> Callable[[str], None]:
    """Call with a regular expression: log records that match it may appear in this test."""

    def announce(pattern: str) -> None:
        log_recorder.announced.append(re.compile(pattern))

    return announce
