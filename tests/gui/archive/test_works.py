"""What takes long is shown and ended."""

from dicomdesk.gui.archive.pane import ArchivePane
from tests.gui.archive.doing import WaitUntil, told


def test_a_work_is_shown_and_ended_and_no_other_begins_meanwhile(pane: ArchivePane, wait_until: WaitUntil) -> None:
    seen: list[str] = []

    def work(_desk: object, watch: "object") -> None:
        watch.progressed(1, 2)  # type: ignore[attr-defined] # a watch
        while True:
            watch.check()  # type: ignore[attr-defined] # a watch

    async def begin() -> None:
        try:
            await pane.works.carry_out("Working", work)
        except Exception as error:  # noqa: BLE001 - it is looked at
            seen.append(type(error).__name__)

    pane._tasks.start(begin())
    wait_until(lambda: pane.details.details().progress == 0.5)
    assert [action.word for action in pane.details.details().actions] == ["Stop"]
    assert "Working" in pane.closing_words()
    pane.carrying.verify()
    told(pane, wait_until, "Wait until it has ended")
    pane.works.stop()
    wait_until(lambda: seen == ["CancelledError"])
    assert not pane.works.is_running
    assert pane.closing_words() == ""
