"""Finding the messages of the interface: what `make messages` extracts and a test compares.

Babel knows Python and Jinja; `scripts/openbaar/locales/babel.cfg` says which files hold messages,
and names the function below for the descriptions of the trust tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

PACKAGE = Path(__file__).parent.parent / "scripts" / "openbaar"
LOCALES = PACKAGE / "locales"
TEXTS = ("title", "description", "unit")  # the keys of a description whose values are for readers
LABELS = "labels"  # the key of a mapping whose values are all for readers
Extracted = tuple[int, str, str, list[str]]  # line, function, message, comments


def trust_table_messages(
    file: BinaryIO, _keywords: Sequence[str], _tags: Sequence[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """The texts of the description of a trust table, as Babel asks of an extractor."""
    return _texts_below(yaml.compose(file.read().decode("utf-8")))


def _texts_below(node: yaml.Node) -> Iterator[Extracted]:
    """Each text for readers in a part of a YAML file, with its line."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _texts_below(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in TEXTS and isinstance(value, yaml.ScalarNode):
                yield value.start_mark.line + 1, "gettext", value.value, []
            elif key.value == LABELS and isinstance(value, yaml.MappingNode):
                for _, label in value.value:
                    yield label.start_mark.line + 1, "gettext", label.value, []
            else:
                yield from _texts_below(value)


def messages_in_use() -> Catalog:
    """Every message that the code, the templates and the trust tables hold."""
    with (LOCALES / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(PACKAGE), methods, options, DEFAULT_KEYWORDS, comment_tags=())
    messages = Catalog()
    for path, line, message, _, _ in found:
        messages.add(message, locations=[(path, line)])
    return messages
