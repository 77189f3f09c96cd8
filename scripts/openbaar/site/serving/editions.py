"""A running site moves to what was published since: each edition is a copy of its own.

An edition is put beside the one that is shown, looked at, and shown when it is whole. So whoever
asks sees the one or the other. The earlier one goes when its last answer has been given.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from filelock import FileLock, Timeout

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.placing import JOURNAL
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.site import application
from openbaar.site.published import publication_of
from openbaar.site.requests.asgi import Application, Message, Receive, Scope, Send

# What a running site reads beside its database, below the folder of `metadata.yml`.
READ = (
    "metadata.yml",
    DESCRIPTOR,
    "tables/*.csv",
    "tables/permalinks.json",
    "tables/releases/*/*.csv",
    "sources/**/*",
    "dist/*",
    "dist/*/tables/*.parquet",
)
PREFIX = ".serving-"  # of the folders of editions, beside the database
LOCK = ".lock"  # behind the name of a folder: held as long as its edition is shown
LOOK_EVERY = 1.0  # seconds
Make = Callable[[Path, Path], Datasette]


@dataclass
class Edition:
    """A publication as it was at one moment: its site, and the folder that holds its files.

    `folder` is None where the files are shown where they are; `answering` counts the requests that
    are being answered.
    """

    datasette: Datasette
    app: Application
    folder: _OwnFolder | None
    answering: int = 0

    def close(self) -> None:
        """End what it started, let go of its files and remove them."""
        application.close(self.datasette)
        if self.folder is not None:
            self.folder.remove()


class Editions:
    """The application of the newest edition of a publication.

    `make` makes the site of a database and its metadata.
    """

    def __init__(self, database: Path, metadata: Path, make: Make) -> None:
        """Show what is there now. Raises OpenbaarError where that cannot be shown."""
        self._database = database
        self._metadata = metadata
        self._make = make
        self._seen = self._state()
        self.current = self._edition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, from its beginning to its end, by the edition of its beginning."""
        edition = self.current
        edition.answering += 1
        try:
            await edition.app(scope, receive, send)
        finally:
            edition.answering -= 1
            self._close_unless_needed(edition)

    def close(self) -> None:
        """Remove what was put beside the database."""
        self.current.close()

    async def begin(self) -> None:
        """Get ready to answer; a request that comes before is answered by an error."""
        await _begin(self.current)

    async def follow(self) -> None:
        """Move to each new edition, until this is cancelled."""
        while self.current.folder is not None:
            await asyncio.sleep(LOOK_EVERY)
            state = self._state()
            if state == self._seen or self._is_replaced():
                continue
            try:
                edition = await asyncio.to_thread(self._edition)
                if not self._is_still(state):
                    edition.close()  # some of its files may be of the one that comes
                    continue
                await self._move_to(edition)
            except Exception as error:  # whatever is wrong with it, the site goes on
                if not self._is_still(state):  # it may be that one, half there, that was looked at
                    continue
                print(f"ERROR a new publication is not shown: {error}", file=sys.stderr)
            self._seen = state

    async def _move_to(self, edition: Edition) -> None:
        try:
            await _begin(edition)
            await _look_at(edition)
        except BaseException:
            edition.close()
            raise
        earlier, self.current = self.current, edition
        self._close_unless_needed(earlier)

    def _close_unless_needed(self, edition: Edition) -> None:
        if edition is not self.current and edition.answering == 0:
            edition.close()

    def _is_still(self, state: list[tuple[int, int, int]]) -> bool:
        """Whether nothing was put in place since that was the state."""
        return not self._is_replaced() and self._state() == state

    def _is_replaced(self) -> bool:
        """Whether `publish` is putting files in place, of which the database is not the last."""
        return (self._metadata.parent / JOURNAL).exists()

    def _state(self) -> list[tuple[int, int, int]]:
        """What changes when another publication is put in place."""
        described = self._metadata.with_name(DESCRIPTOR)
        return [_status(path) for path in (self._database, self._metadata, described)]

    def _edition(self) -> Edition:
        """What is there now, in a folder of its own where there can be one."""
        own = _own_folder(self._database.parent)
        if own is None:
            datasette = self._make(self._database, self._metadata)
            return Edition(datasette, datasette.app(), None)
        try:
            _link_all(self._metadata.parent, own.path)
            database = own.path / self._database.name
            _link(self._database, database)
            _check_whole(database, own.path)
            datasette = self._make(database, own.path / self._metadata.name)
            return Edition(datasette, datasette.app(), own)
        except BaseException:
            own.remove()
            raise


