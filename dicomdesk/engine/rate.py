"""Rate of a growing number, from samples taken at any time."""

from collections import deque

__all__ = ["RateMeter", "seconds_left"]


class RateMeter:
    """Rate of a growing number over the last few seconds; values and times in, a rate out, no clock.

    One thread at a time.
    """

    def __init__(self, window_s: float = 4.0, interval_s: float = 0.05) -> None:
        self._window_s = window_s
        self._interval_s = interval_s
        self._samples: deque[tuple[float, float]] = deque()

    def observe(self, at_s: float, value: float) -> float:
        """Take a sample and return the rate per second over the window; 0 until two samples are far enough apart.

        A value below the one before (something is done again) counts as no growth.
        """
        samples = self._samples
        if len(samples) > 1 and at_s - samples[-2][0] < self._interval_s:
            samples.pop()
        samples.append((at_s, value))
        while len(samples) > 2 and samples[1][0] <= at_s - self._window_s:
            samples.popleft()
        first_at_s, first_value = samples[0]
        elapsed_s = at_s - first_at_s
        if elapsed_s < self._interval_s:
            return 0.0
        return max(0.0, (value - first_value) / elapsed_s)


def seconds_left(remaining: float, rate_per_s: float) -> float | None:
    """Return the time that ``remaining`` takes at this rate; None where nobody can know."""
    if remaining <= 0:
        return 0.0
    return remaining / rate_per_s if rate_per_s > 0 else None
