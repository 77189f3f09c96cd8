"""Statements in RDF, written as Turtle and as JSON-LD: in the order given, the same each time.

A graph is a list of nodes. A node says of itself, by the short names of properties (`dct:title`),
one or more values: addresses, texts in languages, typed values, or nodes without a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class Iri:
    """The address of a thing, whole, or by the short name of a vocabulary: `dct:Agent`."""

    value: str


@dataclass(frozen=True)
class Text:
    """A text in a language, or in none."""

    value: str
    language: str | None = None


@dataclass(frozen=True)
class Typed:
    """A value of a type of XML Schema, such as `date`."""

    value: str
    type: str


@dataclass(frozen=True)
class Node:
    """A thing, its types, and what is said of it. Without `id` it is part of another node."""

    types: tuple[str, ...]
    properties: Mapping[str, Sequence[Term]] = field(default_factory=dict)
    id: str | None = None


Term = Iri | Text | Typed | Node
Prefixes = Mapping[str, str]  # the address that a short name of a vocabulary stands for


def texts(translated: Mapping[str, str]) -> list[Term]:
    """A text in each of its languages."""
    return [Text(value, language) for language, value in translated.items()]


def turtle(nodes: Iterable[Node], prefixes: Prefixes) -> str:
    """The nodes as Turtle (https://www.w3.org/TR/turtle/)."""
    parts = [f"@prefix {name}: <{address}> ." for name, address in prefixes.items()]
    parts.append(f"@prefix xsd: <{XSD}> .")
    for node in nodes:
        statements = _statements(node, prefixes, "  ")
        parts.append(f"\n<{_escaped_iri(str(node.id))}>\n{statements} .")
    return "\n".join(parts) + "\n"


def _statements(node: Node, prefixes: Prefixes, indent: str) -> str:
    """What is said of a node: a line for each property, its values separated by commas."""
    lines = []
    if node.types:
        lines.append(f"{indent}a {', '.join(node.types)}")
    for name, terms in node.properties.items():
        if terms:
            values = ", ".join(_term(term, prefixes, indent) for term in terms)
            lines.append(f"{indent}{name} {values}")
    return " ;\n".join(lines)


def _term(term: Term, prefixes: Prefixes, indent: str) -> str:
    match term:
        case Iri(value):
            return value if _is_short(value, prefixes) else f"<{_escaped_iri(value)}>"
        case Text(value, None):
            return _quoted(value)
        case Text(value, language):
            return f"{_quoted(value)}@{language}"
        case Typed(value, type_):
            return f"{_quoted(value)}^^xsd:{type_}"
        case Node():
            return f"[\n{_statements(term, prefixes, indent + '  ')}\n{indent}]"


def _is_short(value: str, prefixes: Prefixes) -> bool:
    name, colon, _ = value.partition(":")
    return colon == ":" and name in prefixes


def _quoted(value: str) -> str:
    """A text between quotes. JSON escapes all that Turtle asks to be escaped, and the same way."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _escaped_iri(value: str) -> str:
    """An address with the signs escaped that Turtle does not take in one."""
    return re.sub(r'[\x00-\x20<>"{}|^`\\]', _numbered, value)


def _numbered(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"


def json_ld(nodes: Iterable[Node], prefixes: Prefixes) -> str:
    """The nodes as JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/) with its context in it."""
    context = {**prefixes, "xsd": XSD}
    graph = [_node_data(node) for node in nodes]
    return json.dumps({"@context": context, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _node_data(node: Node) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if node.id is not None:
        data["@id"] = node.id
    if node.types:
        data["@type"] = list(node.types)
    for name, terms in node.properties.items():
        if terms:
            data[name] = [_term_data(term) for term in terms]
    return data


def _term_data(term: Term) -> dict[str, Any]:
    match term:
        case Iri(value):
            return {"@id": value}
        case Text(value, None):
            return {"@value": value}
        case Text(value, language):
            return {"@value": value, "@language": language}
        case Typed(value, type_):
            return {"@value": value, "@type": f"xsd:{type_}"}
        case Node():
            return _node_data(term)
