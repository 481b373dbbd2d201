"""Rows for one association in full: its presentation contexts, and its messages."""

from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import ItemOutcome, NegotiatedContext, ProposedContext, Role
from dicomdesk.gui import wording
from dicomdesk.gui.models.association_log import AssociationRecord, AssociationState, Message, clock_text
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight, mark_of
from dicomdesk.gui.outline.states import STATE_OF_OUTCOME
from dicomdesk.gui.theme import Tone

CONTEXT_ID, ABSTRACT_SYNTAX, RESULT, TRANSFER_SYNTAX, ROLE, REASON = range(6)
AT, MESSAGE_ID, MESSAGE, MESSAGE_STATE, STATUS, MESSAGE_SIZE, MESSAGE_REASON = range(7)


def _say(text: str) -> str:
    return QCoreApplication.translate("negotiation_nodes", text)


def context_columns() -> tuple[Column, ...]:
    """Return the columns of the presentation contexts, in the order of their numbers."""
    return (
        Column(title=_say("ID"), width=56),
        Column(title=_say("SOP class"), width=236),
        Column(title=_say("Result"), width=176),
        Column(title=_say("Encoding"), width=210, yields=1),
        Column(title=_say("Requestor is"), width=136, yields=2),
        Column(title=_say("Why"), width=320),
    )


def message_columns() -> tuple[Column, ...]:
    """Return the columns of the messages, in the order of their numbers."""
    return (
        Column(title=_say("Time"), width=88, is_number=True),
        Column(title=_say("No."), width=52, is_number=True),
        Column(title=_say("Message"), width=210),
        Column(title=_say("State"), width=112),
        Column(title=_say("Status"), width=64),
        Column(title=_say("Size"), width=76, is_number=True),
        Column(title=_say("What is said of it"), width=190),
    )


class ContextNode(Node):
    """One presentation context, proposed or negotiated."""

    __slots__ = ("by_us", "context", "is_refused_with_all")

    opens: ClassVar[bool] = True

    def __init__(self, context: NegotiatedContext | ProposedContext, record: AssociationRecord) -> None:
        super().__init__()
        self.context = context
        self.by_us = not record.is_requestor
        self.is_refused_with_all = record.state in {AssociationState.REFUSED, AssociationState.ABORTED}

    @property
    def proposed(self) -> tuple[str, ...]:
        """Transfer syntaxes that were proposed."""
        context = self.context
        return context.transfer_syntaxes if isinstance(context, ProposedContext) else context.proposed_transfer_syntaxes

    @property
    def accepted(self) -> str | None:
        """The transfer syntax that was accepted, None for none."""
        return self.context.accepted_transfer_syntax if isinstance(self.context, NegotiatedContext) else None

    def text(self, column: int) -> str:
        context = self.context
        if column == CONTEXT_ID:
            return str(context.context_id)
        if column == ABSTRACT_SYNTAX:
            return wording.sop_class_text(context.abstract_syntax)
        if column == RESULT:
            return self._result_mark().word
        if column == TRANSFER_SYNTAX:
            if self.accepted:
                return wording.transfer_syntax_text(self.accepted)
            first = wording.transfer_syntax_text(self.proposed[0]) if self.proposed else ""
            more = len(self.proposed) - 1
            return _say("{first} and {count} more").format(first=first, count=more) if more > 0 else first
        if column == ROLE:
            return self._roles()
        if isinstance(context, NegotiatedContext):
            return wording.context_reason(context, by_us=self.by_us)
        return _say("There was no association.") if self.is_refused_with_all else _say("Not answered yet.")

    def sort_value(self, column: int) -> str | float:
        return float(self.context.context_id) if column == CONTEXT_ID else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return self._result_mark() if column == RESULT else None

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == ABSTRACT_SYNTAX:
            return (Part(self.text(column), Weight.STRONG),)
        is_usual_role = column == ROLE and self._proposed_role is None
        if column == REASON or is_usual_role or (column == TRANSFER_SYNTAX and not self.accepted):
            return (Part(self.text(column), Weight.QUIET),)
        return None

    def tip(self, column: int) -> str:
        if column == ROLE:
            return self._role_tip()
        return self.context.abstract_syntax if column == ABSTRACT_SYNTAX else self.text(column)

    def unfetched(self) -> int:
        return 0 if self.children else len(self.proposed)

    def fetch(self, most: int) -> "list[Node]":
        return [ProposalNode(uid, is_accepted=uid == self.accepted) for uid in self.proposed[:most]]

    @property
    def _proposed_role(self) -> Role | None:
        context = self.context
        return context.role if isinstance(context, ProposedContext) else context.proposed_role

    @property
    def _accepted_role(self) -> Role | None:
        return self.context.accepted_role if isinstance(self.context, NegotiatedContext) else None

    def _roles(self) -> str:
        """Return the role proposed for the requestor and, after an arrow, the accepted one where it is less."""
        proposed = role_text(self._proposed_role)
        if self._proposed_role is None or self.accepted is None:
            return proposed
        accepted = role_text(self._accepted_role)
        return proposed if accepted == proposed else f"{proposed} → {accepted}"

    def _role_tip(self) -> str:
        if self._proposed_role is None:
            return _say("No roles were proposed: the requestor is SCU, the acceptor is SCP.")
        proposed = _say("Proposed: the requestor is {roles}.").format(roles=role_text(self._proposed_role))
        if self.accepted is None:
            return proposed
        if self._accepted_role is None:
            return proposed + " " + _say("Not answered: the requestor is SCU only.")
        return proposed + " " + _say("Accepted: {roles}.").format(roles=role_text(self._accepted_role))

    def _result_mark(self) -> Mark:
        context = self.context
        if isinstance(context, ProposedContext):
            return Mark("waiting", _say("Not negotiated"), Tone.QUIET)
        if context.is_accepted:
            return Mark("stored", wording.context_result_word(context), Tone.GOOD)
        return Mark("refused", wording.context_result_word(context), Tone.BAD)


