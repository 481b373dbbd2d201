"""Lists worked off with archives of three kinds: what is found, and what is fetched in both ways."""

import csv
from pathlib import Path

import pytest

from tests.helpers.archives.four_archives import FOUR_ARCHIVES, PLAIN, Ports, Tls
from tests.helpers.archives.listed_studies import instance_uids, study
from tests.helpers.archives.opened_archives import AREA
from tests.helpers.data.datasets import EXPLICIT, part10
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.dcmtk.programs import free_port

NAMES = [
    pytest.param("dcmtk", marks=pytest.mark.dcmtk),
    pytest.param("orthanc", marks=pytest.mark.orthanc),
    "ours",
]
LIST = "Name;Accession\nDoe;A001\nRoe;A002\nRoe;A009\nPoe;A003\nDoe;A001\n"
"""Two studies have A003."""


def write_instances(folder: Path) -> Path:
    folder.mkdir()
    studies = [study(1), study(2), study(3), study(4, called=3)]
    for number, data in enumerate(data for each in studies for data in each):
        (folder / f"{number}.dcm").write_bytes(part10(data, EXPLICIT))
    return folder


def stored(folder: Path) -> list[str]:
    return sorted(path.name.partition(".")[2] for path in folder.iterdir())


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_list_is_found_and_fetched_by_c_get_and_c_move(name: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    here = free_port()
    destinations = Ports(plain=here, secure=free_port())
    archive = tmp_path / "archive"
    archive.mkdir()
    with FOUR_ARCHIVES[name](archive, destinations, Tls.made(tmp_path)) as ports:
        address = ["-aet", PLAIN, "-aec", AREA, "127.0.0.1", str(ports.plain)]
        sending = run(ours("storescu"), *address, "+sd", str(write_instances(tmp_path / "files")))
        assert sending.code == 0, sending.err
        words = [*address, "--list", str(tmp_path / "list.csv"), "--list-report", str(tmp_path / "report.csv")]
        asked = run(ours("findscu"), *words)
        assert (asked.code, states(tmp_path)) == (80, ["found", "found", "not-found", "ambiguous", "found"]), asked.err
        for tool, more in (
            ("getscu", []),
            ("movescu", ["-aem", PLAIN, "+P", str(here)]),
            ("getscu", ["--list-take-all"]),
        ):
            out = tmp_path / f"{tool}{len(more)}"
            out.mkdir()
            done = run(ours(tool), *words, *more, "-od", str(out))
            is_all = "--list-take-all" in more
            assert done.code == 80
            assert states(tmp_path) == [
                *("fetched", "fetched", "not-found", "fetched" if is_all else "ambiguous", "fetched")
            ], done.err
            wanted = (1, 2, 3, 4) if is_all else (1, 2)
            assert stored(out) == sorted(uid for number in wanted for uid in instance_uids(number, 3))


def states(folder: Path) -> list[str]:
    return [row["State"] for row in csv.DictReader((folder / "report.csv").read_text().splitlines())]
