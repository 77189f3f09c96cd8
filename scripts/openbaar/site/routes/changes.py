"""`/changes/<old>...<new>`: what changed from one version to another, as a page and as JSON.

The comparison was made when the database was built, and is in its hidden table `_changes`. Columns
and codes are called what they are called now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from openbaar.schema.conventions import TRUST_TABLES, VERSION
from openbaar.site.pages.cells import BLANK, words_of_file
from openbaar.site.pages.columns import column_of
from openbaar.site.pages.naming import condition_words, table_title
from openbaar.site.published import Descriptor, Published, publication_of
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.refusals import refusal
from openbaar.texts import N_, language_name, shortened

LONGEST = 200  # characters of a text on the page
# What the parts of a descriptor are called; others are called what they are.
PROPERTIES = {
    "title": N_("Title"),
    "description": N_("Description"),
    "unit": N_("Unit"),
    "notes": N_("Notes"),
    "type": N_("Type"),
    "primaryKey": N_("Key"),
    "foreignKeys": N_("References to other tables"),
    "keywords": N_("Keywords"),
    "contributors": N_("Contributors"),
    "licenses": N_("Licences"),
    "sources": N_("Documents"),
}
IN_LANGUAGES = ("title", "description", "unit")  # what each language says in its own words
MEANING = {
    "major": N_("Something that people may rely on changed or went."),
    "minor": N_("Data were added."),
    "patch": N_("Data or texts were corrected."),
    None: N_("Nothing changed."),
}


@dataclass(frozen=True)
class Replaced:
    """Something with its value before and now, as HTML; `lang` is its language, if another one."""

    what: str
    old: Markup
    new: Markup
    lang: str | None = None


@dataclass(frozen=True)
class ChangedRow:
    """A row: what it is called, its page where it still has one, and its cells that changed."""

    called: str
    address: str | None
    cells: Sequence[Replaced] = ()


@dataclass(frozen=True)
class ChangedTable:
    """What changed in a table, in words; `counts` says how many of each there are."""

    title: str
    address: str | None
    columns_added: Sequence[str]
    columns_gone: Sequence[str]
    reordered: bool
    rules: Sequence[Replaced]
    texts: Sequence[Replaced]
    added: Sequence[ChangedRow]
    gone: Sequence[ChangedRow]
    changed: Sequence[ChangedRow]
    counts: Mapping[str, int]


async def page(datasette: Any, request: Any) -> Response:
    """The page about two versions. Raises DatasetteError (404) where they were not compared."""
    published = publication_of(datasette)
    found = await _found(datasette, published, request)
    meaning = MEANING[found["part"]]
    context = {
        "old": found["old"],
        "new": found["new"],
        "meaning": gettext(meaning),
        "found": found,
        "added": [_title(published, name) for name in found["tables_added"]],
        "gone": [_title(published, name) for name in found["tables_gone"]],
        "uncompared": [_title(published, name) for name in found["not_compared"]],
        "tables": [_table(published, each, found["new"]) for each in found["tables"]],
        "texts": [_text_change(published, None, each) for each in found["texts"]],
        "pairs": await compared(datasette, published),
    }
    html = await datasette.render_template("openbaar_changes.html", context, request=request)
    return Response.html(html)


async def data(datasette: Any, request: Any) -> Response:
    """The same for programs, with the names of tables and columns, and with codes."""
    published = publication_of(datasette)
    found = await _found(datasette, published, request)
    return Response.json(found)


async def compared(datasette: Any, published: Published) -> list[tuple[str, str]]:
    """Each two versions that were compared, in order."""
    database = datasette.get_database(published.name)
    found = await database.execute("SELECT old, new FROM _changes ORDER BY rowid")
    return [(row["old"], row["new"]) for row in found]


async def versions_before(datasette: Any, published: Published) -> dict[str, str]:
    """The version before each one, as far as both were compared."""
    before: dict[str, str] = {}
    for old, new in await compared(datasette, published):
        before.setdefault(new, old)  # consecutive versions come first
    return before


def path_of(old: str, new: str) -> str:
    """The path of the page about what changed from one version to another."""
    return f"/changes/{old}...{new}"


async def _found(datasette: Any, published: Published, request: Any) -> Descriptor:
    """What the database holds of the two versions in the address."""
    asked = {"old": request.url_vars["old"], "new": request.url_vars["new"]}
    sql = "SELECT content FROM _changes WHERE old = :old AND new = :new"
    found = (await datasette.get_database(published.name).execute(sql, asked)).first()
    if found is None:
        message = gettext("The versions %(old)s and %(new)s were not compared.")
        raise refusal(404, message, **asked)
    read: Descriptor = json.loads(found["content"])
    return read


# --- in words ---


def _table(published: Published, found: Descriptor, new: str) -> ChangedTable:
    name = found["name"]
    is_listed = name not in TRUST_TABLES  # whose rows follow from those of others

    def rows(kind: str, row: Any) -> list[ChangedRow]:
        return [row(published, name, each, new) for each in found[kind]] if is_listed else []

    return ChangedTable(
        title=_title(published, name),
        address=published.path(name) if name in published.tables else None,
        columns_added=[column_of(published, name, each).title for each in found["columns_added"]],
        columns_gone=found["columns_gone"],
        reordered=found["reordered"],
        rules=[_text_change(published, name, each) for each in found["schema"]],
        texts=[_text_change(published, name, each) for each in found["texts"]],
        added=rows("rows_added", _added_row),
        gone=rows("rows_gone", _gone_row),
        changed=rows("rows_changed", _changed_row),
        counts=found["counts"],
    )


def _title(published: Published, table: str) -> str:
    """The title of a table; its name where it is not there any more."""
    return table_title(published, table) or table


def _added_row(published: Published, table: str, row: Mapping[str, str], new: str) -> ChangedRow:
    key = published.tables[table]["schema"].get("primaryKey", []) if _is_now(published, new) else []
    there = _row_address(published, table, {name: row.get(name, "") for name in key}, new)
    return ChangedRow(_row_words(published, table, row), there)


def _gone_row(published: Published, table: str, row: Mapping[str, str], _new: str) -> ChangedRow:
    return ChangedRow(_row_words(published, table, row), None)


def _changed_row(published: Published, table: str, found: Descriptor, new: str) -> ChangedRow:
    cells = []
    for cell in found["cells"]:
        what = column_of(published, table, cell["what"]).title
        old = _value(published, table, cell["what"], cell["old"])
        cells.append(Replaced(what, old, _value(published, table, cell["what"], cell["new"])))
    there = _row_address(published, table, found["key"], new)
    return ChangedRow(_row_words(published, table, found["key"]), there, cells)


def _is_now(published: Published, version: str) -> bool:
    return version == published.version


def _row_address(
    published: Published, table: str, key: Mapping[str, str], version: str
) -> str | None:
    """The page of a row; None where the version is not the one that is shown."""
    if not _is_now(published, version) or not key:
        return None
    if list(key) != published.tables[table]["schema"].get("primaryKey"):
        return None
    return published.row_path(table, list(key.values()))


def _row_words(published: Published, table: str, row: Mapping[str, str]) -> str:
    """The filled cells of a row with the titles of their columns and the names of codes."""
    filled = {name: shortened(value, LONGEST) for name, value in row.items() if value}
    return condition_words(published, table, filled)


def _value(published: Published, table: str, name: str, value: str) -> Markup:
    """A cell as readers see it."""
    if value == "":
        return BLANK.format(gettext("blank"))
    told = words_of_file(published, column_of(published, table, name), value)
    return escape(shortened(told, LONGEST))


def _text_change(published: Published, table: str | None, change: Descriptor) -> Replaced:
    """A change of what the descriptor says, at a place such as `fields.year.translations.en.title`.

    `table` is None for what it says of the whole.
    """
    place = change["what"].split(".")
    what = _place_words(published, table, place)
    language = _language_of(published, place)
    if language in (None, visit().language):
        return Replaced(what, _told(change["old"]), _told(change["new"]))
    if "translations" not in place:
        what = f"{what} ({language_name(str(language), visit().language)})"
    return Replaced(what, _told(change["old"]), _told(change["new"]), lang=language)


def _language_of(published: Published, place: Sequence[str]) -> str | None:
    """The language of a text of a descriptor; None for what is no text.

    A text that says none is in the first language; translations and notes name theirs.
    """
    if "translations" in place[:-1]:
        return place[place.index("translations") + 1]
    if place[-1] in published.languages:
        return place[-1]
    return published.languages[0] if place[-1] in IN_LANGUAGES else None


def _place_words(published: Published, table: str | None, place: Sequence[str]) -> str:
    """A place in a descriptor in words: `Year: Title (English)`."""
    if place[0] == "fields" and table is not None and len(place) > 1:
        column = column_of(published, table, place[1])
        return f"{column.title}: {_place_words(published, table, place[2:])}"
    if place[0] == "translations" and len(place) > 2:
        words = _place_words(published, table, place[2:])
        return f"{words} ({language_name(place[1], visit().language)})"
    if place[0] == "constraints":
        return ".".join(place[1:])
    known = PROPERTIES.get(place[0])
    if known is None:
        return ".".join(place)
    rest = [_counted(part) for part in place[1:] if part not in published.languages]
    return " ".join([gettext(known), *rest])


def _counted(part: str) -> str:
    """A part of a place; people count from one."""
    return str(int(part) + 1) if part.isdecimal() else part


def _told(value: Any) -> Markup:
    """A value of a descriptor; a mark where it has none."""
    if value is None or value == "":
        return BLANK.format(gettext("blank"))
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escape(shortened(words, LONGEST))


VERSIONS = rf"/changes/(?P<old>{VERSION})\.\.\.(?P<new>{VERSION})"
ROUTES = [(rf"{VERSIONS}$", page), (rf"{VERSIONS}\.json$", data)]
