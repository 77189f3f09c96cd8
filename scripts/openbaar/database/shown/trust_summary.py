"""What the trust tables say about one table, in one language, as HTML.

Every text that an author wrote or a document printed is escaped here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from babel.support import NullTranslations

from openbaar.database.addresses import answer_address, page_address, rows_address
from openbaar.documents.entry import DocumentEntry
from openbaar.schema.csvfile import Row
from openbaar.tables.authored.model import Table
from openbaar.tables.dataset import Dataset
from openbaar.tables.judging.wording import answer_text, lines_text, place_text, verdicts_text
from openbaar.tables.spans import Span
from openbaar.texts import catalogue


@dataclass(frozen=True)
class TrustSummary:
    """The source of a table, the checks it passed, its footnotes and anomalies, in one language."""

    dataset: Dataset
    table: Table
    language: str

    def items(self) -> list[str]:
        """Everything there is to know, one remark each."""
        return [*self.source(), *self.checks(), *self.footnotes(), *self.anomalies()]

    @property
    def documents(self) -> list[DocumentEntry]:
        """The documents that the table was read from."""
        return [self.dataset.publication.document(path) for path in self._spans]

    def lines(self) -> str | None:
        """The lines of the document that the table was read from; None where it was not."""
        places = []
        for span in self._spans.values():
            place = place_text(span.first, span.last, self._words, span.page, span.last_page)
            places.append(place)
        return "; ".join(places) or None

    def source(self) -> list[str]:
        """Where the table was read, with a link to the source of each cell; nothing if by hand."""
        lines = self.lines()
        if lines is None:
            return []
        place = f"{escape(', '.join(sorted(self._spans)))}, {lines}"
        if self.table.question is not None:
            place = f"{self._answer(self.table.question)}, {place}"
        address = rows_address(self.dataset.publication, "provenance", self.table)
        cells = _link(address, self._words.gettext("source of each cell"))
        sentence = self._words.gettext("Source: %(place)s (%(cells)s).")
        return [sentence % {"place": place, "cells": cells}]

    def checks(self) -> list[str]:
        """How many of the stated totals, sums and rules hold, with a link to them."""
        rows = self._rows("reconciliation")
        if not rows:
            return []
        address = rows_address(self.dataset.publication, "reconciliation", self.table)
        link = _link(address, self._words.gettext("reconciliation"))
        sentences = " ".join(verdicts_text(rows, self._words))
        return [f"{sentences} ({link})"]

    def footnotes(self) -> list[str]:
        """Each footnote with its mark, its text, its lines and the rows it applies to."""
        items: list[str] = []
        for row in self._rows("footnotes"):
            place = lines_text(row["first_line"], row["last_line"], self._words)
            if row["applies_to"] is not None:
                rows = escape(conditions_text(json.loads(str(row["applies_to"]))))
                place += "; " + self._words.gettext("applies to %(rows)s") % {"rows": rows}
            mark = self._words.gettext("Footnote %(mark)s") % {"mark": escape(str(row["mark"]))}
            items.append(f"<strong>{mark}</strong> {self._text(row)} ({place})")
        return items

    def anomalies(self) -> list[str]:
        """Each anomaly that concerns the table, with a link to its own page."""
        items: list[str] = []
        for row in self.dataset.rows("anomalies"):
            if self.table.name in json.loads(str(row["tables"])):
                address = page_address(self.dataset.publication, "anomalies", str(row["id"]))
                heading = _link(address, self._words.gettext("Note"))
                items.append(f"<strong>{heading}</strong> {self._text(row)}")
        return items

    @property
    def _words(self) -> NullTranslations:
        return catalogue(self.language, self.dataset.publication.language)

    @property
    def _spans(self) -> Mapping[str, Span]:
        """The documents that the table was read from, with the lines."""
        return self.dataset.spans.get(self.table.name, {})

    def _rows(self, trust_table: str) -> list[Row]:
        """The rows of a trust table that are about this table."""
        rows = self.dataset.rows(trust_table)
        return [row for row in rows if row["table_name"] == self.table.name]

    def _answer(self, question: str) -> str:
        """The answer that holds the table, with a link where it has a page."""
        answer = escape(answer_text(question, self._words))
        address = answer_address(self.dataset.publication, self.table)
        return answer if address is None else _link(address, answer)

    def _text(self, row: Row) -> str:
        """The text of a footnote or anomaly."""
        return escape(str(row[f"text_{self.language}"]))


def conditions_text(conditions: Mapping[str, str]) -> str:
    """The rows that a footnote applies to, in words.

    Before: `{"year": "2023", "region": "flanders"}`
    After: `year = 2023, region = flanders`
    """
    return ", ".join(f"{column} = {value}" for column, value in conditions.items())


def _link(address: str, content: str) -> str:
    return f'<a href="{address}">{content}</a>'
