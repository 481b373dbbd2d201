"""Storage commitment in the send queue: the wish for it, and what peers have said, in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.commit.request import CommitWish
from dicomdesk.engine.journal.records import Commitment
from dicomdesk.gui.sending.nodes import NO_RESULT, Result, StudyNode

if TYPE_CHECKING:
    from dicomdesk.engine.outbox.facts import InstanceCommitted

__all__ = ["CommitMenu", "counted", "note_commitment", "with_commitment"]


class CommitMenu:
    """Two options of a menu: to ask peers to commit, and to delete files after that."""

    def __init__(self, view: QWidget, *, is_asked: bool) -> None:
        """``view`` is the parent. Deleting is never on when a program starts."""
        self.asks = QAction(_say("Ask the peer to &keep what it has stored (storage commitment)"), view)
        self.deletes = QAction(_say("Delete &files once the peer has committed to them"), view)
        for option in (self.asks, self.deletes):
            option.setCheckable(True)
        self.asks.toggled.connect(self._on_toggled)
        self.asks.setChecked(is_asked)
        self._on_toggled(is_asked=is_asked)

    @property
    def actions(self) -> tuple[QAction, QAction]:
        """For a menu."""
        return self.asks, self.deletes

    def wish(self) -> CommitWish | None:
        """What errands wish that are let go now, None for nothing."""
        return CommitWish(deletes=self.deletes.isChecked()) if self.asks.isChecked() else None

    def _on_toggled(self, is_asked: bool) -> None:  # noqa: FBT001 - as Qt calls it
        self.deletes.setEnabled(is_asked)
        if not is_asked:
            self.deletes.setChecked(False)


def counted(commitments: Mapping[Commitment, int]) -> Counter[str]:
    """What a row tells of its instances: the word that matters most, and of how many it is true."""
    for commitment in (Commitment.NOT_COMMITTED, Commitment.ASKED, Commitment.COMMITTED):
        count = commitments.get(commitment, 0)
        if count:
            return Counter({_word(commitment): count})
    return Counter()


def note_commitment(study: StudyNode, fact: "InstanceCommitted") -> None:
    """Note what is known of an instance."""
    known = study.results.get(fact.number, NO_RESULT)
    study.results[fact.number] = with_commitment(known, fact.commitment, fact.reason)


def with_commitment(known: Result, commitment: Commitment, reason: str) -> Result:
    """What is known of an instance, with what the peer has said of keeping it."""
    return replace(known, commitment=_word(commitment), reason=reason or known.reason)


def _word(commitment: Commitment) -> str:
    words = {
        Commitment.ASKED: _say("Asked to keep"),
        Commitment.COMMITTED: _say("Committed"),
        Commitment.NOT_COMMITTED: _say("Not committed"),
    }
    return words.get(commitment, "")


def _say(text: str) -> str:
    return QCoreApplication.translate("Commitments", text)
