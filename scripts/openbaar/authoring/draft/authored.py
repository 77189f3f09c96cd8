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


def authored(entries: Sequence[Entry], comments: Sequence[str] = ()) -> str:
    """The entries as YAML, below `comments`.

    before: Entry("units", "line", guess="how lines make rows")
    after: `units: line  # guess: how lines make rows`
    """
    return "\n".join([*(f"# {comment}" for comment in comments), *_lines(entries, "")]) + "\n"


def _lines(entries: Sequence[Entry], indent: str) -> Iterator[str]:
    for entry in entries:
        comment = f"  # guess: {entry.guess}" if entry.guess else ""
        key = _flow(entry.key)
        if isinstance(entry.value, list) and entry.value and isinstance(entry.value[0], Entry):
            yield f"{indent}{key}:{comment}"
            yield from _lines(entry.value, indent + "  ")
        elif isinstance(entry.value, list) and entry.value and isinstance(entry.value[0], dict):
            yield f"{indent}{key}:{comment}"
            yield from (f"{indent}  - {_flow(item)}" for item in entry.value)
        else:
            yield f"{indent}{key}: {_flow(entry.value)}{comment}"


class _Flow(yaml.SafeDumper):
    """Writes values on one line, and in quotes every text that is more than words."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = re.fullmatch(r"[^\W\d_][\w-]*(?: [\w-]+)*", text) is not None
    style = None if plain else "'" if "\\" in text else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Flow.add_representer(str, _text)


def _flow(value: Any) -> str:
    text = yaml.dump(
        value,
        Dumper=_Flow,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=10**9,
    )
    return str(text).removesuffix("...\n").strip().replace('? "" :', '"":')
