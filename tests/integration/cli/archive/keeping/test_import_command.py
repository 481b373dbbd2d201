from pathlib import Path

from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.archives.stored_studies import write_studies
from tests.helpers.data.datasets import CT_IMAGE, part10


def test_what_was_exported_is_imported_elsewhere(tmp_path: Path, command: Command) -> None:
    write_studies(tmp_path / "in")
    (tmp_path / "in" / "readme.txt").write_text("hello")
    with running(tmp_path / "one") as one, running(tmp_path / "other") as other:
        done = command("import", tmp_path / "in", "--folder", tmp_path / "one", "--json")
        assert done.code == 0
        ended = objects(done)[-1]
        assert (ended["event"], ended["error"], ended["counts"]["skipped"]) == ("import-ended", "", 1)
        assert ended["counts"]["stored"] == len(one.indexed()) > 10
        done = command("export", tmp_path / "b.zip", "patients", "P1", "--folder", tmp_path / "one", "--json")
        assert (done.code, objects(done)[-1]["instances"]) == (0, 8)
        done = command("import", tmp_path / "b.zip", "--folder", tmp_path / "other", "--json")
        assert done.code == 0
        of_one = {uid: one.files()[path] for path, uid in one.indexed().items()}
        for path, uid in other.indexed().items():
            assert other.files()[path] == of_one[uid]
        assert len(other.indexed()) == 8


def test_what_is_damaged_or_refused_is_told_and_the_exit_code_says_so(tmp_path: Path, command: Command) -> None:
    (tmp_path / "in").mkdir()
    cut = part10(encoded("1.2"), sop_class_uid=CT_IMAGE, sop_instance_uid="1.2")[:-3]
    (tmp_path / "in" / "cut.dcm").write_bytes(cut)
    with running(tmp_path / "area"):
        done = command("import", tmp_path / "in", "--folder", tmp_path / "area")
    assert done.code == 80
    assert "cut.dcm: failed" in done.err
    assert "1 failed" in done.out


def test_nothing_is_exported_where_nothing_matches(tmp_path: Path, command: Command) -> None:
    with running(tmp_path / "area"):
        assert command("export", tmp_path / "cd", "1.2.3", "--folder", tmp_path / "area").code == 80
        assert command("export", tmp_path / "cd", "studies", "--folder", tmp_path / "area").code == 1
    assert not (tmp_path / "cd").exists()
