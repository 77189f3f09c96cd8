"""Where the parts of a picture are: values along an axis, and the bands of categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

NICE = (1, 2, 2.5, 5, 10)  # steps that are easily read, times a power of ten
DIGITS = 10  # behind the point of a value at a tick, where the step is 1 or more


@dataclass(frozen=True)
class Scale:
    """Where values are: `low` at `start` and `high` at `end`, in pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(values: Iterable[float], most: int, whole: bool) -> list[float]:
    """At most about `most` round numbers that enclose zero and all values, at even distances.

    `whole` leaves no fractions between them: `ticks([3], 4, True)` is `[0, 1, 2, 3]`.
    """
    low, high = extent(values)
    step = _step((high - low) / most)
    if whole:
        step = max(1, ceil(step))
    first, last = floor(low / step), ceil(high / step)
    digits = DIGITS - min(0, floor(log10(step)))  # very small values keep theirs
    return [round(index * step, digits) for index in range(first, last + 1)]


def extent(values: Iterable[float]) -> tuple[float, float]:
    """The smallest and the largest of zero and all values; bars begin at zero."""
    known = [0.0, *values]
    low, high = min(known), max(known)
    return (low, high) if low < high else (0.0, 1.0)


def _step(smallest: float) -> float:
    """The first nice number that is not smaller."""
    power: float = 10.0 ** floor(log10(smallest))
    return next(nice * power for nice in NICE if nice * power >= smallest * (1 - 1e-9))


@dataclass(frozen=True)
class Band:
    """The part of an axis that belongs to one category, in pixels."""

    start: float
    length: float

    @property
    def middle(self) -> float:
        """Where its label and its point are."""
        return self.start + self.length / 2

    @property
    def end(self) -> float:
        """Where the next one may begin."""
        return self.start + self.length

    def is_beside(self, other: Band) -> bool:
        """Whether the two have nothing in common."""
        return self.end <= other.start or other.end <= self.start

    def inner(self, most: float) -> Band:
        """What the bars of a category fill: the band without what keeps it from its neighbours."""
        length = min(0.8 * self.length, most)
        return Band(self.middle - length / 2, length)

    def slot(self, index: int, count: int) -> Band:
        """The part of one bar among `count`."""
        length = self.length / count
        return Band(self.start + index * length, length)


def bands(lengths: Sequence[float], start: float, end: float) -> list[Band]:
    """Bands side by side whose lengths are in proportion to those given, from `start` to `end`."""
    unit = (end - start) / sum(lengths)
    found: list[Band] = []
    for length in lengths:
        found.append(Band(start, length * unit))
        start += length * unit
    return found
