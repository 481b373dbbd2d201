from pathlib import Path

import pytest

from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.options.identity import IdentityChoice, load_identity, read_identity_options
from dicomdesk.cli.storescu.options import TOOL
from dicomdesk.errors import SettingsError
from dicomdesk.settings import UserIdentityType as Type


def choose(*tokens: str) -> IdentityChoice | None:
    return read_identity_options(parse(TOOL, [*tokens, "peer", "104", "a.dcm"]))


@pytest.mark.parametrize(
    ("tokens", "kind"),
    [
        ("-usr u", Type.USER_NAME),
        ("-usr u -pwd p", Type.USER_NAME_AND_PASSCODE),
        ("-usr u -epw", Type.USER_NAME_AND_PASSCODE),
        ("-kt f", Type.KERBEROS),
        ("--saml f", Type.SAML),
        ("--jwt f", Type.JSON_WEB_TOKEN),
        ("--jwt f -usr u", Type.USER_NAME),
        ("-usr u --saml f --jwt g -kt f", Type.KERBEROS),
    ],
)
def test_rightmost_alternative_counts(tokens: str, kind: Type) -> None:
    choice = choose(*tokens.split())
    assert choice is not None
    assert choice.kind is kind
    assert choice.token_file == ("f" if kind >= Type.KERBEROS else "")
    assert not choice.wants_response


def test_no_identity_is_proposed_unless_asked_for() -> None:
    assert choose() is None


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("-pwd p", "--password only allowed with --user"),
        ("-epw", "--empty-password only allowed with --user"),
        ("-epw -pwd p", "--password only allowed with --user"),
        ("-usr u -pwd p -epw", "--empty-password only allowed with --user"),
        ("-usr u -pwd p -kt f", "--password only allowed with --user"),
        ("-usr u -epw --jwt f", "--empty-password only allowed with --user"),
        ("-rsp", "--pos-response only allowed with --user, --kerberos or --saml"),
    ],
)
def test_dependencies_are_dcmtks(tokens: str, message: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        choose(*tokens.split())
    assert str(caught.value) == message


def test_user_and_password_go_as_they_are() -> None:
    choice = choose("-usr", "Jörg", "-pwd", "geheim", "-rsp")
    assert choice is not None
    identity, remark = load_identity(choice)
    assert (identity.primary, identity.secondary, remark) == ("Jörg".encode(), b"geheim", "")
    assert identity.wants_response


def test_no_secret_is_shown() -> None:
    choice = choose("-usr", "jones", "-pwd", "geheim")
    assert choice is not None
    shown = f"{choice!r} {load_identity(choice)[0]!r}"
    assert "geheim" not in shown
    assert "jones" not in shown


def test_token_goes_as_it_is(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_bytes(b"\0abc\n")
    choice = choose("-kt", str(token))
    assert choice is not None
    assert load_identity(choice)[0].primary == b"\0abc\n"


def test_large_token_is_cut_with_a_remark(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_bytes(b"x" * 65536)
    choice = choose("--saml", str(token))
    assert choice is not None
    identity, remark = load_identity(choice)
    assert len(identity.primary) == 65535
    assert remark.startswith("Kerberos, SAML or JWT file is larger than 65535 bytes")


@pytest.mark.parametrize("name", ["empty", "", "."])
def test_token_that_cannot_be_had_is_told_in_dcmtks_words(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    path = str(tmp_path / name) if name != "." else str(tmp_path)
    with pytest.raises(SettingsError, match=r"^Unable to read Kerberos, SAML or JWT info from file: File empty\?$"):
        load_identity(IdentityChoice(kind=Type.SAML, token_file=path))


@pytest.mark.parametrize("name", ["", "none", "a\0b"])
def test_missing_token_is_told(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^Unable to open Kerberos, SAML or JWT file: "):
        load_identity(IdentityChoice(kind=Type.SAML, token_file=name))
