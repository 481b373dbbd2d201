"""``dataclass`` as the standard library has it, quicker to make: each tool makes two hundred at its start.

The methods of a frozen dataclass with slots are the same for all such classes, or are compiled when they are first
called: most classes of a run have no instance, and few are compared. Others, and what derives from one of them, are
made by the standard library.
"""

import dataclasses
from collections.abc import Callable
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["OF_THIS_PROCESS", "OF_THIS_RUN", "dataclass", "is_lasting"]

OF_THIS_PROCESS = "of this process"
"""Metadata of a field, with a default, that means nothing elsewhere: it does not go along to another process."""

OF_THIS_RUN = "of this run"
"""Likewise, but another process that runs now understands it: only what is kept and read again does not have it."""

ClassT = TypeVar("ClassT", bound=type)


def is_lasting(field: "dataclasses.Field[object]") -> bool:
    """Whether a field is part of what is kept and read again some time."""
    return OF_THIS_PROCESS not in field.metadata and OF_THIS_RUN not in field.metadata


def _make_record(cls: type, *, kw_only: bool) -> type:
    has_own = {name for name in ("__eq__", "__hash__", "__repr__") if cls.__dict__.get(name) is not None}
    plain = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    made: Any = plain(cls)
    params = made.__dataclass_params__
    params.init = params.repr = params.eq = params.frozen = True
    made.__init__ = _late(made, "__init__", _init_source)
    if "__eq__" not in has_own:
        made.__eq__ = _late(made, "__eq__", _eq_source)
        if "__hash__" not in has_own:
            made.__hash__ = _late(made, "__hash__", _hash_source)
    if "__repr__" not in has_own:
        made.__repr__ = _repr
    made.__signature__ = _Signature()
    made.__setattr__, made.__delattr__ = _refuse_setting, _refuse_deleting
    made.__getstate__, made.__setstate__ = (
        _late(made, "__getstate__", _get_state_source),
        _late(made, "__setstate__", _set_state_source),
    )
    return made  # type: ignore[no-any-return] # it is one


def _late(cls: type, name: str, source_of: Callable[[type, dict[str, object]], str]) -> Callable[..., Any]:
    """Return a method that puts the compiled one in its place, when it is first called."""

    def method(self: object, *values: object, **named: object) -> Any:
        return _compile(cls, name, source_of)(self, *values, **named)

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    return method


def _compile(cls: type, name: str, source_of: Callable[[type, dict[str, object]], str]) -> Callable[..., Any]:
    names: dict[str, object] = {"_set": object.__setattr__}
    exec(source_of(cls, names), names)  # noqa: S102 - of the names of fields
    method: Any = names[name]
    method.__qualname__, method.__module__ = f"{cls.__qualname__}.{name}", cls.__module__
    setattr(cls, name, method)
    return method  # type: ignore[no-any-return] # it is one


def _init_source(cls: type, names: dict[str, object]) -> str:
    given: list[str] = []
    by_keyword: list[str] = []
    body: list[str] = []
    for field in dataclasses.fields(cls):
        value = field.name
        has_default = field.default is not dataclasses.MISSING
        has_factory = field.default_factory is not dataclasses.MISSING
        if has_default or has_factory:
            names[f"_of_{field.name}"] = field.default if has_default else field.default_factory
        if not field.init:
            value = f"_of_{field.name}" + "()" * has_factory
        elif has_factory:
            value = f"_of_{field.name}() if {field.name} is _of_{field.name} else {field.name}"
        if field.init or has_default or has_factory:
            body.append(f"    _set(self, {field.name!r}, {value})")
        if field.init:
            word = f"{field.name}=_of_{field.name}" if has_default or has_factory else field.name
            (by_keyword if field.kw_only else given).append(word)
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    words = ", ".join(["self", *given, *(["*", *by_keyword] if by_keyword else [])])
    return f"def __init__({words}):\n" + "\n".join(body or ["    pass"])


def _eq_source(cls: type, _names: dict[str, object]) -> str:
    compared = [field.name for field in dataclasses.fields(cls) if field.compare]
    mine, others = (_tuple_of(compared, side) for side in ("self", "other"))
    return (
        "def __eq__(self, other):\n"
        "    if other.__class__ is not self.__class__:\n"
        "        return NotImplemented\n"
        f"    return {mine} == {others}"
    )


def _hash_source(cls: type, _names: dict[str, object]) -> str:
    hashed = [f.name for f in dataclasses.fields(cls) if (f.compare if f.hash is None else f.hash)]
    return f"def __hash__(self):\n    return hash({_tuple_of(hashed, 'self')})"


def _tuple_of(names: list[str], side: str) -> str:
    return "(" + "".join(f"{side}.{name}, " for name in names) + ")"


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_setting(_self: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _carried(cls: type) -> list[str]:
    """Fields that go along where a value goes to another process, or is copied."""
    return [field.name for field in dataclasses.fields(cls) if OF_THIS_PROCESS not in field.metadata]


def _get_state_source(cls: type, _names: dict[str, object]) -> str:
    return f"def __getstate__(self):\n    return {_tuple_of(_carried(cls), 'self')}"


def _set_state_source(cls: type, names: dict[str, object]) -> str:
    """What does not go along is as it is in a value that was made without it."""
    carried, body = _carried(cls), []
    for field in dataclasses.fields(cls):
        if field.name in carried:
            value = f"state[{carried.index(field.name)}]"
        else:
            has_default = field.default is not dataclasses.MISSING
            names[f"_of_{field.name}"] = field.default if has_default else field.default_factory
            value = f"_of_{field.name}" + "()" * (not has_default)
        body.append(f"    _set(self, {field.name!r}, {value})")
    return "def __setstate__(self, state):\n" + "\n".join(body or ["    pass"])


class _Signature:
    """Has what ``inspect.signature`` says of a class, which asks for it first."""

    def __get__(self, _instance: object, cls: type) -> object:
        from inspect import signature  # noqa: PLC0415 - seldom asked for

        whole = signature(_compile(cls, "__init__", _init_source))
        _own, *given = whole.parameters.values()
        return whole.replace(parameters=given)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, eq=True):
        """Make a dataclass; see the module."""

        def make(cls: ClassT) -> ClassT:
            if frozen and slots and eq and not any(map(dataclasses.is_dataclass, cls.__mro__[1:])):
                return _make_record(cls, kw_only=kw_only)
            return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, eq=eq)(cls)

        return make if cls is None else make(cls)
