from dicomdesk.archive.administration.search.orders import BY_RECEIVED, Order, StudyValue
from dicomdesk.archive.matching.study_texts import StudyText

STUDY = StudyText(
    7, "1.2.3", "P1", "", 1_000_000, 3, 2, 5, 4096, "DOE^JANE\nP1\nACC1\n20260101\nCHEST\nS1\nCT\\MR\n1.2.3"
)


def test_each_order_has_its_value_of_a_study() -> None:
    values = {value: Order(value=value).key(STUDY) for value in StudyValue}
    assert values == {
        StudyValue.RECEIVED: (1_000_000, 7),
        StudyValue.NAME: "DOE^JANE",
        StudyValue.PATIENT_ID: "P1",
        StudyValue.DATE: "20260101",
        StudyValue.MODALITIES: "CT\\MR",
        StudyValue.DESCRIPTION: "CHEST",
        StudyValue.ACCESSION: "ACC1",
        StudyValue.SERIES: 2,
        StudyValue.INSTANCES: 5,
        StudyValue.SIZE: 4096,
    }
    assert BY_RECEIVED.is_descending
