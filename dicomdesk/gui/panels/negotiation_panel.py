"""Panel of one association in full: facts, presentation contexts with reasons, messages, security."""

from collections.abc import Sequence

from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from dicomdesk import human
from dicomdesk.gui import wording
from dicomdesk.gui.associations.timeline import Timeline
from dicomdesk.gui.controls.chips import ChipRow
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.models.agreement_nodes import VALUE, agreement_columns, agreement_nodes, expiry_mark, utc_now
from dicomdesk.gui.models.association_log import MOST_MESSAGES, STATE, AssociationRecord, AssociationState, Message
from dicomdesk.gui.models.negotiation_nodes import (
    REASON,
    ContextNode,
    MessageNode,
    ProposalNode,
    context_columns,
    context_nodes,
    message_columns,
)
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.panels.heading import Heading, PlainLabel
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone

_WHAT_COLUMN = 2


class NegotiationPanel(Band):
    """Shows one ``AssociationRecord``, live."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._record: AssociationRecord | None = None
        self._shown: tuple[AssociationRecord | None, AssociationState | None] = (None, None)
        self._last_message: Message | None = None
        self._heading = Heading(theme, self)
        self._why = PlainLabel()
        self._why.setWordWrap(True)
        self._why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._facts = FactRow(theme)
        self.chips = ChipRow(
            theme,
            [
                (self.tr("Presentation contexts"), Tone.PLAIN),
                (self.tr("Messages"), Tone.PLAIN),
                (self.tr("Security and options"), Tone.PLAIN),
            ],
        )
        self._context_model = OutlineModel(context_columns(), self)
        self._message_model = OutlineModel(message_columns(), self)
        self.contexts = OutlineView(theme, self._context_model, stretched=REASON)
        self.contexts.setAccessibleName(self.tr("Presentation contexts"))
        self.contexts.setTreePosition(1)
        self.contexts.say_when_empty(self.tr("Nothing was proposed, or it did not come to that."))
        self.messages = OutlineView(theme, self._message_model, stretched=_WHAT_COLUMN)
        self.messages.setAccessibleName(self.tr("Messages"))
        self.messages.setRootIsDecorated(False)
        self.messages.say_when_empty(self.tr("Nothing was said on this association so far."))
        self._agreement_model = OutlineModel(agreement_columns(), self)
        self.agreement = OutlineView(theme, self._agreement_model, stretched=VALUE)
        self.agreement.setAccessibleName(self.tr("Security and options"))
        self._pages = QStackedWidget()
        self.timeline = Timeline(theme)
        said = QWidget()
        over_time = row_of((self.timeline, 1), margins=(MARGIN, 0, MARGIN, GRID))
        column_of(over_time, (self.messages, 1), inside=said)
        for page in (self.contexts, said, self.agreement):
            self._pages.addWidget(page)
        self.chips.chosen.connect(self._pages.setCurrentIndex)
        self.contexts.node_selected.connect(lambda _node: self._draw_heading())
        theme.changed.connect(self._draw_heading)
        self._lay_out()

    def show_record(self, record: AssociationRecord | None) -> None:
        """Show an association, or bring what is shown up to date."""
        self._record = record
        self.timeline.show_record(record)
        if record is None:
            self._context_model.clear()
            self._message_model.clear()
            self._agreement_model.clear()
            self._shown = (None, None)
            return
        if self._shown != (record, record.state):
            if self._shown[0] is not record:
                self._message_model.clear()
                self._last_message = None
            self._context_model.clear()
            self._context_model.insert(None, context_nodes(record))
            self._agreement_model.clear()
            self._agreement_model.insert(None, agreement_nodes(record.negotiation, utc_now()))
            self.agreement.expandAll()
            self._shown = (record, record.state)
        self._add_messages(record)
        self.chips.set_counts([record.proposed, record.message_count, None])
        self._draw_heading()

    def _add_messages(self, record: AssociationRecord) -> None:
        """Add the rows for what was said since the last time."""
        new: list[MessageNode] = []
        for message in reversed(record.messages):
            if message is self._last_message:
                break
            new.append(MessageNode(message))
        if new:
            self._last_message = record.messages[-1]
            if len(self._message_model.root.children) + len(new) > 2 * MOST_MESSAGES:
                self._message_model.clear()  # as many as the record keeps
                new = [MessageNode(message) for message in reversed(record.messages)]
            self._message_model.insert(None, new[::-1])

    def _draw_heading(self) -> None:
        """Figures change several times a second: what says the same is left as it is."""
        record = self._record
        if record is None:
            return
        mark = record.mark(STATE)
        tone = mark.tone if mark else Tone.PLAIN
        is_bad = record.state in {AssociationState.REFUSED, AssociationState.ABORTED}
        has_refusals = record.negotiation is not None and record.accepted < record.proposed
        if has_refusals and not is_bad:
            tone = Tone.WARNING
        title_tone = tone if is_bad or has_refusals else Tone.PLAIN
        self._heading.say(self._title_of(record), record.state.value, tone, title_tone)
        chosen = self.contexts.selected_node()
        chosen = chosen.parent if isinstance(chosen, ProposalNode) else chosen
        why = chosen.text(REASON) if isinstance(chosen, ContextNode) else self._why_of(record)
        if why != self._why.text():
            self._why.setText(why)
        self._why.setVisible(bool(why))
        self._facts.show_facts(self._facts_of(record))
        self.setAccessibleDescription(why)

    def _title_of(self, record: AssociationRecord) -> str:
        if record.number < 0:
            place = record.peer.partition("@")[2]
            return self.tr("A connection from {place}: no association was asked for").format(place=place)
        names = f"{record.calling_ae_title} → {record.called_ae_title}"
        if record.state is AssociationState.NEGOTIATING:
            return self.tr("{names}: negotiating").format(names=names)
        if record.state is AssociationState.REFUSED:
            return self.tr("{names}: no association").format(names=names)
        accepted = self.tr("{accepted} of {proposed} presentation contexts accepted").format(
            accepted=record.accepted, proposed=record.proposed
        )
        if record.state is AssociationState.ABORTED:
            return self.tr("{names}: aborted, {accepted}").format(names=names, accepted=accepted)
        return f"{names}: {accepted}"

    def _why_of(self, record: AssociationRecord) -> str:
        """Return what happened and what to do, in plain words; "" where all went well."""
        parts = [
            wording.sentence(wording.capitalised(record.reason)),
            record.advice,
        ]
        if record.negotiation is not None and record.accepted < record.proposed:
            by_us = not record.is_requestor
            refused = [c for c in record.negotiation.contexts if not c.is_accepted]
            parts.append(wording.context_reason(refused[0], by_us=by_us))
            more = len(refused) - 1
            if more:
                text = self.tr("One more was refused.") if more == 1 else self.tr("{count} more were refused.")
                parts.append(text.format(count=more))
        session = record.negotiation.tls if record.negotiation else None
        if session is not None and session.peer_expires is not None:
            expiry = expiry_mark(session.peer_expires, utc_now())
            if expiry.icon:
                parts.append(self.tr("The peer's certificate: valid until {date}.").format(date=expiry.word))
        return " ".join(part for part in parts if part)

    def _facts_of(self, record: AssociationRecord) -> list[tuple[str, str]]:
        facts = [
            (self.tr("Direction"), record.direction_word()),
            (self.tr("Calling"), record.calling_ae_title),
            (self.tr("Called"), record.called_ae_title),
        ]
        agreed = record.negotiation
        if agreed is not None:
            unlimited = self.tr("unlimited")
            theirs = human.size_text(agreed.peer_max_pdu_bytes) if agreed.peer_max_pdu_bytes else unlimited
            facts += [
                (self.tr("Peer"), f"{human.printable(agreed.peer_host)}:{agreed.peer_port}"),
                (self.tr("Peer's software"), human.printable(agreed.peer_implementation_version) or "-"),
                (self.tr("Largest PDU, theirs / ours"), f"{theirs} / {human.size_text(agreed.our_max_pdu_bytes)}"),
            ]
            identity = agreed.user_identity
            if identity:
                named = human.printable(identity.user_name or str(identity))
                facts.append((self.tr("User"), named))
            facts.append((self.tr("Security"), record.security_word() or self.tr("none")))
        facts.append((self.tr("Lasted"), wording.elapsed_text(record.lasted_s)))
        return facts

    def _lay_out(self) -> None:
        parts = (self._heading, self._why, self._facts, row_of(self.chips, 1))
        top = column_of(*parts, margins=(MARGIN, 14, MARGIN, 12), spacing=10)
        column_of(top, (self._pages, 1), inside=self)


class FactRow(QWidget):
    """Facts side by side: a quiet word above, the value below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._facts: list[tuple[str, str]] = []
        self.setFixedHeight(2 * self.fontMetrics().height() + 6)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show pairs of word and value."""
        if list(facts) != self._facts:
            self._facts = list(facts)
            self.setAccessibleName(", ".join(f"{word}: {value}" for word, value in facts))
            self.setToolTip(wording.plain_tip("\n".join(f"{word}: {value}" for word, value in facts)))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() - 1)
        metrics, left = self.fontMetrics(), 0
        for word, value in self._facts:
            painter.setFont(small)
            width = max(painter.fontMetrics().horizontalAdvance(word), metrics.horizontalAdvance(value))
            if left + width > self.width():
                break
            painter.setPen(self._theme.colour(Tone.QUIET))
            painter.drawText(left, painter.fontMetrics().ascent(), word)
            painter.setFont(self.font())
            painter.setPen(self._theme.colour(Tone.PLAIN))
            painter.drawText(left, self.height() - metrics.descent() - 1, value)
            left += width + 28
