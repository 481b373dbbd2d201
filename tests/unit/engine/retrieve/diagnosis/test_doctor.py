"""Each cause has its sentence, with the peer, and what to do next."""

from dataclasses import replace

import pytest

from dicomdesk.engine.retrieve.diagnosis.doctor import Evidence, diagnose
from dicomdesk.engine.retrieve.diagnosis.own_listener import OwnListener
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import DiagnosisKind
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.engine.retrieve.tally import Arrivals
from dicomdesk.errors import AssociationAbortedError, PeerError
from dicomdesk.settings import Peer

PEER = Peer(host="pacs.example", port=104, ae_title="PACS")
LISTENER = OwnListener(ae_title="DESK", address="10.0.0.7", port=11112)
NOTHING = Arrivals(
    stored=frozenset(),
    arrived=0,
    repeated=0,
    refused={},
    refused_uids=(),
    connections=0,
    rejections=(),
    refused_sop_classes=(),
)
TEN = replace(NOTHING, arrived=10, connections=1, stored=frozenset(map(str, range(10))))


def ended(status: int = 0, comment: str = "", failed_uids: tuple[str, ...] = ()) -> RetrieveEnded:
    return RetrieveEnded(
        job_id="r", association=1, number=0, message_id=1, status=status, comment=comment, failed_uids=failed_uids
    )


MOVE = Evidence(
    peer=PEER,
    method=RetrieveMethod.MOVE,
    destination="DESK",
    listener=LISTENER,
    ended=(ended(),),
    reported=SubOperations(completed=10),
    arrivals=TEN,
)
GET = replace(MOVE, method=RetrieveMethod.GET, listener=None)


def kinds(evidence: Evidence) -> list[DiagnosisKind]:
    found = diagnose(evidence)
    assert all("PACS@pacs.example:104" in one.text and one.advice for one in found)
    return [one.kind for one in found]


def test_where_all_has_come_there_is_nothing_to_say() -> None:
    assert kinds(MOVE) == kinds(GET) == []
    assert kinds(replace(MOVE, listener=None, arrivals=None)) == []


def test_a_destination_that_the_peer_does_not_know_comes_with_a_card() -> None:
    evidence = replace(MOVE, ended=(ended(0xA801),), reported=SubOperations(), arrivals=NOTHING)
    assert kinds(evidence) == [DiagnosisKind.DESTINATION_UNKNOWN]
    (found,) = diagnose(evidence)
    assert "A801H" in found.text
    assert found.card == "AE title: DESK\nAddress:  10.0.0.7\nPort:     11112\nTLS:      no"
    elsewhere = diagnose(replace(evidence, listener=None, destination="OTHER"))
    assert elsewhere[0].card == "AE title: OTHER"


def test_success_without_any_connection_names_the_port_and_the_firewall() -> None:
    evidence = replace(MOVE, arrivals=NOTHING)
    assert kinds(evidence) == [DiagnosisKind.NEVER_CONNECTED]
    (found,) = diagnose(evidence)
    assert "ufw allow 11112/tcp" in found.advice
    loopback = replace(evidence, listener=replace(LISTENER, is_for_this_machine_only=True))
    assert "this machine only" in diagnose(loopback)[0].advice


def test_a_rejection_of_ours_is_told_with_its_reason() -> None:
    arrivals = replace(NOTHING, connections=1, rejections=("the calling AE title is not known",))
    evidence = replace(MOVE, arrivals=arrivals, reported=SubOperations(failed=10))
    assert kinds(evidence) == [DiagnosisKind.REJECTED_BY_US, DiagnosisKind.SUB_OPERATIONS_FAILED]
    assert "the calling AE title is not known" in diagnose(evidence)[0].text


def test_contexts_that_were_not_agreed_are_named() -> None:
    arrivals = replace(TEN, refused_sop_classes=("1.2.840.10008.5.1.4.1.1.4",))
    evidence = replace(GET, arrivals=arrivals, reported=SubOperations(completed=10, failed=2))
    assert kinds(evidence) == [DiagnosisKind.CONTEXTS_REFUSED, DiagnosisKind.SUB_OPERATIONS_FAILED]
    assert "MR Image Storage" in diagnose(evidence)[0].text
    assert kinds(replace(evidence, reported=SubOperations(completed=10))) == []


