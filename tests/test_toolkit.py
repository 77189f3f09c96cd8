"""Each dependency is known to make something of a publication, or to make nothing of it."""

from __future__ import annotations

from dependencies import declared, normal
from openbaar.toolkit import LIBRARIES, made_with

# They run commands, hold a lock, send, serve, or write what is looked at each time that it is made.
MAKES_NOTHING = {
    "citeproc-py",
    "click",
    "datasette",
    "filelock",
    "httpx",
    "jinja2",
    "ruamel.yaml",
    "uvicorn",
}


def test_the_version_of_each_library_that_makes_something_counts() -> None:
    assert declared() == set(map(normal, (*LIBRARIES, *MAKES_NOTHING)))


def test_versions_are_those_that_are_installed() -> None:
    import pydantic

    assert made_with()["pydantic"] == pydantic.VERSION
