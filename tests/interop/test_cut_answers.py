"""Answers that Orthanc cuts at its own limit are noticed, and completed by parts of the range of dates."""

import shutil
from collections.abc import Iterator

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.results import read_result
from dicomdesk.engine.query.cuts import CutSign
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.query.form import QueryForm
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.dcmtk.commands import dcmtks, run
from tests.helpers.dcmtk.delivery import orthanc
from tests.helpers.jobs.querying import of, query, request_to

pytestmark = [
    pytest.mark.dcmtk,
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("Orthanc") is None, reason="Orthanc is not installed"),
]
LIMIT = 5


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The DICOM port of an Orthanc with the studies, which tells of five at most."""
    folder = tmp_path_factory.mktemp("orthanc")
    us = {"asker": {"AET": "ASKER", "Host": "127.0.0.1", "Port": 104}}
    with orthanc(folder, LimitFindResults=LIMIT, DicomAlwaysAllowFind=True, DicomModalities=us) as (dicom_port, _):
        files = map(str, write_studies(folder / "instances"))
        assert run(dcmtks("dcmsend"), "127.0.0.1", str(dicom_port), *files).code == 0
        yield dicom_port


def test_the_limit_is_noticed(port: int) -> None:
    outcome, _ = query(request_to(port, QueryForm().identifier))
    assert outcome.matches == LIMIT
    assert [(cut.sign, cut.matches) for cut in outcome.cuts] == [(CutSign.REFUSED, LIMIT)]


def test_by_parts_of_the_dates_all_come_once(port: int) -> None:
    outcome, facts = query(request_to(port, QueryForm().identifier, splits_dates=True))
    found = [
        read_result(fact.identifier, fact.transfer_syntax_uid).unique_value(Level.STUDY)
        for fact in of(facts, QueryAnswered)
    ]
    dated = {one.uid for one in STUDIES if one.values.get("StudyDate")}
    assert len(found) == len(set(found)) == outcome.matches
    assert dated <= set(found)
    if set(found) != {one.uid for one in STUDIES}:  # a study without a date had no place in the first answer
        assert [cut.sign for cut in outcome.cuts] in ([], [CutSign.UNDATED])