def test_compressed_transfer_syntaxes_are_thought_of_where_none_was_proposed() -> None:
    evidence = replace(GET, reported=SubOperations(completed=9, failed=1))
    assert "compressed" not in diagnose(evidence)[0].advice
    assert "compressed" in diagnose(replace(evidence, is_uncompressed=True))[0].advice


def test_what_we_refused_is_told_by_reason() -> None:
    arrivals = replace(TEN, refused={"No space left on device": 2}, refused_uids=("1.2", "1.3"))
    assert kinds(replace(MOVE, arrivals=arrivals)) == [DiagnosisKind.REFUSED_BY_US]
    (found,) = diagnose(replace(MOVE, arrivals=arrivals))
    assert "No space left on device (2)" in found.text
    assert found.uids == ("1.2", "1.3")


def test_counters_that_say_more_than_came_are_told() -> None:
    evidence = replace(MOVE, reported=SubOperations(completed=12))
    assert kinds(evidence) == [DiagnosisKind.COUNTERS_DIFFER]
    assert kinds(replace(GET, reported=SubOperations(completed=12), arrivals=NOTHING)) == [
        DiagnosisKind.COUNTERS_DIFFER
    ]


def test_sub_operations_that_failed_are_listed() -> None:
    evidence = replace(
        GET, ended=(ended(0xB000, failed_uids=("1.2", "1.3")),), reported=SubOperations(completed=10, failed=2)
    )
    assert kinds(evidence) == [DiagnosisKind.SUB_OPERATIONS_FAILED]
    assert diagnose(evidence)[0].uids == ("1.2", "1.3")


@pytest.mark.parametrize(
    ("status", "words"), [(0xA702, "again later"), (0xA900, "unique keys"), (0xC001, "log"), (0x0124, "AE title")]
)
def test_a_failure_of_the_peer_is_told_with_its_words(status: int, words: str) -> None:
    evidence = replace(GET, ended=(ended(status, "no\nway"),), reported=SubOperations(), arrivals=NOTHING)
    assert kinds(evidence) == [DiagnosisKind.REFUSED_BY_PEER]
    (found,) = diagnose(evidence)
    assert f"{status:04X}H" in found.text
    assert "no\\nway" in found.text
    assert words in found.advice


def test_success_with_nothing_is_told() -> None:
    assert kinds(replace(GET, reported=SubOperations(), arrivals=NOTHING)) == [DiagnosisKind.NOTHING_FOUND]
    assert kinds(replace(MOVE, reported=SubOperations(), arrivals=None, listener=None)) == [DiagnosisKind.NOTHING_FOUND]


def test_what_a_query_had_told_and_nobody_sent_is_missing() -> None:
    evidence = replace(GET, missing=("1.2",))
    assert kinds(evidence) == [DiagnosisKind.MISSING]
    assert diagnose(evidence)[0].uids == ("1.2",)


def test_the_other_way_is_offered_where_the_peer_takes_it() -> None:
    both = frozenset(RetrieveMethod)
    move = replace(MOVE, arrivals=NOTHING, supported=both)
    assert "C-GET" in diagnose(move)[0].advice
    get = replace(GET, error=PeerError("refused by PACS@pacs.example:104"), is_refused=True, supported=both)
    assert kinds(get) == [DiagnosisKind.METHOD_NOT_SUPPORTED]
    assert "C-MOVE" in diagnose(get)[0].advice
    assert "C-MOVE" not in diagnose(replace(get, supported=frozenset({RetrieveMethod.GET})))[0].advice


def test_an_early_end_is_told_as_such() -> None:
    lost = replace(GET, error=PeerError("lost"), missing=("1.2",))
    assert kinds(lost) == [DiagnosisKind.BROKEN_OFF]
    assert kinds(replace(lost, was_associated=False)) == [DiagnosisKind.UNREACHABLE]


