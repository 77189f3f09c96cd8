"""The files of a publication: read only inside its folder, and put in place whole."""

from __future__ import annotations

import errno
import filecmp
import hashlib
import lzma
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem

# What zipfile raises for one that is broken: an offset before the file is a ValueError, a broken
# stream an error of the library that unpacks it.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
Content = bytes | Path  # of a file: its bytes, or the file that holds them where they are many


def inside(root: Path, name: str, most: int | None = None) -> Path:
    """The file `name` in the folder `root`, which has at most `most` bytes.

    Raises OpenbaarError when there is none, it is no regular file (reading a pipe may never end), a
    link that leads out of the folder, or larger.
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
    except OSError as error:
        raise OpenbaarError(Problem(place, f"cannot be read: {error.strerror}")) from error
    if most is not None and size > most:
        raise OpenbaarError(Problem(place, f"has {size} bytes; at most {most} are read"))
    return path


def read_inside(root: Path, name: str, most: int | None = None) -> bytes:
    """The bytes of the file `name` in the folder `root`, at most `most` of them.

    Raises OpenbaarError when it cannot be read, is a link that leads out of the folder, or is
    larger.
    """
    path = inside(root, name, most)
    try:
        return path.read_bytes()
    except OSError as error:
        raise OpenbaarError(Problem(Place(name), f"cannot be read: {error.strerror}")) from error


def text_of(data: bytes, name: str) -> str:
    """The bytes of the file `name` as text. Raises OpenbaarError where they are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(error, Place(name, 1, None, 1), 0) from error


def not_utf8(error: UnicodeDecodeError, begins: Place, before: int) -> OpenbaarError:
    """What is wrong with a file in which that error came up, with line, column and byte.

    `begins` is the place at which what was decoded begins, `before` the number of bytes before it.
    """
    place = behind(begins, error.object[: error.start].decode("utf-8"))
    byte = error.object[error.start]
    message = f"is not UTF-8: byte {before + error.start} is 0x{byte:02x}"
    return OpenbaarError(Problem(place, message, "save it as UTF-8"))


def behind(place: Place, text: str) -> Place:
    """The place behind a text that begins at a place."""
    line, column = place.first_line or 1, place.column or 1
    breaks = text.count("\n")
    column = len(text) - text.rindex("\n") if breaks else column + len(text)
    return Place(place.file, line + breaks, None, column)


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name the file that is being written in an error of a full disk, which often names none."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def write_content(content: Content, target: Path) -> None:
    """Write a file; those that are large are copied without being read into memory."""
    with writing(target):
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content)


def holds(path: Path, content: Content) -> bool:
    """Whether there is a file at `path` with exactly this content."""
    if not path.is_file():
        return False
    if isinstance(content, Path):
        return path.samefile(content) or filecmp.cmp(path, content, shallow=False)
    return path.read_bytes() == content


def sha256_of(content: Content) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_folder(folder: Path) -> str:
    """One SHA-256 over all files below a folder, their names included."""
    return sha256_of_hashes(hashes_of_folder(folder))


def hashes_of_folder(folder: Path, but: str = "") -> dict[str, str]:
    """The SHA-256 of each file below a folder by its name from there; `but` names one to leave.

    A link to a folder, which is not followed, has where it leads to instead.
    """
    hashes = {}
    for name, path in _files_below(str(folder)):
        if name != but:
            is_file = os.path.isfile(path)
            hashes[name] = sha256_of(Path(path)) if is_file else f"-> {os.readlink(path)}"
    return hashes


def sha256_of_hashes(hashes: Mapping[str, str]) -> str:
    """One SHA-256 over those of files, their names included."""
    digest = hashlib.sha256()
    for name, found in sorted(hashes.items()):
        digest.update(f"{name}\0{found}\n".encode())
    return digest.hexdigest()


def names_below(folder: Path) -> list[str]:
    """The names of all files below a folder, from there."""
    return sorted(name for name, _ in _files_below(str(folder)))


def _files_below(folder: str, before: str = "") -> Iterator[tuple[str, str]]:
    """The name from there and the path of each file; `rglob` takes three times as long."""
    if not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path, f"{before}{entry.name}/")
            elif entry.is_file() or entry.is_symlink():
                yield f"{before}{entry.name}", entry.path


def take_again(earlier: Path, path: Path) -> None:
    """Have the file `earlier` at `path` too, without another copy of it where that is possible."""
    try:
        path.hardlink_to(earlier)
    except OSError:  # not every file system has hard links
        shutil.copy2(earlier, path)


@contextmanager
def replacing(target: Path, outlasts: bool = True) -> Iterator[Path]:
    """A path beside `target` to write to; it takes the place of `target` when the block ends well.

    When the block fails, `target` stays as it was and what was written is removed. The name of the
    path contains the process number, so that two runs at once do not write into one file. A file
    that need not outlast a failure of the machine, as who reads it can tell, waits for no disk.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    try:
        with writing(target):
            yield partial
            if outlasts:
                with partial.open("rb") as written:
                    os.fsync(written.fileno())  # the bytes reach the disk before the name does
            os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
