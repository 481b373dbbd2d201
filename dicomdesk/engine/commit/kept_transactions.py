"""Where open transactions are kept: for as long as the program runs, or in a journal over restarts."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final, Protocol

from dicomdesk.dicom.commitment.references import MOST_REFERENCES, Reference
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.records import dataclass

__all__ = ["JournalTransactions", "KeptTransaction", "MemoryTransactions", "TransactionStore"]

_log = logging.getLogger(__name__)

_KIND: Final = "commitment"
_VERSION: Final = 1
_END_OF_TIME: Final = 253_370_764_800.0
"""Seconds from 1970 to the year 9999, which no clock shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTransaction:
    """Transaction as it is kept."""

    transaction_uid: str
    peer_ae_title: str
    our_ae_title: str
    asked: float
    """When, seconds since 1970."""
    purpose: str = ""
    """What it is for, in the words of who asked."""
    outcomes: Mapping[Reference, int | None] = field(default_factory=dict)
    """0 where committed, else the Failure Reason; None where nothing was reported."""


class TransactionStore(Protocol):
    """Keeps open transactions. Any thread; returns at once, and raises nothing."""

    def keep(self, transaction: KeptTransaction) -> None:
        """Keep a transaction, before it is asked."""
        ...

    def note(self, transaction_uid: str, outcomes: Mapping[Reference, int]) -> None:
        """Keep what was reported on some of its instances."""
        ...

    def forget(self, transaction_uid: str) -> None:
        """Keep a transaction no longer."""
        ...

    def load(self) -> Sequence[KeptTransaction]:
        """All that are kept."""
        ...


class MemoryTransactions:
    """A ``TransactionStore`` that lasts as long as the program; ``Transactions`` remembers by itself."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptTransaction] = {}

    def keep(self, transaction: KeptTransaction) -> None:
        """See ``TransactionStore``."""
        self._kept[transaction.transaction_uid] = transaction

    def note(self, transaction_uid: str, outcomes: Mapping[Reference, int]) -> None:
        """See ``TransactionStore``."""
        known = self._kept[transaction_uid]
        self._kept[transaction_uid] = _with_outcomes(known, outcomes)

    def forget(self, transaction_uid: str) -> None:
        """See ``TransactionStore``."""
        self._kept.pop(transaction_uid, None)

    def load(self) -> Sequence[KeptTransaction]:
        """See ``TransactionStore``."""
        return list(self._kept.values())


class KeptText(Protocol):
    """Text that a journal keeps under a key."""

    @property
    def key(self) -> str:
        """Key that it was kept under."""
        ...

    @property
    def value(self) -> str:
        """Text itself."""
        ...


class TextKeeper(Protocol):
    """What of a journal is used here: texts by kind and key."""

    def keep(self, kind: str, key: str, value: str) -> None:
        """Keep a text in the place of what was there."""
        ...

    def kept_all(self, kind: str) -> Iterable[KeptText]:
        """All texts of a kind."""
        ...

    def discard(self, kind: str, key: str) -> None:
        """Keep it no longer."""
        ...


class JournalTransactions:
    """A ``TransactionStore`` in a journal, as JSON with a version number; what cannot be read is told and passed over.

    An instance stands as ``[class, instance, outcome]``, the outcome null until one is reported.
    """

    def __init__(self, journal: TextKeeper) -> None:
        self._journal = journal
        self._kept = {transaction.transaction_uid: transaction for transaction in _read_all(journal)}

    def keep(self, transaction: KeptTransaction) -> None:
        """See ``TransactionStore``."""
        self._kept[transaction.transaction_uid] = transaction
        self._journal.keep(_KIND, transaction.transaction_uid, _encode(transaction))

    def note(self, transaction_uid: str, outcomes: Mapping[Reference, int]) -> None:
        """See ``TransactionStore``."""
        self.keep(_with_outcomes(self._kept[transaction_uid], outcomes))

    def forget(self, transaction_uid: str) -> None:
        """See ``TransactionStore``."""
        if self._kept.pop(transaction_uid, None) is not None:
            self._journal.discard(_KIND, transaction_uid)

    def load(self) -> Sequence[KeptTransaction]:
        """See ``TransactionStore``."""
        return list(self._kept.values())


def _with_outcomes(known: KeptTransaction, outcomes: Mapping[Reference, int]) -> KeptTransaction:
    return KeptTransaction(
        transaction_uid=known.transaction_uid,
        peer_ae_title=known.peer_ae_title,
        our_ae_title=known.our_ae_title,
        asked=known.asked,
        purpose=known.purpose,
        outcomes={**known.outcomes, **outcomes},
    )


def _encode(transaction: KeptTransaction) -> str:
    return json.dumps(
        {
            "version": _VERSION,
            "peer": transaction.peer_ae_title,
            "ours": transaction.our_ae_title,
            "asked": transaction.asked,
            "purpose": transaction.purpose,
            "instances": [
                [one.sop_class_uid, one.sop_instance_uid, outcome] for one, outcome in transaction.outcomes.items()
            ],
        },
        separators=(",", ":"),
    )


def _read_all(journal: TextKeeper) -> Iterable[KeptTransaction]:
    for kept in journal.kept_all(_KIND):
        try:
            yield _decode(kept.key, kept.value)
        except (ValueError, RecursionError) as error:
            _log.warning("A kept transaction of storage commitment cannot be read, and is passed over: %s", error)


def _decode(uid: str, text: str) -> KeptTransaction:
    """Raises ValueError for what is no transaction, or one of a later version."""
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("version") != _VERSION or not is_valid_uid(uid):
        raise ValueError("it is none of this version")
    asked, instances = content.get("asked"), content.get("instances")
    if not isinstance(asked, float) or not 0 <= asked < _END_OF_TIME:
        raise ValueError("it does not say when")
    if not isinstance(instances, list) or not 0 < len(instances) <= MOST_REFERENCES:
        raise ValueError("it does not say of what")
    return KeptTransaction(
        transaction_uid=uid,
        peer_ae_title=_text(content.get("peer")),
        our_ae_title=_text(content.get("ours")),
        asked=asked,
        purpose=_text(content.get("purpose")),
        outcomes=dict(map(_instance, instances)),
    )


def _instance(value: object) -> tuple[Reference, int | None]:
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError("an instance is none")
    outcome = value[2]
    if outcome is not None and type(outcome) is not int:
        raise ValueError("an outcome is none")
    return Reference(_text(value[0]), _text(value[1])), outcome


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is none")  # noqa: TRY004 - of a file, not of a caller
    return value
