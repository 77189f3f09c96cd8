"""What only some publications need is installed by extras of the package: which one is missing.

pyproject.toml lists them under `[project.optional-dependencies]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openbaar.errors import OpenbaarError, Place, Problem


@contextmanager
def extra(name: str, purpose: str) -> Iterator[None]:
    """Import in this block what the extra `name` installs; `purpose` is what needs it.

    Raises OpenbaarError that names the extra, where a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"is not installed, and {purpose} needs it (no module '{error.name}')"
        hint = f"pip install 'openbaar[{name}]'"
        raise OpenbaarError(Problem(Place(f"openbaar[{name}]"), message, hint)) from error
