"""What must hold between authored files: names lead somewhere, texts are in every language.

Each name that a table file mentions (a column, a field, a table, a document, an anomaly) must
exist; otherwise a misspelt key would quietly do nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import (
    ROW_NUMBER,
    RowTemplate,
    Values,
    as_values,
    is_ignored,
    template_fields,
    times,
)
from openbaar.tables.model import Anomaly, Table
from openbaar.tables.publication import Publication, read_publication
from openbaar.tables.sdmx import Part
from openbaar.tables.sum_checks import SumCheck
from openbaar.texts import Localized
from openbaar.yamlfile import KeyPath

NUMBERS = ("integer", "number", "year")


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
    yield from _address_problems(publication)
    yield from _document_problems(publication)
    yield from _language_problems(publication, None, publication.package)
    for name, table in publication.tables.items():
        yield from _language_problems(publication, name, table)
        yield from _key_problems(publication, table)
        yield from _footnote_problems(publication, table)
        yield from _printed_form_problems(publication, table)
        yield from _sdmx_problems(publication, table)
        yield from _check_problems(publication, table)
        if table.recipe is not None:
            yield from _RecipeNames(publication, table, table.recipe).problems()
    for owned in anomalies_of(publication):
        yield from _anomaly_problems(publication, owned)


@dataclass(frozen=True)
class OwnedAnomaly:
    """An anomaly with its name, and the table in whose file it is declared.

    None for the package file.
    """

    owner: str | None
    name: str
    anomaly: Anomaly


def anomalies_of(publication: Publication) -> list[OwnedAnomaly]:
    """All anomalies, those of the package first."""
    owned = []
    for name, anomaly in publication.package.anomalies.items():
        owned.append(OwnedAnomaly(None, name, anomaly))
    for table in publication.tables.values():
        for name, anomaly in table.anomalies.items():
            owned.append(OwnedAnomaly(table.name, name, anomaly))
    return owned


def _unknown(
    place: Place, kind: str, names: Iterable[str | None], known: Collection[str]
) -> Iterator[Problem]:
    """A problem for each name that is given and is not known."""
    for name in names:
        if name is not None and name not in known:
            yield Problem(place, f"there is no {kind} '{name}'", nearest(name, known))


def _language_problems(
    publication: Publication, owner: str | None, model: BaseModel
) -> Iterator[Problem]:
    """Each text for readers is given in each language of the publication, and in no other."""
    languages = set(publication.package.languages)
    listed = ", ".join(sorted(languages))
    file = publication.files[owner or "package"]
    for path, text in _texts_in(model, ()):
        wrong = set(text) ^ languages
        # A text that was completed from package.yaml is looked at there, and an omitted one has no
        # place.
        if wrong and path in file.places:
            message = f"should be given in {listed}; check: {', '.join(sorted(wrong))}"
            yield Problem(file.place(*path), message)


def _texts_in(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Localized]]:
    """The texts for readers in a model, each with the path of keys that leads to it."""
    if isinstance(value, Localized):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            key = name if field.alias is None else field.alias
            yield from _texts_in(getattr(value, name), (*path, key))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts_in(item, (*path, key))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _texts_in(item, (*path, index))


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
        yield from _unknown(place, "table", [new], publication.resources)


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
            yield from _unknown(place, "table", [key.reference.resource], publication.resources)
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
        yield from _unknown(place, "table", [footnote.below], publication.tables)
        yield from _unknown(place, "column", footnote.applies_to, table.columns)
        if table.recipe is None:
            yield Problem(place, "belongs to a table without a recipe, so no document is read")


def _printed_form_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """The forms in which codes are printed name columns of the code list."""
    if "printed_as" not in table.model_fields_set:
        return
    place = publication.place(table.name, "printed_as")
    for form in table.printed_as:
        yield from _unknown(place, "column", template_fields(form), table.columns)


def _sdmx_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Concepts that name columns that are not there, and key columns that no concept names."""
    if table.sdmx is None:
        return
    for name, concept in table.sdmx.concepts.items():
        place = publication.place(table.name, "sdmx", "concepts", name)
        for part in concept.parts:
            yield from _unknown(place, "column", [part.column], table.columns)
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
            yield from _unknown(place, "column", [str(part.through)], known)
            return
    yield Problem(place, f"the column '{part.column}' points to no code list")


