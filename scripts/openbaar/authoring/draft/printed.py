"""What a printed text may be, before anybody said so: a number, a year, a blank, a total, a text with a mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from openbaar.recipe.language import NumberFormat
from openbaar.recipe.values import SPACES, parse_number
from openbaar.yamlfile import parse_yaml

MARK = r"(?:\(\*+\)|\*+|[¹²³⁴⁵⁶⁷⁸⁹]+|[†‡])"
SIGNS = ("€", "$", "£", "%")
_NUMBER = r"[-−]?\d+(?:[.,'’]\d+)*"
_SIGNED = rf"(?:[€$£] ?)?{_NUMBER}(?: ?[%€])?"
_MARKED = re.compile(rf"^(?P<before>{MARK})?\s*(?P<text>.*?)\s*(?P<after>{MARK})?$", re.DOTALL)
# From the simplest to the rarest; the first that every number fits is taken.
FORMATS = [
    NumberFormat(thousands=thousands, decimal=decimal)
    for thousands, decimal in [
        ("", ""), (".", ""), (",", ""), (" ", ""), ("’", ""), ("'", ""), ("", ","), ("", "."),
        (".", ","), (",", "."), (" ", ","), (" ", "."), ("’", "."), ("'", "."),
    ]
]  # fmt: skip
Kind = Literal["year", "number", "blank", "text"]


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """What drafting looks for and what it says, from `draft/words.yaml`."""
    path = "openbaar/draft/words.yaml"
    return dict(
        parse_yaml(
            (resources.files("openbaar") / "authoring/draft/words.yaml").read_text("utf-8"), path
        ).data
    )


@lru_cache(maxsize=1)
def _lexeme() -> re.Pattern[str]:
    blanks = "|".join(
        re.escape(word) for word in sorted(words()["blank_words"], key=len, reverse=True)
    )
    return re.compile(rf"(?P<cell>(?:{_SIGNED})(?: ?{MARK})?|{blanks})(?=\s|$)|\S+")


def bare(text: str) -> tuple[str, str | None]:
    """A text without the footnote mark before or behind it, and that mark: `2013*` -> 2013 and `*`."""
    found = _MARKED.match(text.strip())
    if found is None or not found["text"]:
        return text.strip(), None
    return found["text"], found["before"] or found["after"]


def unsigned(text: str) -> tuple[str, str | None]:
    """A number without its sign of currency or percent, and that sign: `€ 12` -> 12 and `€`."""
    for sign in SIGNS:
        if text.startswith(sign) or text.endswith(sign):
            return text.removeprefix(sign).removesuffix(sign).strip(), sign
    return text, None


def kind(text: str) -> Kind:
    """What a cell seems to hold, mark and sign aside: a year, another number, nothing, or a text."""
    plain = unsigned(bare(text)[0])[0].translate(SPACES)
    if plain in ("", *words()["blank_words"]):
        return "blank"
    if re.fullmatch(r"(?:19|20)\d\d", plain):
        return "year"
    if re.fullmatch(rf"{_NUMBER}|-?\d{{1,3}}(?: \d{{3}})+(?:[.,]\d+)?", plain):
        return "number"
    return "text"


def is_footnote(text: str) -> bool:
    """Whether a line explains a mark: `** = figures up to May`, but not `(*) unknown 78.140`."""
    found = re.match(rf"\s*{MARK}\s*(?P<rest>.*)", text, re.DOTALL)
    return found is not None and (found["rest"].startswith(("=", ":")) or not split_row(text)[1])


def is_total(text: str) -> bool:
    """Whether a row that begins with this text states a total: `Totaal`, `Gesamt (alle)`, but not `Totaalbedrag`."""
    small = " ".join(text.casefold().split())
    return any(re.match(rf"{re.escape(word)}(?!\w)", small) for word in words()["total_words"])


def number_format(texts: Iterable[str]) -> NumberFormat | None:
    """The simplest convention in which every text is a number; None where there is none.

    before: "1.505", "12,5"
    after: thousands ".", decimal ","
    """
    numbers = [unsigned(bare(text)[0])[0].replace("−", "-") for text in texts]
    return next((each for each in FORMATS if all(_fits(number, each) for number in numbers)), None)


def _fits(number: str, numbers: NumberFormat) -> bool:
    try:
        parse_number(number, numbers)
    except ValueError:
        return False
    return True


def split_row(text: str) -> tuple[str, list[str]]:
    """A line as the label it begins with and the cells behind that, which are numbers or blanks.

    before: "West-Vlaanderen 1.234 5,6%"
    after: "West-Vlaanderen" and ["1.234", "5,6%"]
    """
    found = list(_lexeme().finditer(text))
    first = len(found)
    while first and found[first - 1]["cell"]:
        first -= 1
    cells = [match.group() for match in found[first:]]
    start = found[first].start() if first < len(found) else len(text)
    return text[:start].strip(), cells


def regrouped(cells: Sequence[str], count: int) -> list[str] | None:
    """Cells put together to `count` of them where a space parts thousands; None where that cannot be.

    before: ["10", "470", "1", "1"], count 3
    after: ["10 470", "1", "1"]
    """
    merged = list(cells)
    index = 0
    while len(merged) > count and index + 1 < len(merged):
        if re.fullmatch(r"-?\d{1,3}(?: \d{3})*", merged[index]) and re.match(
            r"\d{3}(?!\d)", merged[index + 1]
        ):
            merged[index : index + 2] = [f"{merged[index]} {merged[index + 1]}"]
        else:
            index += 1
    return merged if len(merged) == count else None
