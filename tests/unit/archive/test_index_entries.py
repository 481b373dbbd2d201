from dicomdesk.archive.index_entries import NO_CONFLICT, Addition, AdditionOutcome, Conflict, IndexEntry


def test_conflicts_can_be_several() -> None:
    both = Conflict.OTHER_STUDY | Conflict.OTHER_PATIENT
    assert Conflict.OTHER_PATIENT in both
    assert Conflict(int(both)) == both
    assert not NO_CONFLICT


def test_an_entry_has_no_items_and_is_received_now_unless_told() -> None:
    entry = IndexEntry(area="A", path="p", size_bytes=1, transfer_syntax_uid="", character_set="", values={})
    assert (dict(entry.items), entry.received) == ({}, 0.0)
    assert Addition(outcome=AdditionOutcome.ADDED).conflict is NO_CONFLICT
