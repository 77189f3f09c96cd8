"""Rules of style that no linter knows: a comprehension is easily read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scripts" / "openbaar"
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


def conditions(test: ast.expr) -> int:
    """Of how many conditions one is made by `and` and `or`."""
    return len(test.values) if isinstance(test, ast.BoolOp) else 1


def is_packed(node: ast.AST) -> bool:
    """Whether a comprehension has a second `for`, or a second condition."""
    if not isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return False
    tests = [test for each in node.generators for test in each.ifs]
    return len(node.generators) > 1 or sum(map(conditions, tests)) > 1


@pytest.mark.parametrize("module", MODULES)
def test_a_comprehension_has_one_for_and_at_most_one_condition(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    assert [node.lineno for node in ast.walk(tree) if is_packed(node)] == []


def test_a_packed_comprehension_would_be_found() -> None:
    packed = ["[a for a in b for c in a]", "{a for a in b if a if c}", "[a for a in b if a and c]"]
    for text in (*packed, "any(a for a in b for c in a)"):
        assert any(map(is_packed, ast.walk(ast.parse(text)))), text
    assert not any(map(is_packed, ast.walk(ast.parse("[[c for c in a] for a in b if a]"))))
