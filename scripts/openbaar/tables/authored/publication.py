"""A publication: a folder of authored files, read and checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from openbaar.documents.entry import DocumentEntry
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.files import read_inside
from openbaar.models import load_model
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.tables.authored.model import Anomaly, Package, Table
from openbaar.tables.authored.queries import Query
from openbaar.texts import catalogue, language_name
from openbaar.yamlfile import MAX_BYTES, KeyPath, YamlFile, parse_yaml, yaml_of

PACKAGE = "tables/package.yaml"


@dataclass(frozen=True)
class OwnedAnomaly:
    """An anomaly with its number among all, its name, and the table in whose file it is declared.

    None for the package file.
    """

    number: int
    owner: str | None
    name: str
    anomaly: Anomaly


@dataclass(frozen=True)
class Publication:
    """A publication folder: its package file, its tables in order, and where their keys stand."""

    root: Path
    package: Package
    tables: dict[str, Table]
    files: dict[str, YamlFile]

    @property
    def language(self) -> str:
        """The first language of the publication, in which standards take titles."""
        return self.package.languages[0]

    @cached_property
    def resources(self) -> dict[str, Table]:
        """All tables that are published: those of the authors, then the trust tables."""
        return {**self.tables, **trust_tables(self.package.languages)}

    @property
    def documents(self) -> dict[str, DocumentEntry]:
        """The documents by their path."""
        return self.package.documents_by_path

    @cached_property
    def tables_by_document(self) -> dict[str, list[Table]]:
        """The tables by the path of their document; authored ones are at the first document."""
        found: dict[str, list[Table]] = {path: [] for path in self.documents}
        if self.documents:
            for table in self.tables.values():
                named = None if table.recipe is None else table.recipe.document
                found[self.document(named).path].append(table)
        return found

    def read_from(self, document: str) -> list[str]:
        """The names of the tables that are read from the document with that path."""
        tables = self.tables_by_document[document]
        return [table.name for table in tables if table.recipe is not None]

    @cached_property
    def anomalies(self) -> list[OwnedAnomaly]:
        """All anomalies, those of the package first."""
        owned: list[OwnedAnomaly] = []
        for name, anomaly in self.package.anomalies.items():
            owned.append(OwnedAnomaly(len(owned), None, name, anomaly))
        for table in self.tables.values():
            for name, anomaly in table.anomalies.items():
                owned.append(OwnedAnomaly(len(owned), table.name, name, anomaly))
        return owned

    @cached_property
    def anomalies_by_document(self) -> dict[str, list[OwnedAnomaly]]:
        """The anomalies by the path of the document in which they are."""
        found: dict[str, list[OwnedAnomaly]] = {path: [] for path in self.documents}
        for owned in self.anomalies:
            found[self.document(owned.anomaly.document).path].append(owned)
        return found

    @cached_property
    def code_lists(self) -> set[tuple[str, str]]:
        """The tables to which another one points by a single column, each with its column."""
        found: set[tuple[str, str]] = set()
        for table in self.resources.values():
            for key in table.table_schema.foreignKeys:
                if len(key.fields) == 1:
                    found.add((key.reference.resource, key.reference.fields[0]))
        return found

    def tables_of(self, query: Query) -> list[Table]:
        """The tables that are named in the SQL of a query, in the order of the publication."""
        tables = self.resources
        return [tables[name] for name in tables if re.search(rf"\b{name}\b", query.sql)]

    def place(self, table: str | None, *path: str | int) -> Place:
        """Where a key stands in the file of `table`, or in the package file when that is None."""
        file = self.files.get(table or "package")
        return file.place(*path) if file else Place(f"tables/{table}.yaml")

    def csv_path(self, table: str) -> Path:
        """The file that holds the rows of `table`."""
        return self.root / "tables" / f"{table}.csv"

    def document(self, path: str | None) -> DocumentEntry:
        """The document with that path; the first one when None.

        Raises KeyError when there is none.
        """
        if path is None:
            return self.package.documents[0]
        return self.documents[path]


@lru_cache(maxsize=8)
def trust_tables(languages: tuple[str, ...]) -> dict[str, Table]:
    """The tables that the toolkit adds to a publication, described in `languages`.

    `trust_tables/` describes them in English, and the message catalogues translate that. A column
    whose name ends in `_{language}` is there once for each language.
    """
    folder = resources.files("openbaar.tables") / "trust_tables"
    loaded = {}
    for name in TRUST_TABLES:
        path = f"openbaar/tables/trust_tables/{name}.yaml"
        file = parse_yaml((folder / f"{name}.yaml").read_text("utf-8"), path)
        translated = _translated(file.data, languages)
        described = _in_each_language(translated, languages)
        loaded[name] = load_model(replace(file, data=described), Table, name=name)
    return loaded


def _translated(described: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """A description of a trust table with its texts, given in English, in each language."""
    schema = described["schema"]
    fields = [_texts_translated(column, languages) for column in schema["fields"]]
    return {**_texts_translated(described, languages), "schema": {**schema, "fields": fields}}


def _texts_translated(described: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """A description of a table or a column with its own texts in each language."""
    made = dict(described)
    for key in ("title", "description", "unit"):
        if key in described:
            made[key] = _in_all(described[key], languages)
    if "labels" in described:
        made["labels"] = {
            value: _in_all(label, languages) for value, label in described["labels"].items()
        }
    return made


def _in_all(message: str, languages: Sequence[str]) -> dict[str, str]:
    """A message of the toolkit in each language of a publication."""
    first = languages[0]
    return {language: catalogue(language, first).gettext(message) for language in languages}


def _in_each_language(described: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """A description of a trust table, with its columns in each language.

    The first column names the row.
    """
    fields: list[dict[str, Any]] = []
    for column in described["schema"]["fields"]:
        if "{language}" in column["name"]:
            fields += [_column_in(column, language) for language in languages]
        else:
            fields.append(column)
    made = {**described, "schema": {**described["schema"], "fields": fields}}
    if "label" in described:
        made["label"] = described["label"].format(language=languages[0])
    if "search" in described:
        made["search"] = _column_names(described["search"], languages)
    return made


def _column_names(names: Sequence[str], languages: Sequence[str]) -> list[str]:
    """The names of columns, each that ends in `_{language}` once for each language."""
    columns: list[str] = []
    for name in names:
        if "{language}" in name:
            columns += [name.format(language=language) for language in languages]
        else:
            columns.append(name)
    return columns


def _column_in(column: dict[str, Any], language: str) -> dict[str, Any]:
    """A column of texts in one language, whose title names that language."""
    titles = {}
    for shown_in, title in column["title"].items():
        titles[shown_in] = f"{title} ({language_name(language, shown_in)})"
    return {**column, "name": column["name"].format(language=language), "title": titles}


def read_publication(root: Path, package_text: str | None = None) -> Publication:
    """Read all authored files of the publication in `root`, each checked by itself.

    `package_text` is read in the place of the package file where it is given. `references` checks
    the files together. Raises OpenbaarError with every problem found in any of them.
    """
    package_file = _package_file(root, package_text)
    languages = _languages(package_file)
    names = sorted(path.stem for path in (root / "tables").glob("[!.]*.yaml"))
    names.remove("package")
    problems: list[Problem] = []
    files = {"package": package_file}
    tables: dict[str, Table] = {}
    for name in names:
        try:
            file = _authored(root, f"tables/{name}.yaml")
            files[name] = _with_shared_parts(file, package_file)
            tables[name] = load_model(files[name], Table, languages, name=name)
        except OpenbaarError as error:
            problems += error.problems
    try:
        package = load_model(package_file, Package, languages)
    except OpenbaarError as error:
        raise OpenbaarError([*error.problems, *problems]) from error
    problems += _order_problems(package, package_file, set(names))
    if problems:
        raise OpenbaarError(problems)
    ordered = {name: tables[name] for name in package.tables}
    return Publication(root, package, ordered, files)


def _package_file(root: Path, text: str | None) -> YamlFile:
    """The package file as it stands, or with another text. Raises OpenbaarError without one."""
    if not (root / PACKAGE).is_file():
        message = f"does not exist, so {root} is not a publication"
        raise OpenbaarError(Problem(Place(PACKAGE), message, "use --project DIR"))
    return _authored(root, PACKAGE) if text is None else parse_yaml(text, PACKAGE)


def _languages(package_file: YamlFile) -> list[str]:
    """The languages that a package file names, which is not checked yet."""
    named = _mapping(package_file.data).get("languages")
    return [str(each) for each in named] if isinstance(named, list) else []


def _authored(root: Path, name: str) -> YamlFile:
    """An authored file, which no link may lead out of the publication. Raises OpenbaarError."""
    return yaml_of(read_inside(root, name, MAX_BYTES), name)


def _with_shared_parts(file: YamlFile, package_file: YamlFile) -> YamlFile:
    """The table file, with the shared parts it names completed from the package file.

    Raises OpenbaarError for each name that the package file does not describe.
    """
    if not isinstance(file.data, dict):
        return file
    shared = _Shared(file, _mapping(package_file.data))
    data = dict(file.data)
    schema = _mapping(data.get("schema"))
    if isinstance(schema.get("fields"), list):
        data["schema"] = {**schema, "fields": shared.fields(schema["fields"])}
    if isinstance(data.get("footnotes"), dict):
        data["footnotes"] = shared.footnotes(data["footnotes"])
    if isinstance(data.get("notes"), list):
        data["notes"] = shared.notes(data["notes"])
    if shared.problems:
        raise OpenbaarError(shared.problems)
    return replace(file, data=data)


@dataclass
class _Shared:
    """The shared parts of `tables/package.yaml`, and what a table file names in vain."""

    file: YamlFile
    package: dict[Any, Any]
    problems: list[Problem] = field(default_factory=list)

    def fields(self, given: list[Any]) -> list[Any]:
        """Columns: those that are only named, and those that are half described, completed."""
        known = _mapping(self.package.get("fields"))
        complete: list[Any] = []
        for index, item in enumerate(given):
            if isinstance(item, str):
                found = self._found("fields", item, ("schema", "fields", index))
                complete.append({"name": item, **_mapping(found)})
            elif isinstance(item, dict):
                complete.append({**_mapping(known.get(item.get("name"))), **item})
            else:
                complete.append(item)
        return complete

    def footnotes(self, given: dict[Any, Any]) -> dict[Any, Any]:
        """Footnotes by their mark.

        Each is the name of a shared one, a mapping that completes one by its `name`, or its own.
        """
        complete: dict[Any, Any] = {}
        for mark, item in given.items():
            own = {"name": item} if isinstance(item, str) else item
            complete[mark] = own
            if isinstance(own, dict) and "name" in own:
                found = self._found("footnotes", own["name"], ("footnotes", mark))
                rest = {key: value for key, value in own.items() if key != "name"}
                complete[mark] = {**_mapping(found), **rest}
        return complete

    def notes(self, given: list[Any]) -> list[Any]:
        """Notes: the name of a shared one, or a text."""
        complete: list[Any] = []
        for index, item in enumerate(given):
            if isinstance(item, str):
                complete.append(self._found("notes", item, ("notes", index)))
            else:
                complete.append(item)
        return complete

    def _found(self, key: str, name: str, path: KeyPath) -> Any:
        """What the package file says of `name`; a problem and nothing where it does not."""
        known = _mapping(self.package.get(key))
        if name not in known:
            message = f"tables/package.yaml describes no {key.removesuffix('s')} '{name}'"
            hint = "describe it here"
            if known:
                hint = f"{nearest(name, known)}; or {hint}"
            self.problems.append(Problem(self.file.place(*path), message, hint))
        return known.get(name, {})


def _mapping(data: Any) -> dict[Any, Any]:
    """The data if it is a mapping; what is none is refused later, by the model."""
    return data if isinstance(data, dict) else {}


def _order_problems(package: Package, file: YamlFile, found: set[str]) -> Iterator[Problem]:
    """Whether the list of tables names each table file once, and nothing else."""
    if not package.tables and not found:
        hint = "write tables/<name>.yaml and name it here"
        yield Problem(file.place("tables"), "there is no table yet", hint)
    for index, name in enumerate(package.tables):
        if name in package.tables[:index]:
            yield Problem(file.place("tables", index), f"the table '{name}' is listed twice")
        if name not in found:
            yield Problem(
                file.place("tables", index), f"there is no tables/{name}.yaml", nearest(name, found)
            )
    for name in sorted(found - set(package.tables)):
        yield Problem(
            file.place("tables"),
            f"tables/{name}.yaml is not in this list",
            "add it where readers should see it",
        )
    for name in sorted(found & set(TRUST_TABLES)):
        yield Problem(
            Place(f"tables/{name}.yaml"),
            "has the name of a generated table",
            "rename it",
        )
