"""The lines above a table: its title, and the lines by which it is found again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile

from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.authoring.draft.finding.vocabulary import vocabulary
from openbaar.documents.lines import Line

LONGEST_TITLE = 6  # lines
NUMBER_ALONE = 2  # words of a line that says the number of a table and nothing else
FARTHEST_TITLE = 45  # lines above the first row
YEARS = " 0123456789–-/"  # the characters of `2003–04`


def with_title(sighting: Sighting, above: Sequence[Line]) -> Sighting:
    """The sighting with the lines by which it is found: its title, or the line above it."""
    near = above[-FARTHEST_TITLE:]
    start = _last_title(near)
    if start is None:
        before = tuple(line.number for line in near[-1:])
        return replace(sighting, before=before or sighting.before)
    title = _whole_title(near[start:], sighting)
    below = near[start + len(title) :]
    header = " ".join([*_texts(below), *sighting.header])
    return replace(
        sighting,
        before=tuple(dict.fromkeys([title[0].number, title[-1].number])),
        title=" ".join(_texts(title)),
        header=(header,) if header else (),
    )


def is_title(text: str) -> bool:
    """Whether a line begins as titles of tables do: `Tabel 3: …`."""
    small = text.casefold().lstrip()
    return any(small.startswith((f"{word} ", f"{word}:")) for word in vocabulary().title_words)


def is_numbered_title(text: str) -> bool:
    """Whether a line gives the number of a table, and then words: `Tabel 3: deelnemers in 2002`.

    Behind the label `Tabel 3` of a row are numbers.
    """
    return _numbered_title().match(text) is not None


@lru_cache(maxsize=1)
def _numbered_title() -> re.Pattern[str]:
    words = "|".join(map(re.escape, vocabulary().title_words))
    return re.compile(rf"\s*({words})\s*\d[\d.]*[a-z]?\s*[:–—-]?\s+[^\W\d_]", re.IGNORECASE)


def _last_title(lines: Sequence[Line]) -> int | None:
    """The index of the last line with which a title begins."""
    starts = [index for index, line in enumerate(lines) if is_title(line.text)]
    return starts[-1] if starts else None


def _whole_title(lines: Sequence[Line], sighting: Sighting) -> Sequence[Line]:
    """The lines of a title: up to the first that ends like a sentence, or else the first line.

    Where that says no more than a number, such as `Tabel 3`, the next line is a part of it, unless
    it may hold the headings, which are not known then. On a page whose headings are known by where
    they stand, so are the lines below that begin with a small letter.
    """
    if sighting.headings and len(lines[0].text.split()) <= NUMBER_ALONE:
        return lines[:2]
    text = ""
    for count, line in enumerate(lines[:LONGEST_TITLE], start=1):
        text += line.text
        has_closed_brackets = text.count("(") == text.count(")")
        if has_closed_brackets and text.rstrip().endswith((".", ":", ")")):
            return lines[:count]
    return [lines[0], *_rest_of_sentence(lines[1:LONGEST_TITLE], sighting)]


def _rest_of_sentence(lines: Sequence[Line], sighting: Sighting) -> list[Line]:
    """The lines in which a title goes on, where none of them may be one of the headings."""
    if sighting.units != "columns" or not sighting.headings:
        return []
    return list(takewhile(_begins_small, lines))


def _begins_small(line: Line) -> bool:
    """Whether the first letter of a line is small, also behind a year: `1996 through fall 2021`."""
    return line.text.lstrip(YEARS)[:1].islower()


def _texts(lines: Sequence[Line]) -> list[str]:
    return [line.text.strip() for line in lines]
