"""Verdicts: the outcomes of comparisons, as rows of the trust table `reconciliation`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from openbaar.errors import Place
from openbaar.schema.csvfile import Row

Kind = Literal["stated_total", "identity", "rule"]
Outcome = Literal["equal", "rounded", "explained", "different"]
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Judgement:
    """Whether two numbers are equal, differ as a person declared, or differ.

    And if they do, how.
    """

    outcome: Outcome
    detail: str | None = None


def judge(
    stated: Decimal, computed: Decimal, known: Decimal = NOTHING, within: Decimal = NOTHING
) -> Judgement:
    """Compare two numbers.

    A person may have declared a `known` difference, stated minus computed, or that they may differ
    by up to `within`, because they are rounded.
    """
    difference = stated - computed
    if known:
        if difference == known:
            return Judgement("explained")
        return Judgement("different", f"the known difference is {known}, found {difference}")
    if NOTHING < abs(difference) <= within:
        return Judgement("rounded", f"a difference of up to {within} was declared as rounding")
    if difference:
        return Judgement("different", f"{stated} stated, {computed} computed")
    return Judgement("equal")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of one comparison: of what, with what, and where the document states it.

    `anomaly` is the one that explains a difference.
    """

    id: str
    table: str
    kind: Kind
    column: str
    stated: Decimal
    computed: Decimal
    outcome: Outcome
    scope: str = ""
    compared_with: str | None = None
    anomaly: str | None = None
    detail: str | None = None
    place: Place | None = None

    def row(self) -> Row:
        """The row of `reconciliation`."""
        return {
            "id": self.id,
            "table_name": self.table,
            "kind": self.kind,
            "scope": self.scope or None,
            "column_name": self.column,
            "compared_with": self.compared_with,
            "stated": self.stated,
            "computed": self.computed,
            "difference": self.stated - self.computed,
            "verdict": self.outcome,
            "anomaly": self.anomaly,
            "detail": self.detail,
            **place_columns(self.place),
        }


def lines_text(place: Place) -> str:
    """The lines of a place: `107-109`, with their page or sheet before them, `3:12`."""
    lines = str(place.first_line)
    if place.last_line not in (None, place.first_line):
        lines = f"{place.first_line}-{place.last_line}"
    return lines if place.page is None else f"{place.page}:{lines}"


def place_columns(place: Place | None) -> Row:
    """A place as the columns of a trust table.

    The last line is the first one where it is no other on the same page.
    """
    if place is None:
        return {"document": None, "page": None, "first_line": None, "last_line": None}
    last = place.first_line if place.last_line is None else place.last_line
    return {
        "document": place.file,
        "page": place.page,
        "first_line": place.first_line,
        "last_line": last,
    }


def verdict_id(*parts: object) -> str:
    """An identifier of letters, digits, _ and -, which an address shows as it is."""
    shown = [str(part) for part in parts if part is not None]
    return "-".join(re.sub("[^A-Za-z0-9_]+", "_", part).strip("_") for part in shown)


def scope_text(where: Mapping[str, object], without: Mapping[str, object]) -> str:
    """Which rows are compared, in words: `year = 2020/2021, not (kind = y)`."""
    parts = _conditions(where)
    if without:
        excluded = ", ".join(_conditions(without))
        parts.append(f"not ({excluded})")
    return ", ".join(parts)


def _conditions(where: Mapping[str, object]) -> list[str]:
    return [f"{name} = {_listed(value)}" for name, value in where.items()]


def _listed(value: object) -> str:
    if isinstance(value, list | tuple):
        return "/".join(str(item) for item in value)
    return str(value)
