"""Reading in many processes gives what one process gives, whatever dies on the way."""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest
from click.testing import CliRunner

from generated.publication import schema, write_publication
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.files import Content
from openbaar.placing import CACHE
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import Converted, convert, convert_some, convert_to_files
from openbaar.tables.converting.parts import Job, Outcome, Part, parts_of, read_parts, take
from openbaar.tables.converting.sources import Say
from openbaar.tables.converting.stored import read_stored, stored
from openbaar.tables.converting.workers import (
    ATTEMPTS,
    in_batches,
    in_processes,
    on_cluster,
    worthwhile,
)

pytestmark = pytest.mark.slow

HAS_DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(
    not HAS_DASK, reason="distributed, of the dependency group dask, is not installed"
)


def corpus(folder: Path, wrong: str = "") -> Path:
    """A publication of five documents with two tables each, one after the other.

    The text `wrong` is no number.
    """
    documents, tables = {}, {}
    for index in range(5):
        rows = [f"{1000 * index + row} {row % 7}" for row in range(1, 40)]
        second = "".join(f"{row} 5\n" for row in range(1, 20))
        text = (
            "Tabel 1\n"
            + "\n".join(rows)
            + f"\nTotaal {sum(row % 7 for row in range(1, 40))}\nTabel 2\n{second}"
        )
        documents[f"d{index}.txt"] = (
            text if index != 3 else text.replace("\n3009 2\n", f"\n3009 {wrong or 2}\n")
        ).encode()
        recipe: dict[str, Any] = {
            "document": f"sources/d{index}.txt",
            "by": "line",
            "rows": "{key} {n}",
        }
        for name, where in {
            "a": {"from": "^Tabel 1", "until": "^Tabel 2", "totals": {"table": "Totaal {n}"}},
            "b": {"from": "^Tabel 2"},
        }.items():
            columns = schema({"key": "integer", "n": "integer", "source_lines": "string"}, ["key"])
            tables[f"{name}{index}"] = {"schema": columns, "recipe": {**recipe, **where}}
    return write_publication(folder, documents, tables)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return corpus(tmp_path)


def problems(folder: Path, **how: Any) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        made(folder, **how)
    return [str(problem) for problem in caught.value.problems]


def made(folder: Path, **how: Any) -> dict[str, bytes]:
    """The bytes of the files that converting makes, those of the lines of documents included."""
    work = folder / "build"
    work.mkdir(exist_ok=True)
    converted = convert_to_files(load_publication(folder), work, **how)
    return in_bytes({**converted.files, **converted.lines})


def in_bytes(files: Mapping[str, Content]) -> dict[str, bytes]:
    return {
        path: content.read_bytes() if isinstance(content, Path) else content
        for path, content in files.items()
    }


def some(folder: Path, *names: str, **how: Any) -> Converted:
    work = folder / "build"
    work.mkdir(exist_ok=True)
    return convert_some(load_publication(folder), names, work, **how)


def test_the_dataset_is_that_of_the_files_that_were_written(hand_made: Path, folder: Path) -> None:
    for root in (hand_made, folder):
        dataset = convert(load_publication(root))
        found = made(root)
        assert {path: found[path] for path in dataset.files} == in_bytes(dataset.files)
        (lines,) = set(found) - set(dataset.files)
        assert json.loads(found[lines]) == {
            path: [list(line) for line in shown] for path, shown in dataset.lines.items()
        }


