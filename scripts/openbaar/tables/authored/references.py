"""What must hold between authored files: names lead somewhere, texts are in every language.

Each name that a table file mentions (a column, a field, a table, a document, an anomaly) must
exist; otherwise a misspelt key would quietly do nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import NoneType

from pydantic import BaseModel

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.row_keys import (
    template_fields,
)
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import OwnedAnomaly, Publication, read_publication
from openbaar.tables.authored.recipe_names import RecipeNames, unknown
from openbaar.tables.authored.sdmx import Part
from openbaar.tables.judging.sum_checks import SumCheck
from openbaar.texts import Localized
from openbaar.yamlfile import KeyPath

NUMBERS = ("integer", "number", "year")
NO_TEXTS = (str, int, NoneType)  # most of what there is; asking for models takes longer


def load_publication(root: Path, package: str | None = None) -> Publication:
    """Read the publication in `root` and check its files by themselves and together.

    `package` is a text to read in the place of the package file. Raises OpenbaarError with every
    problem found in any of them.
    """
    publication = read_publication(root, package)
    check_references(publication)
    return publication


def check_references(publication: Publication) -> None:
    """Raises OpenbaarError with every name in the files of a publication that leads nowhere."""
    problems = list(_problems(publication))
    if problems:
        raise OpenbaarError(problems)


def _problems(publication: Publication) -> Iterator[Problem]:
    anomalies = publication.anomalies
    names = [owned.name for owned in anomalies]
    yield from _address_problems(publication)
    yield from _document_problems(publication)
    yield from _language_problems(publication, None, publication.package)
    for name, table in publication.tables.items():
        yield from _language_problems(publication, name, table)
        yield from _key_problems(publication, table)
        yield from _footnote_problems(publication, table)
        yield from _printed_form_problems(publication, table)
        yield from _sdmx_problems(publication, table)
        yield from _check_problems(publication, table, names)
        if table.recipe is not None:
            yield from RecipeNames(publication, table, table.recipe).problems()
    for owned in anomalies:
        yield from _anomaly_problems(publication, owned)


def _language_problems(
    publication: Publication, owner: str | None, model: BaseModel
) -> Iterator[Problem]:
    """Each text for readers is given in each language of the publication, and in no other."""
    languages = publication.package.languages
    listed = ", ".join(languages)
    file = publication.files[owner or "package"]
    for path, text in _texts_in(model, ()):
        missing = [language for language in languages if language not in text]
        other = [language for language in text if language not in languages]
        # A text that was completed from package.yaml is looked at there, and an omitted one has no
        # place.
        if (missing or other) and path in file.positions:
            key = ".".join(map(str, path))
            message = f"{key}: should be given in {listed}"
            yield Problem(file.place(*path), message, _advice(missing, other))


def _advice(missing: Sequence[str], other: Sequence[str]) -> str:
    """What to do about a text that lacks languages, or is given in others."""
    advice = []
    if missing:
        advice.append(f"add {', '.join(missing)}")
    if other:
        advice.append(f"remove {', '.join(other)}")
    return "; ".join(advice)


def _texts_in(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Localized]]:
    """The texts for readers in a model, each with the path of keys that leads to it."""
    if isinstance(value, Localized):
        yield path, value
        return
    for key, item in _items_of(value):
        if not isinstance(item, NO_TEXTS):
            yield from _texts_in(item, (*path, key))


def _items_of(value: object) -> Iterator[tuple[str | int, object]]:
    """What a model, mapping or list holds, each with the key that it has in a file."""
    if isinstance(value, BaseModel):
        for name, key in _keys_of(type(value)):
            yield key, getattr(value, name)
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple | list):
        yield from enumerate(value)


@lru_cache
def _keys_of(model: type[BaseModel]) -> list[tuple[str, str]]:
    """The fields of a model by name, each with the key that it has in a file."""
    keys = []
    for name, field in model.model_fields.items():
        keys.append((name, name if field.alias is None else field.alias))
    return keys


def _address_problems(publication: Publication) -> Iterator[Problem]:
    """Names whose addresses would be those of something else.

    Tables that moved or were withdrawn are gone, once, and their new names exist.
    """
    package = publication.package
    if package.name in package.languages:
        place = publication.place(None, "name")
        hint = "choose another"
        yield Problem(place, f"'{package.name}' is a language, with addresses of its own", hint)
    for name in package.moved:
        yield from _still_there(publication, "moved", name)
    for name in package.withdrawn:
        yield from _still_there(publication, "withdrawn", name)
        if name in package.moved:
            place = publication.place(None, "withdrawn", name)
            yield Problem(place, f"'{name}' is under 'moved' too", "keep one of them")
    for old, new in package.moved.items():
        place = publication.place(None, "moved", old)
        yield from unknown(place, "table", [new], publication.resources)


def _still_there(publication: Publication, key: str, name: str) -> Iterator[Problem]:
    if name in publication.resources:
        place = publication.place(None, key, name)
        yield Problem(place, f"the table '{name}' exists, so it is not {key}")


def _document_problems(publication: Publication) -> Iterator[Problem]:
    """Each document is listed once, and there is one where a recipe needs it."""
    seen: set[str] = set()
    for index, document in enumerate(publication.package.documents):
        if document.path in seen:
            place = publication.place(None, "documents", index)
            yield Problem(place, f"the document '{document.path}' is listed twice")
        seen.add(document.path)
    for name, table in publication.tables.items():
        if table.recipe is not None and not seen:
            place = publication.place(name, "recipe")
            yield Problem(place, "needs a document, but package.yaml names none")


def _key_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Foreign keys point to a key of a table that exists."""
    for index, key in enumerate(table.table_schema.foreignKeys):
        place = publication.place(table.name, "schema", "foreignKeys", index)
        target = publication.resources.get(key.reference.resource)
        if target is None:
            yield from unknown(place, "table", [key.reference.resource], publication.resources)
            continue
        keys = (target.table_schema.primaryKey, *target.table_schema.uniqueKeys)
        if key.reference.fields not in keys:
            wanted = ", ".join(key.reference.fields)
            message = f"({wanted}) is neither the primary key nor a unique key of '{target.name}'"
            yield Problem(place, message)


