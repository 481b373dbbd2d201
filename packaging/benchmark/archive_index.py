"""Makes the index of a large archive without its files, and measures queries in it.

python -m benchmark.archive_index FILE makes an index of 1,000,000 instances in 20,000 studies, and prints a table.
"""

import hashlib
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dicomdesk.archive.contents.contents import content_of, content_row
from dicomdesk.archive.contents.rows import Row, patient_identity, row_of
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.matching.query_reader import read_find_query
from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.schema import instance, patient, series, study, study_class
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, STUDY_INSTANCE_UID, Level
from dicomdesk.dicom.query.query import Model, Query

AREA = "ARCHIVE"
CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
}
SYLLABLES = (
    "SMI",
    "THO",
    "BER",
    "MAN",
    "KOW",
    "AL",
    "SKI",
    "NEL",
    "ROD",
    "RI",
    "GUEZ",
    "LEE",
    "WANG",
    "OKA",
    "DA",
    "MÜL",
)
GIVEN = ("Jane", "John", "Ana", "Piotr", "Yuki", "Liam", "Zoé", "Ivan")
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
BIG_STUDY = 2000
"""Instances of the first study."""


def uid_of(*parts: object) -> str:
    """A UID that is always the same for the same parts."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return "2.25." + str(10**38 + int.from_bytes(digest[:15], "big"))


def make_index(url: str, studies: int = 20_000, instances: int = 1_000_000) -> None:
    """Fill a new index, past its counting and faster: an average of ``instances / studies`` in each study."""
    Index(url).close()
    database = Database(url)
    loader = _Loader(random.Random(4), studies, instances)
    for start in range(0, studies, 500):
        rows = loader.rows(range(start, min(start + 500, studies)))
        database.write(
            lambda connection, rows=rows: [connection.execute(table.insert(), found) for table, found in rows if found]
        )
    database.close()
    index = Index(url)
    index.optimize()
    index.close()


class _Loader:
    def __init__(self, chance: random.Random, studies: int, instances: int) -> None:
        self._chance = chance
        self._each, self._larger = divmod(instances - BIG_STUDY, studies - 1)
        self._series_key = 0

    def rows(self, numbers: range) -> list[tuple[object, list[Row]]]:
        patients: list[Row] = []
        studies: list[Row] = []
        classes: list[Row] = []
        all_series: list[Row] = []
        instances: list[Row] = []
        for number in numbers:
            count = BIG_STUDY if number == 0 else self._each + (number <= self._larger)
            modality = self._chance.choice(tuple(CLASSES))
            entry = self._entry(number, modality)
            key = number + 1
            series_count = max(1, min(4, count // 12))
            counts = {"series_count": series_count, "instance_count": count}
            patients.append(
                row_of(Level.PATIENT, entry)
                | {"key": key, "area": AREA, "identity": patient_identity(entry.values), "study_count": 1}
            )
            studies.append(
                content_row(Level.STUDY, content_of(Level.STUDY, entry))
                | {"study_instance_uid": entry.values[STUDY_INSTANCE_UID]}
                | {"key": key, "patient_key": key, "area": AREA, "modalities": modality, "bytes": count * 525_000}
                | {"sop_classes": CLASSES[modality], "last_received": key * 1_000_000}
                | counts
            )
            classes.append({"study_key": key, "sop_class_uid": CLASSES[modality]})
            for series_number in range(series_count):
                self._series_key += 1
                share = range(series_number, count, series_count)
                values = {SERIES_INSTANCE_UID: uid_of(number, series_number), 0x00200011: str(series_number + 1)}
                one = IndexEntry(
                    area=AREA, path="", size_bytes=0, transfer_syntax_uid="", character_set="",
                    values={**entry.values, **values, 0x0008103E: f"axial {series_number}"},
                )  # fmt: skip
                all_series.append(
                    content_row(Level.SERIES, content_of(Level.SERIES, one))
                    | {"series_instance_uid": values[SERIES_INSTANCE_UID]}
                    | {"key": self._series_key, "study_key": key, "instance_count": len(share)}
                )
                instances += self._instances(number, share, row_of(Level.IMAGE, one))
        return [
            (patient, patients),
            (study, studies),
            (study_class, classes),
            (series, all_series),
            (instance, instances),
        ]

    def _instances(self, number: int, share: range, template: Row) -> Iterator[Row]:
        for position in share:
            uid = uid_of(number, "instance", position)
            yield template | {
                "series_key": self._series_key,
                "sop_instance_uid": uid,
                "instance_number": str(position + 1),
                "transfer_syntax_uid": EXPLICIT_LITTLE,
                "path": f"{number % 256:02x}/{number}/{uid}.dcm",
                "bytes": 525_000,
                "received": number * 1_000_000 + position,
                "conflict": 0,
            }

    def _entry(self, number: int, modality: str) -> IndexEntry:
        chance = self._chance
        family = "".join(chance.choice(SYLLABLES) for _ in range(3)).title()
        values = {
            0x00080020: f"{2006 + number % 20}{1 + number // 20 % 12:02d}{1 + number // 240 % 28:02d}",
            0x00080030: f"{number % 24:02d}{number % 60:02d}00",
            0x00080050: f"A{number:08d}",
            0x00080060: modality,
            0x00080016: CLASSES[modality],
            0x00081030: f"{modality} of the chest",
            0x00080090: "Referrer^Any",
            0x00100010: f"{family}^{chance.choice(GIVEN)}",
            0x00100020: f"P{number:07d}",
            0x00100030: f"{1930 + number % 80}0101",
            0x00100040: "FM"[number % 2],
            0x0020000D: uid_of(number),
            0x00200010: f"S{number}",
            0x00280010: "512",
            0x00280011: "512",
            0x00280100: "16",
        }
        return IndexEntry(
            area=AREA, path="", size_bytes=0, transfer_syntax_uid=EXPLICIT_LITTLE, character_set="ISO_IR 192",
            values=values,
        )  # fmt: skip


def query_of(level: str, keys: dict[int, str], *, is_patient_root: bool = False) -> Query:
    """A query as a peer would send it."""
    elements = {0x00080052: level, **keys}
    data = b"".join(
        (tag >> 16).to_bytes(2, "little")
        + (tag & 0xFFFF).to_bytes(2, "little")
        + (len(value) + len(value) % 2).to_bytes(4, "little")
        + value
        + b" " * (len(value) % 2)
        for tag, value in sorted((tag, text.encode()) for tag, text in elements.items())
    )
    return read_find_query(data, "1.2.840.10008.1.2", Model.PATIENT_ROOT if is_patient_root else Model.STUDY_ROOT)


STUDY_KEYS = dict.fromkeys(
    (
        *(0x00080020, 0x00080030, 0x00080050, 0x00080061, 0x00081030),
        *(0x00100010, 0x00100020, 0x0020000D, 0x00200010, 0x00201208),
    ),
    "",
)
QUERIES = (
    ("study by StudyID", "STUDY", {0x00200010: "S12345"}),
    ("study by AccessionNumber", "STUDY", {0x00080050: "A00012345"}),
    ("study by StudyInstanceUID", "STUDY", {0x0020000D: uid_of(12345)}),
    ("study by PatientID", "STUDY", {0x00100020: "P0012345"}),
    ("SMI*", "STUDY", {0x00100010: "SMI*"}),
    ("date range + modality", "STUDY", {0x00080020: "20200101-20200301", 0x00080061: "CT"}),
    ("*SMI*", "STUDY", {0x00100010: "*SMI*"}),
    ("smi*^j*", "STUDY", {0x00100010: "smi*^j*"}),
    ("modality only", "STUDY", {0x00080061: "PT"}),
    ("all studies", "STUDY", {}),
    ("2,000 UIDs of studies", "STUDY", {0x0020000D: "\\".join(uid_of(number) for number in range(0, 20000, 10))}),
    ("series of the big study", "SERIES", {0x0020000D: uid_of(0), 0x0020000E: "", 0x0008103E: "", 0x00201209: ""}),
    (
        "images of the big study",
        "IMAGE",
        {0x0020000D: uid_of(0), 0x0020000E: "", 0x00080018: "", 0x00200013: "", 0x00080016: ""},
    ),
)


def measure(index: Index) -> Iterator[tuple[str, int, float, float]]:
    """Name, matches, seconds to the first match and to all, of each query; the second of two runs."""
    for name, level, keys in QUERIES:
        query = query_of(level, {**STUDY_KEYS, **keys} if level == "STUDY" else keys)
        for _ in range(2):
            start = time.perf_counter()
            first, count = 0.0, 0
            for _match in index.find(query, AREA):
                first = first or time.perf_counter() - start
                count += 1
            total = time.perf_counter() - start
        yield name, count, first, total


def main() -> int:
    """Make the index where it is not there, and measure."""
    file = Path(sys.argv[1])
    if not file.exists():
        start = time.perf_counter()
        make_index(sqlite_url(file))
        print(f"made in {time.perf_counter() - start:.0f} s, {file.stat().st_size >> 20} MiB")
    index = Index(sqlite_url(file))
    print(index.statistics(AREA))
    for name, count, first, total in measure(index):
        print(f"{name:28} {count:6} matches  first {first * 1000:8.2f} ms  all {total * 1000:8.2f} ms", flush=True)
    index.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
