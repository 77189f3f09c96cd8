"""`docs/errors.md` explains every message that the code can give, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "errors.md"
MESSAGE_NAMES = ("message", "what", "finding")  # variables whose text becomes a message
FEWEST_LETTERS = 5  # a message with fewer letters of its own only repeats another's


def text_of(node: ast.expr) -> str | None:
    """The text of an expression, with `…` for each value put into it; None where it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
        return "".join(str(part) for part in parts)
    return None


def messages_in(tree: ast.AST) -> Iterator[str | None]:
    """What is given to `Problem` as its message, and to `ValueError`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in MESSAGE_NAMES:
                yield text_of(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "Problem" and len(node.args) > 1:
                yield text_of(node.args[1])
            elif node.func.id == "ValueError" and node.args:
                yield text_of(node.args[0])


def messages_of_the_code() -> set[str]:
    """All messages, without those that consist of little more than values."""
    found = set()
    for path in (ROOT / "scripts" / "openbaar").rglob("*.py"):
        for message in messages_in(ast.parse(path.read_text("utf-8"))):
            if message is not None and len(re.findall("[a-z]", message)) >= FEWEST_LETTERS:
                found.add(message)
    return found


def messages_of_the_page() -> list[str]:
    """The message at the beginning of each item of the page."""
    return re.findall(r"^- `([^`]+)`: ", PAGE.read_text("utf-8"), flags=re.MULTILINE)


def test_each_message_is_explained() -> None:
    assert sorted(messages_of_the_code() - set(messages_of_the_page())) == []


def test_each_explanation_is_of_a_message() -> None:
    assert sorted(set(messages_of_the_page()) - messages_of_the_code()) == []


def test_each_message_is_explained_once() -> None:
    explained = messages_of_the_page()
    assert sorted(explained) == sorted(set(explained))
