"""A Datasette, of either version, that shows a publication with this plugin."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from datasette import database as writing
from datasette.app import Datasette

from openbaar.site.published import PLUGIN
from openbaar.site.requests import limits
from openbaar.site.requests.gates import end_apart

# https://docs.datasette.io/en/0.65.2/settings.html; only what differs from Datasette's defaults.
SETTINGS: dict[str, int | bool] = {
    "suggest_facets": False,  # reads each column of each page; the authors choose the facets
    "facet_time_limit_ms": 1000,  # a facet that takes longer is left out
    "sql_time_limit_ms": 1500,
}


def make(database: Path, metadata: Mapping[str, Any], configured: Mapping[str, Any]) -> Datasette:
    """A Datasette that shows `database`, which never changes, as `metadata` says.

    `configured` is the configuration of the plugin, as `published.py` describes it; it comes
    instead of one in the metadata. Datasette 1.0 reads queries, facets and sizes from its
    configuration, 0.65 from the metadata; both get it all.
    """
    described = deepcopy(dict(metadata))
    described["plugins"] = {**described.get("plugins", {}), PLUGIN: dict(configured)}
    settings = dict(SETTINGS)
    if configured.get("public"):
        settings |= limits.SETTINGS
    options: dict[str, Any] = {"metadata": described, "settings": settings}
    if "config" in inspect.signature(Datasette).parameters:
        options["config"] = deepcopy(described)
    return Datasette([], immutables=[str(database)], **options)


def close(datasette: Datasette) -> None:
    """End what a Datasette that is asked no more has started: processes and threads.

    Its connections are closed with the last thread that holds one, which may still be asking.
    """
    end_apart(datasette)
    if datasette.executor is not None:
        datasette.executor.shutdown(wait=False)
    for database in datasette.databases.values():
        _end_writing(database)


class _End:
    """What has the thread end in which Datasette writes, where it comes instead of a task."""

    @staticmethod
    def fn(_connection: sqlite3.Connection) -> None:
        """End the thread."""
        raise SystemExit


def _end_writing(database: Any) -> None:
    """End the thread in which Datasette writes what it knows of the schemas.

    It waits for more for ever, and holds the whole site as long as that. Datasette 1.0 has a word
    for the end.
    """
    if database._write_queue is not None:
        database._write_queue.put(getattr(writing, "_SHUTDOWN", _End))
