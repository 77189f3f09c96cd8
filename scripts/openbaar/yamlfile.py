"""Authored YAML files: read safely, with the place of every key kept for error messages.

Only the plain part of YAML is accepted. Aliases (which can explode in memory), tags, a key given
twice and files over one megabyte are refused, each with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
WHOLE_NUMBER = re.compile("-?(0|[1-9][0-9]*)")
CLOSE = "close each { with } and each [ with ], or put the text in quotes"
KeyPath = tuple[str | int, ...]  # the keys and indexes that lead to a place in a file
Position = tuple[int, int]  # in a file: line and column, from 1


@dataclass(frozen=True)
class YamlFile:
    """The data of a YAML file, and for each path into it where it is."""

    name: str
    data: Any
    positions: dict[KeyPath, Position]

    def place(self, *path: str | int) -> Place:
        """The place of `path`, or of the nearest thing around it that is in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                return place_at(self.name, self.positions[path[:length]])
        return Place(self.name)


def place_at(name: str, position: Position) -> Place:
    """The place at a position in the file `name`."""
    line, column = position
    return Place(name, line, None, column)


def read_yaml(path: Path, name: str, most_bytes: int = MAX_BYTES) -> YamlFile:
    """Read the YAML file at `path`; `name` is how messages call it.

    Raises OpenbaarError when it is missing, too large, not UTF-8, not YAML, or uses what is
    refused.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise OpenbaarError(Problem(Place(name), message)) from error
    return yaml_of(raw, name, most_bytes)


def yaml_of(raw: bytes, name: str, most_bytes: int = MAX_BYTES) -> YamlFile:
    """The bytes of a YAML file as `read_yaml` reads them, with the same errors."""
    return parse_yaml(text_within(raw, name, most_bytes), name)


def text_within(raw: bytes, name: str, most_bytes: int = MAX_BYTES) -> str:
    """The text of a file of at most so many bytes; `name` is how messages call it.

    Raises OpenbaarError where it is longer, or not UTF-8.
    """
    if len(raw) > most_bytes:
        message = f"has {len(raw)} bytes; at most {most_bytes} are read"
        raise OpenbaarError(Problem(Place(name), message))
    return text_of(raw, name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse YAML text. Raises OpenbaarError with every refused construct."""
    try:
        return _parsed(text, name, FAST)
    except yaml.YAMLError:
        return _parsed_slowly(text, name)


def _parsed(text: str, name: str, loader: Any) -> YamlFile:
    reader = _Reader(name, yaml.parse(text, Loader=loader))
    data = reader.whole()
    if reader.problems:
        raise OpenbaarError(reader.problems)
    return YamlFile(name, data, reader.positions)


def _parsed_slowly(text: str, name: str) -> YamlFile:
    """Parse text by the parser in Python: it says more clearly what is wrong."""
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


def _place(name: str, mark: Any) -> Place:
    return place_at(name, _position_of(mark))


def _position_of(mark: Any) -> Position:
    return mark.line + 1, mark.column + 1


class _Reader:
    """Turns the events of a YAML parser into plain Python data, remembering where each key is.

    It stops at the first alias, and at lists and mappings that are nested too deep: to read on
    takes time and memory without limit.
    """

    def __init__(self, name: str, events: Iterable[yaml.Event]) -> None:
        self.name = name
        self.events = iter(events)
        self.depth = 0
        self.positions: dict[KeyPath, Position] = {}
        self.problems: list[Problem] = []

    def whole(self) -> Any:
        """The data of the one document of a file; None where the file is empty."""
        self._next()  # the stream begins
        begins = self._next()
        if isinstance(begins, yaml.StreamEndEvent):
            return None
        data = self._value(self._next(), ())
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise yaml.composer.ComposerError(
                "expected a single document in the stream",
                begins.start_mark,
                "but found another document",
                after.start_mark,
            )
        return data

    def _next(self) -> Any:
        """The next event. Raises OpenbaarError where it is one at which to stop."""
        event = next(self.events)
        if isinstance(event, yaml.CollectionStartEvent):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                message = f"is nested more than {MAX_DEPTH} deep"
                raise OpenbaarError(Problem(_place(self.name, event.start_mark), message))
        elif isinstance(event, yaml.CollectionEndEvent):
            self.depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            message = f"the alias *{event.anchor} is refused"
            place = _place(self.name, event.start_mark)
            raise OpenbaarError(Problem(place, message, "write it out"))
        return event

    def _value(self, event: Any, path: KeyPath) -> Any:
        """The value that begins with an event."""
        self.positions.setdefault(path, _position_of(event.start_mark))
        if not _is_plain(event.tag):
            hint = "write plain text, numbers, lists and mappings"
            self._refuse(event, f"the tag {event.tag} is refused", hint)
            self._pass_over(event)
            return None
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return _scalar(event)

    def _list(self, path: KeyPath) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            result.append(self._value(event, (*path, len(result))))
        return result

    def _mapping(self, path: KeyPath) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            if not isinstance(key, str | int):
                message = f"the key {key!r} is neither text nor a whole number"
                self._refuse(event, message, "quote it")
                self._pass_over(self._next())
                continue
            here = (*path, key)
            if key in result:
                first, _ = self.positions[here]
                message = f"the key '{key}' is given here and on line {first}"
                self._refuse(event, message, "keep one of them")
                self._pass_over(self._next())
                continue
            self.positions[here] = _position_of(event.start_mark)
            result[key] = self._value(self._next(), here)
        return result

    def _key(self, event: Any, path: KeyPath) -> Any:
        """The key that begins with an event; a key has no place of its own."""
        if isinstance(event, yaml.ScalarEvent) and event.tag is None:
            return _scalar(event)
        key = self._value(event, (*path, "<key>"))
        self.positions.pop((*path, "<key>"), None)
        return key

    def _pass_over(self, event: Any) -> None:
        """Go to the end of the value that begins with an event."""
        if isinstance(event, yaml.CollectionStartEvent):
            around = self.depth - 1
            while self.depth > around:
                self._next()

    def _refuse(self, event: Any, message: str, hint: str) -> None:
        self.problems.append(Problem(_place(self.name, event.start_mark), message, hint))


def _is_plain(tag: str | None) -> bool:
    """Whether a tag is that of plain data; most of it has none, and `!` says as much."""
    if tag is None or tag == "!":
        return True
    return tag.startswith("tag:yaml.org,2002:") and "python" not in tag


def _scalar(event: Any) -> str | int | bool | None:
    """The value of a scalar by the core schema of YAML 1.2, as far as authors need it.

    That is whole numbers, true and false, and null; anything else is text. PyYAML follows YAML 1.1,
    where `no` is false, `010` is 8 and `12:30` is 750, which no author means.
    """
    text = str(event.value)
    if event.style:  # quoted, or a block of text
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return text
