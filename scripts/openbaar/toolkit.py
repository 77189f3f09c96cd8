"""What makes a publication: this toolkit, and the versions of what it reads and writes with.

What was made by others is made anew, because it might differ.
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

from openbaar.files import sha256_of

FILES = ("*.csl", "*.json", "*.po", "*.py", "*.yaml")  # of which anything depends that is made
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
    for path in sorted(chain.from_iterable(map(package.rglob, FILES))):
        name = path.relative_to(package).as_posix()
        digest.update(f"{name}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


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
