import re

from dicomdesk import errors


def _drawn_tree() -> set[tuple[str, str]]:
    parents: list[tuple[int, str]] = []
    edges = set()
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"( +(?:\|? *)*\+?-?-? ?)(\w+Error)\b", line)
        if not match:
            continue
        depth, name = match.start(2), match.group(2)
        parents = [entry for entry in parents if entry[0] < depth]
        if parents:
            edges.add((parents[-1][1], name))
        parents.append((depth, name))
    return edges


def test_the_drawn_tree_is_the_real_tree() -> None:
    classes = [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.DicomdeskError)
    ]
    real = {
        (cls.__base__.__name__, cls.__name__) for cls in classes if cls is not errors.DicomdeskError and cls.__base__
    }
    assert _drawn_tree() == real


def test_transient_rejection_is_result_2() -> None:
    assert errors.AssociationRejectedError("busy", result=2, source=3, reason=2).is_transient
    assert not errors.AssociationRejectedError("no", result=1, source=1, reason=1).is_transient