@pytest.mark.slow
def test_two_processes_give_the_bytes_of_one_and_tell_how_far_they_are(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    spread = in_processes(2, lambda done, total: told.append((done, total)))
    found = made(folder, readers=spread)
    assert found == made(folder)
    assert list(found) == list(made(folder))
    assert told == [(2, 10), (4, 10), (6, 10), (8, 10), (10, 10)]


@pytest.mark.slow
def test_the_tables_of_few_documents_are_dealt_out_to_many_workers(
    hand_made: Path, folder: Path
) -> None:
    told: list[tuple[int, int]] = []
    spread = in_processes(8, lambda done, total: told.append((done, total)))
    for root in (hand_made, folder):
        assert made(root, readers=spread) == made(root)
    alone = in_bytes(some(folder, "b4", "a0").files)
    assert list(alone) == ["tables/a0.csv", "tables/b4.csv"]
    assert in_bytes(some(folder, "b4", "a0", readers=spread).files) == alone


@pytest.mark.slow
def test_what_is_wrong_is_said_as_by_one_process(tmp_path: Path) -> None:
    wrong = corpus(tmp_path / "wrong", wrong="twee")
    assert problems(wrong, readers=in_processes(2)) == problems(wrong)
    assert problems(wrong)[0].startswith(
        "sources/d3.txt:10: a3: recipe key 'rows' (tables/a3.yaml:1): '3009 twee' fits no row pattern"
    )
    changed = corpus(tmp_path / "changed")
    for name in ("d1.txt", "d4.txt"):
        (changed / "sources" / name).write_text("x")
    assert problems(changed, readers=in_processes(2)) == problems(changed)
    assert [problem.split(": ")[:2] for problem in problems(changed)] == [
        ["sources/d1.txt", "has changed"],
        ["sources/d4.txt", "has changed"],
    ]


KILLED = "killed"  # a file of the publication once its workers were killed


def read_before_killed(parts: Sequence[Part], job: Path) -> list[Outcome]:
    """Read a document; all but one of the longest are not read before the workers were killed."""
    killed = take(job).publication.root / KILLED
    while parts[0].document != "sources/d1.txt" and not killed.exists():
        time.sleep(0.01)
    return read_parts(parts, job)


@pytest.mark.slow
def test_a_worker_that_dies_costs_a_retry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def kill_once(done: int, total: int) -> None:
        if done == 2:
            for process in multiprocessing.active_children():
                process.kill()
                process.join()
            (folder / KILLED).touch()

    monkeypatch.setattr("openbaar.tables.converting.workers.read_parts", read_before_killed)
    found = made(folder, say=said.append, readers=in_processes(2, kill_once))
    assert found == made(folder)
    again = [message for message in said if message != "reading tables"]
    assert re.fullmatch(r"a worker died; reading again: sources/d\d\.txt.*", again[0])


def die(*_: object) -> None:
    """What happens to a worker that takes too much memory."""
    os._exit(1)


@pytest.mark.slow
def test_a_document_at_which_workers_die_again_and_again_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.tables.converting.workers.read_parts", die)
    message = f"a worker died in all {ATTEMPTS} attempts to read this"
    hint = "it may need more memory than there is; try it with one process"
    assert problems(folder, readers=in_processes(2)) == [
        f"sources/d{index}.txt: {message} ({hint})" for index in range(5)
    ]


@dataclass(frozen=True)
class Cluster:
    """A Dask scheduler and its workers, each a process of its own."""

    address: str
    workers: list[subprocess.Popen[str]]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster of two workers on this machine, which may be slow to answer."""
    monkeypatch.setattr("openbaar.tables.converting.workers.CONNECTING", 300)
    with ExitStack() as stack:

        def start(command: str, *arguments: str) -> tuple[subprocess.Popen[str], TextIO]:
            program = [sys.executable, "-m", f"distributed.cli.{command}", *arguments]
            here = ["--host", "127.0.0.1", "--no-dashboard"]
            process = subprocess.Popen(
                [*program, *here],
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
                env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(tmp_path)},
            )
            stack.enter_context(process)
            stack.callback(process.terminate)
            assert process.stderr is not None
            return process, process.stderr

        _, told = start("dask_scheduler", "--port", "0")
        address = next(
            found[0] for line in told if (found := re.findall(r"tcp://127\.0\.0\.1:\d+", line))
        )
        workers = []
        for _ in range(2):
            worker, told = start("dask_worker", address, "--nthreads", "1", "--no-nanny")
            assert any("Starting established connection" in line for line in told)
            workers.append(worker)
        yield Cluster(address, workers)


@needs_dask
@pytest.mark.slow
def test_a_dask_cluster_gives_the_bytes_of_one_process_also_when_a_worker_dies(
    cluster: Cluster, folder: Path
) -> None:
    told: list[tuple[int, int]] = []
    found = made(folder, readers=on_cluster(cluster.address, lambda *done: told.append(done)))
    assert found == made(folder)
    assert told == [(2, 10), (4, 10), (6, 10), (8, 10), (10, 10)]
    again = made(folder, readers=on_cluster(cluster.address, lambda *_: cluster.workers[0].kill()))
    assert again == found
    assert cluster.workers[0].wait() != 0


@needs_dask
@pytest.mark.slow
def test_a_cluster_may_share_a_store_instead_of_the_folder(
    cluster: Cluster, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = tmp_path_factory.mktemp("shared")
    readers = on_cluster(cluster.address, store=shared.as_uri())
    assert made(folder, readers=readers) == made(folder)
    assert list(shared.iterdir()) == []
    (folder / "sources" / "d1.txt").write_text("x")
    (folder / "sources" / "d4.txt").unlink()
    found = problems(folder, readers=readers)
    assert found[0] == problems(folder)[0]
    assert (
        "there is no file sources/d4.txt" in found[1]
    )  # without names like it: they are not there
    assert list(shared.iterdir()) == []


@needs_dask
def test_what_reads_from_a_store_needs_nothing_else(folder: Path) -> None:
    """The publication is away while its parts are read, as it is for another machine."""
    publication = load_publication(folder)
    away = folder.with_name("away")

    def here_from_store(job: Job, names: frozenset[str] | None, say: Say) -> Any:
        done = []
        with stored(job, "memory://openbaar/") as address:
            (folder / "sources").rename(away)
            for part in parts_of(job, names, 2):
                done += zip([part], read_stored([part], address), strict=True)
            away.rename(folder / "sources")
        return done

    assert publication.root == folder
    assert made(folder, readers=here_from_store) == made(folder)


@needs_dask
def test_a_store_that_a_worker_cannot_use_is_named(folder: Path) -> None:
    def here_from_another(job: Job, names: frozenset[str] | None, _say: Say) -> Any:
        parts = list(parts_of(job, names, 2))
        return list(zip(parts, read_stored(parts, "memory://not/there"), strict=True))

    (found,) = problems(folder, readers=here_from_another)
    assert found.startswith("--store memory://not/there: cannot be used: ")


@needs_dask
def test_a_store_that_cannot_be_used_is_named_and_not_made(folder: Path) -> None:
    (folder / "a_file").write_text("")
    nowhere = folder / "nowhere"
    for store in ("nothing://there", (folder / "a_file" / "below").as_uri(), nowhere.as_uri()):
        readers = on_cluster("tcp://127.0.0.1:9", store=store)
        (found,) = problems(folder, readers=readers)
        assert found.startswith(f"--store {store}")
        assert "cannot be used: " in found
    assert not nowhere.exists()


def test_a_store_needs_a_scheduler(folder: Path) -> None:
    done = CliRunner().invoke(
        main, ["--project", str(folder), "convert", "--store", "memory://there"]
    )
    assert done.exit_code == 2
    assert "--store needs --scheduler" in done.output


def unknown_there(*_: object) -> None:
    """What a cluster without this module cannot know."""


@needs_dask
@pytest.mark.slow
def test_a_cluster_without_the_same_code_is_named(
    cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.tables.converting.workers.read_parts", unknown_there)
    (found,) = problems(folder, readers=on_cluster(cluster.address))
    assert found.startswith(f"--scheduler {cluster.address}: cannot do the work: ")
    assert found.endswith(
        "(the scheduler and its workers need the same openbaar and the same folder as here)"
    )


@needs_dask
def test_a_scheduler_that_does_not_answer_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.tables.converting.workers.CONNECTING", 0.2)
    (found,) = problems(folder, readers=on_cluster("tcp://127.0.0.1:9"))
    assert found.startswith("--scheduler tcp://127.0.0.1:9: no Dask scheduler answers: ")


def test_without_distributed_the_package_to_install_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert problems(folder, readers=on_cluster("tcp://127.0.0.1:9")) == [
        "openbaar[dask]: is not installed, and --scheduler needs it (no module 'distributed') "
        "(pip install 'openbaar[dask]')"
    ]


@pytest.mark.slow
def test_the_command_takes_the_number_of_workers(folder: Path) -> None:
    done = CliRunner().invoke(main, ["--project", str(folder), "convert", "--workers", "2"])
    assert done.exit_code == 0, done.output
    shutil.rmtree(folder / CACHE)  # so that this process reads what workers read
    again = CliRunner().invoke(main, ["--project", str(folder), "convert"])
    assert again.stdout == "no file changed\n"


def test_as_many_workers_as_are_worth_their_start(folder: Path) -> None:
    publication = load_publication(folder)
    documents = publication.package.documents
    assert worthwhile(publication, documents) == 1
    for name in ("d0.txt", "d1.txt"):
        (folder / "sources" / name).write_text("1000 5\n" * 200_000)
    assert worthwhile(publication, documents) == min(2, len(os.sched_getaffinity(0)))
    assert worthwhile(publication, documents[2:]) == 1  # what the first two hold is known
    for index in range(5):
        (folder / "sources" / f"d{index}.txt").unlink()
    assert worthwhile(publication, documents) == 1


def test_batches_become_shorter_and_what_is_long_begins_first(tmp_path: Path) -> None:
    documents = {f"d{number}.txt": b"1 1\n" * 1000 for number in range(99)}
    documents["long.txt"] = b"1 1\n" * 50_000
    table = {
        "schema": schema({"key": "integer", "n": "integer", "source_lines": "string"}, ["key"]),
        "recipe": {"document": "sources/long.txt", "by": "line", "rows": "{key} {n}"},
    }
    publication = load_publication(write_publication(tmp_path, documents, {"t": table}))
    parts = []
    for number, entry in enumerate(publication.package.documents):
        parts.append(Part(number, entry.path, (), ()))
    batches = in_batches(publication, parts, 2)
    assert [part.document for part in batches[0]] == ["sources/long.txt"]
    sizes = [len(batch) for batch in batches[1:]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 10
    assert sizes[-1] == 1
    assert sorted(part.number for batch in batches for part in batch) == list(range(100))
