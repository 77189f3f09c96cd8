"""What may import what, and how large a function or file may grow, read from the syntax trees.

The rules are tables of names; `scripts/README.md` gives the reasons and the picture.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scripts" / "openbaar"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# From bottom to top: a module may import what stands on an earlier line, and its neighbours in one folder.
LAYERS = """
__init__ layout.__init__
errors patterns atomic
names yamlfile inside
recipe
queries
tables
publication
references
csvfile words staleness
documents.lines
documents.text
documents.*
codes
values
layout.*
checks trust
reading
convert
corpus
preview.* draft.*
package drawing
sitedata
packagecheck archive database remarks permalinks workbook
web.__init__ web.published
web.*
site
publish serve
freeze
command
authoring
command
authoring
cli
__main__
""".strip().splitlines()

CONVERTS = [
    "documents.*",
    "codes",
    "values",
    "layout.*",
    "checks",
    "trust",
    "reading",
    "convert",
    "corpus",
]
PUBLISHES = [
    "package",
    "packagecheck",
    "archive",
    "database",
    "remarks",
    "site",
    "permalinks",
    "workbook",
    "web.*",
    "serve",
]
# These modules may not import those, neither at the top nor inside a function.
FORBIDDEN = [
    (["layout.*"], ["click", "frictionless", "sqlite_utils", "os", "io", "pathlib", "sqlite3"]),
    (CONVERTS, ["click", "frictionless", "sqlite3", "sqlite_utils", "datasette", "uvicorn"]),
    (CONVERTS, [f"openbaar.{name}" for name in PUBLISHES]),
    (
        PUBLISHES,
        [
            "click",
            "openbaar.recipe.language",
            "openbaar.tables.convert",
            "openbaar.documents",
            "openbaar.recipe",
        ],
    ),
    (["*"], ["pandas", "rich", "requests", "openbaar.utils"]),
]
LONGEST_FUNCTION = 50
LONGEST_FILE = 350


def imports(path: Path) -> set[str]:
    """The full names of the modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write the full name of the module"
            found.add(node.module or "")
            found |= {f"openbaar.{alias.name}" for alias in node.names if node.module == "openbaar"}
    return found


def matching(pattern: str) -> list[str]:
    """The modules that a name of the tables above stands for: `layout.*` is every module of that folder."""
    prefix = pattern.removesuffix("*")
    return [
        name
        for name in MODULES
        if name == pattern or (prefix != pattern and name.startswith(prefix))
    ]


def layer_of(module: str) -> int:
    """On which line of LAYERS a module stands; a name written out goes before one with a star."""
    folder = f"{module.rsplit('.', 1)[0]}.*" if "." in module else module
    for name in (module, folder):
        for number, line in enumerate(LAYERS):
            if name in line.split():
                return number
    pytest.fail(f"openbaar.{module} has no place in LAYERS")


def own(imported: str) -> str | None:
    """The module of ours that an import means, without `openbaar.`, or None."""
    name = imported.removeprefix("openbaar.")
    return name if imported.startswith("openbaar.") and name in MODULES else None


def reached(module: str) -> set[str]:
    """Everything that is imported when `module` is, followed through our own modules."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for imported in imports(MODULES[waiting.pop()]) - seen:
            seen.add(imported)
            waiting += [name for name in [own(imported)] if name]
    return seen


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file with the number of its lines, decorators and docstring counted."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                f"{path.name}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_layers_below_it(module: str) -> None:
    upward = [
        name
        for name in filter(None, map(own, sorted(imports(MODULES[module]))))
        if layer_of(name) > layer_of(module)
        or (layer_of(name) == layer_of(module) and not siblings(name, module))
    ]
    assert upward == []


def siblings(one: str, other: str) -> bool:
    """Whether two modules stand in the same folder below the package."""
    return "." in one and one.rsplit(".", 1)[0] == other.rsplit(".", 1)[0]


@pytest.mark.parametrize(("importers", "refused"), FORBIDDEN)
def test_no_module_imports_what_is_not_its_business(
    importers: list[str], refused: list[str]
) -> None:
    broken = [
        f"{module} imports {imported}"
        for module in sorted({name for pattern in importers for name in matching(pattern)})
        for imported in sorted(imports(MODULES[module]))
        if any(imported == name or imported.startswith(f"{name}.") for name in refused)
    ]
    assert broken == []


def test_the_layout_functions_open_no_file() -> None:
    opening = {"open", "read_text", "read_bytes"}
    calls = {
        f"{name}: {ast.unparse(node.func)}"
        for name in matching("layout.*")
        for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] in opening
    }
    assert calls == set()


def test_what_serves_the_site_reaches_neither_frictionless_nor_a_recipe() -> None:
    assert (
        reached("serve")
        & {"frictionless", "rich", "openbaar.recipe.language", "openbaar.package.validation"}
        == set()
    )


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        name
        for path in MODULES.values()
        for name, lines in functions(path)
        if lines > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_too_long_to_read() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}
