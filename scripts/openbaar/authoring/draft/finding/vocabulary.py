"""The words by which drafting recognises totals, titles and blanks, from `vocabulary.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from openbaar.yamlfile import parse_yaml


@dataclass(frozen=True)
class Vocabulary:
    """How totals, titles, sources and footers begin, in small letters; what blank cells hold."""

    total_words: tuple[str, ...]
    title_words: tuple[str, ...]
    blank_words: tuple[str, ...]
    page_words: tuple[str, ...]
    source_words: tuple[str, ...]
    continued_words: tuple[str, ...]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words, read once."""
    name = "vocabulary.yaml"
    text = (resources.files("openbaar.authoring.draft") / name).read_text("utf-8")
    return Vocabulary(**{key: tuple(words) for key, words in parse_yaml(text, name).data.items()})
