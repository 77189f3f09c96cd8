"""Previews for the terminal: lines on the left, what was read from them on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from openbaar.authoring.preview.lines import Part, Preview, SeenLine
from openbaar.errors import Problem, counted
from openbaar.texts import shortened

COLOURS = {
    "from": "bright_black",
    "until": "bright_black",
    "heading": "blue",
    "key": "cyan",
    "value": "green",
    "label": "magenta",
    "total": "yellow",
    "note": "blue",
    "elsewhere": "bright_black",
    "dropped": "bright_black",
    "joined": "bright_black",
}
MISSED = "not understood"
WIDEST = 60  # characters of a line that are shown; the page shows all
AROUND = 2  # lines of the document shown before and after the table


def render(preview: Preview, width: int = 160) -> str:
    """The preview of a table as text, at most `width` columns wide where that is possible.

    It has the colours of click; `click.echo` leaves them out where the output is no terminal.
    """
    first, last = preview.span
    lines = [seen for seen in preview.lines if first - AROUND <= seen.line.number <= last + AROUND]
    left = min(max((len(_printed(seen)) for seen in lines), default=0), WIDEST)
    gutter = max((len(_address(preview, seen)) for seen in lines), default=0)
    shown = [_heading(preview), *(_problem(problem) for problem in preview.general)]
    for seen in lines:
        shown += _line(preview, seen, gutter, left, width)
    return "\n".join(shown) + "\n"


def _heading(preview: Preview) -> str:
    """The name of the table, where it is, and how much was read."""
    reading = preview.reading
    problems = counted(len(reading.problems), "problem")
    counts = [
        counted(len(reading.records), "row"),
        counted(len(reading.totals), "stated total"),
        click.style(problems, fg="red" if reading.problems else "green"),
    ]
    first, last = preview.span
    where = reading.document.place(first, last) if last else reading.document.place()
    return f"{click.style(reading.table.name, bold=True)}  {where}  {', '.join(counts)}"


def _line(preview: Preview, seen: SeenLine, gutter: int, left: int, width: int) -> Iterator[str]:
    """One line of the document, on as many lines of the terminal as its parts take."""
    margin = gutter + left + 8
    told = [_told(row) for row in _filled(seen.parts, max(width - margin, 30))]
    if seen.state == "missed":
        told = [click.style(MISSED, fg="red", bold=True)]
    text = shortened(_printed(seen), left).ljust(left)
    if seen.state == "outside":
        text = click.style(text, dim=True)
    number = click.style(_address(preview, seen).rjust(gutter), dim=True)
    yield f"  {number} │ {text} │ {told[0] if told else ''}".rstrip()
    for more in told[1:]:
        yield f"  {'':{gutter}} │ {'':{left}} │ {more}"
    for problem in seen.problems:
        yield _problem(problem)


def _filled(parts: Sequence[Part], width: int) -> Iterator[list[Part]]:
    """The parts in rows of at most `width` characters, each row with at least one."""
    row: list[Part] = []
    for part in parts:
        if row and len(click.unstyle(_told([*row, part]))) > width:
            yield row
            row = []
        row.append(part)
    if row:
        yield row


def _told(parts: Sequence[Part]) -> str:
    """Parts as one text: `key gender female · value started 91493 · share 7`.

    A kind that goes on is not repeated.
    """
    told = []
    before = None
    for part in parts:
        kind = "" if part.kind == before else click.style(part.kind, fg=COLOURS[part.kind])
        told.append(" ".join(word for word in (kind, part.told) if word))
        before = part.kind
    return " · ".join(told)


def _problem(problem: Problem) -> str:
    hint = f"\n      {problem.hint}" if problem.hint else ""
    return click.style(f"    ✗ {problem.place}: {problem.message}", fg="red") + hint


def _address(preview: Preview, seen: SeenLine) -> str:
    """The line as places name it: its number, after its page or sheet if there are any."""
    line = seen.line
    return f"{line.page}:{line.row}" if preview.reading.document.has_pages else str(line.number)


def _printed(seen: SeenLine) -> str:
    """The text of a line, with a sign for each space at its end: those say how lines join."""
    text = seen.line.shown.replace("\t", "→")
    return text.rstrip(" ") + "␠" * (len(text) - len(text.rstrip(" ")))
