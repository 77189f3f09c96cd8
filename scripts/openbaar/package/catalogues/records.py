"""The records that lie beside `datapackage.json`, each for its own kind of catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from openbaar.package.catalogues import codemeta, croissant, csvw, datacite, ro_crate
from openbaar.package.catalogues.facts import Facts

# What readers know each format by, and the file that holds it.
RECORD_NAMES = {
    "CSVW": csvw.FILE,
    "Croissant": croissant.FILE,
    "RO-Crate": ro_crate.FILE,
    "DataCite": datacite.FILE,
    "CodeMeta": codemeta.FILE,
}
FILES = tuple(RECORD_NAMES.values())


def records(facts: Facts, documents: Mapping[str, int], base: str = "") -> dict[str, bytes]:
    """Each record by the name of its file; see `record`."""
    return {name: record(name, facts, documents, base) for name in FILES}


def record(name: str, facts: Facts, documents: Mapping[str, int], base: str = "") -> bytes:
    """The record that is in the file `name`.

    `documents` are the sizes in bytes of the documents that lie in the same folder, by path; `base`
    stands before the paths of files where a format wants whole addresses.
    """
    made: dict[str, Callable[[], dict[str, Any]]] = {
        csvw.FILE: lambda: csvw.metadata(facts),
        croissant.FILE: lambda: croissant.metadata(facts, base),
        ro_crate.FILE: lambda: ro_crate.metadata(facts, documents),
        datacite.FILE: lambda: datacite.metadata(facts),
        codemeta.FILE: lambda: codemeta.metadata(facts),
    }
    return (json.dumps(made[name](), ensure_ascii=False, indent=2) + "\n").encode("utf-8")
