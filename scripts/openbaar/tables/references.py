"""What one authored file alone cannot tell: names that must stand elsewhere, and texts in every language.

Each name that a table file mentions (a column, a field, a table, a document, an anomaly) must be one; otherwise a
misspelt key would quietly do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.language import Recipe, Row, template_fields
from openbaar.tables.checks import SumCheck
from openbaar.tables.model import Anomaly, Table
from openbaar.tables.publication import Publication, read_publication
from openbaar.yamlfile import YamlFile

NUMBERS = ("integer", "number", "year")
# The keys whose mappings are texts by language, and those whose mappings have names that may look like such keys.
TEXTS = {"title", "description", "text", "unit"}
NAMES = {"fields", "queries", "anomalies", "parameters"}


def load_publication(root: Path) -> Publication:
    """Read the publication in `root` and check its files by themselves and together.

    Raises OpenbaarError with every problem found in any of them.
    """
    publication = read_publication(root)
    problems = list(_problems(publication))
    if problems:
        raise OpenbaarError(problems)
    return publication


def _problems(publication: Publication) -> Iterator[Problem]:
    yield from _address_problems(publication)
    yield from _document_problems(publication)
    for name, file in publication.files.items():
        yield from _language_problems(publication, file)
        if name != "package":
            table = publication.tables[name]
            yield from _key_problems(publication, table)
            yield from _table_problems(publication, table)
            yield from _check_problems(publication, table)
            if table.recipe is not None:
                yield from _recipe_problems(publication, table, table.recipe)
    for owner, name, anomaly in anomalies_of(publication):
        yield from _anomaly_problems(publication, owner, name, anomaly)


def anomalies_of(publication: Publication) -> list[tuple[str | None, str, Anomaly]]:
    """All anomalies, those of the package first: the table that owns each (None for the package), its name, itself."""
    owners: list[tuple[str | None, str, Anomaly]] = [
        (None, *pair) for pair in publication.package.anomalies.items()
    ]
    for table in publication.tables.values():
        owners += [(table.name, *pair) for pair in table.anomalies.items()]
    return owners


def _unknown(
    place: Place, kind: str, names: Iterable[str | None], known: Collection[str]
) -> Iterator[Problem]:
    """A problem for each name that is given and is not known."""
    for name in names:
        if name is not None and name not in known:
            yield Problem(place, f"there is no {kind} '{name}'", nearest(name, known))


def _language_problems(publication: Publication, file: YamlFile) -> Iterator[Problem]:
    """A text that is given by language has to be given in each language of the publication, and in no other."""
    languages = set(publication.package.languages)

    def is_text(path: tuple[str | int, ...], keys: set[Any]) -> bool:
        named = bool(path) and path[-1] in TEXTS and (len(path) < 2 or path[-2] not in NAMES)
        return bool(keys & languages) or named or path[-2:-1] == ("notes",)

    def walk(data: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
        if isinstance(data, list):
            for index, item in enumerate(data):
                yield from walk(item, (*path, index))
        elif isinstance(data, dict):
            keys = set(data)
            if is_text(path, keys) and keys != languages:
                wrong = ", ".join(sorted(str(key) for key in keys ^ languages))
                yield Problem(
                    file.place(*path),
                    f"should be given in {', '.join(sorted(languages))}; look at: {wrong}",
                )
            for key, item in data.items():
                yield from walk(item, (*path, key))

    yield from walk(file.data, ())


def _address_problems(publication: Publication) -> Iterator[Problem]:
    """Tables that moved or were withdrawn: they are gone, once, and what moved is found under its new name."""
    package = publication.package
    gone: dict[str, Collection[str]] = {"moved": package.moved, "withdrawn": package.withdrawn}
    for key, names in gone.items():
        for name in names:
            place = publication.place(None, key, name)
            if name in publication.resources:
                yield Problem(place, f"there is a table '{name}', so it is not {key}")
            if key == "withdrawn" and name in package.moved:
                yield Problem(place, f"'{name}' stands under 'moved' too", "keep one of them")
    for old, new in package.moved.items():
        yield from _unknown(
            publication.place(None, "moved", old), "table", [new], publication.resources
        )


def _document_problems(publication: Publication) -> Iterator[Problem]:
    paths = [document.path for document in publication.package.documents]
    for index, path in enumerate(paths):
        if path in paths[:index]:
            yield Problem(
                publication.place(None, "documents", index), f"the document '{path}' stands twice"
            )
    for name, table in publication.tables.items():
        if table.recipe is not None and not paths:
            yield Problem(
                publication.place(name, "recipe"), "needs a document, but package.yaml names none"
            )


def _key_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Foreign keys point to a key of a table that is there."""
    for index, key in enumerate(table.table_schema.foreignKeys):
        place = publication.place(table.name, "schema", "foreignKeys", index)
        target = publication.resources.get(key.reference.resource)
        if target is None:
            yield from _unknown(place, "table", [key.reference.resource], publication.resources)
        elif key.reference.fields not in (
            target.table_schema.primaryKey,
            *target.table_schema.uniqueKeys,
        ):
            wanted = ", ".join(key.reference.fields)
            yield Problem(
                place, f"({wanted}) is neither the primary key nor a unique key of '{target.name}'"
            )


