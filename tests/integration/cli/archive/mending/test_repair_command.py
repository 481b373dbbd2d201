from pathlib import Path

from tests.helpers.archives.administered import Command
from tests.helpers.archives.served_archives import encoded, running


def test_where_nothing_is_wrong_nothing_is_done(tmp_path: Path, command: Command) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        before = archive.files()
        done = command("repair", "--folder", tmp_path)
        assert (done.code, done.out) == (0, "ARCHIVE: nothing to be mended\n")
        assert archive.files() == before
