import pytest

from dicomdesk.engine.security.settings_check import check_access_rules, hash_passcode
from dicomdesk.errors import SettingsError
from dicomdesk.settings import AccessRules


def test_passcode_becomes_something_else_each_time() -> None:
    one, other = hash_passcode("sesame"), hash_passcode("sesame")
    assert one != other
    assert "sesame" not in one + other
    check_access_rules(AccessRules(user_pass_codes={"ws1": one}))


@pytest.mark.parametrize(
    "rules",
    [AccessRules(networks=("10.0.0.0/99",)), AccessRules(networks=("pacs",)), AccessRules(user_pass_codes={"a": "b"})],
)
def test_rules_that_cannot_be_used_are_told(rules: AccessRules) -> None:
    with pytest.raises(SettingsError):
        check_access_rules(rules)
