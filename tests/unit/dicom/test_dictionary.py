import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from pydicom import _dicom_dict

from dicomdesk.dicom.dictionary import Dictionary, dictionary, load_dictionaries
from dicomdesk.errors import DictionaryError


@pytest.fixture
def standard() -> Dictionary:
    made = Dictionary()
    made.add_standard()
    return made


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        (0x00100010, b"PN"),
        (0x00080018, b"UI"),
        (0x00081140, b"SQ"),
        (0x00280106, b"xs"),
        (0x7FE00010, b"OW"),
        (0x00283006, b"OW"),
        (0x00080000, b"UL"),
        (0x00090000, b"UL"),
        (0x00090010, b"LO"),
        (0x000900FF, b"LO"),
        (0x00091001, b"UN"),
        (0x60003000, b"OW"),
        (0x60FE0010, b"US"),
        (0x50003000, b"OW"),
        (0x00203105, b"CS"),
        (0x12345678, b"UN"),
    ],
)
def test_standard_dictionary_knows(standard: Dictionary, tag: int, vr: bytes) -> None:
    assert standard.find_vr(tag) == vr


@pytest.mark.long
def test_tags_that_peers_make_up_are_not_remembered_for_ever(standard: Dictionary) -> None:
    first = 0x00120000
    standard.find_vr(first)
    tracemalloc.start()
    try:
        for tag in range(first, first + 20_000):
            standard.find_vr(tag & ~0x10000)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 1 << 20
    assert standard.find_vr(0x60020010) == b"US"


def test_dictionary_is_loaded_without_importing_pydicom() -> None:
    code = (
        "import sys; from dicomdesk.dicom.dictionary import dictionary;"
        "assert dictionary().find_vr(0x00100010) == b'PN';"
        "assert not any(name == 'pydicom' or name.startswith('pydicom.') for name in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_tables_of_pydicom_still_look_as_expected() -> None:
    assert _dicom_dict.DicomDictionary[0x00100010][0] == "PN"
    assert _dicom_dict.RepeatersDictionary["60xx3000"][0] == "OB or OW"
    known = {entry[0] for entry in _dicom_dict.DicomDictionary.values()}
    several = {vr for vr in known if len(vr) != 2}
    assert several == {"US or SS", "OB or OW", "US or OW", "US or SS or OW", "NONE"}


@pytest.mark.parametrize(
    ("line", "tag", "creator", "vr"),
    [
        ("(0009,0002)\tLO\tX\t1\tP", 0x00090002, "", b"UN"),
        ("(0014,4001)\tFD\tX\t1\tP", 0x00144001, "", b"FD"),
        ("(0014,4002)\txs\tX", 0x00144002, "", b"xs"),
        ("(0014,4003)\tox\tX\t1", 0x00144003, "", b"OW"),
        ("(7000-70FF,3000)\tox\tX\t1\tP", 0x70023000, "", b"OW"),
        ("(7000-70FF,3000)\tOB\tX\t1\tP", 0x70033000, "", b"UN"),
        ("(7000-u-70FE,3000-u-3005)\tSL\tX\t1\tP", 0x70023003, "", b"SL"),
        ("(7000-70FF,3000-3005)\tSL\tX\t1\tP", 0x70023003, "", b"UN"),
        ('(0009,"ACME 1.0",01)\tSS\tX\t1\tP', 0x00091001, "ACME 1.0", b"SS"),
        ('(0009,"ACME 1.0",01)\tSS\tX\t1\tP', 0x0009AB01, "ACME 1.0", b"SS"),
        ('(0009,"ACME 1.0",01)\tSS\tX\t1\tP', 0x00091001, "OTHER", b"UN"),
        ('(0009-o-00ff,"ACME 1.0",01)\tSS\tX\t1\tP', 0x00111001, "ACME 1.0", b"SS"),
    ],
)
def test_line_of_a_dictionary_file_is_understood(
    standard: Dictionary, line: str, tag: int, creator: str, vr: bytes
) -> None:
    assert standard.add_line(line) == ""
    assert standard.find_vr(tag, creator) == vr


def test_later_entry_overrides(standard: Dictionary) -> None:
    assert standard.add_line("(0010,0010)\tLO\tX\t1\tP") == ""
    assert standard.find_vr(0x00100010) == b"LO"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("(0010,0010) PN Name", "too few fields"),
        ("(0010,0010)\tPN", "too few fields"),
        ("0010,0010\tPN\tName", "is not a tag"),
        ("(0010,001G)\tPN\tName", "is not a tag"),
        ("(0010,0010)\tXX\tName", "is not a VR"),
        ("(0010,0010)\tÄÄ\tName", "is not a VR"),
    ],
)
def test_faulty_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "site.dic"
    path.write_text(f"# comment\n\n{line}\n", encoding="utf-8")
    with pytest.raises(DictionaryError, match=rf"site\.dic, line 3: .*{fault}"):
        load_dictionaries([path])


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"cannot read data dictionary .*absent\.dic"):
        load_dictionaries([tmp_path / "absent.dic"])


