"""What the pre-flight says of the corpus is what dcmrecv then receives: unchanged, converted, or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import ItemOutcome
from dicomdesk.engine.preflight.preflight import Verdict
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.settings import Decompression
from tests.helpers.data.comparison import data_set_bytes
from tests.helpers.dcmtk.programs import dcmtk_server
from tests.helpers.jobs.recorder import EventRecorder
from tests.helpers.jobs.sending import send_request

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk, pytest.mark.filterwarnings("ignore")]

PROFILES = Path(__file__).parent / "data" / "profiles.cfg"
LONG_S = 280.0


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


@pytest.mark.parametrize("decompression", [Decompression.LOSSLESS, Decompression.LOSSY])
@pytest.mark.parametrize("takes", ["Any", "Uncompressed"])
def test_every_verdict_comes_true(corpus: Path, tmp_path: Path, takes: str, decompression: Decompression) -> None:
    into = tmp_path / "received"
    into.mkdir()
    options = ("-xf", str(PROFILES), takes, "+B", "+fu", "-od", str(into))
    with dcmtk_server("dcmrecv", options, tmp_path) as port, Engine() as engine:
        request = send_request(port, [corpus], halt_on_error=False, decompression=decompression)
        inputs = request.inputs
        request = send_request(
            port,
            [corpus],
            halt_on_error=False,
            decompression=decompression,
            inputs=type(inputs)(paths=inputs.paths, scan_directories=True, recurse=True),
        )
        forecast = engine.submit(PreflightRequest(send=request), EventRecorder()).done.result(LONG_S)
        assert list(into.iterdir()) == []
        sent = engine.submit(request, EventRecorder()).done.result(LONG_S)
    items = [item for item in forecast.items if item.group.sop_class_uid]
    assert len(items) == len(sent.report.items) > 700
    received = sorted(into.iterdir())
    arrived = [read_header(str(path), InputFormat.FILE_ONLY) for path in received]
    by_uid = {header.sop_instance_uid: path for header, path in zip(arrived, received, strict=True)}
    wrong = []
    unchanged = 0
    for item, record in zip(items, sent.report.items, strict=True):
        group = item.group
        is_stored = record.outcome is ItemOutcome.STORED
        if is_stored != (group.verdict is not Verdict.CANNOT_GO):
            wrong.append(f"{record.path}: {group.verdict} {group.reason}; {record.outcome} {record.reason}")
        elif is_stored and (group.converted_to or group.transfer_syntax_uid) != record.network_transfer_syntax_uid:
            wrong.append(
                f"{record.path}: {group.verdict} to {group.converted_to}, not {record.network_transfer_syntax_uid}"
            )
        elif group.verdict is Verdict.AS_IS and item.sop_instance_uid in by_uid:
            header = read_header(record.path, InputFormat.FILE_ONLY)
            data = Path(record.path).read_bytes()[header.data_set_offset :][: header.data_set_length]
            same = [each for each in sent.report.items if each.sop_instance_uid == item.sop_instance_uid]
            if len(same) == 1:
                unchanged += 1
                if data_set_bytes(by_uid[item.sop_instance_uid]) != data:
                    wrong.append(f"{record.path}: not unchanged")
    assert not wrong
    assert unchanged > 300
