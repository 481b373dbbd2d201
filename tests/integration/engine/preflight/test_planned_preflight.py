"""A pre-flight against DCMTK's dcmrecv; against scripted peers see ``test_preflight``."""

from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.preflight.preflight import Verdict
from dicomdesk.engine.preflight.request import PreflightRequest
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, dcmtk_server
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send_request, write_instance

pytestmark = pytest.mark.dcmtk


def test_dcmrecv_receives_nothing_and_is_understood(tmp_path: Path) -> None:
    folder, into = tmp_path / "files", tmp_path / "into"
    folder.mkdir()
    into.mkdir()
    write_instance(folder, "ct.dcm")
    write_instance(folder, "seg.dcm", sop_class_uid="1.2.840.10008.5.1.4.1.1.66.4")
    profile = tmp_path / "profile.cfg"
    profile.write_text(EVERY_CLASS_PROFILE)
    options = ("-xf", str(profile), "Default", "-od", str(into))
    with dcmtk_server("dcmrecv", options, tmp_path) as port, Engine() as engine:
        job = engine.submit(PreflightRequest(send=send_request(port, [folder], halt_on_error=False)), EventRecorder())
        result = job.done.result(DEADLINE_S)
    assert [group.verdict for group in result.groups] == [Verdict.CANNOT_GO, Verdict.AS_IS]
    assert list(into.iterdir()) == []
