import threading

import pytest

from dicomdesk.engine.receive.quiet_studies import SettledStudy, StudyCommand, StudySettler
from dicomdesk.errors import SettingsError

STUDY = SettledStudy(
    study_instance_uid="1.2.3", folder="/in", calling_ae_title="MR1", called_ae_title="ARCHIVE", items=7
)


class Settled:
    """What has settled, and waiting for it."""

    def __init__(self, settle_s: float) -> None:
        self.studies: list[SettledStudy] = []
        self._changed = threading.Condition()
        self.settler = StudySettler(settle_s, self._note)
        self.thread = threading.Thread(target=self.settler.run)
        self.thread.start()

    def _note(self, study: SettledStudy) -> None:
        with self._changed:
            self.studies.append(study)
            self._changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.studies) >= count, 20)

    def stop(self) -> None:
        self.settler.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_quiet_study_settles_once_with_its_count() -> None:
    settled = Settled(0.01)
    for _ in range(3):
        settled.settler.arrived("1.2.3", "/in", "MR1", "ARCHIVE")
    settled.wait_for(1)
    settled.stop()
    assert sum(study.items for study in settled.studies) == 3
    assert settled.studies[0].folder == "/in"


def test_study_settles_again_when_more_arrives() -> None:
    settled = Settled(0.001)
    settled.settler.arrived("1.2.3", "/in", "MR1", "ARCHIVE")
    settled.wait_for(1)
    settled.settler.arrived("1.2.3", "/in", "MR1", "ARCHIVE")
    settled.wait_for(2)
    settled.stop()
    assert [study.items for study in settled.studies] == [1, 1]


def test_stop_settles_all_that_is_pending_at_once() -> None:
    settled = Settled(3600)
    for uid in ("1.1", "1.2", "1.3", "1.1"):
        settled.settler.arrived(uid, "/in", "MR1", "ARCHIVE")
    settled.stop()
    assert [(study.study_instance_uid, study.items) for study in settled.studies] == [
        ("1.2", 1),
        ("1.3", 1),
        ("1.1", 2),
    ]


def test_too_many_pending_studies_settle_early() -> None:
    settled = Settled(3600)
    for number in range(1100):
        settled.settler.arrived(f"1.{number}", "/in", "MR1", "ARCHIVE")
    settled.wait_for(100)
    assert settled.studies[0].study_instance_uid == "1.0"
    settled.stop()
    assert len(settled.studies) == 1100


def test_placeholders_are_filled_in_after_splitting() -> None:
    study = SettledStudy(
        study_instance_uid="1.2; rm", folder="/in with blank", calling_ae_title="A\nB", called_ae_title="--x", items=1
    )
    words = StudyCommand("program --from=#a '#c' \"#p\" #s #x").words(study)
    assert words == ["program", "--from=A_B", "x", "/in with blank", "1.2__rm", "#x"]


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("../../x", "_._.._x"),
        ("..", "__"),
        ("$(touch x)`y`", "__touch_x__y_"),
        ("1|2;3&4>5<6", "1_2_3_4_5_6"),
        ("~root", "_root"),
        ("-rf", "rf"),
        ("", ""),
    ],
)
def test_words_of_the_peer_are_harmless_to_a_shell_and_in_a_path(hostile: str, harmless: str) -> None:
    study = SettledStudy(
        study_instance_uid=hostile, folder="/in", calling_ae_title=hostile, called_ae_title=hostile, items=1
    )
    assert list(StudyCommand("#a #c #s x#s").words(study)) == [harmless] * 3 + ["x" + harmless]
    out = 'test "$DICOMDESK_STUDY_UID" = "' + harmless + '"'
    assert StudyCommand(f"sh -c '{out}'").run(study) == 0


def test_exit_code_of_the_command_is_returned() -> None:
    assert StudyCommand("true").run(STUDY) == 0
    assert StudyCommand("sh -c 'exit 3'").run(STUDY) == 3
    assert StudyCommand('sh -c \'test "$DICOMDESK_STUDY_UID $DICOMDESK_INSTANCES" = "1.2.3 7"\'').run(STUDY) == 0


def test_command_that_does_not_exist_is_127() -> None:
    assert StudyCommand("/no/such/program").run(STUDY) == 127


def test_abort_ends_the_command_and_starts_none_any_more() -> None:
    command = StudyCommand("tail -f /dev/null")
    codes: list[int] = []
    runner = threading.Thread(target=lambda: codes.append(command.run(STUDY)))
    runner.start()
    pause = threading.Event()
    while command._process is None and runner.is_alive():
        pause.wait(0.001)
    command.abort()
    runner.join(20)
    assert codes == [-15]
    assert command.run(STUDY) == 127


@pytest.mark.parametrize("text", ["'unbalanced", "", "  "])
def test_command_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        StudyCommand(text)
