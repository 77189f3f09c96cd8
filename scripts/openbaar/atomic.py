"""Files put in place whole: written beside their target under another name, then renamed onto it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to; it takes the place of `target` when the block ends well.

    When the block fails, `target` stays as it was and what was written is removed. The name holds the
    process number, so that two runs at once do not write into one file.
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
