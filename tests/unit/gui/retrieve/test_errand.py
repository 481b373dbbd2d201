from pathlib import Path

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.engine.retrieve.request import RetrieveMethod, RunningListener
from dicomdesk.gui.retrieve.errand import (
    Errand,
    OpenListener,
    Target,
    identifier_of,
    nameless_level,
    plan_errands,
    retrieve_model,
)
from tests.helpers.data.found import asked_peer, found

FIRST, SECOND = asked_peer(1), asked_peer(2)
HERE = Target(folder=Path("in"))


def test_each_level_is_named_by_its_keys_and_those_above_it() -> None:
    image = found(Level.IMAGE, series="1.2.4", instance="1.2.5")
    assert [(key.tag, key.value) for key in identifier_of(image).keys] == [
        (0x00080052, "IMAGE"),
        (0x0020000D, "1.2.3"),
        (0x0020000E, "1.2.4"),
        (0x00080018, "1.2.5"),
    ]
    in_patients = found(Level.STUDY, model=QueryModel.PATIENT_ROOT)
    assert [key.value for key in identifier_of(in_patients).keys] == ["STUDY", "P1", "1.2.3"]


def test_a_patient_is_retrieved_by_a_model_that_has_patients() -> None:
    patient = found(Level.PATIENT, study="")
    assert retrieve_model(patient) is Model.PATIENT_ROOT
    assert [key.value for key in identifier_of(patient).keys] == ["PATIENT", "P1"]


def test_what_has_no_key_cannot_be_named() -> None:
    assert nameless_level(found(Level.SERIES, study="", series="1.2.4")) is Level.STUDY
    assert nameless_level(found(Level.SERIES)) is Level.SERIES
    assert nameless_level(found(Level.SERIES, series="1.2.4", patient="")) is None
    assert nameless_level(found(Level.PATIENT, patient="", study="")) is Level.PATIENT


def test_entities_of_a_peer_are_one_errand_and_come_from_who_has_most() -> None:
    one = found(Level.STUDY, (FIRST, 3))
    other = found(Level.STUDY, (FIRST, 3), (SECOND, 4), study="1.2.9")
    third = found(Level.SERIES, (FIRST, None), series="1.2.4")
    errands = plan_errands([one, other, third], HERE)
    assert [(errand.asked, len(errand.entities)) for errand in errands] == [(FIRST, 2), (SECOND, 1)]
    assert errands[1].others() == [FIRST]
    assert errands[1].announced == 4
    assert errands[0].announced is None
    assert [errand.counts_by_study for errand in errands] == [{"1.2.3": 3}, {"1.2.9": 4}]


def test_a_request_to_here_has_a_folder_and_the_listener_where_there_is_one() -> None:
    errand = Errand(asked=FIRST, entities=(found(Level.STUDY, (FIRST, 3)),), target=HERE)
    listener = OpenListener(ae_title="ME", folder=Path("in"), running=RunningListener(port=11112))
    request = errand.request(RetrieveMethod.AUTOMATIC, present=frozenset({"1"}), listener=listener)
    assert (request.destination, request.running_listener) == ("ME", listener.running)
    assert (request.storage.folder, request.present, request.asks_first) == (Path("in"), frozenset({"1"}), True)


def test_a_request_to_a_peer_names_it_and_has_nothing_of_here() -> None:
    errand = Errand(asked=FIRST, entities=(found(),), target=Target(destination="OTHER"))
    request = errand.request(RetrieveMethod.MOVE)
    assert (request.destination, request.running_listener, request.is_to_here) == ("OTHER", None, False)
