"""The descriptions of pages in `metadata.yml`, as HTML: in each language, with remarks and lists.

Datasette shows `description_html` as it is, so every text that an author wrote is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from openbaar.database.addresses import page_address
from openbaar.database.shown.trust_summary import TrustSummary
from openbaar.schema.model import SchemaField
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Query
from openbaar.tables.dataset import Dataset
from openbaar.texts import N_, Localized, catalogue, language_name, localized


def paragraphs(publication: Publication, title: Localized, description: Localized) -> list[str]:
    """A description, one paragraph per language.

    The page has the title in the first language already; the paragraphs in the others begin with
    theirs.
    """
    found: list[str] = []
    for language in publication.package.languages:
        text = escape(localized(description, language))
        if language != publication.language:
            text = f"<strong>{escape(localized(title, language))}</strong> {text}".strip()
        if text:
            found.append(f'<p lang="{language}">{text}</p>')
    return found


def contents(publication: Publication) -> list[str]:
    """Lists of the authors' tables, of the trust tables and of the queries, with all titles."""
    tables = publication.tables
    trust_tables: dict[str, Table] = {}
    for name, table in publication.resources.items():
        if name not in tables:
            trust_tables[name] = table
    return [
        *_titles(publication, N_("Tables"), tables),
        *_titles(publication, N_("Sources and checks"), trust_tables),
        *_titles(publication, N_("Questions about the figures"), publication.package.queries),
    ]


def table_remarks(dataset: Dataset, table: Table) -> list[str]:
    """What is known about a table besides its description, in each language.

    In the first language only the decisions are folded. The others are folded as a whole, and have
    the columns too, which the page itself shows in the first language.
    """
    first, *others = dataset.publication.package.languages
    lines = _in_first_language(dataset, table, first)
    for language in others:
        lines += _in_other_language(dataset, table, language)
    return lines


def column_text(field: SchemaField, language: str) -> str:
    """What a column holds: its title, its description and, where it has one, its unit."""
    texts = [field.title, field.description]
    if field.unit is not None:
        texts.append(field.unit)
    return " — ".join(localized(text, language) for text in texts)


def _titles(
    publication: Publication, heading: str, items: Mapping[str, Table] | Mapping[str, Query]
) -> list[str]:
    """A list of tables or queries under a heading, with links; nothing where there are none."""
    if not items:
        return []
    languages = publication.package.languages
    headings = Localized()
    for language in languages:
        headings[language] = catalogue(language, publication.language).gettext(heading)
    lines = [f"<h2>{_in_all(headings, languages)}</h2>", '<ul class="bullets">']
    for name, item in items.items():
        address = page_address(publication, name)
        lines.append(f'<li><a href="{address}">{_in_all(item.title, languages)}</a></li>')
    return [*lines, "</ul>"]


def _in_all(text: Localized, languages: Iterable[str]) -> str:
    """A short text in each language, one after the other."""
    spans: list[str] = []
    for language in languages:
        spans.append(f'<span lang="{language}">{escape(localized(text, language))}</span>')
    return " · ".join(spans)


def _in_first_language(dataset: Dataset, table: Table, language: str) -> list[str]:
    remarks = _bullets(TrustSummary(dataset, table, language).items(), language)
    notes = _notes(table, language)
    if not notes:
        return remarks
    heading = catalogue(language).gettext("How this table was read")
    return remarks + _folded(heading, notes, language)


def _in_other_language(dataset: Dataset, table: Table, language: str) -> list[str]:
    remarks = _bullets(TrustSummary(dataset, table, language).items(), language)
    words = catalogue(language, dataset.publication.language)
    name = language_name(language, language).capitalize()
    heading = words.gettext("%(language)s: source, notes, columns") % {"language": name}
    content = remarks + _notes(table, language) + _columns(table, language)
    return _folded(heading, content, language)


def _notes(table: Table, language: str) -> list[str]:
    """What the authors decided about the table."""
    return _bullets([escape(localized(note, language)) for note in table.notes], language)


def _columns(table: Table, language: str) -> list[str]:
    """The columns with what they hold."""
    lines = ['<dl class="column-descriptions">']
    for field in table.table_schema.fields:
        text = escape(column_text(field, language))
        lines.append(f"<dt>{field.name}</dt><dd>{text}</dd>")
    return [*lines, "</dl>"]


def _bullets(items: Sequence[str], language: str) -> list[str]:
    """The items as an HTML list; nothing where there are none."""
    if not items:
        return []
    entries = [f"<li>{item}</li>" for item in items]
    return [f'<ul class="bullets" lang="{language}">', *entries, "</ul>"]


def _folded(heading: str, content: Iterable[str], language: str) -> list[str]:
    """The content behind a heading that opens it."""
    return [f'<details lang="{language}"><summary>{heading}</summary>', *content, "</details>"]
