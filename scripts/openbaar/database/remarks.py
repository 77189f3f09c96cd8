"""What the site says around the tables, as HTML: descriptions in each language, remarks, lists of pages.

Datasette shows `description_html` as it is, so every text that comes from outside is escaped here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from babel.support import NullTranslations
from datasette.utils import tilde_encode

from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.model import SchemaField
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.texts import N_, catalogue, language_name, localized


@dataclass(frozen=True)
class Remarks:
    """A dataset, and what there is to say of its tables."""

    dataset: Dataset

    @property
    def publication(self) -> Publication:
        """What the authors wrote."""
        return self.dataset.publication

    @cached_property
    def trust(self) -> dict[str, Rows]:
        """The rows of each trust table."""
        return {name: self.dataset.rows(name) for name in self._trust_tables}

    @property
    def _trust_tables(self) -> dict[str, Table]:
        """The tables that the toolkit adds to those of the authors."""
        own = self.publication.tables
        return {
            name: table for name, table in self.publication.resources.items() if name not in own
        }

    def rows_of(self, trust_table: str, table: Table) -> list[Row]:
        """The rows of a trust table that speak of `table`."""
        return [row for row in self.trust[trust_table] if row["table_name"] == table.name]

    def address(self, *parts: str) -> str:
        """The address of a page of this database, from the root of the site."""
        return "/" + "/".join(
            [self.publication.package.name, *(tilde_encode(part) for part in parts)]
        )

    def address_of_answer(self, table: Table) -> str | None:
        """The page of the answer that holds `table`, where there is a table of answers."""
        if table.question is None or "answers" not in self.publication.tables:
            return None
        return self.address("answers", table.question)

    def html(
        self, title: Mapping[str, str], description: Mapping[str, str], more: Iterable[str] = ()
    ) -> str:
        """A description: one paragraph per language, then `more`, a line each.

        The page has the title in the first language already; the paragraphs in the others begin with theirs.
        """
        paragraphs = []
        for language in self._languages:
            lead = (
                ""
                if language == self.publication.language
                else f"<strong>{_text(title, language)}</strong> "
            )
            text = (lead + _text(description, language)).strip()
            if text:
                paragraphs.append(f'<p lang="{language}">{text}</p>')
        return "\n".join([*paragraphs, *more])

    def contents(self) -> Iterator[str]:
        """Lists of the authors' tables in their order, of the trust tables, and of the queries, with all titles."""
        for heading, items in (
            (N_("Tables"), self.publication.tables),
            (N_("Sources and checks"), self._trust_tables),
            (N_("Questions about the figures"), self.publication.package.queries),
        ):
            if items:
                headings = {each: self._words(each).gettext(heading) for each in self._languages}
                yield f"<h2>{self._in_all(headings)}</h2>"
                yield '<ul class="bullets">'
                yield from (self._entry(name, item.title) for name, item in items.items())
                yield "</ul>"

    def _entry(self, name: str, title: Mapping[str, str]) -> str:
        return f'<li><a href="{self.address(name)}">{self._in_all(title)}</a></li>'

    def _in_all(self, text: Mapping[str, str]) -> str:
        """A short text in each language, one after the other."""
        return " · ".join(
            f'<span lang="{each}">{_text(text, each)}</span>' for each in self._languages
        )

    @property
    def _languages(self) -> tuple[str, ...]:
        return self.publication.package.languages

    def _words(self, language: str) -> NullTranslations:
        return catalogue(language, self.publication.language)

    def lines(self, table: Table, language: str) -> str:
        """The lines of the document that `table` was read from, as provenance has them."""
        places = self.rows_of("provenance", table)
        if not places:
            return ""
        first = min(int(str(row["first_line"])) for row in places)
        last = max(int(str(row["last_line"])) for row in places)
        return _lines(first, last, self._words(language))

    def of_table(self, table: Table) -> Iterator[str]:
        """What is known about the table besides its description, in each language.

        In the first one the decisions are folded; the others are folded whole, and have the columns too, which the
        page itself shows in the first language only.
        """
        for language in self._languages:
            items = _list(self._items(table, language), language)
            notes = _list((_text(note, language) for note in table.notes), language)
            if language == self.publication.language:
                heading = self._words(language).gettext("How this table was read")
                yield from [*items, *(_folded(heading, notes, language) if notes else [])]
            else:
                columns = [
                    (field.name, escape(column_text(field, language)))
                    for field in table.table_schema.fields
                ]
                terms = [f"<dt>{name}</dt><dd>{text}</dd>" for name, text in columns]
                shown = [*items, *notes, '<dl class="column-descriptions">', *terms, "</dl>"]
                heading = self._words(language).gettext("%(language)s: source, notes, columns")
                name = language_name(language, language).capitalize()
                yield from _folded(heading % {"language": name}, shown, language)

    def _items(self, table: Table, language: str) -> Iterator[str]:
        """The remarks on a table in one language, as HTML: place, totals, footnotes, anomalies."""
        words = self._words(language)
        yield from self._place(table, language)
        yield from self._reconciliation(table, language)
        for row in self.rows_of("footnotes", table):
            where = _lines(row["first_line"], row["last_line"], words)
            if row["applies_to"]:
                rows = json.loads(str(row["applies_to"]))
                named = ", ".join(f"{name} = {value}" for name, value in rows.items())
                where += "; " + words.gettext("applies to %(rows)s") % {"rows": escape(named)}
            mark = words.gettext("Footnote %(mark)s") % {"mark": escape(str(row["mark"]))}
            yield f"<strong>{mark}</strong> {self._row_text(row, language)} ({where})"
        for row in self.trust["anomalies"]:
            if table.name in json.loads(str(row["tables"])):
                link = self.address("anomalies", str(row["id"]))
                heading = words.gettext("Note")
                remark = self._row_text(row, language)
                yield f'<strong><a href="{link}">{heading}</a></strong> {remark}'

    def _place(self, table: Table, language: str) -> Iterator[str]:
        lines = self.lines(table, language)
        if not lines:
            return
        words = self._words(language)
        documents = sorted({str(row["document"]) for row in self.rows_of("provenance", table)})
        place = f"{escape(', '.join(documents))}, {lines}"
        if table.question is not None:
            answer = escape(words.gettext("answer %(question)s") % {"question": table.question})
            link = self.address_of_answer(table)
            place = f'<a href="{link}">{answer}</a>, {place}' if link else f"{answer}, {place}"
        address = f"{self.address('provenance')}?table_name={table.name}"
        cells = words.gettext("source of each cell")
        cells = f'<a href="{address}">{cells}</a>'
        yield words.gettext("Source: %(place)s (%(cells)s).") % {"place": place, "cells": cells}

    def _reconciliation(self, table: Table, language: str) -> Iterator[str]:
        """How many of the stated totals, identities and rules hold, with a link to them."""
        rows = self.rows_of("reconciliation", table)
        if not rows:
            return
        words = self._words(language)
        sentences = []
        for kind in ("stated_total", "identity", "rule"):
            verdicts = [row["verdict"] for row in rows if row["kind"] == kind]
            if verdicts:
                counted = {"equal": verdicts.count("equal"), "all": len(verdicts)}
                sentences.append(_how_many_hold(kind, len(verdicts), words) % counted)
        explained = sum(row["verdict"] == "explained" for row in rows)
        if explained:
            sentence = words.ngettext(
                "%(all)s difference is explained.", "%(all)s differences are explained.", explained
            )
            sentences.append(sentence % {"all": explained})
        address = f"{self.address('reconciliation')}?table_name={table.name}"
        heading = words.gettext("reconciliation")
        yield f'{" ".join(sentences)} (<a href="{address}">{heading}</a>)'

    def _row_text(self, row: Row, language: str) -> str:
        """The text of a footnote or anomaly in a language of the publication."""
        return escape(str(row[f"text_{language}"]))


