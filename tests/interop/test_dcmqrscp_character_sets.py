"""In which character set DCMTK's dcmqrscp and ours answer, by request, configuration and command line."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.helpers.archives.opened_archives import Found, ask_both, dcmtk_archive, our_archive, our_process
from tests.helpers.archives.stored_studies import STUDIES, write_studies

pytestmark = pytest.mark.dcmtk

REQUESTS = ("", "ISO_IR 100", "ISO_IR 192", "GB18030", "ISO_IR 144", "\\ISO 2022 IR 87")
RULES = (
    "",
    '"ISO_IR 192", override',
    '"ISO_IR 100", override',
    '"ISO_IR 100", override, fallback',
    '"ISO_IR 192", fallback',
    "GB18030, override",
    '"ISO_IR 192"',
)
OPTIONS = ("-Cr +U8", "-Cr +L1", "+C GB18030")
CODE_EXTENSIONS = {"6", "7"}
"""Studies whose text is in ISO 2022: DCMTK's cannot convert all of it, and ours answers in what was asked for."""


def arguments(character_set: str) -> list[str]:
    keys = [f"SpecificCharacterSet={character_set}"] if character_set else []
    keys += ["QueryRetrieveLevel=STUDY", "PatientName", "StudyInstanceUID", "StudyDescription"]
    return ["-S", *(argument for key in keys for argument in ("-k", key))]


def told(found: Found) -> dict[str, tuple[str, str]]:
    """Character set and name of each study, by number; of plain ASCII the character set does not matter."""
    answers = {}
    for response in found.responses:
        texts = str(response.PatientName) + str(response.StudyDescription)
        character_set = "" if texts.isascii() else str(response.get("SpecificCharacterSet", ""))
        answers[response.StudyInstanceUID.rpartition(".")[2]] = character_set, texts
    return answers


def check(ours: Found, theirs: Found, asked: str) -> None:
    one, other = told(ours), told(theirs)
    assert {number: texts for number, (_, texts) in one.items()} == {
        number: text for number, (_, text) in other.items()
    }
    differing = {number for number in one if one[number] != other[number]}
    if "2022" in asked:  # DCMTK's converts nothing into it
        differing -= {"4", "5", "8", "9", "14"}
    assert differing <= CODE_EXTENSIONS


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_studies(tmp_path_factory.mktemp("instances"))


@pytest.mark.parametrize("rule", RULES)
def test_the_configuration_chooses_as_dcmtks(rule: str, files: list[Path], tmp_path: Path) -> None:
    configuration = {"more": f"SpecificCharacterSet = {rule}" if rule else ""}
    with ExitStack() as stack:
        ours = stack.enter_context(our_archive(tmp_path / "ours", files, configuration=configuration))
        theirs = stack.enter_context(dcmtk_archive(tmp_path / "theirs", files, configuration=configuration))
        for number, character_set in enumerate(REQUESTS):
            found = ask_both(ours.port, theirs, arguments(character_set), tmp_path / str(number))
            check(*found, character_set)
            assert len(told(found[0])) == len(STUDIES)


@pytest.mark.parametrize("options", OPTIONS)
def test_the_command_line_chooses_as_dcmtks(options: str, files: list[Path], tmp_path: Path) -> None:
    with ExitStack() as stack:
        line = options.split()
        ours = stack.enter_context(our_process(tmp_path / "ours", files, *line))
        theirs = stack.enter_context(dcmtk_archive(tmp_path / "theirs", files, *line))
        for number, character_set in enumerate(("", "ISO_IR 100", "ISO_IR 192")):
            check(*ask_both(ours, theirs, arguments(character_set), tmp_path / str(number)), character_set)
