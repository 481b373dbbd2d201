"""Runs a query tool of DCMTK and ours with the same words, and tells where what they say differs."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.helpers.data.comparison import differences
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.dcmtk.commands import EXPLANATION, Done, dcmtks, ours, run
from tests.helpers.dcmtk.differential import differing_lines
from tests.helpers.peers.association_requests import read_request
from tests.helpers.peers.fake_peer import Action, FakePeer

_INNER_LIFE = (
    r"D: DcmDataset::read\(\) TransferSyntax=.*",
    r"D: DcmDataDictionary: .*",
    r"D: (Configured a total of|Only dumping|Cleaning up|Received dataset on presentation context).*",
    r"D: (Handling C-GET Response|DIMSE status is: (Pending|Success)).*",
    r"D: (Stored instance to disk:|  (Filename|SOP Class UID|SOP Instance UID): .*)",
    r"D: (setting network|DULFSM|DUL: |Constructing|Parsing|PDU Type|DcmFileFormat|DcmMetaInfo|Checking|DcmItem).*",
    r"D: (  [0-9a-f]{2})+",
    r"D: \$dcmtk: .*",
    r"D: ",
)
"""What DCMTK's tools tell of their library when debugging."""
_OURS_ALONE = (
    r"D: \$dicomdesk: .*",
    r"W: the peer ended the query with .*",
    r"W: The peer [A-Z].*",
    f"{EXPLANATION}.*",
    r"W: (AE title|Address|Port|TLS): .*",
    r"W: ([Ee]xactly|The peer ended after) \d+ answers.*",
)
"""Lines that only ours have: what DCMTK's tools say in verbose mode only, or not at all."""
_IMPLEMENTATION = re.compile(r"(Our|Their) Implementation (Class UID|Version Name): .*")


def both(tool: str, words: Sequence[str], folder: Path) -> tuple[Done, Done, Path, Path]:
    """Run both, each in a folder of its own; what they left behind, and the folders."""
    their_folder, our_folder = folder / "theirs", folder / "ours"
    their_folder.mkdir(exist_ok=True)
    our_folder.mkdir(exist_ok=True)
    done = (run(command(tool), *words, folder=place) for command, place in ((dcmtks, their_folder), (ours, our_folder)))
    theirs, mine = done
    return theirs, mine, their_folder, our_folder


@dataclass(frozen=True)
class Compared:
    """Where a command line through both programs differs."""

    lines: list[str]
    files: list[str]
    requests: list[str]
    """Of what the peer is asked: associations, and requests on them."""
    ends: list[str]
    """Of what happens on the associations, in order."""


def compare_before_peer(
    tool: str, words: str, folder: Path, files: Path, answers: Sequence[Sequence[Action]], manners: Mapping[str, Any]
) -> Compared:
    """Run both against peers of these manners; ``{files}`` in the words is the folder of query files."""
    arguments = shlex.split(words.replace("{files}", str(files)))
    named = [word for word in arguments if word.startswith(str(files))]
    outcomes, folders, asked, happened = [], [], [], []
    for name in ("theirs", "ours"):
        own = folder / name
        own.mkdir()
        with FakePeer(answers=answers, **manners) as peer:
            line = [*(word for word in arguments if word not in named), "127.0.0.1", str(peer.port), *named]
            outcomes.append(run(dcmtks(tool) if name == "theirs" else ours(tool), *line, folder=own))
            peer.finish()
        folders.append(own)
        asked.append(
            [
                *(repr(read_request(association.pdu)) for association in peer.associations),
                *(
                    repr((query.context_id, {**query.command, 0: b"", 0x0800: b""}, query.identifier))
                    for query in peer.queries
                ),
            ]
        )
        happened.append([event for event in peer.events if event in ("queried", "cancelled", "released", "aborted")])
    return Compared(
        lines=differing(*outcomes),
        files=differing_files(*folders),
        requests=[f"{one} is not {other}" for one, other in zip_longest(*asked) if one != other],
        ends=[] if happened[0] == happened[1] else [f"{happened[0]} is not {happened[1]}"],
    )


def in_any_order(done: Done) -> Done:
    """With the lines of its log sorted."""
    return replace(done, err="\n".join(sorted(done.err.split("\n"))))


def differing(theirs: Done, ours: Done) -> list[str]:
    """Say where exit codes, stdout and logs differ."""
    found = [] if theirs.code == ours.code else [f"exit code: expected {theirs.code}, got {ours.code}"]
    if theirs.out != ours.out:
        found.append(f"stdout: expected {theirs.out!r}, got {ours.out!r}")
    return found + differing_lines(_lines(theirs.err), _lines(ours.err))


def _lines(text: str) -> list[str]:
    """The lines of a log, without inner life and head of an error, and without what pads a value.

    DCMTK shows the NUL behind a UID; columns move by it.
    """
    lines = [re.sub(r" +#", " #", line.replace("\0", "")) for line in text.split("\n")]
    if lines[0].startswith("$"):
        lines = lines[3:]
    patterns = (*_INNER_LIFE, *_OURS_ALONE)
    kept = [line for line in lines if line and not any(re.fullmatch(pattern, line) for pattern in patterns)]
    return [_IMPLEMENTATION.sub(r"\1 Implementation \2", line) for line in kept]


def differing_files(theirs: Path, ours: Path) -> list[str]:
    """Say where the files that they wrote differ: in their names, or in what stands in them.

    DICOM files hold the same data set; their meta information has UIDs of its own.
    """
    one, other = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in (theirs, ours))
    if one.keys() != other.keys():
        return [f"files: expected {sorted(one)}, got {sorted(other)}"]
    found = []
    for name, data in one.items():
        if data[128:132] == b"DICM":
            found += [f"{name}: {text}" for text in differences(data, other[name])]
        elif data != other[name]:
            found.append(f"{name}: expected {data!r}, got {other[name]!r}")
    return found


def counts(remaining: int | None, completed: int, failed: int = 0, warning: int = 0) -> list[tuple[int, bytes | int]]:
    """The sub-operation counters of a response, as elements of its command set."""
    told: list[tuple[int, bytes | int]] = [(0x1020, remaining)] if remaining is not None else []
    return [*told, (0x1021, completed), (0x1022, failed), (0x1023, warning)]


def write_query_files(folder: Path) -> Path:
    """Query files for a study: keys.dcm, and two that are none, empty.dcm and text.dcm."""
    keys = Builder().element(0x00080052, "CS", "STUDY") + Builder().element(0x0020000D, "UI", "1.2.3")
    (folder / "keys.dcm").write_bytes(part10(keys, "1.2.840.10008.1.2.1"))
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "text.dcm").write_text("hello\n")
    return folder
