"""What was found in a large CSV file, kept until it, its schema, the toolkit or a library changes.

A file that was found right is then only hashed, which takes a tenth of the time. Nothing is kept of
one that is wrong, so that its faults are found, and told, again. Publishing removes what was kept
of tables that are there no longer.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from openbaar import placing
from openbaar.files import replacing, sha256_of
from openbaar.schema.columns import Scan, scan
from openbaar.schema.model import Schema
from openbaar.tables.sealed import sealed, unsealed
from openbaar.toolkit import made_with, toolkit_hash


def scanned(root: Path, file: Path, schema: Schema, name: str) -> Scan | None:
    """What `scan` finds in a file, or found in the same one before.

    It is kept in the publication in `root` where a run holds or held that alone.
    """
    kept = root / placing.SCANS / f"{Path(name).stem}.json"
    made_of = _made_of(schema)
    with suppress(OSError, ValueError):  # none was kept, or of other columns
        known = _as_json().validate_json(unsealed(kept, made_of))
        if _is_of(known, file):
            return known
    found = scan(file, schema, name)
    if found is not None and (root / placing.FOLDER).is_dir():
        with suppress(OSError), replacing(kept) as partial:  # what is not kept is looked for again
            partial.write_bytes(sealed(_as_json().dump_json(found), made_of))
    return found


def _made_of(schema: Schema) -> str:
    """A hash of all that the verdict on a file depends on, but for the file."""
    columns = [(each.name, each.type, each.constraints.model_dump()) for each in schema.fields]
    said = repr((toolkit_hash(), made_with(), columns, schema.primaryKey))
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _is_of(found: Scan, file: Path) -> bool:
    """Whether that was found in a file with the bytes of this one."""
    return found.size == file.stat().st_size and found.sha256 == sha256_of(file)


@lru_cache(maxsize=1)
def _as_json() -> TypeAdapter[Scan]:
    return TypeAdapter(Scan)
