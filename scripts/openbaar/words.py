"""The words that generated texts put around what authors wrote, kept in `words.yaml`."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from openbaar.tables.model import localized
from openbaar.yamlfile import parse_yaml


@lru_cache(maxsize=8)
def words(language: str) -> dict[str, str]:
    """Every key of `words.yaml` with its text in `language`, or in English where it has none in that."""
    file = parse_yaml(
        (resources.files("openbaar") / "words.yaml").read_text("utf-8"), "openbaar/words.yaml"
    )
    return {key: localized(texts, language) for key, texts in file.data.items()}