@pytest.mark.parametrize("status", [0xA702, 0xC000, 0xC001])
def test_a_vague_failure_of_a_move_that_nobody_has_called_for_may_be_an_unknown_destination(status: int) -> None:
    evidence = replace(MOVE, ended=(ended(status, "no\nway"),), reported=SubOperations(), arrivals=NOTHING)
    assert kinds(evidence) == [DiagnosisKind.NEVER_CONNECTED]
    (found,) = diagnose(evidence)
    assert f"{status:04X}H" in found.text
    assert "no\\nway" in found.text
    assert "may not know DESK" in found.advice
    assert found.card == LISTENER.card


def test_what_went_wrong_here_is_told_before_the_vague_failure_that_it_led_to() -> None:
    arrivals = replace(NOTHING, connections=1, rejections=("no",))
    evidence = replace(MOVE, ended=(ended(0xC000),), reported=SubOperations(), arrivals=arrivals)
    assert kinds(evidence) == [DiagnosisKind.REJECTED_BY_US, DiagnosisKind.REFUSED_BY_PEER]


def test_a_get_knows_no_destination_and_a_warning_is_no_failure() -> None:
    odd = replace(GET, ended=(ended(0xA801),), reported=SubOperations(), arrivals=NOTHING)
    assert kinds(odd) == [DiagnosisKind.REFUSED_BY_PEER]
    warned = replace(GET, ended=(ended(0xB006),))
    assert "with a warning" in diagnose(warned)[0].advice
    assert "another one" in diagnose(replace(GET, ended=(ended(0x0122),)))[0].advice


def test_the_peer_is_named_once_and_sentences_end() -> None:
    said = replace(GET, error=PeerError("The peer PACS (pacs.example:104) answered C-GET with a different message"))
    (found,) = diagnose(said)
    assert found.text == (
        "The peer PACS@pacs.example:104 had not finished when the association ended: it answered C-GET with a "
        "different message."
    )


def test_what_we_did_not_take_is_no_failure_of_the_peer() -> None:
    arrivals = replace(TEN, refused={"No space left on device": 2}, refused_uids=("1.2", "1.3"))
    evidence = replace(MOVE, ended=(ended(0xB000, failed_uids=("1.2", "1.3")),), reported=SubOperations(failed=2))
    assert kinds(replace(evidence, arrivals=arrivals)) == [DiagnosisKind.REFUSED_BY_US]
    more = replace(evidence, ended=(ended(0xB000, failed_uids=("1.2", "1.9")),), reported=SubOperations(failed=3))
    found = diagnose(replace(more, arrivals=arrivals))
    assert [one.kind for one in found] == [DiagnosisKind.REFUSED_BY_US, DiagnosisKind.SUB_OPERATIONS_FAILED]
    assert "could not send 1 instance." in found[1].text
    assert found[1].uids == ("1.9",)


def test_an_abort_at_the_request_may_be_that_we_are_not_let() -> None:
    aborted = replace(MOVE, ended=(), error=AssociationAbortedError("it aborted", source=0), arrivals=NOTHING)
    assert kinds(replace(aborted, calling_ae_title="US")) == [DiagnosisKind.NOT_PERMITTED]
    assert diagnose(replace(aborted, calling_ae_title="DESK"))[0].card == LISTENER.card
    assert diagnose(replace(aborted, calling_ae_title="US"))[0].card.splitlines() == [
        "AE title: US (to be let ask by C-MOVE)",
        "AE title: DESK (to be sent to)",
        *LISTENER.card.splitlines()[1:],
    ]
    assert "US" in diagnose(replace(aborted, calling_ae_title="US"))[0].advice
    assert kinds(replace(aborted, arrivals=TEN)) == [DiagnosisKind.BROKEN_OFF]
    assert kinds(replace(aborted, error=AssociationAbortedError("it is gone"))) == [DiagnosisKind.BROKEN_OFF]
    elsewhere = replace(MOVE, ended=(ended(0xC000),), reported=SubOperations(), arrivals=None, listener=None)
    assert "do not know DESK" in diagnose(elsewhere)[0].advice
    assert diagnose(elsewhere)[0].card == "AE title: DESK"
