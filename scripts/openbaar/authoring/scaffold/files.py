"""The files around a publication, from `templates/`: how it is checked, shown and put on the web.

They are a start, written once by `openbaar init`; from then on they are the publisher's own.
"""

from __future__ import annotations

from importlib import resources
from string import Template

from openbaar import __version__
from openbaar.errors import counted

# Where each template goes. Git and package tools treat names that begin with a dot as their own, so
# the templates have none.
TARGETS = {
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    "Makefile": "Makefile",
    "requirements.txt": "requirements.txt",
    "gitignore": ".gitignore",
    "github.yml": ".github/workflows/publish.yml",
    "gitlab.yml": ".gitlab-ci.yml",
    "Containerfile": "Containerfile",
    "containerignore": ".containerignore",
}


class _Filled(Template):
    """A template whose places are `§{name}`: shells, make and workflows use `$` for their own."""

    delimiter = "§"


def scaffold(name: str, tables: int) -> dict[str, bytes]:
    """The files around the publication called `name`, by their path in its folder.

    `tables` is how many tables were drafted; the readme says so.
    """
    folder = resources.files("openbaar.authoring.scaffold") / "templates"
    words = {"name": name, "version": __version__, "tables": counted(tables, "table")}
    files = {}
    for template, target in TARGETS.items():
        text = (folder / template).read_text("utf-8")
        files[target] = _Filled(text).substitute(words).encode("utf-8")
    # Docker knows its own name only, Podman both.
    files[".dockerignore"] = files[".containerignore"]
    return files
