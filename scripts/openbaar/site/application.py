"""A Datasette, of either version, that shows a publication with this plugin."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm

from openbaar.site import plugin, security
from openbaar.site.published import Published, attach

FOLDER = Path(__file__).parent
STATIC = "static"  # our own scripts and styles stand below /static/
# https://docs.datasette.io/en/0.65.2/settings.html. Where something is Datasette's default it is not repeated here.
SETTINGS: dict[str, int | bool] = {
    "suggest_facets": False,  # looks through every column of every page; the authors choose the facets
    "facet_time_limit_ms": 1000,  # a facet that takes longer vanishes without a word
    "sql_time_limit_ms": 1500,
}


class Shown(Datasette):  # type: ignore[misc]
    """A Datasette that knows its publication from the beginning: 0.65 asks plugins for their routes while it starts."""

    def __init__(self, published: Published, *arguments: Any, **options: Any) -> None:
        attach(self, published)
        super().__init__(*arguments, **options)


def make(database: Path, metadata: Mapping[str, Any], published: Published) -> Datasette:
    """A Datasette that shows `database`, which never changes, as `metadata` says, with the pages of `published`.

    Datasette 1.0 reads queries, facets and sizes from its configuration, 0.65 from the metadata; both get it all.
    """
    if not pm.is_registered(plugin):
        pm.register(plugin, name="openbaar")
    takes = inspect.signature(Datasette).parameters
    settings = {**SETTINGS, **(security.SETTINGS if published.public else {})}
    return Shown(
        published,
        [],
        immutables=[str(database)],
        metadata=deepcopy(dict(metadata)),
        settings=settings,
        **({"config": deepcopy(dict(metadata))} if "config" in takes else {}),
        **({"template_dir": str(FOLDER / "templates")} if (FOLDER / "templates").is_dir() else {}),
        **(
            {"static_mounts": [(STATIC, str(FOLDER / "static"))]}
            if (FOLDER / "static").is_dir()
            else {}
        ),
    )
