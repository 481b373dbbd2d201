"""After whatever a requestor sends, an archive serves the next as if nothing had been."""

from collections.abc import Iterator

import pytest

from tests.hostile.acceptor_kinds import ANY_ACCEPTOR
from tests.hostile.archive_kinds import ARCHIVE
from tests.hostile.kinds import Kind, names
from tests.hostile.steps import call
from tests.hostile.victims import Victim, archive_words, victim

KINDS = [*ANY_ACCEPTOR, *ARCHIVE]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with victim(archive_words(), tmp_path_factory.mktemp("archive") / "home") as made:
        yield made


@pytest.mark.parametrize("hostile", KINDS, ids=names(KINDS))
def test_archive_serves_on_after(hostile: Kind, archive: Victim) -> None:
    call(archive.port, hostile.steps)
    archive.check()
