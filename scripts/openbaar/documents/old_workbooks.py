"""Whether an .xls can be read to its end, tried by a process of its own.

An .xls tells in bytes of its own how long its parts are, and calamine believes it. Of a damaged one
it wants more memory than there is, which ends the process that asks, or a place that is not there.
"""

from __future__ import annotations

import io
import subprocess
import sys

import python_calamine

from openbaar.subprocesses import command_of, environment


def gets_through(data: bytes) -> bool:
    """Whether all sheets of an .xls can be read, or at least end in an error that can be told."""
    done = subprocess.run(  # noqa: S603  this module
        command_of(__spec__.name),
        input=data,
        capture_output=True,
        env=environment(),
        check=False,
    )
    return done.returncode == 0


def _read_all(data: bytes) -> None:
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name).to_python()
    except (python_calamine.CalamineError, OSError):
        return  # as it will again, where it is told with its place


if __name__ == "__main__":
    _read_all(sys.stdin.buffer.read())
