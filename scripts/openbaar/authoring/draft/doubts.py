"""What speaks against a draft that converts, and what speaks for it.

A draft may convert and still be wrong: two numbers that are one, a page footer as a row. Each doubt
here is a rule with a name; a draft with a doubt is not reported as one that converts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from openbaar.authoring.draft.printed import bare, kind, split_row
from openbaar.authoring.draft.sighting import SeenRow, Sighting
from openbaar.tables.verdicts import Verdict

_DASHES = ("-", "–", "—")
_FOOTER = re.compile(r"(?i)(seite|page|pagina|blz\.?|bladzijde|drucksache)\b.*\d")
_ENDS_IN_NUMBER = re.compile(r"\D\s\d+$")
_UP_TO_THREE_DIGITS = re.compile(r"[-−+]?\d{1,3}")
_THREE_DIGITS = re.compile(r"\d{3}")
MOST_LETTERS = 0.5  # of the cells of a table may be single characters
FEWEST_OF_AXIS = 4  # numbers at equal distances that may be the axis of a chart
MOST_NAMED = 3  # examples in a sentence

Doubt = Callable[[Sighting], str | None]


def doubts(sighting: Sighting, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What a person should look at before trusting a draft, in a sentence each."""
    different = [verdict for verdict in verdicts if verdict.outcome != "equal"]
    if different:
        yield f"{len(different)} of {len(verdicts)} stated totals are not the sums of the rows"
    has_proof = bool(verdicts) and not different
    for doubt in DOUBTS:
        is_settled = has_proof and doubt in SETTLED_BY_TOTALS
        found = None if is_settled else doubt(sighting)
        if found is not None:
            yield found


def belief(sighting: Sighting, verdicts: Sequence[Verdict]) -> str:
    """Why a draft without doubts is believed."""
    reasons = [f"each row has the same {sighting.width} cells"]
    if sighting.units in ("grid", "columns"):
        reasons = ["each cell stands in its column"]
    reasons.append("each column holds one kind of value")
    if verdicts:
        reasons.insert(0, f"{len(verdicts)} stated totals are the sums of their rows")
    return ", ".join(reasons)


def _data(sighting: Sighting) -> list[SeenRow]:
    return sighting.of_kind("data")


def _examples(texts: Sequence[str]) -> str:
    shown = ", ".join(f"'{text}'" for text in texts[:MOST_NAMED])
    return f"{shown} …" if len(texts) > MOST_NAMED else shown


def single_letters(sighting: Sighting) -> str | None:
    """Text that runs up the page comes as lines of single letters."""
    cells = [cell for row in _data(sighting) for cell in row.cells if cell.strip()]
    letters = [cell for cell in cells if len(cell.strip()) == 1 and not cell.strip().isdigit()]
    if len(letters) > MOST_LETTERS * len(cells):
        return "most cells are single characters: the text may run up the page"
    return None


def could_be_thousands(sighting: Sighting) -> str | None:
    """Two numbers may be one whose thousands a space parts: `15 186`."""
    if sighting.separator != " ":
        return None
    found = []
    for row in sighting.rows:
        for one, two in pairwise(row.cells):
            if _UP_TO_THREE_DIGITS.fullmatch(one) and _THREE_DIGITS.fullmatch(two):
                found.append(f"{one} {two}")
    if found and len(found) < len(sighting.rows) * sighting.width:
        return f"two cells may be one number with a space in it: {_examples(found)}"
    return None


def label_ends_in_number(sighting: Sighting) -> str | None:
    """A number at the end of a label may be the first cell behind it."""
    if sighting.separator != " ":
        return None
    labels = [row.cells[0] for row in _data(sighting)]
    found = [text for text in labels if _ENDS_IN_NUMBER.search(text) and kind(text) == "text"]
    if found:
        return f"a label ends in a number, which may be a cell: {_examples(found)}"
    return None


def cut_ranges(sighting: Sighting) -> str | None:
    """A range such as `10 - 50` is one label, not two numbers and a blank between."""
    if sighting.units in ("grid", "cell"):
        return None
    found = []
    for row in sighting.rows:
        for one, two, three in zip(row.cells, row.cells[1:], row.cells[2:], strict=False):
            if two in _DASHES and kind(one) == kind(three) == "number":
                found.append(f"{one} {two} {three}")
    if found and len(found) >= len(_data(sighting)) / 2:
        return f"a range may be cut apart: {_examples(found)}"
    return None


