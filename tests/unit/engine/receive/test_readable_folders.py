import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.uids import is_device_name
from dicomdesk.engine.receive.naming import example_path
from dicomdesk.engine.receive.readable_folders import readable_folder, readable_name
from dicomdesk.engine.receive.request import Storage, SubFolders
from tests.helpers.window import scenes

CT = scenes.header(scenes.JANE, ("2", "Axial", "CT"), 1)
HOSTILE = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    [
        "..",
        "../..",
        "/etc/passwd",
        "C:\\x",
        "con",
        "NUL.txt",
        "COM1 ",
        "a/../../b",
        "\u202egnp",
        "\0",
        "~root",
        "-rf",
        "x" * 500,
    ]
)


def test_an_example_tells_where_an_instance_goes() -> None:
    storage = Storage(sub_folders=SubFolders.PATIENT_STUDY_SERIES, extension=".dcm")
    patient, study, series, name = Path(example_path(storage, CT)).parts
    assert (patient, study[:-9], series[:-9]) == ("DOE JANE 12345", "2026-11-20 CT abdomen", "2 CT Axial")
    assert name == f"CT.{CT.sop_instance_uid}.dcm"
    assert example_path(Storage(), CT) == f"CT.{CT.sop_instance_uid}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  CT  abdomen / pelvis: <1>  ", "CT abdomen _ pelvis_ _1_"),
        ("Müller^Jürgen", "Müller^Jürgen"),
        ("山田^太郎", "山田^太郎"),
        ("report.", "report"),
        ("aux.dcm", "_aux.dcm"),
        ("Console", "Console"),
        ("a\u202eb\0c", "abc"),
        (" . ", ""),
    ],
)
def test_names_keep_what_people_read(text: str, name: str) -> None:
    assert readable_name(text) == name


@settings(deadline=None)
@given(name=HOSTILE, patient=HOSTILE, study=HOSTILE, uid=HOSTILE, number=HOSTILE)
def test_no_text_leaves_the_folder_or_makes_a_name_that_a_system_refuses(
    name: str, patient: str, study: str, uid: str, number: str
) -> None:
    header = replace(
        CT,
        patient_name=name,
        patient_id=patient,
        study_description=study,
        study_date=number,
        study_instance_uid=uid,
        series_number=number,
        modality=name,
        series_description=study,
        series_instance_uid=uid,
    )
    parts = Path(readable_folder(header)).parts
    assert len(parts) == 3
    for part in parts:
        assert 0 < len(part.encode()) <= 255
        assert part not in {".", ".."}
        assert not part.startswith((".", "~", "-", " "))
        assert not part.endswith((".", " "))
        assert not set(part) & set('/\\:*?"<>|')
        assert all(unicodedata.category(each)[0] != "C" for each in part)
        assert not is_device_name(part)
    path = Path("/in") / readable_folder(header)
    assert Path(os.path.normpath(path)) == path


def test_studies_of_the_same_words_have_folders_of_their_own() -> None:
    other = replace(CT, study_instance_uid="2.25.7")
    assert readable_folder(CT) != readable_folder(other)
    assert readable_folder(CT) == readable_folder(replace(CT, sop_instance_uid="1.2"))


def test_what_cannot_be_read_has_a_folder_too() -> None:
    assert readable_folder(None) == os.path.join("No patient name", "Study (no UID)", "Series (no UID)")
