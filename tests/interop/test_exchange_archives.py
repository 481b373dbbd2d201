"""Our requests at DCMTK's archive and at ours: C-FIND with many answers, cancel, C-MOVE to us, C-GET to files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from pydicom.dataset import Dataset
from pynetdicom.dsutils import decode, encode

from dicomdesk.network.dimse.requests import find_request, get_request, move_request
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.network.dimse.store_reception import IncomingStore, StoreAnswer
from dicomdesk.network.negotiation import NegotiatedContext, Role, number_contexts
from dicomdesk.network.negotiation import ProposedContext as Proposed
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings
from tests.helpers.archives.opened_archives import AREA, dcmtk_archive, our_archive
from tests.helpers.archives.stored_studies import Series, Study, write_studies
from tests.helpers.data.comparison import data_set_bytes
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.jobs.requesting import PATIENT
from tests.helpers.peers.receivers import Receiver, listening
from tests.helpers.tls.certificates import Authority
from tests.helpers.tls.secured import identity, presenting

FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
MANY = Study(
    number=70, patient={"PatientID": "M", "PatientName": "Many^Images"}, values={}, series=(Series(instances=1000),)
)
FEW = Study(
    number=71, patient={"PatientID": "F", "PatientName": "Few^Images"}, values={}, series=(Series(instances=5),)
)
CANCELLED = 0xFE00
"""Where an archive notices too late, the answer is Success."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_studies(tmp_path_factory.mktemp("instances"), [MANY, FEW])


@pytest.fixture(scope="module")
def destination() -> Iterator[tuple[int, Receiver]]:
    """A listener of ours that the archives know as DEST."""
    receiver = Receiver()
    with listening(receiver) as (port, _):
        yield port, receiver


@pytest.fixture(
    scope="module",
    params=[pytest.param("dcmtk", marks=pytest.mark.dcmtk), "ours", "ours over TLS"],
)
def archive(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    files: list[Path],
    destination: tuple[int, Receiver],
) -> Iterator[tuple[int, TlsSettings | None]]:
    """A port, and how to speak TLS there."""
    folder = tmp_path_factory.mktemp("archive")
    configuration = {"hosts": {"DEST": ("127.0.0.1", destination[0])}}
    if request.param == "dcmtk":
        with dcmtk_archive(folder, files, configuration=configuration) as port:
            yield port, None
        return
    authority = Authority(folder, "root")
    is_secure = request.param != "ours"
    tls = identity(authority, "localhost") if is_secure else None
    with our_archive(folder, files, configuration=configuration, tls=tls) as ours:
        yield ours.port, presenting(authority.issue("us"), authority) if is_secure else None


@contextmanager
def asking(archive: tuple[int, TlsSettings | None]) -> Iterator[RequestedAssociation]:
    """An association, released at the end."""
    port, tls = archive
    offers = [(uid, (EXPLICIT, IMPLICIT)) for uid in (FIND, MOVE, GET, CT_IMAGE)]
    contexts = [
        Proposed(
            context_id=context.context_id,
            abstract_syntax=context.abstract_syntax,
            transfer_syntaxes=context.transfer_syntaxes,
            role=Role(scu=False, scp=True) if context.abstract_syntax == CT_IMAGE else None,
        )
        for context in number_contexts(offers)
    ]
    association = open_association(
        peer=Peer(host="localhost" if tls else "127.0.0.1", port=port, ae_title=AREA, tls=tls),
        settings=AssociationSettings(calling_ae_title="US", timeouts=PATIENT),
        contexts=contexts,
    )
    yield association
    association.release()
    assert not association.is_open


def accepted(association: RequestedAssociation, uid: str) -> NegotiatedContext:
    return next(
        context
        for context in association.negotiation.contexts
        if context.is_accepted and context.abstract_syntax == uid
    )


def identifier(context: NegotiatedContext, study: Study, level: str = "STUDY", **keys: str) -> bytes:
    """A query in the transfer syntax of the context."""
    query = Dataset()
    query.QueryRetrieveLevel = level
    query.StudyInstanceUID = study.uid
    for keyword, value in keys.items():
        setattr(query, keyword, value)
    encoded = encode(query, context.accepted_transfer_syntax == IMPLICIT, True)
    assert encoded is not None
    return bytes(encoded)


def images(context: NegotiatedContext, study: Study) -> bytes:
    return identifier(context, study, "IMAGE", SeriesInstanceUID=f"{study.uid}.1", SOPInstanceUID="")


def test_a_thousand_matches_arrive_each_with_its_data_set(archive: tuple[int, TlsSettings | None]) -> None:
    with asking(archive) as association:
        context = accepted(association, FIND)
        *matches, final = association.exchange(find_request(context, images(context, MANY)))
        assert (final.status, final.data_set) == (0, None)
        is_implicit = context.accepted_transfer_syntax == IMPLICIT
        found = [decode(BytesIO(response.data_set or b""), is_implicit, True) for response in matches]
    assert sorted(match.SOPInstanceUID for match in found) == sorted(uid for uid, _ in MANY.instances())


def test_a_cancelled_query_ends_before_its_last_match(archive: tuple[int, TlsSettings | None]) -> None:
    with asking(archive) as association:
        context = accepted(association, FIND)
        responses = association.exchange(find_request(context, images(context, MANY)))
        next(responses)
        responses.cancel()
        *_, final = responses
        assert final.status in {CANCELLED, 0}
        *matches, final = association.exchange(find_request(context, images(context, FEW)))
        assert (len(matches), final.status) == (5, 0)


def test_a_study_is_moved_to_our_listener(
    archive: tuple[int, TlsSettings | None], destination: tuple[int, Receiver]
) -> None:
    receiver = destination[1]
    receiver.instances.clear()
    with asking(archive) as association:
        context = accepted(association, MOVE)
        *pending, final = association.exchange(move_request(context, identifier(context, FEW), "DEST"))
        assert final.status == 0
        assert final.sub_operations is not None
        assert (final.sub_operations.completed, final.sub_operations.failed) == (5, 0)
        assert all(response.is_pending and response.sub_operations for response in pending)
    stored = receiver.instances
    assert {instance.request.sop_instance_uid for instance in stored} == {uid for uid, _ in FEW.instances()}
    assert {instance.request.move_originator_ae_title for instance in stored} == {"US"}


class _FileSink:
    """An instance in a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, fragments: Sequence[memoryview]) -> None:
        self._file.writelines(fragments)

    def finish(self) -> StoreAnswer:
        self._file.close()
        return StoreAnswer(status=0)

    def settle(self) -> None:
        """Nothing waits."""

    def discard(self) -> None:
        self._file.close()


class _Files:
    """Stores data sets as files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.requests: list[IncomingStore] = []

    def begin(self, request: IncomingStore) -> _FileSink:
        self.requests.append(request)
        return _FileSink((self._folder / request.sop_instance_uid).open("wb"))


def test_instances_of_a_get_are_streamed_to_files_equal_to_the_originals(
    archive: tuple[int, TlsSettings | None], files: list[Path], tmp_path: Path
) -> None:
    taking = _Files(tmp_path)
    with asking(archive) as association:
        context = accepted(association, GET)
        exchange = association.exchange(get_request(context, identifier(context, MANY)), taking)
        *_, final = exchange
        assert final.status == 0
        assert exchange.stored == SubOperations(completed=1000)
        assert final.sub_operations is not None
        assert final.sub_operations.completed == 1000
    originals = {file.stem: data_set_bytes(file) for file in files if file.stem.startswith(f"{MANY.uid}.")}
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == originals
    assert {request.transfer_syntax_uid for request in taking.requests} == {EXPLICIT}
