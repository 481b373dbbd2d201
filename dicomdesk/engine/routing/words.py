"""What rules did, did not, or do later, in words."""

from collections.abc import Sequence

from dicomdesk.engine.routing.facts import SendingEnded
from dicomdesk.engine.rules.candidates import Candidate
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.engine.rules.rule import Rule
from dicomdesk.human import count_text, printable

__all__ = ["ended_text", "errand_title", "hours_text", "withheld_text"]


def hours_text(rule: Rule) -> str:
    """Say why what a rule sends waits."""
    return f'The rule "{printable(rule.name)}" sends {rule.schedule}'


def errand_title(candidates: Sequence[Candidate]) -> str:
    """What an errand is called: patient and study."""
    header = candidates[0].instance.header
    parts = (header.patient_name, header.study_description or header.modality, header.study_date)
    return " · ".join(part for part in parts if part) or "Study without a name"


_WITHHELD = {
    Verdict.TO_SENDER: "not sent back to {peer}, who has sent it: {count}",
    Verdict.TO_US: "{peer} is this machine, nothing is sent: {count}",
    Verdict.BEFORE: "{peer} was sent the same before: {count}",
    Verdict.TOO_OFTEN: "goes in a circle, {peer} was sent too many versions of it: {count}",
}


def withheld_text(verdict: Verdict, peer: str, instances: int) -> str:
    """Say why a rule has sent nothing."""
    return _WITHHELD[verdict].format(peer=printable(peer), count=count_text(instances, "instance"))


def ended_text(ended: SendingEnded) -> str:
    """Say what has come of what a rule has sent."""
    of_all = f"{ended.stored} of {count_text(ended.stored + ended.failed, 'instance')} stored"
    reason = f": {printable(ended.reason)}" if ended.reason else ""
    return f"{of_all} by {printable(ended.destination)}{reason}"
