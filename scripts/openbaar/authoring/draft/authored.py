"""Writing drafts: YAML as a person would write it, with a comment behind each guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Entry:
    """A key with its value; `guess` becomes a comment.

    A list of entries is a mapping on lines of its own.
    """

    key: str
    value: Any
    guess: str = ""


def as_data(entries: Sequence[Entry]) -> dict[str, Any]:
    """What the YAML of the entries reads back as."""
    return {entry.key: _plain(entry.value) for entry in entries}


def _plain(value: Any) -> Any:
    return as_data(value) if _holds(value, Entry) else value


def authored(entries: Sequence[Entry], comments: Sequence[str] = ()) -> str:
    """The entries as YAML, below `comments`.

    before: Entry("units", "line", guess="how lines make rows")
    after: `units: line  # guess: how lines make rows`
    """
    return "\n".join([*(f"# {comment}" for comment in comments), *_lines(entries, "")]) + "\n"


def _lines(entries: Sequence[Entry], indent: str) -> Iterator[str]:
    for entry in entries:
        comment = f"  # guess: {entry.guess}" if entry.guess else ""
        key = flow(entry.key)
        if _holds(entry.value, Entry):
            yield f"{indent}{key}:{comment}"
            yield from _lines(entry.value, indent + "  ")
        elif _holds(entry.value, dict):
            yield f"{indent}{key}:{comment}"
            for item in entry.value:
                yield f"{indent}  - {flow(item)}"
        else:
            yield f"{indent}{key}: {flow(entry.value)}{comment}"


def _holds(value: Any, kind: type) -> bool:
    """Whether a value is a list with something of this kind in it."""
    return isinstance(value, list) and value != [] and isinstance(value[0], kind)


class _Flow(yaml.SafeDumper):
    """Writes values on one line, and in quotes every text that is more than words."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, _quotes(text))


def _quotes(text: str) -> str | None:
    """The quotes around a text: none around words, single ones where a backslash is literal."""
    if re.fullmatch(r"[^\W\d_][\w-]*(?: [\w-]+)*", text):
        return None
    if "\\" in text:
        return "'"
    return '"'


_Flow.add_representer(str, _text)


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.dump(
        value,
        Dumper=_Flow,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=10**9,
    )
    return str(text).removesuffix("...\n").strip().replace('? "" :', '"":')
