"""Each study of the corpus comes from an archive as it went there: from four kinds, in both ways, over TLS too."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest
from dicomdesk.settings import Peer, TlsSettings
from tests.helpers.archives.four_archives import FOUR_ARCHIVES, HAVE_ONE_STORE, PLAIN, SECURE, Ports, Tls
from tests.helpers.archives.opened_archives import AREA
from tests.helpers.data.comparison import data_set_bytes, differences, dumped
from tests.helpers.dcmtk.programs import DEADLINE_S, dcmtk_program, free_port
from tests.helpers.jobs.querying import SETTINGS
from tests.helpers.jobs.retrieving import retrieve, study
from tests.helpers.jobs.sending import send

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.dcmtk,
    pytest.mark.orthanc,
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore"),
]

Studies = Mapping[str, Mapping[str, Path]]
"""Files by SOP Instance UID, by Study Instance UID."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What an archive makes of the corpus."""

    lost_studies: frozenset[str] = frozenset()
    """That it takes with Success, and does not find again."""
    takes_implicit_only: bool = False
    """Of those offered it chooses implicit VR, in which nobody is told of the VRs of private elements."""
    is_slow_to_answer: bool = False
    """Queries at image level cost it more time than the instances, and are left out."""


HABITS = {
    "dcmtk": Habits(),
    "orthanc": Habits(),
    "pynetdicom": Habits(
        lost_studies=frozenset({"1.9.7307"}),  # without Patient ID
        takes_implicit_only=True,
        is_slow_to_answer=True,
    ),
    "ours": Habits(),
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An archive that has the studies."""

    habits: Habits
    archive: Ports
    destinations: Ports
    tls: TlsSettings

    def peer(self, *, is_secure: bool) -> Peer:
        """As it is asked."""
        port, tls = (self.archive.secure, self.tls) if is_secure else (self.archive.plain, None)
        return Peer(host="127.0.0.1", port=port, ae_title=AREA, tls=tls)


def header_of(path: Path) -> InstanceHeader:
    return read_header(str(path), InputFormat.FILE_ONLY)


@pytest.fixture(scope="module")
def studies(corpus: Path) -> Studies:
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in (corpus / "studies").rglob("*"):
        if path.is_file():
            header = header_of(path)
            found[header.study_instance_uid][header.sop_instance_uid] = path
    return found


@pytest.fixture(scope="module", params=FOUR_ARCHIVES)
def kept(request: pytest.FixtureRequest, studies: Studies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    tls = Tls.made(tmp_path_factory.mktemp("certificates"))
    destinations = Ports(plain=free_port(), secure=free_port())
    folder = tmp_path_factory.mktemp("archive")
    paths = [path for files in studies.values() for path in files.values()]
    with FOUR_ARCHIVES[request.param](folder, destinations, tls) as ports:
        kept = Kept(habits=HABITS[request.param], archive=ports, destinations=destinations, tls=tls.settings)
        for is_secure in (False,) if request.param in HAVE_ONE_STORE else (False, True):
            peer = kept.peer(is_secure=is_secure)
            result, _ = send(peer.port, paths, peer=peer)
            assert [item.status for item in result.report.items] == [0] * len(paths)
        yield kept


def make_request(
    method: RetrieveMethod, kept: Kept, studies: Studies, folder: Path, *, is_secure: bool
) -> RetrieveRequest:
    storage = Storage(folder=folder)
    listener = ReceiveRequest(
        port=kept.destinations.secure if is_secure else kept.destinations.plain,
        address="127.0.0.1",
        acceptance=Acceptance(accept_all=True, tls=kept.tls if is_secure else None),
        storage=storage,
    )
    headers = [header_of(path) for files in studies.values() for path in files.values()]
    return RetrieveRequest(
        peer=kept.peer(is_secure=is_secure),
        identifiers=tuple(map(study, studies)),
        method=method,
        association=replace(SETTINGS, calling_ae_title=SECURE if is_secure else PLAIN),
        listener=listener if method is RetrieveMethod.MOVE else None,
        storage=storage,
        storage_sop_classes=tuple({header.sop_class_uid for header in headers}),
        asks_first=not kept.habits.is_slow_to_answer,
        parallel=2,
    )


_COMPARED: dict[bytes, list[str]] = {}
"""Results by the digest of both files: an archive gives the same in both ways."""
_PRIVATE = re.compile(r".*\([0-9a-f]{3}[13579bdf],[0-9a-f]{4}\) ", re.IGNORECASE)


def unlike(sent: Path, came: Path, habits: Habits) -> list[str]:
    """Elements in which two files differ, beyond what is a habit of the archive."""
    if data_set_bytes(sent) == data_set_bytes(came):
        return []
    files = sha256(sent.read_bytes()).digest() + sha256(data_set_bytes(came)).digest()
    if files not in _COMPARED:
        found = differences(sent.read_bytes(), came.read_bytes())
        if habits.takes_implicit_only:
            private = [text for text in found if _PRIVATE.match(text)]
            found = [text for text in found if text not in private]
            is_sample = sent == min(sent.parent.iterdir())  # two programs for each file would take long
            if private and is_sample and dumped_in_implicit(sent) != dumped(came):
                found += private
        _COMPARED[files] = found
    return _COMPARED[files]


def dumped_in_implicit(path: Path) -> list[str]:
    """The elements of a file as DCMTK reads them once it has made them implicit VR."""
    with NamedTemporaryFile() as made:
        subprocess.run([dcmtk_program("dcmconv"), "+ti", path, made.name], check=True, timeout=DEADLINE_S)
        return dumped(Path(made.name))


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("method", [RetrieveMethod.MOVE, RetrieveMethod.GET], ids=lambda method: method.value)
def test_studies_come_as_they_went(
    method: RetrieveMethod, is_secure: bool, kept: Kept, studies: Studies, tmp_path: Path
) -> None:
    habits = kept.habits
    wanted = {uid: files for uid, files in studies.items() if uid not in habits.lost_studies}
    sent = {uid: path for files in wanted.values() for uid, path in files.items()}
    outcome, _ = retrieve(make_request(method, kept, wanted, tmp_path, is_secure=is_secure))
    assert (outcome.outcome, outcome.missing, outcome.diagnoses) == (JobOutcome.COMPLETED, (), ())
    assert outcome.announced == (None if habits.is_slow_to_answer else len(sent))
    assert outcome.reported.completed == outcome.stored == len(sent)
    came = {header_of(path).sop_instance_uid: path for path in tmp_path.iterdir()}
    assert came.keys() == sent.keys()
    found = {str(path): unlike(path, came[uid], habits) for uid, path in sent.items()}
    assert {path: elements for path, elements in found.items() if elements} == {}