def _text(text: Mapping[str, str], language: str) -> str:
    return escape(localized(text, language))


def _lines(first: Value, last: Value, words: NullTranslations) -> str:
    if first == last:
        return str(words.gettext("line %(first)s") % {"first": first})
    return str(words.gettext("lines %(first)s–%(last)s") % {"first": first, "last": last})


def _how_many_hold(kind: str, count: int, words: NullTranslations) -> str:
    """A sentence with `%(equal)s` and `%(all)s` to fill in about `count` checks of one kind."""
    if kind == "stated_total":
        sentence = words.ngettext(
            "%(equal)s of %(all)s stated total adds up.",
            "%(equal)s of %(all)s stated totals add up.",
            count,
        )
    elif kind == "identity":
        sentence = words.ngettext(
            "%(equal)s of %(all)s sum agrees with another table.",
            "%(equal)s of %(all)s sums agree with another table.",
            count,
        )
    else:
        sentence = words.ngettext(
            "%(equal)s of %(all)s rule holds for each row.",
            "%(equal)s of %(all)s rules hold for each row.",
            count,
        )
    return str(sentence)


def _list(items: Iterable[str], language: str) -> list[str]:
    """The items as an HTML list, or nothing where there are none."""
    entries = [f"<li>{item}</li>" for item in items]
    return [f'<ul class="bullets" lang="{language}">', *entries, "</ul>"] if entries else []


def _folded(heading: str, content: Iterable[str], language: str) -> list[str]:
    """The content behind a heading that opens it."""
    return [f'<details lang="{language}"><summary>{heading}</summary>', *content, "</details>"]


def column_text(field: SchemaField, language: str) -> str:
    """What a column holds: its title, its description and, where it has one, its unit."""
    texts = [field.title, field.description, *([field.unit] if field.unit else [])]
    return " — ".join(localized(text, language) for text in texts)
