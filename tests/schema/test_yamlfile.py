"""The YAML loader: plain data is read as it was written, anything else is refused by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from openbaar.errors import OpenbaarError
from openbaar.yamlfile import MAX_BYTES, parse_yaml, read_yaml

# Without the characters that YAML itself counts as line ends, which PyYAML does not write exactly
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")))
SCALARS = st.none() | st.booleans() | st.integers() | TEXTS
KEYS = st.integers() | TEXTS
PLAIN_DATA = st.recursive(
    SCALARS, lambda below: st.lists(below) | st.dictionaries(KEYS, below), max_leaves=20
)


class WithoutAliases(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@given(PLAIN_DATA)
def test_plain_data_that_is_written_and_read_again_is_the_same_data(data: Any) -> None:
    text = yaml.dump(data, Dumper=WithoutAliases, allow_unicode=True)
    assert parse_yaml(text, "t.yaml").data == data


def test_words_and_figures_that_yaml_1_1_reads_otherwise_are_text() -> None:
    text = "[no, on, 010, 12:30, 1_000, 0x1F, 1.50, 2023-01-31]"
    read = ["no", "on", "010", "12:30", "1_000", "0x1F", "1.50", "2023-01-31"]
    assert parse_yaml(text, "t.yaml").data == read


BROKEN_YAML = {
    "an alias": ("a: &x [1]\nb: *x\n", "t.yaml:2:4: the alias *x is refused (write it out)"),
    "a python tag": (
        "a: !!python/name:os.getcwd ''\n",
        "t.yaml:1:4: the tag tag:yaml.org,2002:python/name:os.getcwd is refused "
        "(write plain text, numbers, lists and mappings)",
    ),
    "a key twice": (
        "a: 1\nb: 2\na: 3\n",
        "t.yaml:3:1: the key 'a' is given here and on line 1 (keep one of them)",
    ),
    "a key that is no text": (
        "? [a]\n: 1\n",
        "t.yaml:1:3: the key ['a'] is neither text nor a whole number (quote it)",
    ),
    "a key that is no text, and what stands behind it": (
        "? [a]\n: {b: 1, b: [2]}\nc: 3\nc: {d: 4, d: 5}\n",
        "t.yaml:1:3: the key ['a'] is neither text nor a whole number (quote it)\n"
        "t.yaml:4:1: the key 'c' is given here and on line 3 (keep one of them)",
    ),
    "a second document": (
        "a: 1\n---\nb: 2\n",
        "t.yaml:2:1: is not YAML: but found another document",
    ),
    "a bracket that is not closed": (
        "a: [1\nb: 2\n",
        "t.yaml:2:2: is not YAML: a bracket is not closed, or a text holds one of : , [ ] { } "
        "(close each { with } and each [ with ], or put the text in quotes)",
    ),
    "a colon in a text between braces": (
        "a: {nl: Budget: 2023}\n",
        "t.yaml:1:15: is not YAML: a bracket is not closed, or a text holds one of : , [ ] { } "
        "(close each { with } and each [ with ], or put the text in quotes)",
    ),
    "a colon in a text": (
        "a: Budget: 2023\n",
        "t.yaml:1:10: is not YAML: there is a second ': ' on this line "
        "(put a text that holds such a sign in quotes)",
    ),
    "a tab": (
        "a:\n\tb: 1\n",
        "t.yaml:2:1: is not YAML: a tab begins or parts what stands here (indent with spaces)",
    ),
    "a key that is indented less": (
        "a:\n    b: 1\n  c: 2\n",
        "t.yaml:3:3: is not YAML: this is indented otherwise than what stands above it (begin keys "
        "that belong together in the same column, and indent with spaces)",
    ),
    "an item beside a key": (
        "a: 1\n- b\n",
        "t.yaml:2:1: is not YAML: this is indented otherwise than what stands above it (begin keys "
        "that belong together in the same column, and indent with spaces)",
    ),
    "text behind quotes": (
        "a: 'b' c\n",
        "t.yaml:1:8: is not YAML: there is more after the text in quotes (put all of it in quotes)",
    ),
    "a quote that is not closed": (
        "a: 'b\nc: 1\n",
        "t.yaml:1:4: is not YAML: a text in quotes is not closed (close it with the same quote)",
    ),
    "a line that is no key": (
        "a: 1\nb\nc: 2\n",
        "t.yaml:2:1: is not YAML: this is neither a key with ': ' behind it nor part of the text "
        "above (write `key: text`; indent a text that goes on)",
    ),
    "a sign that begins no text": (
        "a: @b\n",
        "t.yaml:1:4: is not YAML: no text begins with this sign "
        "(put a text that holds such a sign in quotes)",
    ),
}


@pytest.mark.parametrize(("text", "message"), BROKEN_YAML.values(), ids=BROKEN_YAML)
def test_hostile_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(OpenbaarError) as caught:
        parse_yaml(text, "t.yaml")
    assert "\n".join(map(str, caught.value.problems)) == message


def test_each_key_and_item_has_its_place() -> None:
    file = parse_yaml("a:\n- {b: 1,\n   c: 2}\n- d\n", "t.yaml")
    assert str(file.place("a")) == "t.yaml:1:1"
    assert str(file.place("a", 0)) == "t.yaml:2:3"
    assert str(file.place("a", 0, "c")) == "t.yaml:3:4"
    assert str(file.place("a", 0, "c", "x")) == "t.yaml:3:4"  # of what is not there, what is around
    assert str(file.place("a", 1)) == "t.yaml:4:3"
    assert str(file.place("e")) == "t.yaml:1:1"
    assert parse_yaml("", "t.yaml").data is None


def test_yaml_that_is_nested_too_deep_is_refused_before_it_is_read_to_its_end() -> None:
    with pytest.raises(OpenbaarError) as caught:
        parse_yaml("[" * (MAX_BYTES - 1), "t.yaml")
    assert str(caught.value) == "t.yaml:1:51: is nested more than 50 deep"


def test_a_yaml_file_over_the_limit_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(OpenbaarError) as caught:
        read_yaml(tmp_path / "t.yaml", "t.yaml")
    assert str(caught.value) == "t.yaml: has 1000001 bytes; at most 1000000 are read"
