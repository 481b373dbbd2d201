"""User identity negotiation (PS3.7 D.3.3.7): the options of DCMTK's storescu, and the identity that they name."""

import os
from dataclasses import replace

from dicomdesk.cli.options.grammar import CommandLine, group, option
from dicomdesk.errors import SettingsError
from dicomdesk.logs import Logger
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, UserIdentity, UserIdentityType

_MOST_BYTES = 65535
"""A length of 16 bits (PS3.7 D.3.3.7.1)."""

_FILE_KINDS = {
    "--kerberos": UserIdentityType.KERBEROS,
    "--saml": UserIdentityType.SAML,
    "--jwt": UserIdentityType.JSON_WEB_TOKEN,
}
_ALTERNATIVES = ("--user", *_FILE_KINDS)

IDENTITY_OPTIONS = group(
    "user identity negotiation",
    option("-usr --user", "say that it is user u who calls", argument="[u]ser name: string"),
    option(
        "-pwd --password", "prove it with password p", argument="[p]assword: string (only with --user)", is_secret=True
    ),
    option("-epw --empty-password", "prove it with an empty password", "(only with --user)"),
    option("-kt --kerberos", "present the Kerberos ticket in file f", argument="[f]ilename: string"),
    option("--saml", "present the SAML assertion in file f", argument="[f]ilename: string"),
    option("--jwt", "present the JSON Web Token in file f", argument="[f]ilename: string"),
    option("-rsp --pos-response", "ask for a confirmation, and do not associate", "without one"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChoice:
    """A user identity as a command line names it: complete, or in a file that is yet to be read."""

    kind: UserIdentityType
    user_name: str = ""
    password: str = ""
    token_file: str = ""
    """For the kinds that are read from a file."""
    wants_response: bool = False

    def __repr__(self) -> str:
        return f"IdentityChoice({self.kind.name})"


def read_identity_options(line: CommandLine) -> IdentityChoice | None:
    """Read the identity that a command line names, None for none; raises CommandLineError."""
    alternative = line.last_of(*_ALTERNATIVES)
    kind = _FILE_KINDS.get(alternative, UserIdentityType.USER_NAME)
    is_user_alone = alternative == "--user"
    if line.has("--password"):
        line.check_dependency("--password", "--user", is_met=is_user_alone)
        kind, is_user_alone = UserIdentityType.USER_NAME_AND_PASSCODE, False
    if line.has("--empty-password"):
        line.check_dependency("--empty-password", "--user", is_met=is_user_alone)
        kind = UserIdentityType.USER_NAME_AND_PASSCODE
    wants_response = line.has("--pos-response")
    if wants_response:
        line.check_dependency("--pos-response", "--user, --kerberos or --saml", is_met=bool(alternative))
    if not alternative:
        return None
    return IdentityChoice(
        kind=kind,
        user_name=line.text("--user"),
        password=line.text("--password"),
        token_file=line.text(alternative) if alternative in _FILE_KINDS else "",
        wants_response=wants_response,
    )


def load_identity(choice: IdentityChoice) -> tuple[UserIdentity, str]:
    """Load the identity from its file, and return a remark on the file too ("" for none).

    Raises SettingsError in DCMTK's words where the file cannot be read or is empty.
    """
    if choice.kind in (UserIdentityType.USER_NAME, UserIdentityType.USER_NAME_AND_PASSCODE):
        return UserIdentity(
            kind=choice.kind,
            primary=os.fsencode(choice.user_name)[:_MOST_BYTES],
            secondary=os.fsencode(choice.password)[:_MOST_BYTES],
            wants_response=choice.wants_response,
        ), ""
    token = _read_token(choice.token_file)
    remark = ""
    if len(token) > _MOST_BYTES:
        remark = f"Kerberos, SAML or JWT file is larger than {_MOST_BYTES} bytes"
        remark += ", bytes after that position are ignored"
    identity = UserIdentity(kind=choice.kind, primary=token[:_MOST_BYTES], wants_response=choice.wants_response)
    return identity, remark


def with_identity(
    association: AssociationSettings, choice: IdentityChoice | None, logger: Logger
) -> AssociationSettings:
    """Put the identity into the settings of an association, its file read; raises SettingsError."""
    if choice is None:
        return association
    identity, remark = load_identity(choice)
    if remark:
        logger.info(remark)
    return replace(association, user_identity=identity)


def _read_token(path: str) -> bytes:
    """Read the beginning of a file, one byte more than can be sent."""
    try:
        token = read_named_file(path, _MOST_BYTES + 1, cuts=True)
    except IsADirectoryError:
        token = b""
    except OSError as error:
        raise SettingsError(f"Unable to open Kerberos, SAML or JWT file: {error.strerror or error}") from error
    if not token:
        raise SettingsError("Unable to read Kerberos, SAML or JWT info from file: File empty?")
    return token
