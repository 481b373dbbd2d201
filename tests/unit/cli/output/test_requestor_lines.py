import pytest

from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.engine import events
from dicomdesk.logs import Level, console_log
from dicomdesk.settings import AssociationSettings, Peer

REQUESTED = events.AssociationRequested(job_id="j", association=1, peer="P@h:1", calling_ae_title="A", contexts=())


class Requestor(RequestorLines[events.Event]):
    def _show(self, event: events.Event) -> None:
        match event:
            case events.AssociationRequested():
                self._show_requested(event, "[1] ")
            case events.AssociationFailed():
                self._show_failed(event)
            case _:
                pass


def failed(advice: str) -> events.AssociationFailed:
    return events.AssociationFailed(job_id="j", association=1, reason="Nobody listens.", advice=advice)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.WARN, ["W:   Nobody listens. Ask."]),
        (Level.INFO, ["I: [1] Requesting Association", "W:   Nobody listens. Ask."]),
    ],
)
def test_advice_is_shown_at_the_default_level(
    level: Level, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Requestor(console_log(level), "findscu", Peer(host="h", port=1), AssociationSettings())
    lines.show([REQUESTED, failed(""), failed("Ask.")])
    lines.show_last()
    assert capsys.readouterr().err.splitlines() == expected


def test_a_terse_log_explains_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log = console_log(Level.WARN)
    log.explains = False
    Requestor(log, "findscu", Peer(host="h", port=1), AssociationSettings()).show([failed("Ask.")])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("shows_contexts", "letter"), [(True, "I"), (False, "D")])
def test_association_parameters_are_for_debugging_unless_they_are_asked_for(
    shows_contexts: bool, letter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    peer, association = Peer(host="h", port=1), AssociationSettings()
    log = console_log(Level.DEBUG)
    Requestor(log, "findscu", peer, association, shows_contexts=shows_contexts).show([REQUESTED])
    first, *_, last = capsys.readouterr().err.splitlines()
    assert (first[:2], last) == (f"{letter}:", "I: [1] Requesting Association")
