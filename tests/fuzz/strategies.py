"""The inputs of a target as hypothesis looks for them, and makes them small where a property breaks."""

from random import Random

from hypothesis import strategies as st

from tests.fuzz.targets import Target


def inputs_of(target: Target) -> st.SearchStrategy[bytes]:
    """As built, changed up to three times, mixed with others; and any bytes at all."""

    def make(random: Random, changes: int) -> bytes:
        data, others = target.build(random), [target.build(random)]
        for _ in range(changes):
            data = target.mutate(random, data, others)
        return data[:_LARGEST_BYTES]

    built = st.builds(make, st.randoms(use_true_random=False), st.integers(0, 3))
    return built | st.binary(max_size=400)


_LARGEST_BYTES = 1 << 14
