"""What a running site knows of its publication: the files that `openbaar publish` made, and nothing authored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette.app import Datasette

Descriptor = Mapping[str, Any]


@dataclass(frozen=True)
class Published:
    """A publication folder as it is served: `datapackage.json`, `tables/`, `sources/` and `dist/`.

    `url` is the address at which the site is known, without a slash at the end; None means the one of each request.
    `public` says that strangers reach it, so that it limits what they can do and lets caches keep what never changes.
    """

    folder: Path
    descriptor: Descriptor
    permalinks: Descriptor
    url: str | None = None
    public: bool = False

    @classmethod
    def read(cls, folder: Path, url: str | None = None, public: bool = False) -> Published:
        """The publication in `folder`. Raises OSError or ValueError when `datapackage.json` cannot be read."""
        descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
        recorded = folder / "tables" / "permalinks.json"
        permalinks = json.loads(recorded.read_text("utf-8")) if recorded.is_file() else {}
        return cls(folder, descriptor, permalinks, url.rstrip("/") if url else None, public)

    @property
    def name(self) -> str:
        """The name of the publication, which is that of its database too."""
        return str(self.descriptor["name"])

    @property
    def version(self) -> str:
        """The version of the publication that is served."""
        return str(self.descriptor["version"])

    @property
    def languages(self) -> list[str]:
        """The languages of the publication, the first one first."""
        return list(self.descriptor["languages"])

    @cached_property
    def tables(self) -> dict[str, Descriptor]:
        """The resource of each table by its name, in the order in which readers see them."""
        return {resource["name"]: resource for resource in self.descriptor["resources"]}

    def address(self, path: str, request: Any = None) -> str:
        """The full address of `path` (`/…`): below the configured one, else that of `request`, else the path alone."""
        if self.url is not None:
            return self.url + path
        return f"{request.scheme}://{request.host}{path}" if request is not None else path


def text_of(described: Descriptor, key: str, language: str) -> str:
    """The text `key` of a descriptor or a part of it in `language`; where there is none, in its first language."""
    translated = described.get("translations", {}).get(language, {})
    return str(translated.get(key) or described.get(key, ""))


_attached: WeakKeyDictionary[Datasette, Published] = WeakKeyDictionary()


def attach(datasette: Datasette, published: Published) -> None:
    """Tell a Datasette which publication it shows; before that, the plugin leaves it alone."""
    _attached[datasette] = published


def attached(datasette: Datasette) -> Published | None:
    """The publication that a Datasette shows, None when it shows none of ours."""
    return _attached.get(datasette)
