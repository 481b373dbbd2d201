"""What goes where, and why not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.rules.candidates import Candidate
from dicomdesk.engine.rules.conditions import SUBJECTS, Criterion, Group, Sender
from dicomdesk.engine.rules.deciding import Target, Verdict, decide
from dicomdesk.engine.rules.rule import Destination, QuietStudy, Rule, Scope

MODALITIES = ("CT", "MR", "SR")
PEERS = ("A", "B", "C")


def make_candidate(number: int, modality: str, sender: Sender = Sender()) -> Candidate:  # noqa: B008 - a constant
    header = InstanceHeader(
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uid=f"1.2.{number}",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        data_set_offset=0,
        data_set_length=0,
        study_instance_uid="1.2.3",
        modality=modality,
    )
    instance = FoundInstance(path=f"/in/{number}", header=header)
    return Candidate(instance=instance, attributes={0x00080060: (modality,)}, sender=sender, digest=f"{number:x}")


def target_of(destination: Destination) -> Target:
    name = destination.name
    return Target(key=name, ae_title=name, addresses=frozenset({f"10.0.0.{ord(name)}"}))


def everything_new(_key: str, _candidate: Candidate) -> Verdict:
    return Verdict.SENT


def make_rule(name: str, modalities: tuple[str, ...], peers: tuple[str, ...], **changes: object) -> Rule:
    members = (Criterion(subject=SUBJECTS["modality"], patterns=modalities),) if modalities else ()
    rule = Rule(
        name=name,
        condition=Group(members=members),
        destinations=tuple(Destination(name=peer) for peer in peers),
    )
    return replace(rule, **changes)  # type: ignore[arg-type]  # fields of a rule


SENDERS = st.builds(
    Sender,
    calling_ae_title=st.sampled_from([*PEERS, "X"]),
    address=st.sampled_from([*(f"10.0.0.{ord(peer)}" for peer in PEERS), ""]),
)
RULES = st.lists(
    st.builds(
        make_rule,
        st.just("r"),
        st.lists(st.sampled_from(MODALITIES), max_size=2, unique=True).map(tuple),
        st.lists(st.sampled_from(PEERS), min_size=1, max_size=3, unique=True).map(tuple),
        is_on=st.booleans(),
        stops=st.booleans(),
        scope=st.sampled_from(Scope),
        trigger=st.sampled_from([QuietStudy(quiet_s=10), QuietStudy(quiet_s=60)]),
    ),
    max_size=4,
).map(lambda rules: [replace(rule, name=f"r{number}") for number, rule in enumerate(rules)])
STUDIES = st.lists(st.tuples(st.sampled_from(MODALITIES), SENDERS), min_size=1, max_size=5).map(
    lambda pairs: [make_candidate(number, modality, sender) for number, (modality, sender) in enumerate(pairs)]
)


def plain_model(
    rules: list[Rule], study: list[Candidate], sent: set[tuple[str, str]], quiet_s: float
) -> set[tuple[str, str, str]]:
    """Instance by instance: for each the rules from the top, for each rule its peers."""
    going: set[tuple[str, str, str]] = set()
    for candidate in study:
        for rule in rules:
            if not rule.is_on:
                continue
            group = study if rule.scope is Scope.STUDY else [candidate]
            reaching = [one for one in group if _reaches(rules, rule, study, one)]
            meets = any(_meets(rule, one) for one in reaching)
            if not _reaches(rules, rule, study, candidate) or not meets:
                continue
            if _quiet_s(rule) > quiet_s:
                continue
            for destination in rule.destinations:
                peer, sender = destination.name, candidate.sender
                is_sender = sender.calling_ae_title == peer and sender.address in ("", f"10.0.0.{ord(peer)}")
                is_planned = any(other[1:] == (peer, candidate.uid) for other in going)
                if not is_sender and (peer, candidate.uid) not in sent and not is_planned:
                    going.add((rule.name, peer, candidate.uid))
    return going


def _quiet_s(rule: Rule) -> float:
    assert isinstance(rule.trigger, QuietStudy)
    return rule.trigger.quiet_s


def _meets(rule: Rule, candidate: Candidate) -> bool:
    return rule.condition.is_met(candidate.attributes, candidate.sender)


def _reaches(rules: list[Rule], rule: Rule, study: list[Candidate], candidate: Candidate) -> bool:
    """Whether no rule above has taken it."""
    for above in rules[: rules.index(rule)]:
        if not (above.is_on and above.stops) or not _reaches(rules, above, study, candidate):
            continue
        group = study if above.scope is Scope.STUDY else [candidate]
        if any(_meets(above, one) for one in group if _reaches(rules, above, study, one)):
            return False
    return True


@given(RULES, STUDIES, st.sets(st.tuples(st.sampled_from(PEERS), st.integers(0, 4).map("1.2.{}".format))))
def test_deciding_equals_a_plain_model(rules: list[Rule], study: list[Candidate], sent: set[tuple[str, str]]) -> None:
    def history(key: str, candidate: Candidate) -> Verdict:
        return Verdict.BEFORE if (key, candidate.uid) in sent else Verdict.SENT

    decision = decide(rules, study, targets=target_of, history=history, acts=lambda rule: _quiet_s(rule) <= 30)
    found = {
        (planned.rule.name, planned.destination.name, candidate.uid)
        for planned in decision.sends
        for candidate in planned.candidates
        if planned.destination is not None
    }
    assert found == plain_model(rules, study, sent, 30)
    for rule in rules:  # each instance is told of once for each rule and destination, whatever becomes of it
        told = [
            (planned.destination, candidate.uid)
            for planned in decision.planned
            if planned.rule is rule
            for candidate in planned.candidates
        ]
        assert len(told) == len(set(told))


def test_a_study_that_has_matched_before_goes_with_what_is_added() -> None:
    rule = make_rule("r", ("CT",), ("A",))
    late = [make_candidate(9, "SR")]
    assert not decide([rule], late, targets=target_of, history=everything_new).sends
    decision = decide([rule], late, targets=target_of, history=everything_new, matched_before=lambda _rule: True)
    assert [planned.candidates[0].uid for planned in decision.sends] == ["1.2.9"]


def test_a_title_alone_makes_no_sender_where_the_address_is_another() -> None:
    rule = make_rule("r", (), ("A",))
    verdicts = [
        decide([rule], [make_candidate(1, "CT", Sender("A", "US", address))], targets=target_of, history=everything_new)
        .planned[0]
        .verdict
        for address in ("10.0.0.65", "10.0.0.99", "")
    ]
    assert verdicts == [Verdict.TO_SENDER, Verdict.SENT, Verdict.TO_SENDER]


def test_nothing_goes_to_ourselves() -> None:
    rule = make_rule("r", (), ("A", "B"))
    targets = {"A": Target(key="a", is_us=True), "B": Target(key="b")}
    decision = decide([rule], [make_candidate(1, "CT")], targets=lambda one: targets[one.name], history=everything_new)
    assert [planned.verdict for planned in decision.planned] == [Verdict.TO_US, Verdict.SENT]
