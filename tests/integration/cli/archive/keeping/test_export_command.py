from pathlib import Path

import pytest

from tests.helpers.archives.administered import Command
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.dcmtk.commands import dcmtks, run


@pytest.mark.dcmtk
def test_dcmtk_reads_the_directory(tmp_path: Path, command: Command) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        assert command("export", tmp_path / "cd", "study", "1.2.3", "--folder", tmp_path / "area").code == 0
    dumped = run(dcmtks("dcmdump"), str(tmp_path / "cd" / "DICOMDIR"))
    assert dumped.code == 0
    assert dumped.out.count("[IMAGE]") == 2
