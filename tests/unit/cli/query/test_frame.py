from pathlib import Path

import pytest

from dicomdesk.cli.getscu.options import TLS_ROLE, TOOL, GetOptions, read_options
from dicomdesk.cli.options.grammar import CommandLine, parse
from dicomdesk.cli.query.frame import read_queries, with_security
from dicomdesk.logs import Level, Log, console_log
from dicomdesk.settings import UserIdentityType


def read(*words: str) -> tuple[CommandLine, GetOptions]:
    line = parse(TOOL, [*words, "pacs", "104"])
    return line, read_options(line)


def test_the_identity_is_that_of_the_association() -> None:
    line, options = read("--user", "ws1", "-k", "PatientID")
    secured = with_security(options, line, Log({}).logger("tool"), TLS_ROLE)
    assert secured is not None
    assert secured.association.user_identity is not None
    assert secured.association.user_identity.kind is UserIdentityType.USER_NAME


def test_an_identity_that_cannot_be_read_is_fatal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line, options = read("--jwt", str(tmp_path / "none"), "-k", "PatientID")
    log = console_log(Level.INFO)
    assert with_security(options, line, log.logger("tool"), TLS_ROLE) is None
    assert capsys.readouterr().err == "F: Unable to open Kerberos, SAML or JWT file: No such file or directory\n"


def test_the_association_is_aborted_where_an_identifier_is_at_fault() -> None:
    _, options = read("-k", "PatientID=1", "-k", "NoSuchName=1")
    identifiers, made = read_queries(options, Log({}))
    assert identifiers.fault is not None
    assert made.aborts_at_end
    identifiers, made = read_queries(options, Log({}), passes_over=True)
    assert (len(identifiers.data_sets), identifiers.fault, made.aborts_at_end) == (1, None, False)
