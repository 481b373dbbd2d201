"""States of the Rules view and of its dialogs, on a stage."""

from datetime import datetime, timedelta

from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.route_book import Doing, LastDone
from dicomdesk.engine.routing.trial import Trial, TrialLine, TrialStudy
from dicomdesk.engine.rules.conditions import SUBJECTS, Condition, Criterion, Group
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.engine.rules.rule import Afterwards, Destination, FilesAtRest, QuietStudy, Rule, RuleSet
from dicomdesk.engine.rules.schedule import Schedule
from dicomdesk.gui.rules.answers import AnswerDialog, history_nodes, trial_nodes, trial_summary
from dicomdesk.gui.rules.dialog import RuleDialog
from tests.helpers.window.peer_scenes import usual_peers
from tests.helpers.window.stage import Stage, show_dialog


def _criterion(name: str, *patterns: str, is_negated: bool = False) -> Criterion:
    return Criterion(subject=SUBJECTS[name], patterns=patterns, is_negated=is_negated)


def _all(*members: Condition) -> Group:
    return Group(members=members)


PLAIN = KnownPeer(name="plain", ae_title="TEACH", host="teach.example", port=11112)
NIGHT = Rule(
    name="CT and MR at night",
    trigger=QuietStudy(quiet_s=120),
    condition=_all(_criterion("modality", "CT", "MR"), _criterion("calling_ae_title", "TEST*", is_negated=True)),
    destinations=(Destination(name="Main archive"),),
    schedule=Schedule(hours=read_window("20:00-06:00"), days=frozenset(range(5))),
)
USUAL = (
    NIGHT,
    Rule(
        name="Mammography to the reading room",
        condition=_all(_criterion("modality", "MG")),
        destinations=(Destination(name="Research"), Destination(name="Old archive")),
        stops=True,
    ),
    Rule(
        name="Teaching files",
        trigger=FilesAtRest(folder="/data/teaching"),
        destinations=(Destination(peer=PLAIN),),
        afterwards=Afterwards.MOVE,
    ),
    Rule(name="Everything to the second site", is_on=False, destinations=(Destination(name="Second site"),)),
)


def _show(stage: Stage, *rules: Rule) -> None:
    stage.peers.book.add(*usual_peers())
    pane = stage.window.rules
    stage.window.open_view("rules")
    pane.runner._is_beginning = True  # nothing is carried out on a stage
    pane.store.rules = RuleSet(rules=rules)
    now = datetime.now().astimezone()
    pane.runner.last = {
        rule.key: LastDone(at=now - timedelta(minutes=7 * number), text=text, instances=count, studies=3)
        for rule, number, text, count in (
            (USUAL[0], 1, "412 of 412 instances stored by Main archive", 1236),
            (USUAL[1], 2, "4 of 8 instances stored by Old archive: Out of resources", 24),
        )
    }
    pane.store.changed.emit()


def rules_empty(stage: Stage) -> None:
    """There is no rule."""
    _show(stage)


def rules_usual(stage: Stage) -> None:
    """Some rules, of which one is selected."""
    _show(stage, *USUAL)
    stage.window.rules.select("CT and MR at night")


def rules_troubled(stage: Stage) -> None:
    """A folder is gone, and a peer is not in the address book."""
    _show(stage, *USUAL)
    pane = stage.window.rules
    pane.store.switch("Everything to the second site")
    text = "The folder /data/teaching is not there. Mount it or make it again: the rule goes on by itself then."
    pane.runner.troubles["/data/teaching"] = text
    pane.runner.changed.emit()
    pane.select("Teaching files")


def rules_removed(stage: Stage) -> None:
    """A rule was removed, and can be put back."""
    rules_usual(stage)
    stage.window.rules._on_remove()


def rules_damaged(stage: Stage) -> None:
    """The file cannot be understood."""
    _show(stage)
    pane = stage.window.rules
    pane.store.problem = (
        '/home/ws1/.config/dicomdesk/rules.json: rule 2 ("Nights"): hours: 8 to 9 is no window of time such as '
        "20:00-06:00"
    )
    pane.store.changed.emit()


def rules_many(stage: Stage) -> None:
    """A thousand rules."""
    _show(
        stage,
        *(
            Rule(name=f"Ward {number:04}", is_on=number % 7 > 0, destinations=(Destination(name="Main archive"),))
            for number in range(1000)
        ),
    )


def rule_dialog(stage: Stage) -> None:
    """A rule for nights is edited."""
    dialog = RuleDialog(stage.theme, stage.tasks, NIGHT, [peer.name for peer in usual_peers()])
    dialog.hours_fold.open()
    show_dialog(stage, dialog)


def rule_dialog_folder(stage: Stage) -> None:
    """A rule for a folder asks for a sender, which a folder does not tell."""
    dialog = RuleDialog(stage.theme, stage.tasks, USUAL[2], [peer.name for peer in usual_peers()])
    dialog.condition._on_add()
    line = dialog.condition.lines[0]
    line.patterns.setText("CT1")
    line.subject.setCurrentIndex(0)
    dialog.more_fold.open()
    show_dialog(stage, dialog)


def rules_test(stage: Stage) -> None:
    """What would become of what was received."""

    def line(rule: str, destination: str, verdict: Verdict, reason: str = "") -> TrialLine:
        return TrialLine(rule=rule, destination=destination, verdict=verdict, instances=412, reason=reason)

    studies = (
        TrialStudy(
            study_instance_uid="1.2.840.113619.2.1.1",
            description="CT 20261130",
            instances=412,
            lines=(
                line("CT and MR at night", "Main archive", Verdict.SENT),
                line("Mammography to the reading room", "", Verdict.NO_MATCH, "does not match: modality is MG"),
            ),
        ),
        TrialStudy(
            study_instance_uid="1.2.840.113619.2.1.2",
            description="US 20261129",
            instances=12,
            lines=(line("CT and MR at night", "", Verdict.NO_MATCH, "does not match: modality is CT or MR"),),
        ),
    )
    trial = Trial(studies=studies, unusable=(("/home/ws1/DICOM/notes.txt", "it is no DICOM file"),))
    dialog = AnswerDialog(stage.theme, "Test", trial_nodes(trial), trial_summary(trial), "Goes", stage.window)
    show_dialog(stage, dialog)


def rule_history(stage: Stage) -> None:
    """What a rule has done."""
    now = datetime.now().astimezone()
    texts = (
        "412 of 412 instances stored by Main archive",
        "412 instances to Main archive",
        "Main archive was sent the same before: 3 instances",
    )
    doings = [Doing(at=now - timedelta(hours=3 * number), text=text) for number, text in enumerate(texts)]
    sentence = "What CT and MR at night has done in the last 90 days, the latest first."
    dialog = AnswerDialog(stage.theme, "History", history_nodes(doings), sentence, "When", stage.window)
    show_dialog(stage, dialog)
