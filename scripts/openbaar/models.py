"""What people write as models: unknown keys are refused, and each problem has its place.

A model says which keys a file has and what they mean. What pydantic objects to is told in the words
of those who write YAML or JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from openbaar.errors import OpenbaarError, Problem, nearest
from openbaar.yamlfile import KeyPath, YamlFile

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A mapping that refuses keys it does not know and never changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def as_text(value: Any) -> Any:
    """A whole number as text; true and false are refused, because nobody means them as text."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not text; put it in quotes")
    if isinstance(value, int):
        return str(value)
    return value


def as_list(value: Any) -> Any:
    """A single text or mapping as a list of one, so that authors may leave out the brackets."""
    if isinstance(value, str | dict):
        return [value]
    return value


def as_tuple(value: Any) -> Any:
    """A list, or a single text or mapping, as the tuple that models hold."""
    listed = as_list(value)
    if isinstance(listed, list):
        return tuple(listed)
    return listed


class BelowError(ValueError):
    """What a validator of a mapping finds wrong at keys inside it, such as `("chart", "x")`."""

    def __init__(self, path: KeyPath, message: str) -> None:
        super().__init__(message)
        self.path = path


Text = Annotated[str, BeforeValidator(as_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


def load_model(
    file: YamlFile, model: type[Model], languages: Sequence[str] = (), **extra: Any
) -> Model:
    """Check the data of `file` against `model` and return it as one.

    `languages` are those of the publication, in which messages show texts. Raises OpenbaarError
    with every problem: unknown keys with the nearest known one, missing keys, and values that do
    not fit, each at its line and column.
    """
    data = {} if file.data is None else file.data
    if not isinstance(data, dict):
        raise OpenbaarError(Problem(file.place(), "should be a mapping of keys to values"))
    try:
        return model.model_validate({**data, **extra}, context={"languages": languages})
    except ValidationError as error:
        errors = error.errors(include_url=False)
        problems = [_problem(file, model, dict(item)) for item in errors]
        raise OpenbaarError(sorted(problems, key=_position)) from error


def _position(problem: Problem) -> tuple[int, int]:
    """Where in its file a problem is, so that problems are read from top to bottom."""
    return problem.place.first_line or 0, problem.place.column or 0


# The kinds of error are those of https://docs.pydantic.dev/latest/errors/validation_errors/.
WRONG_KIND = {
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "dict_type": "should be a mapping",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "decimal_parsing": "should be a number, such as 0.5",
    "decimal_type": "should be a number, such as 0.5",
    "list_type": "should be a list",
    "model_type": "should be a mapping",
    "string_type": "should be text",
    "tuple_type": "should be a list",
    "none_required": "is not read; leave it out",
}


def _problem(file: YamlFile, model: type[BaseModel], item: dict[str, Any]) -> Problem:
    """What pydantic objects to, as a problem with its place in the file."""
    location: KeyPath = tuple(item["loc"])
    path = _path_in_file(location)
    match item["type"]:
        case "extra_forbidden":
            hint = nearest(str(path[-1]), _known_keys(model, location[:-1]))
            return Problem(file.place(*path), f"the key '{path[-1]}' is not known", hint)
        case "missing":
            return Problem(file.place(*path[:-1]), f"the key '{path[-1]}' is missing here")
    path += _path_below(item)
    message = _message(item, _example(model, location))
    if path:
        dotted = ".".join(map(str, path))
        message = f"{dotted}: {message}"
    return Problem(file.place(*path), message)


def _path_below(item: dict[str, Any]) -> KeyPath:
    """The keys inside a mapping at which its validator found what is wrong."""
    error = item.get("ctx", {}).get("error")
    return error.path if isinstance(error, BelowError) else ()


def _message(item: dict[str, Any], example: Any) -> str:
    """What pydantic objects to in a value, in the words of those who write YAML or JSON.

    `example` is what is wanted there, where its field gives one.
    """
    kind, given = item["type"], item["input"]
    if example and kind in ("string_pattern_mismatch", "string_type"):
        message = f"is {given!r}; it should look like {example}"
        return message
    if kind == "literal_error":
        return f"is {given!r}; it should be {item['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        message = f"'{given}' does not match '{item['ctx']['pattern']}'"
        return message
    said = str(item["msg"]).removeprefix("Value error, ")
    return WRONG_KIND.get(kind, said)


def _example(model: type[BaseModel], location: KeyPath) -> Any:
    """An example of the value at `location` inside `model`, where its field gives one."""
    for node in _nodes_at(model, location):
        examples = node.get("examples")
        if examples:
            return examples[0]
    return None


def _path_in_file(location: KeyPath) -> KeyPath:
    """The keys of the file in a location of pydantic, which names validators too: `function[…]`."""
    return tuple(part for part in location if not str(part).endswith("]"))


def _known_keys(model: type[BaseModel], location: KeyPath) -> list[str]:
    """The keys that the model at `location` inside `model` has, by its JSON Schema."""
    keys: set[str] = set()
    for node in _nodes_at(model, location):
        keys.update(node.get("properties", {}))
    return sorted(keys)


def _nodes_at(model: type[BaseModel], location: KeyPath) -> list[dict[str, Any]]:
    """What the JSON Schema of `model` says of `location` inside it: each alternative."""
    schema = model.model_json_schema(by_alias=True)
    nodes = _alternatives(schema, schema)
    for part in location:
        below: list[dict[str, Any]] = []
        for node in nodes:
            below += _below(node, part, schema)
        if below:  # a part that names a validator leads nowhere
            nodes = below
    return nodes


def _below(node: dict[str, Any], part: str | int, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a JSON Schema allows below a key or an index."""
    if part in node.get("properties", {}):
        return _alternatives(node["properties"][part], schema)
    if isinstance(node.get("additionalProperties"), dict):
        return _alternatives(node["additionalProperties"], schema)
    if isinstance(part, int) and isinstance(node.get("items"), dict):
        return _alternatives(node["items"], schema)
    return []


def _alternatives(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The forms that a node of a JSON Schema allows: what it refers to, or each alternative."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        return _alternatives(schema["$defs"][name], schema)
    alternatives = node.get("anyOf", []) + node.get("oneOf", [])
    if not alternatives:
        return [node]
    found: list[dict[str, Any]] = []
    for alternative in alternatives:
        found += _alternatives(alternative, schema)
    return found
