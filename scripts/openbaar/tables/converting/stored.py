"""Parts of the work for machines that share an object store, and no folder.

The run leaves the job and its documents at an address that fsspec knows. A worker fetches what its
part is made of into a folder of its own, and leaves there what reading gave; the run fetches that.
"""

from __future__ import annotations

import pickle
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from openbaar.collector import collected_seldom
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.extras import extra
from openbaar.tables.converting.parts import JOB, Job, KeepsNothing, Outcome, Part, read_part

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

MADE = "made"  # the folder of what the workers leave


@contextmanager
def stored(job: Job, address: str) -> Iterator[str]:
    """Leave a job in a folder of its own at an address, which is given, and removed afterwards.

    At the end of the block, what the workers left is fetched into the folder of the job. Raises
    OpenbaarError where the address cannot be used.
    """
    own = f"{address.rstrip('/')}/openbaar-{uuid.uuid4().hex}"
    store, folder = _opened(own)
    try:
        with _used(address):
            _leave(job, store, folder)
        yield own
        with _used(address):
            _fetch(job, store, folder)
    finally:
        with _used(address):
            if store.exists(folder):
                store.rm(folder, recursive=True)


def read_stored(parts: Sequence[Part], address: str) -> list[Outcome]:
    """Read parts of a job that was `stored`, and leave their files there.

    Where this process cannot use the store, that is the problem of each part.
    """
    try:
        with collected_seldom():
            return [_read_stored(part, address) for part in parts]
    except OpenbaarError as error:
        return [Outcome(unreadable=error.problems)] * len(parts)


def _read_stored(part: Part, address: str) -> Outcome:
    store, folder = _opened(address)
    with tempfile.TemporaryDirectory(prefix="openbaar-") as own:
        root, made = Path(own) / "publication", Path(own) / MADE
        made.mkdir()
        document = root / part.document
        document.parent.mkdir(parents=True)
        with _used(address):
            job = _job(address)
            if store.exists(f"{folder}/{part.document}"):
                store.get_file(f"{folder}/{part.document}", str(document))
        here = replace(job, publication=replace(job.publication, root=root), folder=made)
        outcome = read_part(part, here)
        left = list(made.iterdir())
        with _used(address):
            store.put(list(map(str, left)), [f"{folder}/{MADE}/{path.name}" for path in left])
    return outcome


def _opened(address: str) -> tuple[AbstractFileSystem, str]:
    """What reads and writes at an address, and the folder there, as it names it."""
    with extra("dask", "--store"):
        from fsspec.core import url_to_fs
    try:
        store, folder = url_to_fs(address)
    except (ImportError, OSError, ValueError) as error:
        raise OpenbaarError(_unusable(address, error)) from error
    return store, folder


def _leave(job: Job, store: AbstractFileSystem, folder: str) -> None:
    """Leave a job and those of its documents that are there; reading tells of the others.

    The store itself is not made: a bucket costs money, and lasts.
    """
    for made in (folder, f"{folder}/{MADE}"):
        store.mkdir(made, create_parents=False)
    store.pipe_file(f"{folder}/{JOB}", pickle.dumps(replace(job, keeper=KeepsNothing())))
    here, there = [], []
    for entry in job.documents:
        file = job.publication.root / entry.path
        if file.is_file():
            here.append(str(file))
            there.append(f"{folder}/{entry.path}")
    for parent in {path.rpartition("/")[0] for path in there}:
        store.makedirs(parent, exist_ok=True)
    store.put(here, there)  # all at once, where the store can


def _fetch(job: Job, store: AbstractFileSystem, folder: str) -> None:
    """Fetch what the workers left into the folder of the job."""
    store.invalidate_cache()
    there = store.find(f"{folder}/{MADE}")  # nothing where no worker left a file
    store.get(there, [str(job.folder / Path(path).name) for path in there])


@contextmanager
def _used(address: str) -> Iterator[None]:
    """A block that uses a store. Raises OpenbaarError where that goes wrong.

    Libraries of stores raise errors of their own where there is no network, or no password.
    """
    try:
        yield
    except Exception as error:
        raise OpenbaarError(_unusable(address, error)) from error


@lru_cache(maxsize=1)
def _job(address: str) -> Job:
    """The job that was stored at an address; each worker fetches it once."""
    store, folder = _opened(address)
    job: Job = pickle.loads(store.cat_file(f"{folder}/{JOB}"))  # noqa: S301 (left by the run)
    return job


def _unusable(address: str, error: Exception) -> Problem:
    hint = "give an address that fsspec knows, where you may write, such as s3://BUCKET/FOLDER"
    return Problem(Place(f"--store {address}"), f"cannot be used: {error}", hint)
