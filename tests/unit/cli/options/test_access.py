from pathlib import Path

import pytest

from dicomdesk.cli.options.access import ACCESS_OPTIONS, read_access, read_user_file_name
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, OptionGroup, Tool, parse
from dicomdesk.cli.options.tls import TlsRole, tls_group
from dicomdesk.settings import AccessRules

TOOL = Tool(
    name="try",
    description="",
    parameters=(),
    groups=(tls_group(TlsRole.ACCEPTOR), OptionGroup(title="extensions", options=ACCESS_OPTIONS)),
)


def line(words: str) -> CommandLine:
    return parse(TOOL, words.split())


def test_everybody_is_served_unless_asked_otherwise() -> None:
    assert read_access(line("")) == AccessRules()
    assert read_user_file_name(line("")) is None


def test_every_option_reaches_the_rules() -> None:
    words = "--allow-calling A --allow-calling B --allow-called C --allow-network 10.0.0.0/8 --allow-network ::1"
    assert read_access(line(f"{words} +tls k c --require-client-cert --user-file u")) == AccessRules(
        calling_ae_titles=frozenset({"A", "B"}),
        called_ae_titles=frozenset({"C"}),
        networks=("10.0.0.0/8", "::1"),
        needs_client_certificate=True,
    )
    assert read_user_file_name(line("--user-file u")) == Path("u")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--require-client-cert", "--require-client-cert only allowed with --enable-tls"),
        ("+tls k c -tls --require-client-cert", "--require-client-cert only allowed with --enable-tls"),
        ("+tls k c -ic --require-client-cert", "--require-client-cert not allowed with --ignore-peer-cert"),
    ],
)
def test_certificate_cannot_be_demanded_where_none_is_looked_at(words: str, message: str) -> None:
    with pytest.raises(CommandLineError, match=f"^{message}$"):
        read_access(line(words))


def test_options_have_long_names_only() -> None:
    assert not any(option.short for option in ACCESS_OPTIONS)
