"""How many drafts of made-up texts may be trusted: `python tests/bench/drafts.py [NUMBER] [SEED]`.

Each document holds tables whose true cells are known, in one of many styles and printed in one of
the ways in which text is taken from a PDF. A draft is right where it converts and each of its cells
has the true value, in the true row and column, and no row of its table is lost or invented; wrong
where it converts otherwise; refused where it does not convert, or says itself that it needs a look.
A table that is not seen at all is missed.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from openbaar.authoring.draft.project import drafts_of
from openbaar.authoring.draft.trial import Tried
from openbaar.recipe.records import Record

WORDS = {
    "nl": ("Tabel", "Totaal", "Gemeente", ["Aalst", "Brugge", "Gent", "Mol", "Heist op den Berg",
           "Sint Niklaas", "Oostende", "Ieper", "Leuven", "Genk", "Tongeren", "Halle"],
           ["aantal", "waarvan", "gestart", "voltooid", "lopend"],
           "In 2021 werden 3 van de 14 dossiers afgerond."),
    "de": ("Tabelle", "Gesamtsumme", "Land", ["Bayern", "Hessen", "Bremen", "Hamburg", "Sachsen",
           "Nordrhein Westfalen", "Saarland", "Berlin", "Thüringen", "Mecklenburg Vorpommern"],
           ["Fälle", "davon", "Anteil", "offen", "erledigt"],
           "Im Jahr 2021 wurden 3 von 14 Verfahren beendet."),
    "fr": ("Tableau", "Total général", "Commune", ["Namur", "Liège", "Mons", "Arlon", "Dinant",
           "La Louvière", "Tournai", "Charleroi", "Wavre", "Huy"],
           ["nombre", "dont", "ouverts", "clos", "restants"],
           "En 2021, 3 des 14 dossiers ont été clos."),
    "en": ("Table", "Grand total", "Region", ["Kent", "Devon", "Essex", "North East", "Dorset",
           "West Midlands", "Surrey", "Norfolk", "Cornwall", "Suffolk"],
           ["cases", "of which", "started", "closed", "pending"],
           "In 2021, 3 of the 14 files were closed."),
}  # fmt: skip
LAYOUTS = ("spaced", "aligned", "cells")
OUTCOMES = ("right", "wrong", "refused", "missed")


@dataclass
class TrueRow:
    """A row as it is meant: the label of its group and its own, its values, and its lines."""

    label: str
    values: list[Decimal | None]
    group: str = ""
    lines: set[int] = field(default_factory=set)


@dataclass
class TrueTable:
    """A table as it is meant: the headings of its columns of numbers, and its rows."""

    headings: list[str]
    rows: list[TrueRow] = field(default_factory=list)


@dataclass
class Look:
    """How a document prints: its language, how cells are set beside each other, its numbers."""

    language: str
    layout: str
    thousands: str
    decimal: str
    places: int = 0
    sign: str = ""
    plus: str = ""
    mixed: bool = False
    trailing: str = ""  # at the end of each line

    def number(self, value: Decimal | None, blank: str = "-") -> str:
        """A value as printed."""
        if value is None:
            return blank
        places = 0 if self.mixed and value == value.to_integral() else self.places
        digits = f"{value:{self.plus},.{places}f}".replace(",", "#").replace(".", self.decimal)
        return digits.replace("#", self.thousands) + self.sign


@dataclass
class Made:
    """A document while it is made: its lines, and the tables that are in it."""

    rng: random.Random
    look: Look
    lines: list[str] = field(default_factory=list)
    tables: list[TrueTable] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        """Add lines."""
        self.lines += lines

    def print_cells(self, cells: Sequence[str], width: int = 24) -> set[int]:
        """Add the cells of a row; returns the numbers of its lines."""
        first = len(self.lines) + 1
        if self.look.layout == "cells":
            self.lines += [cell or " " for cell in cells]
        elif self.look.layout == "aligned":
            self.lines.append(cells[0].ljust(width) + "".join(cell.rjust(14) for cell in cells[1:]))
        else:
            self.lines.append(" ".join(cell for cell in cells if cell))
        return set(range(first, len(self.lines) + 1))


@dataclass
class Plan:
    """What a style asks for beyond a plain table."""

    rows: int = 6
    columns: int = 3
    total: str = "none"
    off: int = 0  # by which a stated total differs from the sum
    blank: str | None = None
    marked: bool = False
    wrapped: bool = False
    grouped: bool = False
    two_levels: bool = False
    paged: bool = False
    years: bool = False
    labels: Callable[[int], str] | None = None
    largest: int = 900


def vocabulary_of(made: Made) -> tuple[str, str, str, list[str], list[str], str]:
    """The words of the language of a document."""
    return WORDS[made.look.language]


def add_table(made: Made, plan: Plan) -> TrueTable:
    """A title, headings, rows and perhaps a total."""
    rng, look = made.rng, made.look
    title, total, head, names, columns, _ = vocabulary_of(made)
    headings = [str(2018 + n) for n in range(plan.columns)] if plan.years else columns
    headings = headings[: plan.columns]
    table = TrueTable(list(headings))
    made.tables.append(table)
    end = rng.choice((f"{rng.randint(1, 99)}.", str(rng.randint(1990, 2030))))
    made.say("", f"{title} {len(made.tables)}: {head} {end}")
    if plan.two_levels:
        table.headings = [f"{2020 + n // 2} {columns[n % 2]}" for n in range(plan.columns)]
        made.print_cells(["", *(str(2020 + n // 2) for n in range(0, plan.columns, 2))])
        headings = [columns[n % 2] for n in range(plan.columns)]
    made.print_cells([head, *headings])
    chosen = rng.sample(names, min(plan.rows, len(names)))
    for n, name in enumerate(chosen):
        label = plan.labels(n) if plan.labels else name
        table.rows.append(TrueRow(label, [value(made, plan) for _ in headings]))
    sums = [sum((row.values[n] or Decimal(0) for row in table.rows), Decimal(0))
            for n in range(plan.columns)]  # fmt: skip
    stated = [total, *(look.number(each + plan.off) for each in sums)]
    if plan.total == "top":
        made.print_cells(stated)
    print_rows(made, plan, table, [head, *headings])
    if plan.total == "bottom":
        made.print_cells(stated)
    if plan.marked:
        made.say("* voorlopig")
    return table


def print_rows(made: Made, plan: Plan, table: TrueTable, headings: Sequence[str]) -> None:
    """The rows, with what a style puts between them."""
    group = ""
    for n, row in enumerate(table.rows):
        if plan.grouped and n % 3 == 0:
            group = f"Groep {'ABCDEFG'[n // 3]}"
            made.print_cells([group])
        if plan.paged and n == len(table.rows) // 2:
            made.say("", f"Drucksache 21/{made.rng.randint(100, 999)} - 4 - 2025", "")
            made.print_cells(headings)
        row.group = group
        label = row.label
        if plan.marked and n % 3 == 1:
            label += "*" if made.rng.random() < 0.5 else " *"
        blank = "-" if plan.blank is None else plan.blank
        cells = [made.look.number(each, blank) for each in row.values]
        if plan.wrapped and " " in label and made.look.layout != "cells":
            before, _, label = label.rpartition(" ")
            made.say(before + (" " if made.rng.random() < 0.5 else ""))
            row.lines.add(len(made.lines))
        row.lines |= made.print_cells([label, *cells])


def value(made: Made, plan: Plan) -> Decimal | None:
    """A value for a cell."""
    rng = made.rng
    if plan.blank is not None and rng.random() < 0.2:
        return None
    sign = -1 if made.look.plus and rng.random() < 0.4 else 1
    whole = Decimal(rng.randint(1, 10 ** rng.randint(1, len(str(plan.largest)))))
    part = Decimal(rng.randint(0, 10**made.look.places - 1)) / 10**made.look.places
    if made.look.mixed and rng.random() < 0.4:
        part = Decimal(0)
    return sign * (whole + part)


Style = Callable[[Made], None]


def with_plan(**asked: object) -> Style:
    """A style that is a plain table but for what is asked for."""

    def style(made: Made) -> None:
        totals = made.rng.choice(["none", "top", "bottom", "bottom"])
        made.say(vocabulary_of(made)[5])
        add_table(made, Plan(**{"total": totals, **asked}))  # type: ignore[arg-type]
        made.say("Bron: register")

    return style


def of_thousands(sign: str) -> Style:
    """Numbers up to a million with this sign between thousands."""

    def style(made: Made) -> None:
        made.look.thousands = sign
        made.look.decimal = "," if sign == "." else "."
        with_plan(largest=999_999)(made)

    return style


def percentages(made: Made) -> None:
    """Shares with a percent sign, glued or behind a space."""
    made.look.places, made.look.sign = 1, made.rng.choice(["%", " %"])
    with_plan(total="none", largest=90)(made)


def plus_signs(made: Made) -> None:
    """Differences with their sign."""
    made.look.plus = "+"
    with_plan(total="none")(made)


def mixed_decimals(made: Made) -> None:
    """Whole numbers beside numbers with decimals."""
    made.look.places, made.look.mixed = made.rng.choice([1, 2]), True
    with_plan()(made)


def two_tables(made: Made) -> None:
    """Two tables with prose that holds numbers between them."""
    made.say(vocabulary_of(made)[5])
    add_table(made, Plan(total="bottom"))
    made.say("", vocabulary_of(made)[5], "Van 10 tot 20 waren er 30 40.", "")
    add_table(made, Plan(total=made.rng.choice(["none", "bottom"])))
    made.say("Bron")


def side_by_side(made: Made) -> None:
    """Two tables on the same lines: none of both can be told from its neighbour by one row."""
    _, _, head, names, columns, _ = vocabulary_of(made)
    one, other = TrueTable([columns[0]]), TrueTable([columns[1]])
    made.say("Tabel 1: links en rechts.")
    made.print_cells([head, columns[0], head, columns[1]])
    for n in range(5):
        values = [value(made, Plan()) for _ in range(2)]
        cells = [names[n], made.look.number(values[0]), names[n + 5], made.look.number(values[1])]
        lines = made.print_cells(cells)
        one.rows.append(TrueRow(names[n], values[:1], lines=lines))
        other.rows.append(TrueRow(names[n + 5], values[1:], lines=lines))
    made.tables += [one, other]
    made.say("Bron")


def rotated(made: Made) -> None:
    """Rotated headings as lines of single letters, above figures."""
    for heading in ("Bayern", "Hessen", "Bremen"):
        made.say(*heading)
    for n in range(8):
        made.say(*(str(made.rng.randint(1, 99)) for _ in range(n % 3 + 1)))
    made.say(*(f"{a} {b}" for a, b in zip("Saarland", range(2, 10), strict=True)))


def doubled(made: Made) -> None:
    """A layer of text below the text: every line is there twice."""
    with_plan()(made)
    made.lines = [line for line in made.lines for _ in range(2)]
    for table in made.tables:
        for row in table.rows:
            row.lines = {2 * line for line in row.lines} | {2 * line - 1 for line in row.lines}


def doubled_letters(made: Made) -> None:
    """Bold print as letters that are there twice, in every second row."""
    with_plan(rows=8)(made)
    start = made.lines.index("") + 2
    for n in range(start, len(made.lines) - 1, 2):
        made.lines[n] = re.sub(r"(\w)", r"\1\1", made.lines[n])


def chart(made: Made) -> None:
    """The axes and values of a chart."""
    years = " ".join(str(year) for year in range(2015, 2022))
    made.say("Grafiek 1: verloop", *(str(n) for n in range(500, -1, -50)), years)
    for _ in range(4):
        made.say(" ".join(str(made.rng.randint(0, 500)) for _ in range(7)))
    made.say("0 100 200 300 400 500", "0 10 20 30 40 50", "0 1 2 3 4 5", "Bron")


def prose(made: Made) -> None:
    """Running text with many numbers and no table."""
    sentences = [
        "de artikelen 12, 13 en 14 van 2019", "op 12 mei 2021 om 14 30", "zie blz. 12 13 14",
        "artikel 4 paragraaf 2 lid 12", "van 2014 tot 2020 waren er 120", "nr. 12 van 2021 45",
        "telefoon 02 553 12 34", "Vraag 3 en 4 5", "Antwoord 12 3 4", "vgl. BT 19 3222 12",
    ]  # fmt: skip
    made.say(*made.rng.sample(sentences, 8))


def contents(made: Made) -> None:
    """A table of contents, whose numbers are those of chapters and pages."""
    for n, name in enumerate(vocabulary_of(made)[3], start=1):
        made.say(f"{n}.{n % 3} {name} {'.' * made.rng.randint(3, 30)} {n * 3}")


STYLES: dict[str, Style] = {
    "plain": with_plan(),
    "no totals": with_plan(total="none"),
    "thousands .": of_thousands("."),
    "thousands ,": of_thousands(","),
    "thousands space": of_thousands(" "),
    "thousands ’": of_thousands("’"),
    "total above": with_plan(total="top"),
    "total that differs": with_plan(total="bottom", off=7),
    "footnote marks": with_plan(marked=True),
    "blanks as -": with_plan(blank="-"),
    "blanks empty": with_plan(blank=""),
    "wrapped labels": with_plan(wrapped=True, rows=8),
    "groups": with_plan(grouped=True, rows=9),
    "two levels": with_plan(two_levels=True, columns=4),
    "pages": with_plan(paged=True, rows=8),
    "years as headings": with_plan(years=True),
    "years as labels": with_plan(labels=lambda n: str(2014 + n)),
    "ranges as labels": with_plan(labels=lambda n: f"{10 * n} - {10 * n + 9}"),
    "labels end in a number": with_plan(labels=lambda n: f"Zone {n + 1}"),
    "labels hold a number": with_plan(labels=lambda n: f"{n + 1}. Wijk {'ABCDEFGHIJ'[n]}"),
    "percentages": percentages,
    "plus signs": plus_signs,
    "mixed decimals": mixed_decimals,
    "one column": with_plan(columns=1),
    "two tables": two_tables,
    "side by side": side_by_side,
    "rotated": rotated,
    "doubled lines": doubled,
    "doubled letters": doubled_letters,
    "chart": chart,
    "prose": prose,
    "contents": contents,
}


def made_document(style: str, seed: int) -> Made:
    """A document in a style."""
    rng = random.Random(f"{style} {seed}")
    thousands = rng.choice(["", ".", ",", "’"])
    decimal = "," if thousands in (".", "") else "."
    look = Look(rng.choice(list(WORDS)), rng.choice(LAYOUTS), thousands, decimal)
    made = Made(rng, look)
    if look.layout == "spaced" and rng.random() < 0.5:
        look.trailing = " "
    STYLES[style](made)
    made.lines = [line + look.trailing if line else line for line in made.lines]
    return made


def outcomes(made: Made) -> Iterator[tuple[str, str]]:
    """What became of each draft of a document, and why; then of each table without a draft."""
    seen: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.txt"
        path.write_text("\n".join(made.lines) + "\n", "utf-8")
        for tried in drafts_of(path, made.look.language):
            spanned = range(tried.sighting.first, tried.sighting.last + 1)
            seen.update(spanned)
            if not tried.is_trusted:
                yield "refused", tried.outcome
                continue
            fault = fault_of(tried, made.tables)
            yield ("wrong", fault) if fault else ("right", "")
    for table in made.tables:
        if not any(seen & row.lines for row in table.rows):
            yield "missed", "no draft"


def fault_of(tried: Tried, tables: Sequence[TrueTable]) -> str:
    """What is wrong with a draft that converts; nothing where it is right."""
    reading = tried.result.reading
    assert reading is not None
    columns = [name for name in reading.table.columns
               if name not in ("source_lines", "status", "position")]  # fmt: skip
    titles = {each.name: str(each.title) for each in reading.table.table_schema.fields}
    for table in tables:
        if any(lines_of(record) & row.lines for record in reading.records for row in table.rows):
            return fault_in(table, reading.records, columns, titles)
    return "there is no such table"


def lines_of(record: Record) -> set[int]:
    """The lines of a record."""
    return set(range(record.first_line, record.last_line + 1))


def fault_in(
    table: TrueTable, records: Sequence[Record], columns: Sequence[str], titles: dict[str, str]
) -> str:
    """What is wrong with the records of a table."""
    left = list(records)
    for row in table.rows:
        made = [record for record in left if lines_of(record) & row.lines]
        left = [record for record in left if record not in made]
        if not made:
            return f"lost {row.label}"
        fault = fault_of_row(table, row, made, columns, titles)
        if fault:
            return fault
    return f"invented {cells_of(left[0], columns)}" if left else ""


def cells_of(record: Record, columns: Sequence[str]) -> list[str]:
    """The cells of a record as text."""
    values = [record.cells[column].value for column in columns]
    return ["" if each is None else str(each) for each in values]


def fault_of_row(
    table: TrueTable,
    row: TrueRow,
    records: Sequence[Record],
    columns: Sequence[str],
    titles: dict[str, str],
) -> str:
    """What is wrong with the records that were made of one row."""
    found = [cells_of(record, columns) for record in records]
    if len(row.values) % len(records):
        return f"{len(records)} records of {row.label}"
    width = len(row.values) // len(records)
    values = [cell for cells in found for cell in cells[len(cells) - width :]]
    meant = ["" if each is None else str(each.normalize()) for each in row.values]
    if [normal(each) for each in values] != [normal(each) for each in meant]:
        return f"{row.label}: {values} for {meant}"
    labels = [row.group, row.label] if row.group else [row.label]
    for n, cells in enumerate(found):
        above = [*labels, table.headings[n * width]] if len(records) > 1 else labels
        printed = cells[: len(cells) - width]
        if len(printed) != len(above) or not all(map(is_label, printed, above)):
            return f"labels {printed} for {above}"
    return fault_of_titles(table, [titles[name] for name in columns[-width:]])


def normal(text: str) -> str:
    """A number without needless noughts."""
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return text


def is_label(printed: str, meant: str) -> bool:
    """Whether a label is the one meant, white space and marks aside."""
    plain = re.sub(r"[\s*]", "", printed)
    return plain == re.sub(r"\s", "", meant) or plain in meant.split()


def fault_of_titles(table: TrueTable, titles: Sequence[str]) -> str:
    """What is wrong with the titles of the columns of numbers."""
    for n, title in enumerate(titles):
        text = re.sub(r"^\{'\w+': ['\"]|['\"]\}$", "", title)
        meant = table.headings[n].split()
        is_default = re.fullmatch(r"value(_\d+)?|Value|Waarde|Wert|Valeur", text) is not None
        if not is_default and not set(text.split()) <= set(meant):
            return f"the column {text} is {table.headings[n]}"
    return ""


def main() -> None:
    """Make documents, draft them, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=10, help="documents of each style")
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("--style", choices=STYLES, help="only this one")
    parser.add_argument("--why", action="store_true", help="print why drafts are not right")
    parser.add_argument("--show", action="store_true", help="print the documents, too")
    asked = parser.parse_args()
    overall: Counter[str] = Counter()
    print(f"{'':24}{''.join(each.rjust(9) for each in OUTCOMES)}")
    for style in [asked.style] if asked.style else STYLES:
        counts: Counter[str] = Counter()
        for number in range(asked.number):
            made = made_document(style, asked.seed + number)
            for outcome, why in outcomes(made):
                counts[outcome] += 1
                if asked.why and outcome != "right":
                    print(f"  {number} {made.look.layout}: {outcome}: {why}")
            if asked.show:
                print("\n".join(made.lines))
        print(f"{style:24}{''.join(str(counts[each]).rjust(9) for each in OUTCOMES)}")
        overall += counts
    trusted = max(overall["right"] + overall["wrong"], 1)
    print(f"{'all':24}{''.join(str(overall[each]).rjust(9) for each in OUTCOMES)}")
    print(f"wrong of those that convert: {overall['wrong'] / trusted:.1%}")


if __name__ == "__main__":
    sys.exit(main())
