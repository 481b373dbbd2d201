"""Limits of associations with a peer: length of PDUs, count at once, time-outs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.peers.known_peer import MOST_ASSOCIATIONS, SMALLEST_PDU_BYTES, KnownPeer
from dicomdesk.engine.peers.plain_settings import LONGEST_S
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.layouts import column_of
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, Timeouts

_TIMES = ("connect_s", "acse_s", "dimse_s", "socket_s")


class LimitsEntry(QWidget):
    """Fields for limits; an empty one has no limit, or leaves it to who uses the peer."""

    changed = Signal()

    def __init__(self, peer: KnownPeer) -> None:
        super().__init__()
        usual = self.tr("{count}, as usual")
        self.max_pdu = Field(
            self.tr("Maximum PDU length, bytes"),
            lambda text: self._number_problem(text, SMALLEST_PDU_BYTES, LARGE_MAX_PDU_BYTES),
            text=_number_text(peer.max_pdu_bytes),
            hint=usual.format(count=LARGE_MAX_PDU_BYTES),
        )
        self.associations = Field(
            self.tr("Associations at once, at most"),
            lambda text: self._number_problem(text, 1, MOST_ASSOCIATIONS),
            text=_number_text(peer.associations),
            hint=usual.format(count=1),
        )
        words = {
            "connect_s": self.tr("Seconds to connect"),
            "acse_s": self.tr("Seconds for an association"),
            "dimse_s": self.tr("Seconds for a message"),
            "socket_s": self.tr("Seconds without progress"),
        }
        self.times = {
            name: Field(
                words[name],
                self._seconds_problem,
                text=seconds_text(getattr(peer.timeouts, name)),
                hint=self.tr("no limit"),
            )
            for name in _TIMES
        }
        form = Form(is_in_fold=True)
        form.add(self.tr("Maximum PDU"), self.max_pdu)
        form.add(self.tr("Associations"), self.associations)
        for name in _TIMES:
            form.add(words[name], self.times[name])
        column_of(form, inside=self)
        for field in self.fields():
            field.checked.connect(self.changed)

    def fields(self) -> tuple[Field, ...]:
        """Return all fields."""
        return (self.max_pdu, self.associations, *self.times.values())

    def max_pdu_bytes(self) -> int | None:
        """Return the maximum PDU length, None for the usual one; only where the field is well."""
        return int(self.max_pdu.value()) if self.max_pdu.value() else None

    def most_associations(self) -> int | None:
        """Return the count, None for the usual one; only where the field is well."""
        return int(self.associations.value()) if self.associations.value() else None

    def timeouts(self) -> Timeouts:
        """Return the time-outs; only where the fields are well."""
        values = {name: field.value() for name, field in self.times.items()}
        return Timeouts(**{name: float(value) if value else None for name, value in values.items()})

    def summary(self) -> str:
        """A few words on what is entered."""
        problem = next((field.problem() for field in self.fields() if field.problem()), "")
        if problem:
            return problem
        parts = []
        if self.most_associations():
            parts.append(self.tr("{count} at once").format(count=self.most_associations()))
        if self.max_pdu_bytes():
            parts.append(self.tr("PDUs of {count} bytes").format(count=self.max_pdu_bytes()))
        if self.timeouts() != Timeouts():
            parts.append(self.tr("own time-outs"))
        return ", ".join(parts) or self.tr("as usual")

    def _number_problem(self, text: str, least: int, most: int) -> str:
        number = text.strip()
        if not number or (number.isascii() and number.isdigit() and len(number) < 9 and least <= int(number) <= most):
            return ""
        return self.tr("It is a number from {least} to {most}, or nothing.").format(least=least, most=most)

    def _seconds_problem(self, text: str) -> str:
        try:
            is_well = not text.strip() or 0 < float(text) < LONGEST_S
        except ValueError:
            is_well = False
        return "" if is_well else self.tr("Seconds are a number such as 30, or nothing for no limit.")


def _number_text(number: int | None) -> str:
    return "" if number is None else str(number)


def seconds_text(seconds: float | None) -> str:
    """Return seconds as they are typed, "" for None."""
    return "" if seconds is None else f"{seconds:.10g}"
