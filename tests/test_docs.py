"""The documentation names what the code knows: keys of authored files, commands, rooms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from openbaar.cli.handbook import PAGES
from openbaar.cli.main import main
from openbaar.tables.authored.model import Package, Table

ROOT = Path(__file__).parent.parent
ROOMS = sorted(path.name for path in (ROOT / "scripts/openbaar").iterdir() if path.is_dir())
DOCUMENTATION = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("*/*.md"))]


def keys(model: Any) -> set[str]:
    """All keys that a file of this model may hold, at any depth."""
    schema = model.model_json_schema(by_alias=True)
    models = [schema, *schema.get("$defs", {}).values()]
    found: set[str] = set()
    for each in models:
        found.update(each.get("properties", {}))
    return found


def code_in(*pages: str) -> str:
    """What the pages print as code, in blocks and in lines: prose is no documentation."""
    parts: list[str] = []
    for page in pages:
        text = (ROOT / "docs" / page).read_text("utf-8")
        parts += re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)
        text = re.sub(r"```\w*\n.*?```", "", text, flags=re.DOTALL)
        parts += re.findall(r"`([^`\n]+)`", text)
    return "\n".join(parts)


CODE = code_in("table-files.md", "recipe.md")


@pytest.mark.parametrize("key", sorted(keys(Table) | keys(Package)))
def test_each_key_of_an_authored_file_is_in_the_reference_as_code(key: str) -> None:
    # as a key of YAML, at the beginning of a code span, or as one part of a dotted key
    assert re.search(rf"(^|[{{ ,.\-]){re.escape(key)}(:|$|[ ,}}])", CODE, flags=re.MULTILINE), key


@pytest.mark.parametrize("command", sorted(main.commands))
def test_each_command_is_on_its_page_and_in_the_help(command: str) -> None:
    assert f"`openbaar {command}" in (ROOT / "docs/command.md").read_text(encoding="utf-8")
    assert re.search(rf"^  {command} ", CliRunner().invoke(main, ["--help"]).output, re.MULTILINE)


def test_the_readme_names_commands_that_there_are() -> None:
    named = re.findall(
        r"^    openbaar (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert named
    assert set(named) <= set(main.commands)


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in ("__pycache__", "docs")])
def test_each_room_is_on_the_map_of_the_code(room: str) -> None:
    assert f"`{room}/`" in (ROOT / "scripts/README.md").read_text(encoding="utf-8")


def test_each_module_is_on_the_map_of_the_code() -> None:
    named = set(re.findall(r"`([\w/.]+)`", (ROOT / "scripts/README.md").read_text("utf-8")))
    named = {name.removesuffix("/").rpartition("/")[2] for name in named}
    modules = {path.stem for path in (ROOT / "scripts/openbaar").rglob("*.py")}
    assert sorted(modules - named - {"__init__", "__main__"}) == []


@pytest.mark.parametrize("page", DOCUMENTATION, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", DOCUMENTATION, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_a_heading_of_the_same_page_lead_to_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert [link for link in re.findall(r"\]\(#([^)]+)\)", text) if link not in anchors] == []


@pytest.mark.parametrize("topic", PAGES)
def test_the_handbook_travels_with_the_package(topic: str) -> None:
    shown = CliRunner().invoke(main, ["help", topic])
    assert shown.exit_code == 0
    assert shown.output.startswith("# ")
