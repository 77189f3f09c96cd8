"""A publication that was received runs no code of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# What the command, its workers and the process that publishes for a server import.
IMPORTED = ("click", "json", "multiprocessing", "selectors", "yaml")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["convert", "--workers", "2"],
        ["publish"],
        ["freeze", "frozen", "--url", "https://data.example/"],
    ],
)
def test_no_process_imports_from_the_folder_in_which_the_command_is_called(
    command: list[str], hand_made: Path
) -> None:
    for name in IMPORTED:
        (hand_made / f"{name}.py").write_text(f"raise SystemExit('ran {name}.py')\n")
    openbaar = Path(sys.executable).with_name("openbaar")
    done = subprocess.run(
        [openbaar, "--quiet", *command],
        cwd=hand_made,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "ran" in done.stderr) == (0, False), done.stderr
