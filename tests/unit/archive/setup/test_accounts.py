import os
import pwd

import pytest

from dicomdesk.archive.setup.accounts import Account, find_account
from dicomdesk.errors import LocalError

ME = pwd.getpwuid(os.getuid()).pw_name


def test_no_names_change_nothing() -> None:
    account = find_account("", "")
    assert account == Account()
    with account.acting():
        pass
    account.become()


@pytest.mark.parametrize(("user", "group", "text"), [("no_such", "", "bad user name no_such"), ("", "no_such", "bad group name no_such")])  # fmt: skip # noqa: E501 - one case on a line
def test_unknown_names_are_told_as_by_dcmtk(user: str, group: str, text: str) -> None:
    with pytest.raises(LocalError) as caught:
        find_account(user, group)
    assert str(caught.value) == text


def test_becoming_oneself_is_possible_for_everybody() -> None:
    find_account(ME, "").become()
    assert os.getuid() == pwd.getpwnam(ME).pw_uid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as others")
def test_root_acts_as_another_and_is_root_again() -> None:
    account = find_account("nobody", "")
    with account.acting():
        assert os.geteuid() == account.user_id
    assert os.geteuid() == 0


@pytest.mark.skipif(os.geteuid() != 0 or not hasattr(os, "fork"), reason="only root can become others")
def test_root_becomes_another_for_good() -> None:
    child = os.fork()
    if child == 0:
        try:
            find_account("nobody", "").become()
            os.setuid(0)
        except PermissionError:
            os._exit(7)
        finally:
            os._exit(8)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
