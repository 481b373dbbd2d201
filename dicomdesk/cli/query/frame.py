"""Frame of the tools that query and retrieve: what is made ready before their job begins."""

from dataclasses import replace
from typing import TypeVar

from dicomdesk.cli.dictionaries import load_environment_dictionaries
from dicomdesk.cli.log.library_records import show_library_records
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.identity import with_identity
from dicomdesk.cli.options.tls import TlsRole
from dicomdesk.cli.query.inputs import Identifiers, make_identifiers
from dicomdesk.cli.query.options import QueryOptions
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Log, Logger

__all__ = ["read_queries", "with_security"]

OptionsT = TypeVar("OptionsT", bound=QueryOptions)


def with_security(options: OptionsT, line: CommandLine, tool: Logger, role: TlsRole) -> OptionsT | None:
    """The options with TLS and identity made ready; None where that failed, which is then written."""
    if options.tls is not None:
        from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - start-up time

        tls = prepare_tls(options.tls, line, tool, role)
        if tls is None:
            return None
        options = replace(options, peer=replace(options.peer, tls=tls))
    try:
        association = with_identity(options.association, options.identity, tool)
    except SettingsError as error:
        tool.fatal(printable(str(error)))
        return None
    return replace(options, association=association)


def read_queries(options: OptionsT, log: Log, *, passes_over: bool = False) -> tuple[Identifiers, OptionsT]:
    """The identifiers to ask for, and the options, which abort at the end where there is a fault in one of them.

    A key that is none is the fault of its identifier, unless it is passed over.
    """
    load_environment_dictionaries(log)
    show_library_records(log)
    identifiers = make_identifiers(options.files, options.keys, passes_over=passes_over)
    return identifiers, replace(options, aborts_at_end=options.aborts_at_end or identifiers.fault is not None)
