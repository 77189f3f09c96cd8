"""Reading the files of a publication only where they really are inside its folder."""

from __future__ import annotations

from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem


def read_inside(root: Path, name: str, most: int | None = None) -> bytes:
    """The bytes of the file `name` in the folder `root`, at most `most` of them.

    Raises OpenbaarError when it cannot be read, is a link that leads out of the folder, or is larger.
    """
    path = root / name
    place = Place(name)
    try:
        if not path.resolve(strict=True).is_relative_to(root.resolve()):
            raise OpenbaarError(
                Problem(place, "is a link that leads out of the publication", "copy the file here")
            )
        size = path.stat().st_size
        if most is not None and size > most:
            raise OpenbaarError(Problem(place, f"has {size} bytes; at most {most} are read"))
        return path.read_bytes()
    except OSError as error:
        raise OpenbaarError(Problem(place, f"cannot be read: {error.strerror}")) from error
