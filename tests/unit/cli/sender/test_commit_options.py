"""What the options for storage commitment say as values; their mistakes are tested with the tools as processes."""

import pytest

from dicomdesk.cli.dcmsend.options import TOOL, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.sender.commit_options import CommitChoice
from dicomdesk.cli.storescu.options import TOOL as STORESCU
from dicomdesk.cli.storescu.options import read_options as read_storescu


def choice(*words: str) -> CommitChoice | None:
    return read_options(parse(TOOL, [*words, "peer", "104", "file"])).commit


def test_nothing_is_asked_for_unless_it_is_said() -> None:
    assert choice() is None
    assert choice("--commit", "auto") == CommitChoice(way="auto", patience_s=60, port=0, deletes=False)


def test_all_can_be_said() -> None:
    words = ("--commit", "new", "--commit-port", "11112", "--commit-timeout", "5", "--delete-committed")
    assert choice(*words) == CommitChoice(way="new", patience_s=5, port=11112, deletes=True)


@pytest.mark.parametrize("words", [("--rename",), ("--invent-instance",), ("--invent-series", "3")])
def test_what_renames_files_or_changes_identities_does_not_go_with_deletion(words: tuple[str, ...]) -> None:
    line = parse(STORESCU, ["--commit", "auto", "--delete-committed", *words, "peer", "104", "file"])
    with pytest.raises(CommandLineError, match=f"--delete-committed not allowed with {words[0]}"):
        read_storescu(line)
