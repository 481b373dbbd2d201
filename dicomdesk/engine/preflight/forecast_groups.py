"""Groups instances of the same prediction."""

from typing import NamedTuple

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.forecast import ForecastGroup, ForecastItem, Help, Verdict
from dicomdesk.network.presentation.assignment import describe_sop_class

__all__ = ["ForecastGroups", "Prediction"]

_MOST_PATHS = 5
_ORDER = (Verdict.CANNOT_GO, Verdict.CONVERTED, Verdict.AS_IS)


class Prediction(NamedTuple):
    """Prediction for one instance; the fields are those of ``ForecastGroup``."""

    verdict: Verdict
    converted_to: str
    reason: str
    advice: str
    helps: tuple[Help, ...]
    association: int


_Key = tuple[str, str, Prediction]
"""SOP class and transfer syntax besides the prediction."""


class _Members:
    __slots__ = ("items", "paths", "size_bytes")

    def __init__(self) -> None:
        self.items = 0
        self.size_bytes = 0
        self.paths: list[str] = []

    def add(self, path: str, size_bytes: int) -> None:
        self.items += 1
        self.size_bytes += size_bytes
        if len(self.paths) < _MOST_PATHS:
            self.paths.append(path)


class ForecastGroups:
    """Groups of one pre-flight; used by one thread."""

    def __init__(self) -> None:
        self._members: dict[_Key, _Members] = {}
        self._items: list[tuple[str, str, _Key]] = []

    def add(self, prediction: Prediction, found: FoundInstance) -> None:
        """One instance."""
        header = found.header
        key = (header.sop_class_uid, header.transfer_syntax_uid, prediction)
        self._add(key, found.name, header.sop_instance_uid, header.data_set_length)

    def add_input(self, path: str, reason: str) -> None:
        """One input that cannot be read as an instance."""
        advice = "Leave it out, or get it again from where it came."
        self._add(("", "", Prediction(Verdict.CANNOT_GO, "", reason, advice, (Help.REPAIR_INPUT,), 0)), path, "", 0)

    def _add(self, key: _Key, path: str, sop_instance_uid: str, size_bytes: int) -> None:
        self._items.append((path, sop_instance_uid, key))
        members = self._members.get(key)
        if members is None:
            members = self._members[key] = _Members()
        members.add(path, size_bytes)

    def result(self) -> tuple[tuple[ForecastGroup, ...], tuple[ForecastItem, ...]]:
        """The groups, what cannot go first and large ones before small ones; and the items in the order given."""
        groups = {key: _group(key, members) for key, members in self._members.items()}
        ordered = sorted(groups.values(), key=lambda group: (_ORDER.index(group.verdict), -group.items))
        items = [ForecastItem(path=path, sop_instance_uid=uid, group=groups[key]) for path, uid, key in self._items]
        return tuple(ordered), tuple(items)


def _group(key: _Key, members: _Members) -> ForecastGroup:
    sop_class_uid, transfer_syntax_uid, prediction = key
    return ForecastGroup(
        verdict=prediction.verdict,
        sop_class_uid=sop_class_uid,
        sop_class_name=describe_sop_class(sop_class_uid) if sop_class_uid else "",
        transfer_syntax_uid=transfer_syntax_uid,
        converted_to=prediction.converted_to,
        reason=prediction.reason,
        advice=prediction.advice,
        helps=prediction.helps,
        items=members.items,
        size_bytes=members.size_bytes,
        paths=tuple(members.paths),
        association=prediction.association,
    )
