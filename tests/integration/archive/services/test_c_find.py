"""C-FIND at a running archive: streamed, cancelled, hostile, and with an index that fails."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom.association import Association

from dicomdesk.archive.facts import OperationEnded, OperationStarted
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.errors import IndexBusyError, IndexDamagedError
from dicomdesk.network.dimse.command_sets import (
    ERROR_COMMENT,
    OFFENDING_ELEMENT,
    STATUS,
    CommandSet,
    read_command_set,
    write_command_set,
)
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    FIND_PATIENT,
    FIND_STUDY,
    Running,
    calling,
    encoded,
    identifier,
    running,
)
from tests.helpers.data.datasets import IMPLICIT, Builder
from tests.helpers.peers.requestors import Proposal, connected, data_pdu, find_command

PENDING, PENDING_WITH_WARNING, SUCCESS, CANCELLED, OUT_OF_RESOURCES = 0xFF00, 0xFF01, 0, 0xFE00, 0xA700
IMAGES = 300


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("finding")) as archive:
        archive.put(*(encoded(f"1.2.3.5.{number}") for number in range(IMAGES)))
        archive.put(encoded("1.9.1", "1.9", "1.9.5", patient="P9"))
        yield archive


def ask(association: Association, query: Dataset, model: str = FIND_STUDY) -> tuple[list[Dataset], int]:
    """The matches, and the final status."""
    answers = list(association.send_c_find(query, model))
    assert all(status.Status in (PENDING, PENDING_WITH_WARNING) for status, _ in answers[:-1])
    return [match for _, match in answers[:-1] if match is not None], answers[-1][0].Status


def test_matches_come_with_what_was_asked_for(filled: Running) -> None:
    with calling(filled.port) as association:
        (match,), status = ask(association, identifier(StudyInstanceUID="1.9", PatientID=None, AccessionNumber=None))
    assert status == SUCCESS
    assert (match.PatientID, match.AccessionNumber, match.RetrieveAETitle) == ("P9", "ACC1", ARCHIVE)


def test_many_matches_are_streamed_and_several_queries_go_over_one_association(filled: Running) -> None:
    with calling(filled.port) as association:
        for _ in range(2):
            query = identifier("IMAGE", StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.5", SOPInstanceUID=None)
            found, status = ask(association, query)
            assert status == SUCCESS
            assert {match.SOPInstanceUID for match in found} == {f"1.2.3.5.{number}" for number in range(IMAGES)}


def test_a_query_is_told_of(tmp_path: Path) -> None:
    with running(tmp_path) as archive, calling(archive.port) as association:
        ask(association, identifier(PatientID="P1"))
        (started,), (ended,) = archive.wait_for(OperationStarted), archive.wait_for(OperationEnded)
    assert started.service is Service.FIND
    assert started.identifier
    assert (ended.status, ended.matches) == (SUCCESS, 0)
    assert ended.query is not None


def test_a_query_is_cancelled_within_one_response(filled: Running) -> None:
    """The cancellation is there when the archive looks before its first match."""
    query = Builder(IMPLICIT)
    data = b"".join(
        (
            query.element(0x00080018, "UI", b""),
            query.element(0x00080052, "CS", "IMAGE"),
            query.element(0x0020000D, "UI", "1.2.3"),
            query.element(0x0020000E, "UI", "1.2.3.5"),
        )
    )
    cancel = write_command_set({0x0100: 0x0FFF, 0x0120: 1, 0x0800: 0x0101})
    with connected(filled.port) as peer:
        peer.associate(Proposal(contexts=[(1, FIND_STUDY, [IMPLICIT])], called=ARCHIVE.encode()))
        peer.send(data_pdu(1, 3, find_command()) + data_pdu(1, 2, data) + data_pdu(1, 3, cancel))
        assert peer.read_response().number(STATUS) == CANCELLED
        # One that comes when all is over is ignored, any number of times.
        for _ in range(100):
            peer.send(data_pdu(1, 3, cancel))
        peer.send(data_pdu(1, 3, find_command()) + data_pdu(1, 2, data))
        assert peer.read_response().number(STATUS) in (PENDING, PENDING_WITH_WARNING)


def element(group: int, number: int, value: bytes, length: int | None = None) -> bytes:
    size = len(value) if length is None else length
    return group.to_bytes(2, "little") + number.to_bytes(2, "little") + size.to_bytes(4, "little") + value


LEVEL = element(0x0008, 0x0052, b"STUDY ")
_NESTED = element(0x0008, 0x1111, b"", 0xFFFFFFFF) + element(0xFFFE, 0xE000, b"", 0xFFFFFFFF)
HOSTILE = {
    "empty": b"",
    "one byte": b"\x08",
    "no level": element(0x0020, 0x000D, b""),
    "unknown level": element(0x0008, 0x0052, b"GALAXY"),
    "two levels": LEVEL + LEVEL,
    "level with nul": element(0x0008, 0x0052, b"STUDY\0"),
    "length beyond the end": LEVEL + element(0x0020, 0x000D, b"1.2", 0xFFFFFFF0),
    "sequence without end": LEVEL + element(0x0008, 0x1111, b"", 0xFFFFFFFF),
    "deep": LEVEL + _NESTED * 3000,
    "many stars": LEVEL + element(0x0010, 0x0010, b"*a" * 500) + element(0x0020, 0x000D, b""),
    "backslashes": LEVEL + element(0x0020, 0x000D, b"\\" * 40_000),
    "ten thousand UIDs": LEVEL + element(0x0020, 0x000D, b"\\".join(b"1.2.%d" % n for n in range(10_000))),
    "quotes": LEVEL + element(0x0010, 0x0020, b"' OR 1=1; DROP TABLE study; --"),
    "likes": LEVEL + element(0x0010, 0x0020, b"%_[^]\\%") + element(0x0020, 0x000D, b""),
    "broken character set": element(0x0008, 0x0005, b"\xff\x00BOGUS")
    + LEVEL
    + element(0x0010, 0x0010, b"\x1b$B\xff\xfe"),
    "dates": LEVEL.join([b"", element(0x0008, 0x0020, b"--99999999-")]),
    "date range backwards": element(0x0008, 0x0020, b"20300101-19000101") + LEVEL,
    "a megabyte": LEVEL + element(0x0010, 0x0010, b"x" * 1_000_000),
    "eight megabytes of escapes": LEVEL + element(0x0010, 0x0010, b"\x1b" * 8_000_000),
    "eight megabytes of designations": LEVEL + element(0x0010, 0x0010, b"\x1b$B" * 2_500_000),
    "eight megabytes of stars": LEVEL + element(0x0010, 0x0020, b"*" * 8_000_000),
    "millions of UIDs": LEVEL + element(0x0020, 0x000D, b"1\\" * 4_000_000),
    "a character set of megabytes": element(0x0008, 0x0005, b"ISO_IR 192" + b"\\ISO 2022 IR 87" * 100_000)
    + LEVEL
    + element(0x0020, 0x000D, b""),
    "a name that is a sequence": LEVEL + element(0x0010, 0x0010, _NESTED[8:] + bytes(8), 0xFFFFFFFF),
    "private": LEVEL + element(0x0009, 0x0010, b"X") + element(0x0009, 0x1001, b"1"),
    "wrong order": element(0x0020, 0x000D, b"") + LEVEL,
    "group length": element(0x0008, 0x0000, b"\xff\xff\xff\xff") + LEVEL,
    "item alone": element(0xFFFE, 0xE000, b"", 0) * 10,
}


def raw_query(archive: Running, data: bytes, model: str = FIND_STUDY) -> list[int]:
    """Statuses of all responses to an identifier of any kind; the association goes on."""
    return [response.number(STATUS) for response in raw_responses(archive, data, model)]


def final_response(archive: Running, data: bytes) -> CommandSet:
    """The last response, the only one."""
    (response,) = raw_responses(archive, data, FIND_STUDY)
    return response


def raw_responses(archive: Running, data: bytes, model: str) -> list[CommandSet]:
    responses: list[CommandSet] = []
    with connected(archive.port) as peer:
        peer.associate(Proposal(contexts=[(1, model, [IMPLICIT])], called=ARCHIVE.encode(), max_pdu_bytes=0))
        parts = [data[start : start + 16_000] for start in range(0, len(data), 16_000)] or [b""]
        peer.send(data_pdu(1, 3, find_command()))
        for number, part in enumerate(parts, 1):
            peer.send(data_pdu(1, 2 if number == len(parts) else 0, part))
        while not responses or responses[-1].number(STATUS) in (PENDING, PENDING_WITH_WARNING):
            number, body = peer.read_pdu()
            assert number == 4, (number, body)
            if body[5] & 1:
                responses.append(read_command_set(body[6 : 4 + int.from_bytes(body[:4], "big")]))
        peer.release()
    return responses


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("model", [FIND_STUDY, FIND_PATIENT])
def test_hostile_identifiers_get_an_answer(filled: Running, name: str, model: str) -> None:
    assert raw_query(filled, HOSTILE[name], model)[-1] not in (PENDING, PENDING_WITH_WARNING)


@pytest.mark.parametrize(
    "data",
    [
        HOSTILE["eight megabytes of escapes"],
        HOSTILE["eight megabytes of stars"],
        HOSTILE["millions of UIDs"],
    ],
)
def test_keys_of_megabytes_are_refused_with_the_bound(filled: Running, data: bytes) -> None:
    response = final_response(filled, data)
    assert response.number(STATUS) == 0xA900
    assert response.text(ERROR_COMMENT).startswith("Over ")
    assert response.values[OFFENDING_ELEMENT]


def test_nothing_matches_what_cannot_be_decoded_and_the_response_says_so(filled: Running) -> None:
    study = element(0x0020, 0x000D, b"")
    for value in (b"\x1b\x1b", b"*\x1b", b"D\0*\0", b"\x1b$Bx\x1b(B "):
        response = final_response(filled, LEVEL + element(0x0010, 0x0010, value) + study)
        assert response.number(STATUS) == SUCCESS
        assert response.text(ERROR_COMMENT) == "Cannot be decoded, nothing matches: PatientName"
    assert raw_query(filled, LEVEL + element(0x0010, 0x0010, b"*\0") + study) == [PENDING, PENDING, SUCCESS]
    assert final_response(filled, LEVEL + element(0x0010, 0x0010, b"Nobody") + study).text(ERROR_COMMENT) == ""


def test_random_identifiers_get_an_answer(filled: Running) -> None:
    choice = random.Random(4)
    for _ in range(60):
        data = bytearray(LEVEL + element(0x0010, 0x0010, b"A*") + element(0x0020, 0x000D, b"1.2"))
        for _ in range(choice.randrange(1, 6)):
            data[choice.randrange(len(data))] = choice.randrange(256)
        raw_query(filled, bytes(data))


@pytest.mark.parametrize("error", [IndexBusyError("locked"), IndexDamagedError("damaged")])
def test_an_index_that_fails_is_said_and_the_association_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None], error: Exception
) -> None:
    announce_log("A query failed")

    def fail(*_: object) -> Iterator[object]:
        raise error
        yield

    with running(tmp_path) as archive, calling(archive.port) as association:
        archive.put(encoded("1.2.3.4"))
        with monkeypatch.context() as patch:
            patch.setattr(archive.archive.keeper(ARCHIVE).index, "find", fail)
            assert ask(association, identifier(PatientID=None)) == ([], OUT_OF_RESOURCES)
        found, status = ask(association, identifier(PatientID=None))
        assert (len(found), status) == (1, SUCCESS)


def test_a_database_that_was_destroyed_is_said(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("A query failed")
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.4"))
        archive.archive.keeper(ARCHIVE).index.close()
        for file in (tmp_path / ".dicomdesk").glob("index.sqlite*"):
            file.write_bytes(b"no database" * 1000)
        with calling(archive.port) as association:
            assert ask(association, identifier(PatientID=None)) == ([], OUT_OF_RESOURCES)


def test_queries_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    with running(tmp_path) as archive, calling(archive.port) as association:
        archive.put(encoded("1.2.3.4"))
        other = sqlite3.connect(tmp_path / ".dicomdesk" / "index.sqlite")
        other.execute("BEGIN EXCLUSIVE")
        found, status = ask(association, identifier(PatientID=None))
        assert (len(found), status) == (1, SUCCESS)
        other.rollback()
        other.close()


def test_relational_queries_need_to_be_negotiated(tmp_path: Path) -> None:
    query = identifier("IMAGE", PatientID="P1", SOPInstanceUID=None)
    with running(tmp_path, strict_find=True) as archive:
        archive.put(encoded("1.2.3.4"))
        with calling(archive.port, extensions={FIND_STUDY: b"\1\1\1\1"}) as association:
            found, status = ask(association, query)
            assert ([match.SOPInstanceUID for match in found], status) == (["1.2.3.4"], SUCCESS)
        with calling(archive.port) as association:
            assert ask(association, query)[1] not in (SUCCESS, PENDING)


def test_lenient_queries_answer_what_the_keys_match_and_nothing_else(tmp_path: Path) -> None:
    def found(archive: Running, level: str, model: str, **keys: str) -> list[str]:
        query = identifier(level, **keys)
        with calling(archive.port) as association:
            answers = list(association.send_c_find(query, model))
        assert answers[-1][0].Status == 0
        unique = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "IMAGE": "SOPInstanceUID"}[level]
        return sorted(str(match[unique].value) for _status, match in answers[:-1] if match is not None)

    with running(tmp_path, lenient_find=True) as archive:
        archive.put(encoded("1.1", study="1", series="1.9"), encoded("2.1", study="2", series="2.9", patient="P2"))
        assert found(archive, "STUDY", FIND_PATIENT, StudyInstanceUID="", PatientName="Doe*") == ["1", "2"]
        assert found(archive, "STUDY", FIND_PATIENT, StudyInstanceUID="2", PatientName="Roe*") == []
        assert found(archive, "SERIES", FIND_STUDY, SeriesInstanceUID="", PatientID="P2") == ["2.9"]
        assert found(archive, "IMAGE", FIND_STUDY, SOPInstanceUID="", StudyInstanceUID="1") == ["1.1"]
        assert found(archive, "IMAGE", FIND_STUDY, SOPInstanceUID="1.1", PatientID="P2") == []
