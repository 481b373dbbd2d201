"""A class made by ``records.dataclass`` is as the standard library would have made it."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk import records
from dicomdesk.dicom.instance import FoundInstance
from tests.unit.engine.receive.book.test_arrival_book import header

ValueT = TypeVar("ValueT")
VALUES = st.integers(0, 2)


@st.composite
def classes(draw: st.DrawFn) -> tuple[Any, Any, list[str]]:
    """The same class made twice, by us and by the standard library, and which names its ``__init__`` takes."""
    kw_only = draw(st.booleans())
    makers = [
        dataclasses.field,
        lambda **named: dataclasses.field(default=1, **named),
        lambda **named: dataclasses.field(default_factory=lambda: 2, **named),
    ]
    fields: list[Any] = []
    has_default = False
    for name in "abcd"[: draw(st.integers(0, 4))]:
        maker = draw(st.sampled_from(makers[1:] if has_default and not kw_only else makers))
        is_given = maker is makers[0] or draw(st.booleans())
        has_default = has_default or maker is not makers[0]
        options = {key: draw(st.booleans()) for key in ("repr", "compare")}
        fields.append((name, maker, {"init": is_given, **options}))

    def make(dataclass: Callable[..., Any]) -> Any:
        namespace: dict[str, Any] = {name: maker(**options) for name, maker, options in fields}
        namespace |= {"__annotations__": {name: int for name, _, _ in fields}, "__doc__": "A class."}
        return dataclass(frozen=True, slots=True, kw_only=kw_only)(type("Made", (), namespace))

    return make(records.dataclass), make(dataclasses.dataclass), [n for n, _, options in fields if options["init"]]


def outcome(call: Callable[..., Any], *values: object, **named: object) -> Any:
    try:
        return call(*values, **named)
    except (TypeError, AttributeError) as error:
        return type(error), str(error)


@given(made=classes(), data=st.data())
def test_all_that_can_be_asked_of_a_class_is_answered_as_ever(
    made: tuple[Any, Any, list[str]], data: st.DataObject
) -> None:
    ours, theirs, names = made
    chosen = [{name: data.draw(VALUES) for name in names if data.draw(st.booleans())} for _ in range(2)]
    positional = data.draw(st.lists(VALUES, max_size=2))

    def answers(cls: Any) -> list[Any]:
        made = [outcome(cls, **given) for given in chosen]
        good = [each for each in made if isinstance(each, cls)]
        return [
            [each if isinstance(each, tuple) else repr(each) for each in made],
            repr(outcome(cls, *positional)),
            [one == other for one in good for other in good],
            [hash(each) for each in good],
            [dataclasses.asdict(each) for each in good],
            [repr(dataclasses.replace(each)) for each in good],
            [repr(copy.copy(each)) for each in good],
            [outcome(setattr, each, name, 1) for each in good for name in cls.__slots__],
            [outcome(delattr, each, name) for each in good for name in cls.__slots__],
            [parameter.kind for parameter in inspect.signature(cls).parameters.values()],
            list(inspect.signature(cls).parameters),
            [field.name for field in dataclasses.fields(cls)],
            cls.__match_args__,
            cls.__slots__,
            repr(cls.__dataclass_params__),
            [each == object() for each in good],
        ]

    assert answers(ours) == answers(theirs)


@records.dataclass(frozen=True, slots=True, kw_only=True)
class Base(Generic[ValueT]):
    """Has a field of any type."""

    value: ValueT
    more: tuple[object, ...] = ()


@records.dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Base[int]):
    """Has one field more, and compares in its own way."""

    name: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Derived) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


@records.dataclass(slots=True)
class Open:
    """Can be changed."""

    value: int = 0


def test_what_is_derived_has_all_fields_and_its_own_ways() -> None:
    derived = Derived(value=3, name="A")
    assert repr(derived) == "Derived(value=3, more=(), name='A')"
    assert derived == Derived(value=4, name="a")
    assert len({derived, Derived(value=4, name="a")}) == 1
    assert Base(value=3) != derived
    with pytest.raises(dataclasses.FrozenInstanceError):
        derived.value = 4  # type: ignore[misc] # refused


def test_pickling_keeps_everything() -> None:
    assert pickle.loads(pickle.dumps(Base(value=3, more=(1,)))) == Base(value=3, more=(1,))


def test_the_number_of_a_process_does_not_go_along_but_what_tells_files_apart_does() -> None:
    found = FoundInstance(path="/a", header=header("1"))
    copied = pickle.loads(pickle.dumps(replace(found, header=replace(found.header, start=(9, 8)))))
    assert copied == found
    assert (copied.id != found.id, copied.header.start) == (True, (9, 8))


def test_what_holds_itself_can_be_shown() -> None:
    held: list[object] = []
    held.append(Base(value=held))
    assert repr(held) == "[Base(value=[...], more=())]"


def test_what_can_be_changed_is_the_standard_librarys() -> None:
    changed = Open()
    changed.value = 3
    assert changed == Open(3)
