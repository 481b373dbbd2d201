"""Delivery that is kept in a journal, so that whatever ends it, what is left can be sent later."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.journal_notices import close_journal, open_journal, trouble_teller
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.cli.sender.commit_options import CommitChoice
from dicomdesk.cli.sender.delivery import DeliveryOutcome, watch_delivery
from dicomdesk.cli.sender.options import SenderOptions
from dicomdesk.engine.commit.request import CommitWay, CommitWish
from dicomdesk.engine.delivery.delivery import SendResult
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.stamped_ledger import StampedLedger
from dicomdesk.engine.events import Event
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import Commitment, ErrandRecord, SettingValue
from dicomdesk.engine.outbox.errands import with_wish
from dicomdesk.engine.request_documents import write_request
from dicomdesk.engine.send.journaled_send import COMMIT_PORT, REQUEST, ErrandLedger, JournaledSendRequest
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log
from dicomdesk.settings import TlsSettings

if TYPE_CHECKING:
    from dicomdesk.cli.output.json_lines import Words

__all__ = ["deliver_kept", "errand_of"]


def deliver_kept(
    options: SenderOptions[SendRequest],
    log: Log,
    lines: RequestorLines[Event],
    outcome: "Callable[[SendResult, StampedLedger | None], DeliveryOutcome]",
    words: "Words",
) -> int:
    """Send as ``deliver`` does, and keep what comes of it; the exit code is the same, or that there is no journal."""
    logger = log.logger(f"dcmtk.apps.{options.tool}")
    watch = watch_delivery(options, log, lines, words)
    journal = open_journal(options.journal, logger, tell=trouble_teller(watch.sink))
    if journal is None:
        return int(ExitCode.CANNOT_USE_JOURNAL)
    try:
        stamped = _StampedLedger(journal, errand_of(options.request, options.commit)) if _deletes(options) else None
        ledger = stamped or ErrandLedger(journal, errand_of(options.request, options.commit))
        journal.flush()  # whatever comes from here on, what was to be sent is known

        def conclude(result: SendResult) -> int:
            ended = outcome(result, stamped)
            exit_code = ended.conclude(lines, watch.last_signal)
            _note_commitments(journal, ledger.errand_id, ended.report)
            waiting = ledger.conclude(str(result.error or ""))
            if waiting:
                words = count_text(waiting, "instance")
                logger.warn(f"{words} left: dicomdesk resume --journal {printable(journal.path)} sends what is left")
            return exit_code

        return watch.carry_out(JournaledSendRequest(send=options.request, ledger=ledger), conclude)
    finally:
        close_journal(journal, logger)


class _StampedLedger(ErrandLedger, StampedLedger):
    """Ledger of an errand, with the stamps of files that are to be deleted."""


def _deletes(options: SenderOptions[SendRequest]) -> bool:
    return options.commit is not None and options.commit.deletes


def _note_commitments(journal: Journal, errand_id: int, report: Report) -> None:
    """Keep what the peer has said of keeping what it has stored."""
    for item in report.items:
        commitment = report.commitment_of(item)
        if commitment is not None:
            state = _COMMITMENTS.get(commitment.state.value, Commitment.ASKED)
            journal.note_commitment(errand_id, item.number - 1, state, commitment.text)


_COMMITMENTS = {commitment.value: commitment for commitment in Commitment}
"""By the words of commitment; a question without an answer is asked, and no more."""


def errand_of(request: SendRequest, choice: CommitChoice | None = None) -> ErrandRecord:
    """The errand of a command line, whose request stands in its settings, without secrets, and what is to be asked."""
    peer, inputs = request.peer, request.inputs
    first, more = printable(inputs.paths[0]), len(inputs.paths) - 1
    tls = None if peer.tls is None else _absolute(peer.tls)
    kept = replace(
        request,
        found=None,
        peer=replace(peer, tls=tls),
        inputs=replace(inputs, paths=tuple(map(os.path.abspath, inputs.paths))),
    )
    return ErrandRecord(
        title=f"{first} and {more:,} more" if more else first,
        peer=f"{peer.ae_title}@{peer.host}:{peer.port}",
        settings=_with_choice({REQUEST: write_request(kept)}, choice),
        origin="tool",
        added_at=datetime.now(UTC),
    )


def _with_choice(settings: dict[str, SettingValue], choice: CommitChoice | None) -> dict[str, SettingValue]:
    if choice is None:
        return settings
    wish = CommitWish(way=CommitWay(choice.way), patience_s=choice.patience_s, deletes=choice.deletes)
    return with_wish(settings, wish) | ({COMMIT_PORT: choice.port} if choice.port else {})


def _absolute(tls: TlsSettings) -> TlsSettings:
    """The same with files that are named from every folder."""
    return replace(
        tls,
        certificate_file=_placed(tls.certificate_file),
        private_key_file=_placed(tls.private_key_file),
        authority_files=tuple(path.absolute() for path in tls.authority_files),
        authority_folders=tuple(path.absolute() for path in tls.authority_folders),
        revocation_files=tuple(path.absolute() for path in tls.revocation_files),
    )


def _placed(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()
