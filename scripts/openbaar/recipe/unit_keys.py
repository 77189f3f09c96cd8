"""The keys of a recipe that say what is read as one: lines, blocks, cells between borders."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from openbaar.models import Strict, as_text
from openbaar.schema.patterns import Pattern


def _as_borders(value: Any) -> Any:
    """A list of borders, one such list by page, or `gaps`."""
    if isinstance(value, dict):
        return {as_text(page): _in_order(borders) for page, borders in value.items()}
    return value if value == "gaps" else _in_order(value)


def _in_order(value: Any) -> tuple[float, ...]:
    """Borders from left to right. Raises ValueError where they are not."""
    listed = list(value) if isinstance(value, list | tuple) else [value]
    if not listed or not all(map(_is_border, listed)):
        raise ValueError("'columns' should be 'gaps', or a list of numbers: where columns end")
    borders = [float(border) for border in listed]
    if sorted(set(borders)) != borders:
        raise ValueError("the borders under 'columns' should go from left to right, each once")
    return tuple(borders)


def _is_border(value: Any) -> bool:
    """Whether it is a number above zero; the decimals of authored files are texts."""
    is_number = re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(value)) is not None
    return is_number and float(value) > 0


Borders = Annotated[
    Literal["gaps"] | tuple[float, ...] | dict[str, tuple[float, ...]], BeforeValidator(_as_borders)
]


class Units(Strict):
    """How lines are put together before rows are read in them: exactly one of these ways.

    `columns` may go with `starts`, for rows of several lines.
    """

    by: Literal["block", "line", "aligned", "cell"] | None = Field(
        None,
        description="blocks between blank lines, each line, its cells in columns, each line a cell",
    )
    columns: Borders | None = Field(
        None, description="where the columns of each line end, or 'gaps'"
    )
    starts: Pattern | None = Field(None, description="a unit begins at each line that this matches")
    split: Pattern | None = Field(
        None, description="the lines are one text, parted wherever this matches"
    )

    @property
    def in_cells(self) -> bool:
        """Whether a unit is made of cells, so that ` | ` parts them in templates."""
        return self.by in ("aligned", "cell") or self.columns is not None

    @model_validator(mode="after")
    def _one(self) -> Self:
        ways: list[object] = [self.by, self.columns, self.split]
        if self.columns is None:
            ways.append(self.starts)
        if sum(way is not None for way in ways) != 1:
            raise ValueError(
                "give 'block', 'line', 'aligned', 'cell', {columns: …}, {starts: pattern} or "
                "{split: pattern}"
            )
        return self


def _as_units(value: Any) -> Any:
    return {"by": value} if isinstance(value, str) else value


GivenUnits = Annotated[Units, BeforeValidator(_as_units)]  # or one word for `by`