def role_text(role: Role | None) -> str:
    """Return what the requestor is by its role selection (PS3.7 D.3.3.4); SCU where there is none."""
    if role is None or (role.scu and not role.scp):
        return _say("SCU")
    if role.scp:
        return _say("SCU/SCP") if role.scu else _say("SCP")
    return _say("neither")


class ProposalNode(Node):
    """One transfer syntax that was proposed for a context."""

    __slots__ = ("is_accepted", "uid")

    def __init__(self, uid: str, *, is_accepted: bool) -> None:
        super().__init__()
        self.uid = uid
        self.is_accepted = is_accepted

    def text(self, column: int) -> str:
        if column == ABSTRACT_SYNTAX:
            return wording.transfer_syntax_text(self.uid)
        if column == RESULT:
            return _say("Chosen") if self.is_accepted else _say("Proposed")
        return self.uid if column == TRANSFER_SYNTAX else ""

    def sort_value(self, column: int) -> str | float:
        return float(self.row) if column == CONTEXT_ID else self.text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        quiet = column == TRANSFER_SYNTAX or not self.is_accepted
        return (Part(self.text(column), Weight.QUIET if quiet else Weight.PLAIN),) if column != RESULT else None

    def mark(self, column: int) -> Mark | None:
        if column != RESULT:
            return None
        return Mark(
            "accepted" if self.is_accepted else "", self.text(RESULT), Tone.GOOD if self.is_accepted else Tone.QUIET
        )


class MessageNode(Node):
    """One message exchange."""

    __slots__ = ("message",)

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message

    def text(self, column: int) -> str:
        message = self.message
        return {
            AT: clock_text(message.at),
            MESSAGE_ID: str(message.message_id) if message.message_id else "",
            MESSAGE: message.name
            or _say("C-STORE of {what}").format(what=wording.sop_class_text(message.sop_class_uid)),
            MESSAGE_STATE: message.status_words
            if message.outcome is None
            else self._outcome_mark(message.outcome).word,
            STATUS: wording.status_code_text(message.status),
            MESSAGE_SIZE: human.size_text(message.size_bytes) if message.size_bytes else "",
            MESSAGE_REASON: message.reason,
        }[column]

    def sort_value(self, column: int) -> str | float:
        numbers: dict[int, float] = {
            AT: self.message.at,
            MESSAGE_ID: self.message.message_id,
            MESSAGE_SIZE: self.message.size_bytes,
        }
        return float(numbers[column]) if column in numbers else self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == MESSAGE:
            return (Part(self.text(column)), Part(self.message.sop_instance_uid, Weight.QUIET))
        return (Part(self.text(column), Weight.QUIET),) if column == MESSAGE_REASON else None

    def mark(self, column: int) -> Mark | None:
        outcome = self.message.outcome
        return self._outcome_mark(outcome) if column == MESSAGE_STATE and outcome is not None else None

    @staticmethod
    def _outcome_mark(outcome: ItemOutcome) -> Mark:
        return mark_of(STATE_OF_OUTCOME[outcome])

    def tip(self, column: int) -> str:
        return self.message.sop_instance_uid or self.text(column) if column == MESSAGE else self.text(column)


def context_nodes(record: AssociationRecord) -> list[ContextNode]:
    """Return the rows for the presentation contexts of an association: those refused first."""
    found = record.negotiation.contexts if record.negotiation else record.contexts
    nodes = [ContextNode(context, record) for context in found]
    nodes.sort(key=lambda node: node.accepted is not None)
    return nodes