def _anomaly_problems(publication: Publication, owned: OwnedAnomaly) -> Iterator[Problem]:
    place = publication.place(owned.owner, "anomalies", owned.name)
    anomaly = owned.anomaly
    documents = [document.path for document in publication.package.documents]
    yield from _unknown(place, "document", [anomaly.document], documents)
    yield from _unknown(place, "table", anomaly.tables, publication.resources)
    if owned.owner is not None:
        columns = publication.tables[owned.owner].columns
        yield from _unknown(place, "column", anomaly.rows, columns)
        if anomaly.status is not None:
            yield from _unknown(place, "column", ["status"], columns)
    elif anomaly.status is not None:
        message = "can give a status only in the file of the table whose rows it concerns"
        yield Problem(place, message)
    if not documents:
        yield Problem(place, "needs a document, but package.yaml names none")


def _check_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Names of checks are given once.

    What they name exists, and holds numbers where it is added up.
    """
    anomalies = [owned.name for owned in anomalies_of(publication)]
    taken: set[str] = set()
    for index, check in enumerate(table.checks):
        place = publication.place(table.name, "checks", index)
        if check.name in taken:
            yield Problem(place, f"there is already a check '{check.name}'")
        taken.add(check.name)
        yield from _unknown(place, "anomaly", [check.named_anomaly()], anomalies)
        yield from _unknown(place, "column", check.named_columns(), table.columns)
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
    yield from _unknown(place, "table", [compared.table], publication.tables)
    other = publication.tables.get(compared.table)
    if other is not None:
        column = check.sum if compared.sum is None else compared.sum
        named = [column, *check.by, *compared.where]
        yield from _unknown(place, f"column of {other.name}", named, other.columns)
        yield from _not_numbers(place, other, [column])


@dataclass(frozen=True)
class _RecipeNames:
    """A recipe, and the names that it may mention: fields, columns, tables and documents."""

    publication: Publication
    table: Table
    recipe: Recipe

    def problems(self) -> Iterator[Problem]:
        """Every name that the recipe mentions is a field or a column, and nothing read is lost."""
        yield from self._key_problems()
        yield from self._cell_problems()
        yield from self._group_problems()
        yield from self._row_problems()

    def _place(self, *path: str | int) -> Place:
        return self.publication.place(self.table.name, "recipe", *path)

    @property
    def _fields(self) -> set[str]:
        """The fields of all row templates, and the label of groups."""
        names: set[str] = set()
        for template in self.recipe.templates:
            names.update(template.fields)
        names.update(self.recipe.group_labels)
        return names

    def _not_columns(self, place: Place, names: Iterable[str | None]) -> Iterator[Problem]:
        return _unknown(place, "column", names, self.table.columns)

    def _key_problems(self) -> Iterator[Problem]:
        recipe = self.recipe
        documents = [document.path for document in self.publication.package.documents]
        tables = self.publication.tables.values()
        read = [table.name for table in tables if table.recipe is not None]
        yield from _unknown(self._place("document"), "document", [recipe.document], documents)
        yield from self._not_columns(self._place("header"), recipe.headings)
        yield from self._not_columns(self._place("set"), recipe.set)
        yield from _unknown(self._place("skip"), "table with a recipe", recipe.skipped_tables, read)

    def _cell_problems(self) -> Iterator[Problem]:
        readable = {*self._fields, *self.recipe.headings}
        footnotes = self.table.footnotes
        for name, cell in self.recipe.cells.items():
            place = self._place("cells", name)
            yield from _unknown(place, "field in the row patterns", [name], readable)
            yield from self._not_columns(self._place("cells", name, "total"), [cell.total])
            marks = self._place("cells", name, "marks")
            yield from _unknown(marks, "footnote", cell.marks, footnotes)

    def _group_problems(self) -> Iterator[Problem]:
        for group in self.recipe.groups:
            if group.lost:  # then it is in no template, so it has to be a column
                yield from self._not_columns(self._place("group", "label"), [group.label])
            place = self._place("group", "ends")
            yield from _unknown(place, "field in the row patterns", [group.restart], self._fields)

    def _row_problems(self) -> Iterator[Problem]:
        """Each field is a column, a label, a total, part of another one, or ignored."""
        used = self._used()
        for row in self.recipe.rows:
            place = self._place("rows")
            yield from self._not_columns(place, row.set)
            yield from self._replacement_problems(place, row)
            yield from _lost(place, row, used | _made_of({**self.recipe.set, **row.set}))
            yield from self._repetition_problems(place, row)
        for row in (*self.recipe.totals.group, *self.recipe.totals.table):
            yield from _lost(self._place("totals"), row, used)
            yield from self._repetition_problems(self._place("totals"), row)

    def _replacement_problems(self, place: Place, row: RowTemplate) -> Iterator[Problem]:
        """What a row sets replaces nothing that is read, unless it is made of it."""
        read = {*row.fields, *self.recipe.headings}
        for column, value in {**self.recipe.set, **row.set}.items():
            if column in read and column not in _made_of({column: value}):
                message = (
                    f"'set' would replace the column '{column}', which is read from the document"
                )
                hint = f"remove it from 'set', or use {{{column}}} in its text"
                yield Problem(place, message, hint)

    def _used(self) -> set[str]:
        """The fields whose values end somewhere."""
        used = set(self.table.columns)
        for name, cell in self.recipe.cells.items():
            if cell.total is not None:
                used.add(name)
        used.update(self.recipe.group_labels)
        return used

    def _repetition_problems(self, place: Place, row: RowTemplate) -> Iterator[Problem]:
        """Fields that come several times in a row make as many records, told apart by headings."""
        wanted = self._times_of_headings()
        for part in row.parts:
            fields = template_fields(part)
            often = times(fields)
            for name in dict.fromkeys(fields):
                if fields.count(name) not in (1, often):
                    message = f"'{part}': fields that come more than once must come equally often"
                    yield Problem(place, message)
            if wanted > 1 and often != wanted:
                message = f"'{part}': {wanted} headings, but its fields come {often} times"
                hint = "write the fields below the headings as often as there are headings"
                yield Problem(place, message, hint)
            yield from self._given_problems(row, often)

    def _times_of_headings(self) -> int:
        """How many headings the lowest level has that are data."""
        fields: list[str] = []
        for heading in self.recipe.header:
            fields += template_fields(heading)
        return times(fields)

    def _given_problems(self, row: RowTemplate, often: int) -> Iterator[Problem]:
        """A list under `set` has one value for each time that the fields come."""
        for column, value in {**self.recipe.set, **row.set}.items():
            if isinstance(value, tuple) and len(value) != often:
                message = f"'{column}' has {len(value)} values, but fields come {often} times"
                yield Problem(self._place("set", column), message, "give one for each time")


def _made_of(values: Mapping[str, Values]) -> set[str]:
    """The fields of which the columns that a recipe sets are made."""
    used: set[str] = set()
    for value in values.values():
        for template in as_values(value):
            if template != ROW_NUMBER:
                used.update(template_fields(template))
    return used


def _lost(place: Place, row: RowTemplate, used: Collection[str]) -> Iterator[Problem]:
    """The fields of a row whose values would end nowhere."""
    for name in dict.fromkeys(row.fields):
        if name not in used and not is_ignored(name):
            message = (
                f"the field '{name}' of '{row.row}' is not a column, so what it reads would be lost"
            )
            hint = f"{nearest(name, used)}; or call it '_{name}', which is ignored"
            yield Problem(place, message, hint)
