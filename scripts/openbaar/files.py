"""The files of a publication: read only inside its folder, and put in place whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem


def read_inside(root: Path, name: str, most: int | None = None) -> bytes:
    """The bytes of the file `name` in the folder `root`, at most `most` of them.

    Raises OpenbaarError when it cannot be read, is no regular file (reading a pipe may never end),
    is a link that leads out of the folder, or is larger.
    """
    path = root / name
    place = Place(name)
    try:
        if not path.resolve(strict=True).is_relative_to(root.resolve()):
            message = "is a link that leads out of the publication"
            raise OpenbaarError(Problem(place, message, "copy the file here"))
        if not path.is_file():
            raise OpenbaarError(Problem(place, "is no regular file", "put a copy of the file here"))
        size = path.stat().st_size
        if most is not None and size > most:
            raise OpenbaarError(Problem(place, f"has {size} bytes; at most {most} are read"))
        return path.read_bytes()
    except OSError as error:
        raise OpenbaarError(Problem(place, f"cannot be read: {error.strerror}")) from error


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to; it takes the place of `target` when the block ends well.

    When the block fails, `target` stays as it was and what was written is removed. The name of the
    path contains the process number, so that two runs at once do not write into one file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())  # the bytes reach the disk before the name does
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
