from dicomdesk.engine.receive.book.deleting import Deletion, KeptFile
from dicomdesk.engine.receive.book.records import BookedFile
from dicomdesk.gui.receive.deletion import Deletions, describe_deletions, folders_text
from dicomdesk.gui.theme import Tone


def file(path: str) -> BookedFile:
    return BookedFile(path, "1.2", "1.3")


def test_question_says_where_files_are() -> None:
    assert folders_text([file("/in/a/1"), file("/in/a/2")]) == "They are in /in/a."
    many = [file(f"/in/{n}/1") for n in range(9)]
    assert folders_text(many) == "They are in /in/0, /in/1, /in/2 and 6 other folders."


def test_what_was_kept_is_told_with_its_reason() -> None:
    done = Deletion((file("/in/1"),), (KeptFile("/in/2", "It is another file now than was received"),), 0)
    told = describe_deletions(Deletions((done,), ("The study is being received",)))
    assert told.title == "1 file deleted, 1 kept"
    assert "It is another file now than was received." in told.text
    assert "The study is being received." in told.text
    assert told.tone is Tone.WARNING
    assert describe_deletions(Deletions((Deletion((file("/in/1"),), (), 1),), ())).tone is Tone.PLAIN
