"""What a picture is, before it is drawn: categories, colours, marks, and all its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openbaar.database.drawing import svg

Form = Literal["columns", "stack", "lines", "bars"]
Kind = Literal["normal", "partial", "planned", "doubtful"]


@dataclass(frozen=True)
class Mark:
    """What is drawn of a row: `category` and `series` are places in those of the picture.

    `label` is the value in words. A value of None is a row without a figure. A `muted` mark steps
    back behind others.
    """

    key: str
    category: int
    series: int
    value: float | None
    label: str = ""
    kind: Kind = "normal"
    muted: bool = False


@dataclass(frozen=True)
class Category:
    """A place on the axis: its label, the group above it, a note, and how long a period it is.

    One that is `skipped` stands for periods that the figures leave out.
    """

    label: str
    group: str = ""
    note: str = ""
    length: float = 1
    skipped: bool = False


@dataclass(frozen=True)
class Series:
    """What one colour means; `color` is the name of a class of `svg.COLORS`."""

    label: str
    color: str


@dataclass(frozen=True)
class Picture:
    """What is to be drawn, with all its words.

    `keys` says what the kinds of marks mean. `told` has the figures of each category in words, for
    those who do not see it. Of bars only the first `fold` categories are drawn at first; the others
    are the rest.
    """

    form: Form
    title: str
    subtitle: str
    categories: Sequence[Category]
    series: Sequence[Series]
    marks: Sequence[Mark]
    tick_text: Callable[[float], str]
    legend: str = ""
    keys: Mapping[Kind, str] | None = None
    notes: Sequence[str] = ()
    source: str = ""
    told: Sequence[str] = ()
    fold: int | None = None

    @property
    def drawn(self) -> list[Mark]:
        """The marks that have a value."""
        return [mark for mark in self.marks if mark.value is not None]

    def of_category(self, index: int) -> list[Mark]:
        """The marks of a category, in the order of their colours."""
        found = [mark for mark in self.marks if mark.category == index]
        return sorted(found, key=lambda mark: mark.series)

    def color(self, mark: Mark) -> str:
        """The class of the colour of a mark."""
        return svg.GREY if mark.muted else self.series[mark.series].color

    def in_words(self, shown: range) -> str:
        """The title and the figures of some categories, as a screen reader tells them."""
        figures = [self.told[index] for index in shown if index < len(self.told)]
        words = ""
        for part in (self.title, self.subtitle, "; ".join(filter(None, figures))):
            end = "" if part.endswith((".", "?", "!")) else "."
            words += f"{part}{end} " if part else ""
        return words.strip()

    @property
    def values(self) -> list[float]:
        """The values of all marks that have one."""
        return [mark.value for mark in self.marks if mark.value is not None]

    @property
    def heights(self) -> list[float]:
        """How high the marks reach: each alone, or one upon the other."""
        if self.form != "stack":
            return self.values
        heights: list[float] = []
        for index in range(len(self.categories)):
            heights.append(sum(mark.value or 0 for mark in self.of_category(index)))
        return heights

    @property
    def beside(self) -> int:
        """How many marks of one category are beside each other: one for each colour, or only one.

        There is one where no category has marks of several colours.
        """
        categories = [mark.category for mark in self.drawn]
        is_alone = len(categories) == len(set(categories))
        return 1 if is_alone or self.form == "stack" else len(self.series)

    def kinds_of(self, series: int) -> set[Kind]:
        """The kinds of the marks of one colour."""
        return {mark.kind for mark in self.drawn if mark.series == series}
