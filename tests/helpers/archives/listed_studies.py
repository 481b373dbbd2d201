"""Studies with accession numbers of their own, lists that name them, and what an archive was asked for."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dicomdesk.archive.facts import OperationEnded, SubOperationEnded
from dicomdesk.dicom.lists.columns import find_columns
from dicomdesk.dicom.lists.csv_rows import read_csv
from dicomdesk.dicom.lists.entries import ListEntry, read_entries
from dicomdesk.dicom.query.sop_classes import Service
from tests.helpers.archives.served_archives import Running, encoded


def accession(number: int) -> str:
    """The accession number of a study."""
    return f"A{number:03}"


def instance_uids(number: int, instances: int) -> list[str]:
    """The SOP Instance UIDs of a study."""
    return [f"1.2.{number}.1.{each + 1}" for each in range(instances)]


def study(number: int, *, instances: int = 3, called: int | None = None, patient: str = "P1") -> list[bytes]:
    """The data sets of a study; ``called`` is whose accession number it has, its own for None."""
    name = accession(number if called is None else called).encode()
    return [
        encoded(uid, study=f"1.2.{number}", series=f"1.2.{number}.1", patient=patient).replace(b"ACC1", name)
        for uid in instance_uids(number, instances)
    ]


def entries_of(*lines: str, keys: Sequence[str] = ()) -> tuple[ListEntry, ...]:
    """The lines of a list; a header is found out."""
    rows = read_csv("\n".join(lines).encode())
    return read_entries(rows, find_columns(rows, keys=keys)).entries


def write_list(path: Path, numbers: Sequence[int]) -> Path:
    """A list of accession numbers with a header."""
    path.write_text("".join(f"{line}\n" for line in ("Accession", *map(accession, numbers))))
    return path


def sent(archive: Running) -> Counter[str]:
    """How often the archive has sent each instance with success, by SOP Instance UID."""
    return Counter(fact.sop_instance_uid for fact in archive.told(SubOperationEnded) if fact.status == 0)


def asked(archive: Running, service: Service) -> int:
    """How many operations of a service have ended."""
    return sum(fact.service is service for fact in archive.told(OperationEnded))
