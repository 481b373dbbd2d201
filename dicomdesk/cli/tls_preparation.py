"""Whatever TLS settings name is loaded once before a job begins; a pass phrase is asked for where one is needed."""

from dataclasses import replace

from dicomdesk.cli.grammar import CommandLine
from dicomdesk.cli.terminal import ask_secret
from dicomdesk.cli.tls_options import TlsRole, seed_note
from dicomdesk.errors import KeyPassPhraseError, TlsSettingsError
from dicomdesk.human import printable
from dicomdesk.logs import Logger
from dicomdesk.settings import TlsSettings

_PROMPT = "Enter PEM pass phrase:"
_ATTEMPTS = 2
_NOBODY_TO_ASK = "there is no terminal to ask for the pass phrase of the private key on, use --use-passwd"


def prepare_tls(settings: TlsSettings, line: CommandLine, logger: Logger, role: TlsRole) -> TlsSettings | None:
    """The settings, with the pass phrase that was asked for; None where they cannot be used, which is then written.

    The lines are those of DCMTK's tools: warnings of what is ignored, and a fatal one after ours that says why.
    Call it from the main thread, before signals are caught: an interrupt while asking is a KeyboardInterrupt.
    """
    from dicomdesk.engine.tls_check import check_tls_settings  # noqa: PLC0415 - only with TLS: start-up time

    note = seed_note(line)
    if note:
        logger.info(note)
    attempts = _ATTEMPTS if settings.pass_phrase is None else 0
    while True:
        try:
            warnings = check_tls_settings(settings, is_acceptor=role.is_acceptor)
        except KeyPassPhraseError as error:
            pass_phrase = ask_secret(_PROMPT) if attempts else None
            if pass_phrase is None:
                _show(error, logger, reason=_NOBODY_TO_ASK if attempts == _ATTEMPTS else "")
                return None
            attempts -= 1
            settings = replace(settings, pass_phrase=pass_phrase)
        except TlsSettingsError as error:
            _show(error, logger)
            return None
        else:
            _warn(warnings, logger)
            return settings


def _show(error: TlsSettingsError, logger: Logger, *, reason: str = "") -> None:
    _warn(error.warnings, logger)
    text = printable(reason or str(error))
    if error.condition:
        logger.error(text)
        logger.fatal("\n".join(map(printable, error.condition.split("\n"))))
    else:
        logger.fatal(text)


def _warn(warnings: tuple[str, ...], logger: Logger) -> None:
    for warning in warnings:
        logger.warn(printable(warning))
