"""Options of the tools that send, for asking the peer to commit to what it has stored, and how they are read."""

from dicomdesk.cli.options.grammar import CommandLine, option
from dicomdesk.records import dataclass

__all__ = ["COMMIT_NOTE", "COMMIT_OPTIONS", "CommitChoice", "read_commitment"]

WAYS = ("same", "new", "auto")
_DEFAULT_PATIENCE_S = 60
_LONGEST_PATIENCE_S = 7 * 86_400

COMMIT_OPTIONS = (
    option(
        "--commit",
        "(same, new, auto)",
        "ask the peer to commit to what it has stored;",
        "its report comes on the same association, on a",
        "new one of the peer's, or on either",
        argument="[w]ay: string constant",
    ),
    option(
        "--commit-timeout",
        "wait so long for the report (default: 60)",
        argument="[s]econds: integer (only w/ --commit)",
    ),
    option(
        "--commit-port",
        "listen there for the peer's association; the",
        "peer must know it for our AE title",
        argument="[n]umber: integer (only w/ --commit new or auto)",
    ),
    option(
        "--delete-committed",
        "delete each file whose instance the peer has",
        "committed to, if it is still what was sent",
        "(only w/ --commit)",
    ),
)
COMMIT_NOTE = (
    "With --commit the peer is asked, after all was sent, to commit to each instance that it has stored (Storage "
    "Commitment Push Model, N-ACTION), over an association of its own; with auto the report is waited for there and, "
    "where --commit-port is given, on an association that the peer opens. Sent, stored and committed are told apart in "
    "log, report and --json. The exit code is 88 where all else was well, but not all that was stored is committed. A "
    "file is deleted by --delete-committed only once committed, never a member of a DICOMDIR or an archive, a symbolic "
    "link, or a file that was changed since it was sent; each that is kept is named with the reason."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitChoice:
    """What the options for storage commitment say."""

    way: str
    """Of ``WAYS``."""
    patience_s: int = _DEFAULT_PATIENCE_S
    port: int = 0
    """0 for none."""
    deletes: bool = False


def read_commitment(line: CommandLine, *conflicts_with_deletion: str) -> CommitChoice | None:
    """Read the options; None where the peer is not to be asked. Raises CommandLineError."""
    way = line.choice("--commit", WAYS, "auto") if line.has("--commit") else ""
    for other in ("--commit-timeout", "--commit-port", "--delete-committed"):
        if line.has(other):
            line.check_dependency(other, "--commit", is_met=bool(way))
    patience_s = line.integer("--commit-timeout", 1, _LONGEST_PATIENCE_S) or _DEFAULT_PATIENCE_S
    port = line.integer("--commit-port", 1, 65535) or 0
    if not way:
        return None
    if port:
        line.check_conflict("--commit-port", "--commit same", is_given=way == "same")
    if way == "new":
        line.check_dependency("--commit new", "--commit-port", is_met=bool(port))
    deletes = line.has("--delete-committed")
    if deletes:
        for other in conflicts_with_deletion:
            line.check_conflict("--delete-committed", other, is_given=line.has(other))
    return CommitChoice(way=way, patience_s=patience_s, port=port, deletes=deletes)
