"""Access control: options for the peers that an acceptor serves; DCMTK's tools have none of these."""

from pathlib import Path

from dicomdesk.cli.options.grammar import CommandLine, option
from dicomdesk.settings import AccessRules

ACCESS_OPTIONS = (
    option("--allow-calling", "serve only peers that call themselves so", "(repeatable)", argument="[a]etitle: string"),
    option("--allow-called", "serve only peers that call this AE title", "(repeatable)", argument="[a]etitle: string"),
    option(
        "--allow-network",
        "serve only peers of this address or network,",
        "such as 10.1.0.0/16 (repeatable)",
        argument="[n]etwork: string",
    ),
    option(
        "--user-file",
        "serve only users in f, with their passcodes",
        "(see the tool passcode)",
        argument="[f]ilename: string",
    ),
    option("--require-client-cert", "serve only peers whose certificate is verified", "(only with --enable-tls)"),
)
"""For the extensions of a tool."""


def read_access(line: CommandLine) -> AccessRules:
    """Read which peers are served, users apart; raises CommandLineError."""
    needs_certificate = line.has("--require-client-cert")
    if needs_certificate:
        switch = line.last_of("--disable-tls", "--enable-tls")
        line.check_dependency("--require-client-cert", "--enable-tls", is_met=switch == "--enable-tls")
        choice = line.last_of("--require-peer-cert", "--verify-peer-cert", "--ignore-peer-cert")
        line.check_conflict("--require-client-cert", "--ignore-peer-cert", is_given=choice == "--ignore-peer-cert")
    return AccessRules(
        calling_ae_titles=frozenset(line.every_text("--allow-calling")),
        called_ae_titles=frozenset(line.every_text("--allow-called")),
        networks=line.every_text("--allow-network"),
        needs_client_certificate=needs_certificate,
    )


def read_user_file_name(line: CommandLine) -> Path | None:
    """Read the name of the file of users, None where no identity is asked for."""
    return Path(line.text("--user-file")) if line.has("--user-file") else None
