"""openbaar: turn the tables of official documents into documented, citable open data.

`openbaar.open(folder)` is the Python API (see `openbaar.api`); `openbaar` is the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openbaar.api import Project as Project
    from openbaar.api import open as open

__version__ = "0.2.0"
_API = ("Project", "open")


def __getattr__(name: str) -> Any:
    """Import the API when it is asked for, so that the command and the site start without it."""
    if name not in _API:
        raise AttributeError(f"module 'openbaar' has no attribute '{name}'")
    from openbaar import api

    return getattr(api, name)
