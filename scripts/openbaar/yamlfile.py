"""Authored YAML files: read safely, with the place of every key kept for error messages.

Only the plain part of YAML is accepted. Aliases (which can explode in memory), tags, a key
given twice and files over one megabyte are refused, each with its line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from openbaar.errors import OpenbaarError, Place, Problem, nearest

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class YamlFile:
    """The data of a YAML file, and for each path into it the place where it stands."""

    name: str
    data: Any
    places: dict[Path_, Place]

    def place(self, *path: str | int) -> Place:
        """The place of `path`, or of the nearest thing around it that the file does hold."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(self.name)


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read the YAML file at `path`; `name` is how messages call it.

    Raises OpenbaarError when it is missing, too large, not UTF-8, not YAML, or uses what is refused.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise OpenbaarError(Problem(Place(name), f"cannot be read: {error.strerror}")) from error
    if len(raw) > MAX_BYTES:
        raise OpenbaarError(
            Problem(Place(name), f"is {len(raw)} bytes; at most {MAX_BYTES} are read")
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OpenbaarError(
            Problem(Place(name), f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}")
        ) from error
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse YAML text. Raises OpenbaarError with every refused construct."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise OpenbaarError(
                    Problem(
                        _place(name, event.start_mark),
                        f"the alias *{event.anchor} is refused",
                        "write it out",
                    )
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(name, mark) if mark else Place(name)
        raise OpenbaarError(
            Problem(place, f"is not YAML: {error.problem or error.context}")
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        message = (
            "is nested too deep" if isinstance(error, RecursionError) else f"is not YAML: {error}"
        )
        raise OpenbaarError(Problem(Place(name), message)) from error
    reader = _Reader(name)
    data = reader.value(node, ()) if node is not None else None
    if reader.problems:
        raise OpenbaarError(reader.problems)
    return YamlFile(name, data, reader.places)


def _place(name: str, mark: Any) -> Place:
    return Place(name, mark.line + 1, None, mark.column + 1)


class _Reader:
    """Turns YAML nodes into plain Python data, remembering where each key stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Path_, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self.places.setdefault(path, _place(self.name, node.start_mark))
        if len(path) > MAX_DEPTH:
            self._refuse(node, f"is nested more than {MAX_DEPTH} deep", "")
            return None
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self._refuse(
                node,
                f"the tag {node.tag} is refused",
                "write plain text, numbers, lists and mappings",
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.value(key_node, (*path, "<key>"))
            self.places.pop((*path, "<key>"), None)
            if not isinstance(key, str | int):
                self._refuse(
                    key_node, f"the key {key!r} is neither text nor a whole number", "quote it"
                )
                continue
            here = (*path, key)
            if key in result:
                first = self.places[here].first_line
                self._refuse(
                    key_node, f"the key '{key}' stands here and on line {first}", "keep one of them"
                )
                continue
            self.places[here] = _place(self.name, key_node.start_mark)
            result[key] = self.value(value_node, here)
        return result

    def _refuse(self, node: yaml.Node, message: str, hint: str) -> None:
        self.problems.append(Problem(_place(self.name, node.start_mark), message, hint))


def _scalar(node: Any) -> str | int | bool | None:
    """The value of a scalar by the core schema of YAML 1.2: whole numbers, true and false, null; else its text.

    PyYAML follows YAML 1.1, where `no` is false, `010` is 8 and `12:30` is 750, which no author means.
    """
    text = str(node.value)
    if node.style is not None:  # quoted, or a block of text
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch("-?(0|[1-9][0-9]*)", text) else text


def load_model(file: YamlFile, model: type[Model], **extra: Any) -> Model:
    """Check the data of `file` against `model` and return it as one.

    Raises OpenbaarError with every problem: unknown keys with the nearest known one, missing keys,
    and values that do not fit, each at its line and column.
    """
    data = file.data if file.data is not None else {}
    if not isinstance(data, dict):
        raise OpenbaarError(Problem(file.place(), "should be a mapping of keys to values"))
    try:
        return model.model_validate({**data, **extra})
    except ValidationError as error:
        problems = [_problem(file, model, dict(item)) for item in error.errors(include_url=False)]
        raise OpenbaarError(problems) from error


def _problem(file: YamlFile, model: type[BaseModel], item: dict[str, Any]) -> Problem:
    location = tuple(part for part in item["loc"])
    kind = item["type"]
    path = tuple(part for part in location if not (isinstance(part, str) and part.endswith("]")))
    if kind == "extra_forbidden":
        keys = item.get("ctx", {}).get("known") or _known_keys(model, location[:-1])
        return Problem(
            file.place(*path),
            f"the key '{location[-1]}' is not known",
            nearest(str(location[-1]), keys),
        )
    if kind == "missing":
        return Problem(file.place(*path[:-1]), f"the key '{path[-1]}' is missing here")
    dotted = ".".join(str(part) for part in path)
    message = item["msg"].removeprefix("Value error, ")
    return Problem(file.place(*path), f"{dotted}: {message}" if dotted else message)


def _known_keys(model: Any, location: tuple[str | int, ...]) -> list[str]:
    """The keys that the model at `location` inside `model` knows, followed through its JSON Schema."""
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[-1]])
        for several in ("anyOf", "oneOf"):
            if several in node:
                return [found for part in node[several] for found in resolve(part)]
        return [node]

    nodes = resolve(schema)
    for part in location:
        below: list[dict[str, Any]] = []
        for node in nodes:
            if part in node.get("properties", {}):
                below += resolve(node["properties"][part])
            elif isinstance(node.get("additionalProperties"), dict):
                below += resolve(node["additionalProperties"])
            elif isinstance(part, int) and isinstance(node.get("items"), dict):
                below += resolve(node["items"])
        nodes = below or nodes
    return sorted({key for node in nodes for key in node.get("properties", {})})


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not text; put it in quotes")
    return str(value) if isinstance(value, int) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class Strict(BaseModel):
    """A mapping that refuses keys it does not know and never changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: tuple(as_list(value)))]
