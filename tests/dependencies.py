"""Writes `docs/dependencies.md` anew: `make dependencies`. Reasons are kept; a new one is a `?`."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
ROW = re.compile(r"^\| ([\w.-]+) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
LOCKED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
DEVELOPING = ("build", "dev", "datasette1", "fuzz")
ELSEWHERE = "not installed on every system; see its source"
TABLE = "| package | reason | licence |\n|---|---|---|\n"
PARTS = ("To publish and serve", "To develop", "What they bring along")


def normal(name: str) -> str:
    """A name of a package as the index compares it."""
    return re.sub("[-_.]+", "-", name).lower()


def part(heading: str) -> str:
    """The text of the page below a heading."""
    return PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]


def reasons() -> dict[str, str]:
    """The reason that the page gives for each direct dependency."""
    return {name: reason.strip() for name, reason, _ in ROW.findall(PAGE.read_text("utf-8"))}


def declared(*groups: str) -> set[str]:
    """The packages that pyproject.toml asks for: those of the toolkit, or of dependency groups."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [] if groups else _installed(project["project"])
    for group in groups:
        asked += [each for each in project["dependency-groups"][group] if isinstance(each, str)]
    return {normal(re.split(r"[\[<>=!~; ]", each)[0]) for each in asked}


def _installed(project: dict[str, Any]) -> list[str]:
    """What the toolkit asks for, with the extras that this repository installs."""
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *optional["pdf"], *optional["large"]]


def locked(name: str = "run") -> set[str]:
    """All packages in a lock, but for the one that builds the toolkit."""
    lock = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return set(map(normal, LOCKED.findall(lock))) - {"setuptools"}


def licence_of(name: str) -> str:
    """What an installed package says of its licence."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE
    if found.get("License-Expression"):
        return str(found["License-Expression"])
    classifiers = [each for each in found.get_all("Classifier", []) if "License ::" in each]
    names = sorted(each.rpartition(" :: ")[2] for each in classifiers)
    names = [each for each in names if each != "OSI Approved"]
    said = str(found.get("License") or "").strip().partition("\n")[0]
    return ", ".join(names) or said or "not stated; see its source"


def main() -> None:
    """Write the page again, with everything below the headings made anew."""
    known = reasons()
    text = PAGE.read_text("utf-8").partition(f"## {PARTS[0]}\n")[0]
    publishing = declared()
    for heading, names in (
        (PARTS[0], publishing),
        (PARTS[1], declared(*DEVELOPING) - publishing),
    ):
        rows = [
            f"| {name} | {known.get(name, '?')} | {licence_of(name)} |\n" for name in sorted(names)
        ]
        text += f"## {heading}\n\n{TABLE}{''.join(rows)}\n"
    indirect = [f"- {name}: {licence_of(name)}\n" for name in sorted(locked() - publishing)]
    text += f"## {PARTS[2]}\n\n{''.join(indirect)}"
    PAGE.write_text(text, "utf-8")
    for name in sorted(publishing | declared(*DEVELOPING)):
        if known.get(name, "?") == "?":
            sys.exit(f"docs/dependencies.md: say why {name} is needed")


if __name__ == "__main__":
    main()
