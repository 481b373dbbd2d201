from dicomdesk.dicom.query.keys import KeyStep, QueryKey


def test_a_key_without_more_matches_everything_at_the_top_level() -> None:
    assert QueryKey(tag=0x00100010) == QueryKey(tag=0x00100010, value="", path=())


def test_a_step_without_more_is_into_the_first_item() -> None:
    assert KeyStep(tag=0x00400100) == KeyStep(tag=0x00400100, item=0)
