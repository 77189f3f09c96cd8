"""Lets Datasette find the plugin by its entry point, also where the package is not installed.

An installed openbaar has it already, and this changes nothing. But the environment of Datasette 1.0
has no openbaar, and an editable install knows only the entry points of the day on which it was
installed.
"""

from __future__ import annotations

import atexit
import sys
import tempfile
import tomllib
from pathlib import Path

from datasette.plugins import pm

ROOT = Path(__file__).parent.parent


def write_entry_point(folder: Path) -> None:
    """Describe the package in `folder` as pip does; with it on the path, Datasette finds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    described = folder / "openbaar-0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: openbaar\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in project["entry-points"]["datasette"].items()]
    (described / "entry_points.txt").write_text("\n".join(["[datasette]", *lines, ""]))


def load_plugin() -> None:
    """Let the Datasette of this process find the plugin, if it has not."""
    if pm.has_plugin("openbaar"):
        return
    folder = tempfile.TemporaryDirectory()
    atexit.register(
        folder.cleanup
    )  # Datasette reads the description again when it lists its plugins
    write_entry_point(Path(folder.name))
    sys.path.append(folder.name)
    pm.load_setuptools_entrypoints("datasette")


load_plugin()
