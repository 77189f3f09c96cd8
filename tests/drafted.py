"""Small publications that `init` drafts, for tests of what becomes of one."""

from __future__ import annotations

import re
from pathlib import Path

from openbaar.authoring.draft.project import init

COUNTS = "Table 1\n\nYear Started Done\n2020 12 3\n2021 15 4\n2022 19 5\nTotal 46 12\n"


def drafted_counts(folder: Path) -> Path:
    """The folder of a publication of `COUNTS`, drafted beside its text, all guesses confirmed."""
    document = folder / "counts.txt"
    document.write_text(COUNTS)
    root = folder / "counts"
    init(root, [document], "en", minimal=True)
    confirm_guesses(root)
    return root


def confirm_guesses(root: Path) -> None:
    """Delete the comment of each guess, as a person does who agrees with it."""
    for path in (root / "tables").glob("*.yaml"):
        path.write_text(re.sub(r"  # guess: .*", "", path.read_text("utf-8")), "utf-8")
