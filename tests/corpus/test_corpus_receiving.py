"""What DCMTK's dcmrecv stores of the corpus and of the inputs that once failed, ours stores, with equal data sets."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.helpers.data.faults import SECONDARY_CAPTURE, Fault, read_faults, write_faults
from tests.helpers.dcmtk.deliveries import DCMTK_RECEIVER, DCMTK_SENDER, OUR_RECEIVER, deliver, is_alike, profile
from tests.helpers.dcmtk.delivery import receiver
from tests.helpers.peers.receptions import ENDED
from tests.helpers.peers.requestors import Proposal, Requestor, connected

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk, pytest.mark.filterwarnings("ignore")]

MODES = {"normal": "-B", "bit-preserving": "+B"}


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("takes", ["Any", "Implicit"])
def test_we_store_of_dcmsend_what_dcmrecv_stores(
    takes: str, mode: str, corpus: Path, faults: Path, tmp_path: Path
) -> None:
    inputs = [corpus, write_faults(faults, tmp_path / "faults")]
    options = (mode, *profile(takes, tmp_path))
    theirs = deliver(DCMTK_SENDER, (*DCMTK_RECEIVER, *options), inputs, tmp_path / "theirs")
    ours = deliver(DCMTK_SENDER, (*OUR_RECEIVER, *options), inputs, tmp_path / "ours")
    assert len(theirs.files) > 600
    assert not set(theirs.files) - set(ours.files)
    assert not [path for path in theirs.files if not is_alike(theirs.files[path], ours.files[path])]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_we_store_bare_data_sets_as_dcmrecv_stores_them(mode: str, faults: Path, tmp_path: Path) -> None:
    cases = read_faults(faults)
    theirs = _received(DCMTK_RECEIVER, mode, cases, tmp_path / "theirs")
    ours = _received(OUR_RECEIVER, mode, cases, tmp_path / "ours")
    assert len(theirs) == len(cases)
    assert {name for name, path in ours.items() if path is None} == {
        name for name, path in theirs.items() if path is None
    }
    stored = {name: (path, ours[name]) for name, path in theirs.items() if path}
    assert len(stored) >= len(cases) - 2
    assert not [name for name, (one, other) in stored.items() if not (other and is_alike(one, other))]


def _received(program: Sequence[str], mode: str, cases: Sequence[Fault], folder: Path) -> dict[str, Path | None]:
    """What became of each, sent one by one; None where the association was ended for it."""
    folder.mkdir()
    found: dict[str, Path | None] = {}
    with receiver(program, folder, mode, *profile("Any", folder.parent)) as port:
        for fault in cases:
            before = set(folder.iterdir())
            with connected(port) as requestor:
                status = _store(requestor, fault)
            new = set(folder.iterdir()) - before
            found[fault.name] = new.pop() if status == 0 else None
            assert not new
    return found


def _store(requestor: Requestor, fault: Fault) -> object:
    requestor.associate(Proposal(contexts=[(1, SECONDARY_CAPTURE, (fault.transfer_syntax_uid,))]))
    try:
        status = requestor.store("1.2.3.4.5", [fault.data], sop_class=SECONDARY_CAPTURE)
        requestor.release()
    except (AssertionError, ConnectionError):
        return ENDED
    return status
