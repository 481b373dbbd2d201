"""Rows for the capabilities of a peer: services, SOP classes, transfer syntaxes."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.check_findings import ServiceGroup, SopClassCapability
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Node, Outline, Part, Weight

NAME, SYNTAXES = range(2)


def _say(text: str) -> str:
    return QCoreApplication.translate("capability_nodes", text)


def capability_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (Column(title=_say("What it accepts"), width=300), Column(title=_say("Encodings"), width=270))


def service_word(group: ServiceGroup) -> str:
    """Return what a group of SOP classes is called."""
    return {
        ServiceGroup.VERIFICATION: _say("Verification"),
        ServiceGroup.STORAGE: _say("Storage"),
        ServiceGroup.QUERY_RETRIEVE: _say("Query and retrieve"),
        ServiceGroup.WORKLIST: _say("Worklist"),
        ServiceGroup.PROCEDURE_STEP: _say("Procedure steps"),
        ServiceGroup.COMMITMENT: _say("Storage commitment"),
        ServiceGroup.PRINT: _say("Print"),
        ServiceGroup.OTHER: _say("Other services"),
    }[group]


class ServiceNode(Node):
    """All SOP classes of one service."""

    __slots__ = ("group",)

    opens: ClassVar[bool] = True

    def __init__(self, group: ServiceGroup) -> None:
        super().__init__()
        self.group = group

    def text(self, column: int) -> str:
        if column == NAME:
            return service_word(self.group)
        return wording.plural(len(self.children), _say("{count} SOP class"), _say("{count} SOP classes"))

    def sort_value(self, column: int) -> str | float:
        return float(list(ServiceGroup).index(self.group)) if column == NAME else self.text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(column), Weight.STRONG if column == NAME else Weight.QUIET),)


class SopClassNode(Node):
    """One SOP class that is accepted."""

    __slots__ = ("capability", "search_text")

    opens: ClassVar[bool] = True

    def __init__(self, capability: SopClassCapability) -> None:
        super().__init__()
        self.capability = capability
        names = [wording.transfer_syntax_text(uid) for uid in capability.transfer_syntaxes]
        words = (capability.name, capability.sop_class_uid, *names, *capability.transfer_syntaxes)
        self.search_text = " ".join(words).casefold()

    def text(self, column: int) -> str:
        if column == NAME:
            return human.printable(self.capability.name)
        syntaxes = self.capability.transfer_syntaxes
        first = wording.transfer_syntax_text(syntaxes[0]) if syntaxes else ""
        if not self.capability.is_complete:
            return _say("{first}, maybe others").format(first=first)
        more = len(syntaxes) - 1
        return _say("{first} and {count} more").format(first=first, count=more) if more > 0 else first

    def sort_value(self, column: int) -> str | float:
        return self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return None if column == NAME else (Part(self.text(column), Weight.QUIET),)

    def tip(self, column: int) -> str:
        return self.capability.sop_class_uid if column == NAME else self.text(column)

    def unfetched(self) -> int:
        return 0 if self.children else len(self.capability.transfer_syntaxes)

    def fetch(self, most: int) -> Sequence[Node]:
        return [SyntaxNode(uid) for uid in self.capability.transfer_syntaxes[:most]]


class SyntaxNode(Node):
    """One transfer syntax that is accepted for a SOP class."""

    __slots__ = ("uid",)

    def __init__(self, uid: str) -> None:
        super().__init__()
        self.uid = uid

    def text(self, column: int) -> str:
        return wording.transfer_syntax_text(self.uid) if column == NAME else human.printable(self.uid)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(column), Weight.PLAIN if column == NAME else Weight.QUIET),)


class CapabilityTree:
    """Capabilities grouped by service. For the Qt thread."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._services: dict[ServiceGroup, ServiceNode] = {}
        self._seen: set[str] = set()

    @property
    def services(self) -> list[ServiceNode]:
        """The services, in the order in which they were found."""
        return list(self._services.values())

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, capability: SopClassCapability) -> None:
        """Add a SOP class; the same again is not added twice."""
        if capability.sop_class_uid in self._seen:
            return
        self._seen.add(capability.sop_class_uid)
        service = self._services.get(capability.group)
        if service is None:
            service = self._services[capability.group] = ServiceNode(capability.group)
            self._outline.insert(None, [service])
        self._outline.insert(service, [SopClassNode(capability)])
        self._outline.touch(service)


def matches(node: Node, words: Sequence[str]) -> bool:
    """Whether a row passes a search: a service by what is below it, a syntax with its SOP class."""
    if isinstance(node, SopClassNode):
        return all(word in node.search_text for word in words)
    if isinstance(node, ServiceNode):
        return any(matches(child, words) for child in node.children)
    return True