def test_loaded_entries_are_known_to_all(tmp_path: Path) -> None:
    path = tmp_path / "site.dic"
    path.write_text('(0F01,"DICOMDESK TEST",10)\tFD\tMeasure\t1\tP\n', encoding="utf-8")
    load_dictionaries([path])
    assert dictionary().find_vr(0x0F011010, "DICOMDESK TEST") == b"FD"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        (0x00100010, "PatientName"),
        (0x00080010, "RETIRED_RecognitionCode"),
        (0x60020010, "OverlayRows"),
        (0x00080000, "GenericGroupLength"),
        (0x00290010, "PrivateCreator"),
        (0x00291001, ""),
        (0x12345678, ""),
    ],
)
def test_elements_have_names(standard: Dictionary, tag: int, name: str) -> None:
    assert standard.find_name(tag) == name


def test_names_lead_back_to_tags(standard: Dictionary) -> None:
    assert standard.find_tag("PatientName") == 0x00100010
    assert standard.find_tag("OverlayRows") == 0x60000010
    assert standard.find_tag("patientname") is None
    assert standard.find_tag("") is None


def test_names_of_dictionary_files_are_known(standard: Dictionary) -> None:
    for line in (
        '(0F01,"ACME",10)\tFD\tMeasure\t1\tP',
        '(0F01-o-0F05,"ACME",20-u-2F)\tFD\tMany\t1\tP',
        "(3002,7777)\tLO\tSite\t1\tP",
    ):
        assert standard.add_line(line) == ""
    assert standard.find_name(0x0F011010, "ACME") == "Measure"
    assert standard.find_name(0x0F031021, "ACME") == "Many"
    assert standard.find_name(0x0F011010, "OTHER") == ""
    assert standard.find_tag("Site") == 0x30027777


@pytest.mark.dcmtk
@pytest.mark.parametrize("name", ["dicom.dic", "private.dic"])
def test_dictionaries_of_dcmtk_are_understood_whole(standard: Dictionary, name: str) -> None:
    found = [*Path("/usr/share").glob(f"libdcmtk*/{name}"), *Path("/usr/share").glob(f"dcmtk*/{name}")]
    if not found:
        pytest.skip("DCMTK's dictionary files are not installed")
    lines = found[0].read_text(encoding="utf-8", errors="replace").splitlines()
    entries = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(entries) > 2000
    assert {standard.add_line(line) for line in entries} == {""}


@pytest.mark.dcmtk
def test_our_dictionary_agrees_with_that_of_dcmtk(standard: Dictionary) -> None:
    found = list(Path("/usr/share").glob("libdcmtk*/dicom.dic"))
    if not found:
        pytest.skip("DCMTK's dictionary files are not installed")
    theirs = Dictionary()
    tags = []
    for line in found[0].read_text(encoding="utf-8").splitlines():
        if line.startswith("(") and "-" not in line.split("\t")[0]:
            theirs.add_line(line)
            tags.append(int(line[1:5] + line[6:10], 16))
    different = {
        f"{tag:08X}": (theirs.find_vr(tag), standard.find_vr(tag))
        for tag in tags
        if not tag & 0x10000 and theirs.find_vr(tag) != standard.find_vr(tag)
    }
    unknown_to_us = {tag for tag, (_, ours) in different.items() if ours == b"UN"}
    assert {tag: pair for tag, pair in different.items() if tag not in unknown_to_us} == {}