def _table_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Footnotes and printed forms name columns and tables that are there."""
    for mark, footnote in table.footnotes.items():
        place = publication.place(table.name, "footnotes", mark)
        yield from _unknown(place, "table", [footnote.below], publication.tables)
        yield from _unknown(place, "column", footnote.applies_to, table.columns)
        if table.recipe is None:
            yield Problem(
                place, "stands at a table without a recipe, whose document no one looks at"
            )
    if "printed_as" in table.model_fields_set:
        named = [name for form in table.printed_as for name in template_fields(form)]
        yield from _unknown(
            publication.place(table.name, "printed_as"), "column", named, table.columns
        )


def _anomaly_problems(
    publication: Publication, owner: str | None, name: str, anomaly: Anomaly
) -> Iterator[Problem]:
    place = publication.place(owner, "anomalies", name)
    documents = [document.path for document in publication.package.documents]
    yield from _unknown(place, "document", [anomaly.document], documents)
    yield from _unknown(place, "table", anomaly.tables, publication.resources)
    if owner is not None:
        columns = publication.tables[owner].columns
        yield from _unknown(place, "column", anomaly.rows, columns)
        if anomaly.status is not None:
            yield from _unknown(place, "column", ["status"], columns)
    elif anomaly.status is not None:
        yield Problem(
            place, "can give a status only in the file of the table whose rows it concerns"
        )
    if not documents:
        yield Problem(place, "needs a document, but package.yaml names none")


def _check_problems(publication: Publication, table: Table) -> Iterator[Problem]:
    """Names of checks are given once; what they name is there, and holds numbers where it is added up."""
    anomalies = {name for _, name, _ in anomalies_of(publication)}
    taken: set[str] = set()
    for index, check in enumerate(table.checks):
        place = publication.place(table.name, "checks", index)
        if check.name in taken:
            yield Problem(place, f"there is another check '{check.name}' above")
        taken.add(check.name)
        yield from _unknown(place, "anomaly", [check.named_anomaly()], anomalies)
        yield from _unknown(place, "column", check.named_columns(), table.columns)
        yield from _not_numbers(place, table, check.numeric_columns())
        if isinstance(check, SumCheck):
            yield from _compared_problems(publication, place, check)


def _not_numbers(place: Place, table: Table, names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        if name in table.columns and table.table_schema.field(name).type not in NUMBERS:
            message = (
                f"the column '{name}' holds no numbers, so nothing can be added up or compared"
            )
            yield Problem(place, message)


def _compared_problems(
    publication: Publication, place: Place, check: SumCheck
) -> Iterator[Problem]:
    """The other table of a sum is there, and has the columns by which both are compared."""
    compared = check.equals
    if compared.table is None:
        return
    yield from _unknown(place, "table", [compared.table], publication.tables)
    other = publication.tables.get(compared.table)
    if other is not None:
        column = compared.sum or check.sum
        named = [column, *check.by, *compared.where]
        yield from _unknown(place, f"column of {other.name}", named, other.columns)
        yield from _not_numbers(place, other, [column])


def _recipe_problems(publication: Publication, table: Table, recipe: Recipe) -> Iterator[Problem]:
    """Every field of a template ends somewhere, and every name that the recipe mentions is a field or a column."""

    def at(*path: str | int) -> Place:
        return publication.place(table.name, "recipe", *path)

    fields = {name for row in recipe.templates for name in row.fields}
    melted = recipe.melt.columns.values() if recipe.melt else ()
    group = recipe.group
    labels = [group.field] if group else []
    documents = [document.path for document in publication.package.documents]
    readable = fields | set(labels) | set(recipe.melt.into if recipe.melt else ())
    yield from _unknown(at("document"), "document", [recipe.document], documents)
    yield from _unknown(at("count"), "column", [recipe.count], table.columns)
    yield from _unknown(
        at("without"), "table with a recipe", recipe.without, _with_recipe(publication)
    )
    yield from _unknown(at("ignore"), "field in the row patterns", recipe.ignore, fields)
    for name, field in recipe.fields.items():
        yield from _unknown(at("fields", name), "field in the row patterns", [name], readable)
        yield from _unknown(at("fields", name, "total"), "column", [field.total], table.columns)
        yield from _unknown(at("fields", name, "marks"), "footnote", field.marks, table.footnotes)
    if group:
        labelled = fields if group.label != "none" else table.columns
        yield from _unknown(at("group", "field"), "field in the row patterns", labels, labelled)
        yield from _unknown(
            at("group", "restart"), "field in the row patterns", [group.restart], fields
        )
    if recipe.melt:
        yield from _unknown(at("melt", "into"), "column", recipe.melt.into, table.columns)
        for columns in melted:
            yield from _unknown(at("melt", "columns"), "column", columns, table.columns)
            yield from _unknown(
                at("melt", "columns"), "field in the row patterns", columns.values(), fields
            )
    yield from _row_problems(table, recipe, at)


def _with_recipe(publication: Publication) -> list[str]:
    return [name for name, table in publication.tables.items() if table.recipe is not None]


def _row_problems(table: Table, recipe: Recipe, at: Callable[..., Place]) -> Iterator[Problem]:
    """Nothing that is read is lost: each field is a column, a label, a total, part of another one, or ignored."""
    melted = (
        {name for columns in recipe.melt.columns.values() for name in columns.values()}
        if recipe.melt
        else set()
    )
    totals = {name for name, field in recipe.fields.items() if field.total}
    ends = (
        set(table.columns)
        | melted
        | totals
        | set(recipe.ignore)
        | ({recipe.group.field} if recipe.group else set())
    )
    for row in recipe.rows:
        made = {name for template in row.set.values() for name in template_fields(template)}
        yield from _unknown(at("rows"), "column", row.set, table.columns)
        yield from _lost(at("rows"), row, ends | made)
        counts = (
            {row.fields.count(name) for name in row.fields} - {1}
            if " || " not in row.row
            else set()
        )
        if len(counts) > 1 or (counts and recipe.melt):
            yield Problem(
                at("rows"),
                f"'{row.row}': fields that stand twice must stand equally often, and not with 'melt'",
            )
    for row in (*recipe.totals.group, *recipe.totals.table):
        yield from _lost(at("totals"), row, ends)


def _lost(place: Place, row: Row, ends: Collection[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(row.fields):
        if name not in ends:
            hint = f"{nearest(name, ends)}; or name it under 'ignore'"
            yield Problem(
                place,
                f"the field '{name}' of '{row.row}' is no column, so what it reads would be lost",
                hint,
            )
