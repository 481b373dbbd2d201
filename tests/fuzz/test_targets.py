"""Each reader of foreign bytes under inputs that hypothesis makes: the same ones in each run."""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.kept import KEPT
from tests.fuzz.registry import TARGETS
from tests.fuzz.strategies import inputs_of

_MEASURED_CASES = 6


@pytest.mark.parametrize("name", TARGETS)
def test_properties_hold_for_inputs_of_all_kinds(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=target.cases,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(data=inputs_of(target))
    def holds(data: bytes) -> None:
        target.run(data)

    holds()


@pytest.mark.parametrize("name", TARGETS)
def test_memory_is_bounded_for_inputs_of_all_kinds(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=_MEASURED_CASES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(data=inputs_of(target))
    def holds(data: bytes) -> None:
        target.measure(data)

    holds()


@pytest.mark.parametrize(
    ("name", "data"),
    [(name, data) for name, kept in KEPT.items() for data in kept.values()],
    ids=[f"{name}: {what}" for name, kept in KEPT.items() for what in kept],
)
def test_what_failed_once_does_not_fail_again(name: str, data: bytes) -> None:
    TARGETS[name].run(data)
    TARGETS[name].measure(data)


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_reach_what_random_bytes_do_not(name: str) -> None:
    target, random = TARGETS[name], Random(1)
    most = min(10, target.cases // 3)
    built = frozenset().union(*(target.look(target.build(random)) for _ in range(most)))
    unbuilt = frozenset().union(*(target.look(random.randbytes(200)) for _ in range(most)))
    assert built - unbuilt


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_changed_is_not_cut_below_what_was_built(name: str) -> None:
    target, random = TARGETS[name], Random(1)
    built = [target.build(random) for _ in range(5)]
    assert max(len(target.mutate(random, data, built)) for data in built * 5) >= min(map(len, built))
