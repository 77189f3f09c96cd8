"""A publication: a folder of authored files, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from openbaar.documents.entry import DocumentEntry
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.tables.model import Package, Table
from openbaar.yamlfile import YamlFile, load_model, parse_yaml, read_yaml


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
        return {**self.tables, **trust_tables()}

    def place(self, table: str | None, *path: str | int) -> Place:
        """Where a key stands in the file of `table`, or in the package file when that is None."""
        file = self.files.get(table or "package")
        return file.place(*path) if file else Place(f"tables/{table}.yaml")

    def csv_path(self, table: str) -> Path:
        """The file that holds the rows of `table`."""
        return self.root / "tables" / f"{table}.csv"

    def document(self, path: str | None) -> DocumentEntry:
        """The document with that path; the first one when None. Raises KeyError when there is none."""
        if path is None:
            return self.package.documents[0]
        return {document.path: document for document in self.package.documents}[path]


@lru_cache(maxsize=1)
def trust_tables() -> dict[str, Table]:
    """The tables that the toolkit adds to each publication, as documented in `openbaar/tables/trust_tables/`."""
    folder = resources.files("openbaar.tables") / "trust_tables"
    loaded = {}
    for name in TRUST_TABLES:
        file = parse_yaml(
            (folder / f"{name}.yaml").read_text("utf-8"),
            f"openbaar/tables/trust_tables/{name}.yaml",
        )
        loaded[name] = load_model(file, Table, name=name)
    return loaded


def read_publication(root: Path) -> Publication:
    """Read all authored files of the publication in `root`, each checked by itself; `references` checks them together.

    Raises OpenbaarError with every problem found in any of them.
    """
    folder = root / "tables"
    if not (folder / "package.yaml").is_file():
        raise OpenbaarError(
            Problem(
                Place("tables/package.yaml"),
                f"is not there, so {root} is no publication",
                "use --project DIR",
            )
        )
    package_file = read_yaml(folder / "package.yaml", "tables/package.yaml")
    problems: list[Problem] = []
    files = {"package": package_file}
    tables: dict[str, Table] = {}
    paths = {
        path.stem: path for path in sorted(folder.glob("[!.]*.yaml")) if path.name != "package.yaml"
    }
    for path in paths.values():
        try:
            file = files[path.stem] = _with_shared_fields(
                read_yaml(path, f"tables/{path.name}"), package_file
            )
            tables[path.stem] = load_model(file, Table, name=path.stem)
        except OpenbaarError as error:
            problems += error.problems
    try:
        package = load_model(package_file, Package)
    except OpenbaarError as error:
        raise OpenbaarError([*error.problems, *problems]) from error
    problems += _order_problems(package, package_file, set(paths))
    ordered = {name: tables[name] for name in package.tables if name in tables}
    publication = Publication(root, package, ordered, files)
    if problems:
        raise OpenbaarError(problems)
    return publication


def _with_shared_fields(file: YamlFile, package_file: YamlFile) -> YamlFile:
    """The table file with each column that it only names, or only half describes, completed from the package file."""
    shared = _mapping(package_file.data).get("fields")
    schema = _mapping(_mapping(file.data).get("schema"))
    fields = schema.get("fields")
    if not isinstance(fields, list):
        return file
    described = _mapping(shared)
    complete: list[Any] = []
    problems = []
    for index, field in enumerate(fields):
        if isinstance(field, str) and field not in described:
            place = file.place("schema", "fields", index)
            hint = nearest(field, described) + "; or describe it here"
            problems.append(
                Problem(place, f"tables/package.yaml describes no field '{field}'", hint)
            )
            continue
        own = {"name": field} if isinstance(field, str) else field
        complete.append(
            {**_mapping(described.get(own.get("name"))), **own} if isinstance(own, dict) else own
        )
    if problems:
        raise OpenbaarError(problems)
    return replace(file, data={**file.data, "schema": {**schema, "fields": complete}})


def _mapping(data: Any) -> dict[Any, Any]:
    """The data if it is a mapping; what is none is refused later, by the model."""
    return data if isinstance(data, dict) else {}


def _order_problems(package: Package, file: YamlFile, found: set[str]) -> Iterator[Problem]:
    for index, name in enumerate(package.tables):
        if name in package.tables[:index]:
            yield Problem(
                file.place("tables", index), f"the table '{name}' stands twice in this list"
            )
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
            "has the name of a table that the toolkit makes",
            "rename it",
        )
