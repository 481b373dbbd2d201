"""What the archive stores as received, though lengths and delimiters disagree, it serves, checks and indexes again."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pynetdicom import evt

from dicomdesk.archive.file_check import FileCheckReport, check_area
from dicomdesk.archive.reindex import ReindexReport, reindex_area
from dicomdesk.dicom.files.storing_format import StoringFormat
from tests.helpers.archives.served_archives import (
    GET_STUDY,
    MOVE_STUDY,
    calling,
    destination,
    identifier,
    make_settings,
    serving,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.data.disagreeing import converted, disagreeing

STUDY = identifier(StudyInstanceUID="1.2.3")


class Unheard:
    """A ``ReindexObserver`` that expects nothing to be left out."""

    def progressed(self, area: str, done: int, total: int) -> None:
        """Nobody looks."""

    def left_out(self, area: str, path: str, reason: str) -> None:
        raise AssertionError(f"{area}: {path}: {reason}")

    def check(self) -> None:
        """Nobody ends it."""


def named(data_sets: Iterable[bytes]) -> dict[str, bytes]:
    """Give each a UID of its own; return them by that."""
    return {
        f"1.2.{number:03}": data.replace(b"1.2.3.4\0", b"1.2.%03d\0" % number) for number, data in enumerate(data_sets)
    }


@pytest.mark.parametrize("is_file_format", [True, False], ids=["files", "bare data sets"])
@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_it_is_moved_and_got_also_after_it_was_indexed_again(
    tmp_path: Path, announce_log: Callable[[str], None], *, syntax: str, is_file_format: bool
) -> None:
    announce_log("stored as received")
    other = IMPLICIT if syntax == EXPLICIT else EXPLICIT
    stored = named(case.data for case in disagreeing(syntax).values())
    right, converting = (named(converted(syntax, target).values()) for target in (syntax, other))
    as_it_is = {uid: right[uid] if len(data) % 2 else data for uid, data in stored.items()}
    format_ = StoringFormat(is_bit_preserving=True, is_file_format=is_file_format)
    with destination(syntaxes=[syntax]) as same, destination(syntaxes=[other]) as unlike:
        settings = make_settings(
            tmp_path / "area", peers={"SAME": same.port, "OTHER": unlike.port}, storing_format=format_
        )
        (area,) = settings.configuration.areas
        with serving(settings) as archive:
            archive.put(*stored.values(), syntax=syntax)
            before = archive.indexed()
            assert got(archive.port, syntax) == as_it_is
        assert check_area(settings, area, print) == FileCheckReport(files=len(stored), entries=len(stored))
        assert reindex_area(settings, area, Unheard()) == ReindexReport(indexed=len(stored))
        assert check_area(settings, area, print) == FileCheckReport(files=len(stored), entries=len(stored))
        with serving(settings) as archive, calling(archive.port) as association:
            assert archive.indexed() == before
            for title, arrived, expected in (("SAME", same, as_it_is), ("OTHER", unlike, converting)):
                *_, (final, _) = association.send_c_move(STUDY, title, MOVE_STUDY)
                assert final.Status == 0
                assert {uid: data for uid, (_, data) in arrived.stored.items()} == expected


def got(port: int, syntax: str) -> dict[str, bytes]:
    came: dict[str, bytes] = {}

    def take(event: evt.Event) -> int:
        came[str(event.request.AffectedSOPInstanceUID)] = event.request.DataSet.getvalue()  # type: ignore[union-attr]  # a C-STORE
        return 0

    with calling(
        port,
        classes=(GET_STUDY, CT_IMAGE),
        syntaxes=[syntax],
        stores_to_us=(CT_IMAGE,),
        handlers=[(evt.EVT_C_STORE, take)],
    ) as association:
        *_, (final, _) = association.send_c_get(STUDY, GET_STUDY)
        assert final.Status == 0
    return came
