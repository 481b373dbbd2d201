"""Series of several patients under one Study Instance UID, sent and asked for by DCMTK's tools."""

import subprocess
from pathlib import Path

import pydicom
import pytest

from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import part10
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.dcmtk.deliveries import DCMTK_SENDER
from tests.helpers.dcmtk.delivery import ENVIRONMENT, listening, send
from tests.helpers.dcmtk.programs import dcmtk_program, free_port

pytestmark = pytest.mark.dcmtk

DEADLINE_S = 60.0
STUDY = "1.2.3"
PATIENTS = (("ID-ONE", "One^A"), ("ID-ONE", "One^A"), ("ID-TWO", "Two^B"), ("ID-THREE", "Three^C"), ("", "One^A"))


def write(folder: Path) -> list[Path]:
    """An instance and a series for each of the patients."""
    paths = []
    for number, (patient, name) in enumerate(PATIENTS, 1):
        uid = f"1.2.3.{number}.1"
        data = encoded(uid, study=STUDY, series=f"1.2.3.{number}", patient=patient, name=name)
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(part10(data, sop_instance_uid=uid))
    return paths


def ask(port: int, folder: Path, model: str, level: str, *keys: str) -> set[tuple[str, ...]]:
    """The values of the keys in each response."""
    into = folder / f"asked-{len(list(folder.iterdir()))}"
    into.mkdir()
    words = [dcmtk_program("findscu"), model, "-aec", "ARCHIVE", "-X", "-od", str(into)]
    for key in (f"QueryRetrieveLevel={level}", *keys):
        words += ["-k", key]
    subprocess.run(
        [*words, "127.0.0.1", str(port)], env=ENVIRONMENT, capture_output=True, timeout=DEADLINE_S, check=True
    )
    found = [pydicom.dcmread(path, force=True) for path in into.iterdir()]
    return {tuple(str(one.get(key.partition("=")[0], "")) for key in keys) for one in found}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_each_is_found_and_shown_as_whose_it_is_before_and_after_a_reindex(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    (tmp_path / "asked").mkdir()
    configuration = tmp_path / "a.cfg"
    row = f"ARCHIVE {tmp_path / 'area'} RW (unlimited, unlimited) ANY"
    configuration.write_text(f"AETable BEGIN\n{row}\nAETable END\n", encoding="ascii")
    command = [*ours("dcmqrscp"), "-c", str(configuration)]

    def answers(port: int) -> list[set[tuple[str, ...]]]:
        def asked(model: str, level: str, *keys: str) -> set[tuple[str, ...]]:
            return ask(port, tmp_path / "asked", model, level, *keys)

        return [
            asked("-S", "STUDY", "StudyInstanceUID", "PatientID", "PatientName", "NumberOfStudyRelatedInstances"),
            asked("-P", "PATIENT", "PatientID=ID-*", "PatientName"),
            asked("-S", "SERIES", "StudyInstanceUID", "SeriesInstanceUID", "PatientID=ID-TWO"),
            asked("-S", "SERIES", f"StudyInstanceUID={STUDY}", "SeriesInstanceUID", "PatientID=ID-THREE"),
            asked("-S", "IMAGE", f"StudyInstanceUID={STUDY}", "SeriesInstanceUID=1.2.3.3", "PatientID=ID-ONE"),
            asked("-S", "SERIES", "StudyInstanceUID", "SeriesInstanceUID", "AccessionNumber=NONE"),
        ]

    expected = [
        {
            (STUDY, "ID-ONE", "One^A", "2"),
            (STUDY, "ID-TWO", "Two^B", "1"),
            (STUDY, "ID-THREE", "Three^C", "1"),
            (STUDY, "", "One^A", "1"),
        },
        {("ID-ONE", "One^A"), ("ID-TWO", "Two^B"), ("ID-THREE", "Three^C")},
        {(STUDY, "1.2.3.3", "ID-TWO")},
        {(STUDY, "1.2.3.4", "ID-THREE")},
        set(),
        set(),
    ]
    port = free_port()
    with listening([*command, str(port)], port):
        sent = send(DCMTK_SENDER, port, write(tmp_path), tmp_path / "report.txt", "-aec", "ARCHIVE")
        statuses = {item.sop_instance_uid: item.status for item in sent}
        assert [statuses[f"1.2.3.{number}.1"] for number in range(1, 6)] == [0, 0, 0xB000, 0xB000, 0xB000]
        assert answers(port) == expected
    assert run(command, "--reindex").code == 0
    verified = run(command, "--verify")
    assert verified.code == 0
    assert verified.err.count("another patient has it, too") == 4
    with listening([*command, str(port)], port):
        assert answers(port) == expected
