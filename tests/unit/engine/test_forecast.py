from dicomdesk.engine.forecast import Verdict


def test_verdicts_are_promised_words() -> None:
    assert [verdict.value for verdict in Verdict] == ["as-is", "converted", "cannot-go"]
