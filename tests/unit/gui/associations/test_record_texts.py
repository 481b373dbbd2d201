import json
from pathlib import Path

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.gui.associations.record_texts import as_json, as_text, write_associations
from dicomdesk.gui.models.association_log import AssociationLog, AssociationRecord
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

HEADER = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)


def records() -> list[AssociationRecord]:
    """One that stored, with a refused instance; one that was rejected."""
    outline = PlainOutline()
    log = AssociationLog(outline)
    events = [
        *scenes.outgoing(1),
        scenes.finished(HEADER, 0),
        scenes.finished(HEADER, 1, ItemOutcome.REFUSED, status=0xA700),
        scenes.released(scenes.SEND_JOB, 1),
        *scenes.rejected(scenes.ECHO_JOB, 1),
    ]
    for number, event in enumerate(events):
        log.apply(event, 1_000.0 + number)
    return [node for node in outline.root.children if isinstance(node, AssociationRecord)]


def test_json_has_who_when_what_was_agreed_and_what_was_said() -> None:
    stored, rejected = json.loads(as_json(records()))
    assert (stored["direction"], stored["peer"], stored["state"]) == ("outgoing", "PACS@pacs.example:104", "released")
    assert stored["started_at"] == "1970-01-01T00:16:40.000+00:00"
    assert stored["ended_at"] == "1970-01-01T00:16:44.000+00:00"
    refused = [context for context in stored["presentation_contexts"] if not context["is_accepted"]]
    assert len(refused) == 2
    assert all(context["reason"] for context in refused)
    assert [message["status"] for message in stored["messages"]] == ["0000", "A700"]
    assert stored["messages"][1]["sop_instance_uid"] == HEADER.sop_instance_uid
    assert (rejected["state"], rejected["messages"]) == ("refused", [])
    assert rejected["reason"]


def test_text_says_the_same_in_words_and_names_no_patient(tmp_path: Path) -> None:
    text = as_text(records())
    for part in ("PACS@pacs.example:104", "WS1 -> OLDPACS", "+3.000 s C-STORE", "A700", HEADER.sop_instance_uid):
        assert part in text
    assert not any(name in text + as_json(records()) for name in ("DOE", "Doe", "Jane"))
    for name in ("a.txt", "a.json"):
        write_associations(tmp_path / name, records())
    assert (tmp_path / "a.txt").read_text("utf-8") == text
    assert (tmp_path / "a.json").read_text("utf-8") == as_json(records())


def test_what_is_not_kept_is_counted() -> None:
    (stored, _) = records()
    stored.message_count += 7
    assert "7 messages are not kept" in as_text([stored])
    assert json.loads(as_json([stored]))[0]["message_count"] == 9
