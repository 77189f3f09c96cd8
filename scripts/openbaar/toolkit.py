"""What makes a publication: this toolkit, and the versions of what it reads and writes with.

What was made by others is made anew, because it might differ.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FILES = {".csl", ".json", ".po", ".py", ".yaml"}  # of which anything depends that is made
# What is made may change with the version of one of these; the others only run commands and serve.
LIBRARIES = (
    "adbc-driver-sqlite",
    "babel",
    "frictionless",
    "google-re2",
    "jsonschema",
    "lxml",
    "pdfminer.six",
    "pdfplumber",
    "pillow",
    "pyarrow",
    "pydantic",
    "pypdf",
    "pypdfium2",
    "python-calamine",
    "pyyaml",
    "sqlite-utils",
    "vl-convert-python",
    "XlsxWriter",
)


@lru_cache(maxsize=1)
def toolkit_hash() -> str:
    """One hash over the files of the toolkit, wherever it is installed."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for name in sorted(_files_in(str(package))):
        data = package.joinpath(name).read_bytes()
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def _files_in(package: str) -> Iterator[str]:
    """The names of the files of the toolkit of which anything depends that is made."""
    for folder, _, names in os.walk(package):
        inside = Path(folder).relative_to(package)
        for name in names:
            if os.path.splitext(name)[1] in FILES:
                yield (inside / name).as_posix()


@lru_cache(maxsize=1)
def made_with() -> dict[str, str]:
    """The versions of Python, SQLite and the libraries that are installed here."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # of an extra, or on a server that only serves
            continue
    return found
