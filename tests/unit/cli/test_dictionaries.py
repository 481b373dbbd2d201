from pathlib import Path

import pytest

from dicomdesk.cli.dictionaries import load_environment_dictionaries
from dicomdesk.logs import Level, console_log


def told(value: str | None, capsys: pytest.CaptureFixture[str]) -> str:
    load_environment_dictionaries(console_log(Level.INFO), {} if value is None else {"DCMDICTPATH": value})
    return capsys.readouterr().err


@pytest.mark.parametrize("value", [None, "", ":"])
def test_nothing_happens_when_the_variable_is_not_set(value: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(value, capsys) == ""


def test_missing_file_is_told_in_dcmtks_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert told("nofile", capsys) == (
        "E: DcmDataDictionary: Cannot open file: nofile\n"
        "W: no data dictionary loaded, check environment variable: DCMDICTPATH\n"
    )


def test_faulty_file_is_told_and_a_good_one_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.dic", tmp_path / "bad.dic"
    good.write_text('(0019,"DICOMDESK TEST",01)\tDS\tTestValue\t1\tPrivateTag\n')
    bad.write_text("garbage\n")
    text = told(f"{bad}:{good}", capsys)
    assert text.startswith("E: DcmDataDictionary: ")
    assert "bad.dic" in text
    assert "no data dictionary loaded" not in text
