"""What may import what: the floor plan of the toolkit, read from the syntax trees.

`scripts/README.md` shows the plan and gives its reasons. An import goes left in the order of ROOMS,
never right, and the rooms know each other by whole modules, so that a change is found where the
plan says that it is.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scripts" / "openbaar"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# From left to right, as data flows. A module may import its neighbours in one room, and what stands
# to the left.
ROOMS = [
    "errors",
    "extras",
    "collector",
    "limits",
    "files",
    "toolkit",
    "repository",
    "placing",
    "holding",
    "processes",
    "server_start",
    "subprocesses",
    "yamlfile",
    "models",
    "jsonfile",
    "texts",
    "schema",
    "documents",
    "recipe",
    "tables",
    "package",
    "versions",
    "database",
    "site",
    "authoring",
    "publishing",
    "deposit",
    "api",
    "cli",
    "__main__",
    "__init__",
]

READS_DOCUMENTS = ["documents", "recipe", "tables"]
SHOWS_TABLES = ["package", "database", "site"]
# Of a document the right half knows what an author says of it, never its lines.
DOCUMENTS = [
    f"openbaar.{module}"
    for module in MODULES
    if module.startswith("documents.") and module not in ("documents.__init__", "documents.entry")
]
# These rooms may not import those modules, neither at the top nor inside a function.
FORBIDDEN = [
    (["recipe"], ["click", "frictionless", "sqlite_utils", "os", "io", "pathlib", "sqlite3"]),
    (READS_DOCUMENTS, ["click", "frictionless", "sqlite3", "sqlite_utils", "datasette", "uvicorn"]),
    (SHOWS_TABLES, ["click", "openbaar.recipe", *DOCUMENTS]),
    (ROOMS, ["pandas", "rich", "requests", "openbaar.utils"]),
]
# What a server does without: libraries that are large, slow to import, or print tracebacks with
# local variables.
NOT_SERVED = {
    "frictionless",
    "pyarrow",
    "sqlite_utils",
    "pdfminer",
    "PIL",
    "vl_convert",
    "rich",
    "re2",
    "openbaar.recipe.language",
    "openbaar.tables.converting.convert",
}


def imports(path: Path) -> set[str]:
    """The full names of the modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write the full name of the module"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(imported: str) -> str | None:
    """The module of ours that an import means, without `openbaar.`, or None."""
    name = imported.removeprefix("openbaar.")
    return name if imported.startswith("openbaar.") and name in MODULES else None


def room_of(module: str) -> str:
    """The room in which a module stands: its folder, or itself where it stands at the top."""
    return module.partition(".")[0]


def reached(module: str) -> set[str]:
    """Everything that is imported when `module` is, followed through our own modules."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for imported in imports(MODULES[waiting.pop()]) - seen:
            seen.add(imported)
            waiting += [name for name in [own(imported)] if name]
    return seen


def test_every_module_stands_in_a_room_of_the_plan() -> None:
    assert {room_of(module) for module in MODULES} == set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_the_left(module: str) -> None:
    here = ROOMS.index(room_of(module))
    used = {name for name in map(own, imports(MODULES[module])) if name}
    assert sorted(name for name in used if ROOMS.index(room_of(name)) > here) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    arrows = {
        module: {name for name in map(own, imports(path)) if name and name != module}
        for module, path in MODULES.items()
    }
    while free := [module for module, used in arrows.items() if not used & arrows.keys()]:
        for module in free:
            del arrows[module]
    assert sorted(arrows) == []


@pytest.mark.parametrize(("rooms", "refused"), FORBIDDEN)
def test_no_room_imports_what_is_not_its_business(rooms: list[str], refused: list[str]) -> None:
    broken = [
        f"{module} imports {imported}"
        for module in sorted(MODULES)
        if room_of(module) in rooms
        for imported in sorted(imports(MODULES[module]))
        if any(imported == name or imported.startswith(f"{name}.") for name in refused)
    ]
    assert broken == []


def test_what_serves_the_site_does_without_what_makes_it() -> None:
    assert reached("site.serving.serve") & NOT_SERVED == set()