def _status(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_ino, status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class _OwnFolder:
    """A folder of this process. Its lock is the system's, which lets go of it when that ends."""

    path: Path
    lock: FileLock

    def remove(self) -> None:
        """Remove the folder with all that is in it, and its lock."""
        shutil.rmtree(self.path, ignore_errors=True)
        Path(self.lock.lock_file).unlink(missing_ok=True)
        self.lock.release()


def _own_folder(beside: Path) -> _OwnFolder | None:
    """A new folder; None where nothing can be written, so that nothing is replaced either.

    Folders of servers that were killed are removed first.
    """
    path = beside / f"{PREFIX}{secrets.token_hex(8)}"
    lock = FileLock(f"{path}{LOCK}", thread_local=False)  # another thread lets go of it
    try:
        _remove_left(beside)
        lock.acquire()  # before the folder is there, so that nobody finds it without
        path.mkdir(mode=0o700)
        return _OwnFolder(path, lock)
    except OSError:
        return None


def _remove_left(beside: Path) -> None:
    """Remove each folder of an edition whose server holds it no more."""
    for held in beside.glob(f"{PREFIX}*{LOCK}"):
        lock = FileLock(held)
        try:
            lock.acquire(timeout=0)
        except Timeout:  # it is shown now
            continue
        _OwnFolder(held.with_name(held.name.removesuffix(LOCK)), lock).remove()


def _link_all(root: Path, folder: Path) -> None:
    """Put all that a site reads in the folder of a publication into another one."""
    for pattern in READ:
        for path in root.glob(pattern):
            if path.is_file():
                _link(path, folder / path.relative_to(root))


def _link(path: Path, copy: Path) -> None:
    """Put a file at `copy`, as a hard link where the file system has such links."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, copy)
    except OSError:
        shutil.copy2(path, copy)


def _check_whole(database: Path, folder: Path) -> None:
    """Raise OpenbaarError where the database and the files are not of one publication."""
    described = json.loads((folder / DESCRIPTOR).read_text("utf-8"))
    if _descriptor(database) != described:
        message = "is of another publication than the files beside it"
        raise OpenbaarError(Problem(Place(database.name), message, "run `openbaar publish`"))
    problems = []
    for resource in described["resources"]:
        path = folder / resource["path"]
        if not path.is_file() or _hash(path) != resource["hash"]:
            message = "is not the file that the package describes"
            problems.append(Problem(Place(resource["path"]), message, "run `openbaar publish`"))
    if problems:
        raise OpenbaarError(problems)


def _descriptor(database: Path) -> Any:
    """The descriptor of the publication in a database."""
    with closing(sqlite3.connect(f"{database.as_uri()}?immutable=1", uri=True)) as connection:
        sql = "SELECT content FROM _site WHERE name = 'descriptor'"
        return json.loads(connection.execute(sql).fetchone()[0])


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


async def _begin(edition: Edition) -> None:
    """Let the site do what it does before its first request.

    In ASGI that is when a server starts, which an edition seldom sees.
    """
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(messages)

    async def send(_message: Message) -> None:
        pass

    await edition.app({"type": "lifespan"}, receive, send)
    await edition.datasette.invoke_startup()


async def _look_at(edition: Edition) -> None:
    """Raise OpenbaarError where a page of an edition does not answer."""
    published = publication_of(edition.datasette)
    for path in ("/", published.path(), *map(published.path, published.tables)):
        answer = await edition.datasette.client.get(path)
        if answer.status_code >= 400:
            raise OpenbaarError(Problem(Place(path), f"answers with status {answer.status_code}"))
