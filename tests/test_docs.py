"""The documentation names what the code knows: each key of an authored file, each command, each module."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from openbaar.cli.main import main
from openbaar.tables.model import Package, Table

ROOT = Path(__file__).parent.parent


def keys(model: Any) -> set[str]:
    """All keys that a file of this model may hold, at any depth."""
    schema = model.model_json_schema(by_alias=True)
    models = [schema, *schema.get("$defs", {}).values()]
    return {key for each in models for key in each.get("properties", {})}


@pytest.mark.parametrize("key", sorted(keys(Table) | keys(Package)))
def test_each_key_of_an_authored_file_is_in_the_reference(key: str) -> None:
    reference = (ROOT / "tables/README.md").read_text(encoding="utf-8")
    assert re.search(rf"[`{{ \n]{re.escape(key)}(`|:|,)", reference), key


@pytest.mark.parametrize("command", sorted(main.commands))
def test_each_command_is_in_the_readme(command: str) -> None:
    assert f"openbaar {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "module", sorted(path.name for path in (ROOT / "scripts/openbaar").glob("[a-z]*.py"))
)
def test_each_module_is_on_the_map_of_the_code(module: str) -> None:
    assert module in (ROOT / "scripts/README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("*/README.md"))])
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