def _footnote_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Footnotes name columns and tables that exist, in a table that is read from a document."""
    for mark, footnote in table.footnotes.items():
        place = publication.place(table.name, "footnotes", mark)
        yield from unknown(place, "table", [footnote.below], publication.tables)
        yield from unknown(place, "column", footnote.applies_to, table.columns)
        if table.recipe is None:
            yield Problem(place, "belongs to a table without a recipe, so no document is read")


def _printed_form_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """The forms in which codes are printed name columns of the code list."""
    if "printed_as" not in table.model_fields_set:
        return
    place = publication.place(table.name, "printed_as")
    for form in table.printed_as:
        yield from unknown(place, "column", template_fields(form), table.columns)


def _sdmx_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Concepts that name columns that are not there, and key columns that no concept names."""
    if table.sdmx is None:
        return
    for name, concept in table.sdmx.concepts.items():
        place = publication.place(table.name, "sdmx", "concepts", name)
        for part in concept.parts:
            yield from unknown(place, "column", [part.column], table.columns)
            if part.through is not None:
                yield from _code_list_problems(publication, table, part, place)
    for column in table.table_schema.primaryKey:
        if column not in table.sdmx.columns:
            place = publication.place(table.name, "sdmx", "concepts")
            message = f"no concept names the key column '{column}'"
            yield Problem(place, message, "without it rows cannot be told apart")


def _code_list_problems(
    publication: Publication, table: Table, part: Part, place: Place
) -> Iterator[Problem]:
    """Whether a column leads to a code list, and that list has the column with the codes."""
    for key in table.table_schema.foreignKeys:
        if key.fields == (part.column,):
            known = publication.resources[key.reference.resource].columns
            yield from unknown(place, "column", [str(part.through)], known)
            return
    yield Problem(place, f"the column '{part.column}' points to no code list")


def _anomaly_problems(publication: Publication, owned: OwnedAnomaly) -> Iterator[Problem]:
    place = publication.place(owned.owner, "anomalies", owned.name)
    anomaly = owned.anomaly
    yield from unknown(place, "document", [anomaly.document], publication.documents)
    yield from unknown(place, "table", anomaly.tables, publication.resources)
    if owned.owner is not None:
        columns = publication.tables[owned.owner].columns
        yield from unknown(place, "column", anomaly.rows, columns)
        if anomaly.status is not None:
            yield from unknown(place, "column", ["status"], columns)
    elif anomaly.status is not None:
        message = "can give a status only in the file of the table whose rows it concerns"
        yield Problem(place, message)
    if not publication.documents:
        yield Problem(place, "needs a document, but package.yaml names none")


def _check_problems(
    publication: Publication, table: Table, anomalies: Sequence[str]
) -> Iterator[Problem]:
    """Names of checks are given once.

    What they name exists, and holds numbers where it is added up; `anomalies` are the names of all.
    """
    taken: set[str] = set()
    for index, check in enumerate(table.checks):
        place = publication.place(table.name, "checks", index)
        if check.name in taken:
            yield Problem(place, f"there is already a check '{check.name}'")
        taken.add(check.name)
        yield from unknown(place, "anomaly", [check.named_anomaly()], anomalies)
        yield from unknown(place, "column", check.named_columns(), table.columns)
        yield from _not_numbers(place, table, check.numeric_columns())
        if isinstance(check, SumCheck):
            yield from _compared_problems(publication, place, check)


def _not_numbers(place: Place, table: Table, names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        if name in table.columns and table.table_schema.field(name).type not in NUMBERS:
            message = f"the column '{name}' has no numbers"
            yield Problem(place, f"{message}, so nothing can be added up or compared")


def _compared_problems(
    publication: Publication, place: Place, check: SumCheck
) -> Iterator[Problem]:
    """The other table of a sum exists, and has the columns by which both are compared."""
    compared = check.equals
    if compared.table is None:
        return
    yield from unknown(place, "table", [compared.table], publication.tables)
    other = publication.tables.get(compared.table)
    if other is not None:
        column = check.sum if compared.sum is None else compared.sum
        named = [column, *check.by, *compared.where]
        yield from unknown(place, f"column of {other.name}", named, other.columns)
        yield from _not_numbers(place, other, [column])
