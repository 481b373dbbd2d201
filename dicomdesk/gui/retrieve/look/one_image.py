"""Fetches one instance into a folder of its own, draws it, and removes it. For worker threads where it says so."""

import shutil
import tempfile
from pathlib import Path

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.pixels.small_image import SmallImage, draw_small_image
from dicomdesk.dicom.query.attributes import (
    QUERY_RETRIEVE_LEVEL,
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
)
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.query.request import Identifier, QueryModel, QueryRequest
from dicomdesk.engine.receive.request import Storage, StorageMode
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import ExpectedInstance, RetrieveMethod, RetrieveRequest
from dicomdesk.errors import ConversionError, DataError
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity
from dicomdesk.gui.retrieve.errand import identifier_of, retrieve_model
from dicomdesk.records import dataclass

MOST_ASKED = 400
"""Instances of a series that are asked for, to choose one among."""
MOST_BYTES = 256 << 20
"""Of a file that is drawn."""
_INSTANCE_NUMBER = 0x00200013
_SYNTAXES = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenImage:
    """The instance that stands for a series."""

    sop_instance_uid: str
    sop_class_uid: str = ""
    place: int = 1
    """Its place among them by number, from 1."""
    among: int = 1
    """How many instances the series has, as far as was asked."""


class Matches:
    """Collects the matches of a query; any thread."""

    def __init__(self) -> None:
        self._found: list[QueryResult] = []

    def take(self, fact: object) -> None:
        """Take a fact of the query; a match that cannot be read is none."""
        if isinstance(fact, QueryAnswered) and len(self._found) < MOST_ASKED:
            try:
                self._found.append(read_result(fact.identifier, fact.transfer_syntax_uid))
            except DataError:
                return

    def choose(self) -> ChosenImage | None:
        """Return the middle one by Instance Number; None where there is none."""
        named = [match for match in self._found if match.unique_value(Level.IMAGE)]
        if not named:
            return None
        in_order = sorted(named, key=_instance_number)
        place = len(in_order) // 2
        middle = in_order[place]
        return ChosenImage(
            sop_instance_uid=middle.unique_value(Level.IMAGE),
            sop_class_uid=middle.value(SOP_CLASS_UID),
            place=place + 1,
            among=len(named),
        )


def images_request(asked: AskedPeer, series: FoundEntity) -> QueryRequest:
    """Ask which instances a series has."""
    values = {
        QUERY_RETRIEVE_LEVEL: Level.IMAGE.value,
        STUDY_INSTANCE_UID: series.study_instance_uid,
        SERIES_INSTANCE_UID: series.series_instance_uid,
        SOP_INSTANCE_UID: "",
        SOP_CLASS_UID: "",
        _INSTANCE_NUMBER: "",
    }
    if series.model is QueryModel.PATIENT_ROOT:
        values[0x00100020] = series.patient_id
    keys = tuple(QueryKey(tag=tag, value=value) for tag, value in values.items())
    return QueryRequest(
        peer=asked.peer,
        identifiers=(Identifier(keys=keys),),
        association=asked.association,
        model=series.model,
        character_set=asked.character_set,
        limit=MOST_ASKED,
    )


def image_request(asked: AskedPeer, entity: FoundEntity, image: ChosenImage, folder: Path) -> RetrieveRequest:
    """Ask for one instance of a series, or for the instance itself, as the peer keeps it."""
    keys = [key for key in identifier_of(entity).keys if key.tag not in {QUERY_RETRIEVE_LEVEL, SOP_INSTANCE_UID}]
    keys = [QueryKey(tag=QUERY_RETRIEVE_LEVEL, value=Level.IMAGE.value), *keys]
    keys.append(QueryKey(tag=SOP_INSTANCE_UID, value=image.sop_instance_uid))
    return RetrieveRequest(
        peer=asked.peer,
        identifiers=(Identifier(keys=tuple(keys)),),
        method=RetrieveMethod.GET,
        association=asked.association,
        model=retrieve_model(entity),
        storage=Storage(folder=folder, mode=StorageMode.BIT_PRESERVING),
        storage_sop_classes=(image.sop_class_uid,) if image.sop_class_uid else (),
        storage_transfer_syntaxes=_SYNTAXES,
        takes_compressed=bool(image.sop_class_uid),
        expected=(ExpectedInstance(sop_instance_uid=image.sop_instance_uid, sop_class_uid=image.sop_class_uid),),
        explains=True,
    )


def make_folder() -> Path:
    """Make the folder that the instance comes to; reads the disk."""
    return Path(tempfile.mkdtemp(prefix="dicomdesk-look-"))


def remove_folder(folder: Path) -> None:
    """Remove it with all that came; never raises."""
    shutil.rmtree(folder, ignore_errors=True)


def draw_file(folder: Path, most_side: int) -> SmallImage:
    """Draw what has come into the folder; reads the disk. ConversionError where there is nothing that can be drawn."""
    for path in folder.iterdir():
        if path.stat().st_size > MOST_BYTES:
            raise ConversionError(f"it is larger than {MOST_BYTES >> 20} MiB")
        header = read_header(str(path), InputFormat.FILE_ONLY)
        with path.open("rb") as file:
            file.seek(header.data_set_offset)
            return draw_small_image(file.read(), header.transfer_syntax_uid, most_side)
    raise ConversionError("nothing came")


def why_not(outcome: RetrieveOutcome) -> str:
    """Return why the instance did not come, in the engine's words."""
    if outcome.diagnoses:
        first = outcome.diagnoses[0]
        return f"{first.text} {first.advice}"
    return outcome.text


def _instance_number(match: QueryResult) -> tuple[int, str]:
    text = match.value(_INSTANCE_NUMBER).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number, match.unique_value(Level.IMAGE)
