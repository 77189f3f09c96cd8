"""JSON files from others: read strictly, with the place of every key kept for error messages.

The standard is RFC 8259. A key given twice is refused, of which other readers take the last one in
silence, and so is what is no JSON although Python reads it, such as NaN.
"""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.yamlfile import MAX_DEPTH, KeyPath, Position, YamlFile, place_at, text_within

_DECODER = JSONDecoder()  # for the text between two quotes
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
LONGEST_NUMBER = 40  # characters; a longer one means nothing in a descriptor


def read_json(data: bytes, name: str) -> YamlFile:
    """The data of a JSON file with the place of each key; `name` is how messages call the file.

    Raises OpenbaarError with its place where it is too large, not UTF-8, not JSON, or nested too
    deep, and with all places where keys are given twice.
    """
    reader = _Reader(text_within(data, name), name)
    value = reader.whole()
    if reader.problems:
        raise OpenbaarError(reader.problems)
    return YamlFile(name, value, reader.positions)


class _Reader:
    """Walks through the text of a JSON file once."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.position = 0
        self.lines_until = 0  # how far lines were counted: places come in the order of the text
        self.line = 1
        self.line_begins = 0
        self.positions: dict[KeyPath, Position] = {}
        self.problems: list[Problem] = []

    def whole(self) -> Any:
        value = self._value(())
        if self.position < len(self.text):
            raise self._expected("the end of the file")
        return value

    def _value(self, path: KeyPath) -> Any:
        """The value that begins here; the space around it is passed over."""
        self._space()
        self.positions.setdefault(path, self._line_and_column())
        if len(path) > MAX_DEPTH:
            raise OpenbaarError(Problem(self._place(), f"is nested more than {MAX_DEPTH} deep"))
        value = self._bare_value(path)
        self._space()
        return value

    def _bare_value(self, path: KeyPath) -> Any:
        if self._is_next("{"):
            return self._mapping(path)
        if self._is_next("["):
            return self._list(path)
        if self.text.startswith('"', self.position):
            return self._string()
        for word, value in _WORDS.items():
            if self._is_next(word):
                return value
        return self._number()

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        self._space()
        if self._is_next("}"):
            return result
        while True:
            self._space()
            position = self._line_and_column()
            if not self.text.startswith('"', self.position):
                raise self._expected("a key in double quotes")
            key = self._string()
            here = (*path, key)
            if key in result:
                first, _ = self.positions[here]
                message = f"the key '{key}' is given here and on line {first}"
                place = place_at(self.name, position)
                self.problems.append(Problem(place, message, "keep one of them"))
            self.positions.setdefault(here, position)
            self._space()
            if not self._is_next(":"):
                raise self._expected("':'")
            result[key] = self._value(here)
            if self._is_next("}"):
                return result
            if not self._is_next(","):
                raise self._expected("',' or '}'")

    def _list(self, path: KeyPath) -> list[Any]:
        result: list[Any] = []
        self._space()
        if self._is_next("]"):
            return result
        while True:
            result.append(self._value((*path, len(result))))
            if self._is_next("]"):
                return result
            if not self._is_next(","):
                raise self._expected("',' or ']'")

    def _string(self) -> str:
        try:
            text, self.position = _DECODER.raw_decode(self.text, self.position)
            text.encode("utf-8")
        except ValueError as error:  # UnicodeEncodeError too: half of a surrogate pair
            raise self._expected("text that ends in '\"'") from error
        return str(text)

    def _number(self) -> int | float:
        number = _NUMBER.match(self.text, self.position)
        if number is None or len(number.group()) > LONGEST_NUMBER:
            raise self._expected("a value")
        self.position = number.end()
        if number.group().lstrip("-").isdigit():
            return int(number.group())
        return float(number.group())

    def _space(self) -> None:
        space = _SPACE.match(self.text, self.position)
        if space is not None:
            self.position = space.end()

    def _is_next(self, sign: str) -> bool:
        """Whether `sign` comes next, which is then passed over."""
        is_next = self.text.startswith(sign, self.position)
        if is_next:
            self.position += len(sign)
        return is_next

    def _place(self) -> Place:
        return place_at(self.name, self._line_and_column())

    def _line_and_column(self) -> Position:
        passed = self.text.count("\n", self.lines_until, self.position)
        if passed:
            self.line += passed
            self.line_begins = self.text.rfind("\n", 0, self.position) + 1
        self.lines_until = self.position
        return self.line, self.position - self.line_begins + 1

    def _expected(self, what: str) -> OpenbaarError:
        return OpenbaarError(Problem(self._place(), f"is not JSON: expected {what}"))