def headings_with_data(sighting: Sighting) -> str | None:
    """A heading that is a number other than a year may be the first row."""
    cells = [cell for heading in sighting.headings for cell in heading]
    found = [cell for cell in cells if kind(bare(cell)[0]) == "number"]
    if found and len(found) > len(cells) / 2:
        return f"the headings may be a row: {_examples(found)}"
    return None


def footers(sighting: Sighting) -> str | None:
    """A page footer is no row."""
    texts = [" ".join(cell for cell in row.cells if cell) for row in sighting.rows]
    found = [text for text in texts if _FOOTER.match(text)]
    return f"a row may be the footer of a page: {_examples(found)}" if found else None


def printed_twice(sighting: Sighting) -> str | None:
    """A doubled text layer gives each row twice."""
    rows = [row.cells for row in _data(sighting)]
    twice = sum(one == two for one, two in pairwise(rows))
    if twice >= max(2, len(rows) / 3):
        return f"{twice} rows are the same as the row before: the text may be there twice"
    return None


def side_by_side(sighting: Sighting) -> str | None:
    """Two tables beside each other have the same headings twice."""
    if not sighting.headings:
        return None
    lowest = [text for text in sighting.headings[-1] if text]
    half = len(lowest) // 2
    is_twice = len(lowest) > 2 and len(lowest) % 2 == 0 and lowest[:half] == lowest[half:]
    if is_twice and kind(lowest[0]) == "text" and len(sighting.headings) == 1:
        return (
            f"two tables may stand beside each other: the headings {_examples(lowest)} come twice"
        )
    return None


def axis(sighting: Sighting) -> str | None:
    """Numbers at equal distances beside one or two others may be the axis of a chart."""
    rows = [row.cells for row in _data(sighting)]
    if sighting.width > 2 or len(rows) < FEWEST_OF_AXIS:
        return None
    for column in zip(*rows, strict=True):
        digits = [re.sub(r"[.,'’ %]", "", cell) for cell in column]
        if not all(text.isdigit() for text in digits) or kind(column[0]) == "year":
            continue
        steps = {int(two) - int(one) for one, two in pairwise(digits)}
        if len(steps) == 1 and steps != {0} and steps != {1}:
            return "a column counts in equal steps: it may be the axis of a chart"
    return None


def mixed_columns(sighting: Sighting) -> str | None:
    """A column of numbers and words may be two columns, or rows of two tables."""
    found = []
    for index in range(1, sighting.width):
        kinds = [kind(bare(cell)[0]) for cell in sighting.column(index)]
        figures = sum(each in ("number", "year") for each in kinds)
        words = kinds.count("text")
        if figures and words and figures >= words:
            found.append(str(index + 1))
    if found:
        return f"column {', '.join(found)} holds both numbers and words"
    return None


def rows_beside(sighting: Sighting) -> str | None:
    """A line right above or below with as many figures may be a row of the table."""
    if sighting.units != "line":
        return None
    rows = _data(sighting)
    figures = len(split_row(" ".join(rows[-1].cells))[1])
    numbers = {line.number: line for line in sighting.document.lines}
    header = " ".join(sighting.header)
    for number in (sighting.first - 1, sighting.last + 1):
        line = numbers.get(number)
        if line is None or line.is_blank or line.text.strip() in header:
            continue
        label, cells = split_row(line.text)
        if label and len(cells) == figures and figures > 0:
            return f"line {line.row} may be a row of it: '{line.text.strip()}'"
    return None


DOUBTS: tuple[Doubt, ...] = (
    single_letters,
    printed_twice,
    could_be_thousands,
    label_ends_in_number,
    cut_ranges,
    headings_with_data,
    footers,
    side_by_side,
    axis,
    mixed_columns,
    rows_beside,
)
# What cannot be wrong where the totals of all rows add up.
SETTLED_BY_TOTALS = (could_be_thousands, label_ends_in_number, cut_ranges, printed_twice, axis)
