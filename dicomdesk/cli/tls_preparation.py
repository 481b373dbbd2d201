"""Preparation of TLS settings before a job begins: files loaded once, a pass phrase asked for where it is needed."""

from dataclasses import replace

from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import TlsRole, seed_note
from dicomdesk.cli.output.terminal import ask_secret
from dicomdesk.errors import KeyPassPhraseError, TlsSettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger
from dicomdesk.settings import TlsSettings

_PROMPT = "Enter PEM pass phrase:"
_ATTEMPTS = 2


def prepare_tls(settings: TlsSettings, line: CommandLine, logger: Logger, role: TlsRole) -> TlsSettings | None:
    """Check the settings, asking for a pass phrase; None where they cannot be used, which is then written.

    The lines are those of DCMTK's tools: warnings of what is ignored, and a fatal one after ours that says why.
    Call it from the main thread, before signals are caught: an interrupt while asking is a KeyboardInterrupt.
    """
    settings = ask_pass_phrase(settings, role)
    try:
        show_tls_notes(settings, line, logger, role)
    except TlsSettingsError as error:
        show_tls_failure(error, logger)
        return None
    return settings


def ask_pass_phrase(settings: TlsSettings, role: TlsRole) -> TlsSettings:
    """Ask for the pass phrase where one is missing; other mistakes in the settings stay as they are."""
    from dicomdesk.engine.security.settings_check import check_tls_settings  # noqa: PLC0415 - only with TLS: start-up time

    attempts = _ATTEMPTS if settings.pass_phrase is None else 0
    while attempts:
        attempts -= 1
        try:
            check_tls_settings(settings, is_acceptor=role.is_acceptor)
        except KeyPassPhraseError:
            pass_phrase = ask_secret(_PROMPT)
            if pass_phrase is None:
                break
            settings = replace(settings, pass_phrase=pass_phrase)
        except TlsSettingsError:
            break
        else:
            break
    return settings


def show_tls_notes(settings: TlsSettings, line: CommandLine, logger: Logger, role: TlsRole) -> None:
    """Write what is ignored or unwise, and which options have no effect; raise TlsSettingsError."""
    from dicomdesk.engine.security.settings_check import check_tls_settings  # noqa: PLC0415 - only with TLS: start-up time

    note = seed_note(line)
    if note:
        logger.info(note)
    _warn(check_tls_settings(settings, is_acceptor=role.is_acceptor), logger)


def show_tls_failure(error: TlsSettingsError, logger: Logger) -> None:
    """Write why TLS cannot be used: our sentence, then DCMTK's."""
    _warn(error.warnings, logger)
    text = printable(str(error))
    if isinstance(error, KeyPassPhraseError) and error.is_missing:
        text += "; where there is no terminal to ask on, use --use-passwd"
    if error.condition:
        logger.error(text)
        logger.write_unexplained(Level.FATAL, "\n".join(map(printable, error.condition.split("\n"))))
    else:
        logger.fatal(text)


def _warn(warnings: tuple[str, ...], logger: Logger) -> None:
    for warning in warnings:
        logger.warn(printable(warning))
