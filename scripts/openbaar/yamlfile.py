"""Authored YAML files: read safely, with the place of every key kept for error messages.

Only the plain part of YAML is accepted. Aliases (which can explode in memory), tags, a key given
twice and files over one megabyte are refused, each with its line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import text_of
from openbaar.limits import most

MAX_BYTES = most("authored_bytes")
# Where PyYAML was built with it, the parser in C, which is ten times as fast.
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = most("nesting")
QUOTES = "put a text that holds such a sign in quotes"
CLOSE = "close each { with } and each [ with ], or put the text in quotes"
KeyPath = tuple[str | int, ...]  # the keys and indexes that lead to a place in a file


@dataclass(frozen=True)
class YamlFile:
    """The data of a YAML file, and for each path into it the place where it is."""

    name: str
    data: Any
    places: dict[KeyPath, Place]

    def place(self, *path: str | int) -> Place:
        """The place of `path`, or of the nearest thing around it that is in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(self.name)


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read the YAML file at `path`; `name` is how messages call it.

    Raises OpenbaarError when it is missing, too large, not UTF-8, not YAML, or uses what is
    refused.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise OpenbaarError(Problem(Place(name), message)) from error
    return yaml_of(raw, name)


def yaml_of(raw: bytes, name: str) -> YamlFile:
    """The bytes of a YAML file as `read_yaml` reads them, with the same errors."""
    return parse_yaml(text_within(raw, name), name)


def text_within(raw: bytes, name: str) -> str:
    """The text of a file of at most `MAX_BYTES` bytes; `name` is how messages call it.

    Raises OpenbaarError where it is longer, or not UTF-8.
    """
    if len(raw) > MAX_BYTES:
        message = f"has {len(raw)} bytes; at most {MAX_BYTES} are read"
        raise OpenbaarError(Problem(Place(name), message))
    return text_of(raw, name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse YAML text. Raises OpenbaarError with every refused construct."""
    node = _composed(text, name)
    if node is None:
        return YamlFile(name, None, {})
    reader = _Reader(name)
    data = reader.value(node, ())
    if reader.problems:
        raise OpenbaarError(reader.problems)
    return YamlFile(name, data, reader.places)


def _composed(text: str, name: str) -> yaml.Node | None:
    """The text as a tree of YAML nodes; None where it is empty."""
    try:
        return _parsed(text, name, FAST)
    except yaml.YAMLError:
        return _parsed_slowly(text, name)


def _parsed(text: str, name: str, loader: Any) -> yaml.Node | None:
    _check_events(text, name, loader)
    return yaml.compose(text, Loader=loader)


def _parsed_slowly(text: str, name: str) -> yaml.Node | None:
    """The text as a tree, by the parser in Python: it says more clearly what is wrong."""
    try:
        return _parsed(text, name, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise OpenbaarError(_not_yaml(name, error)) from error
    except yaml.YAMLError as error:
        raise OpenbaarError(Problem(Place(name), f"is not YAML: {error}")) from error


# What the parser says, in the words of those who write YAML, and what helps. The slips are those
# that people make; the texts are those of https://github.com/yaml/pyyaml.
SLIPS = {
    r"found character '\\t'": ("a tab begins or parts what stands here", "indent with spaces"),
    "found character": ("no text begins with this sign", QUOTES),
    "mapping values are not allowed": ("there is a second ': ' on this line", QUOTES),
    "expected ',' or": ("a bracket is not closed, or a text holds one of : , [ ] { }", CLOSE),
    "but found '<scalar>'": ("there is more after the text in quotes", "put all of it in quotes"),
    "expected <block end>": (
        "this is indented otherwise than what stands above it",
        "begin keys that belong together in the same column, and indent with spaces",
    ),
    "could not find expected ':'": (
        "this is neither a key with ': ' behind it nor part of the text above",
        "write `key: text`; indent a text that goes on",
    ),
    "unexpected end of stream": ("a text in quotes is not closed", "close it with the same quote"),
}

# What the parser notices only behind the place at which it begins.
NOTICED_LATER = "could not find expected ':'|unexpected end of stream"


def _not_yaml(name: str, error: yaml.MarkedYAMLError) -> Problem:
    """What the parser could not read, in plain words where it is a slip that people make."""
    said = error.problem or error.context or ""
    marks = [error.problem_mark, error.context_mark]
    if re.search(NOTICED_LATER, said):
        marks.reverse()
    mark = marks[0] or marks[1]
    place = _place(name, mark) if mark else Place(name)
    for pattern, (what, hint) in SLIPS.items():
        if re.search(pattern, said):
            return Problem(place, f"is not YAML: {what}", hint)
    return Problem(place, f"is not YAML: {said}")


def _check_events(text: str, name: str, loader: Any) -> None:
    """Raise OpenbaarError for an alias, and for lists and mappings that are nested too deep.

    The parser is stopped at the first of them: it takes time and memory without limit to read on.
    """
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        place = _place(name, event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            message = f"the alias *{event.anchor} is refused"
            raise OpenbaarError(Problem(place, message, "write it out"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise OpenbaarError(Problem(place, f"is nested more than {MAX_DEPTH} deep"))


def _place(name: str, mark: Any) -> Place:
    return Place(name, mark.line + 1, None, mark.column + 1)


class _Reader:
    """Turns YAML nodes into plain Python data, remembering where each key is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.places.setdefault(path, _place(self.name, node.start_mark))
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            hint = "write plain text, numbers, lists and mappings"
            self._refuse(node, f"the tag {node.tag} is refused", hint)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if not isinstance(key, str | int):
                message = f"the key {key!r} is neither text nor a whole number"
                self._refuse(key_node, message, "quote it")
                continue
            here = (*path, key)
            if key in result:
                first = self.places[here].first_line
                message = f"the key '{key}' is given here and on line {first}"
                self._refuse(key_node, message, "keep one of them")
                continue
            self.places[here] = _place(self.name, key_node.start_mark)
            result[key] = self.value(value_node, here)
        return result

    def _key(self, node: yaml.Node, path: KeyPath) -> Any:
        """The key that a node is; a key has no place of its own."""
        key = self.value(node, (*path, "<key>"))
        self.places.pop((*path, "<key>"), None)
        return key

    def _refuse(self, node: yaml.Node, message: str, hint: str) -> None:
        self.problems.append(Problem(_place(self.name, node.start_mark), message, hint))


def _scalar(node: Any) -> str | int | bool | None:
    """The value of a scalar by the core schema of YAML 1.2, as far as authors need it.

    That is whole numbers, true and false, and null; anything else is text. PyYAML follows YAML 1.1,
    where `no` is false, `010` is 8 and `12:30` is 750, which no author means.
    """
    text = str(node.value)
    if node.style:  # quoted, or a block of text
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch("-?(0|[1-9][0-9]*)", text):
        return int(text)
    return text
