"""What can be searched of studies as somebody types: one folded text for each, read in pages."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, literal_column, select

from dicomdesk.archive.contents.folded_names import fold
from dicomdesk.archive.matching.query_plan import Reading
from dicomdesk.archive.tables.schema import study, study_face

__all__ = ["StudyStamp", "StudyText", "read_study_stamp", "read_study_texts"]

_PAGE: Final = 1000
_CARRIED: Final = ("patient_name", "patient_id", "accession_number", "study_date", "study_description", "study_id")
_SHOWN: Final = tuple(study.c[name] for name in (*_CARRIED, "modalities", "study_instance_uid"))
_IDENTITY: Final = study.c.key, study.c.study_instance_uid, study.c.patient_id, study.c.issuer_of_patient_id
_FIGURES: Final = study.c.last_received, study.c.revision, study.c.series_count, study.c.instance_count, study.c.bytes
_KNOWN: Final = len(_IDENTITY) + len(_FIGURES)
_FACES: Final = tuple(study_face.c[name] for name in _CARRIED)


class StudyText(NamedTuple):
    """One study, and what is searched of it."""

    key: int
    study_instance_uid: str
    patient_id: str
    issuer_of_patient_id: str
    last_received: int
    """Microseconds since 1970."""
    revision: int
    series: int
    instances: int
    size_bytes: int
    text: str
    """Folded, see ``fold``: what it shows, and what its instances carry where that is something else."""


class StudyStamp(NamedTuple):
    """Changes with whatever can be searched of an area's studies."""

    studies: int
    last_key: int
    revisions: int
    last_received: int


def read_study_stamp(connection: Connection, area: str) -> StudyStamp:
    """Read the stamp of an area as it is now."""
    figures = func.max(study.c.key), func.sum(study.c.revision), func.max(study.c.last_received)
    row = connection.execute(select(func.count(), *figures).where(study.c.area == area)).one()
    return StudyStamp(*(int(one or 0) for one in row))


def read_study_texts(reading: Reading, area: str, since: StudyStamp | None = None) -> Iterator[StudyText]:
    """Yield the studies of an area by their keys, or those that came, or got something, after a stamp.

    No transaction is held meanwhile.
    """
    last = -1
    columns = *_IDENTITY, *_FIGURES, *_SHOWN, study.c.faces
    wanted = study.c.area == area
    if since is not None:
        wanted &= (study.c.key > since.last_key) | (study.c.last_received > since.last_received)
    while True:
        statement = select(*columns).where(wanted, study.c.key > last).order_by(study.c.key).limit(_PAGE)
        with reading() as connection:
            rows = connection.execute(statement).all()
            carried = _read_carried(connection, [row[0] for row in rows if row[-1]])
        for row in rows:
            said = fold("\n".join((*row[_KNOWN:-1], *carried.get(row[0], ()))))
            yield StudyText._make((*row[:_KNOWN], said))
        if len(rows) < _PAGE:
            return
        last = rows[-1][0]


def _read_carried(connection: Connection, keys: list[int]) -> dict[int, list[str]]:
    """What instances of these studies carry, by the key of their study."""
    found: dict[int, list[str]] = {}
    if keys:
        between = study_face.c.study_key.between(literal_column(str(min(keys))), literal_column(str(max(keys))))
        for key, *values in connection.execute(select(study_face.c.study_key, *_FACES).where(between)):
            found.setdefault(key, []).extend(values)
    return found
