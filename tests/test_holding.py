"""One run at a time, files put in place all or none, and what a run leaves when it is cut short."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openbaar.placing
from cuts import Cut, cut_at
from generated.publication import schema, write_publication
from openbaar.cli.common import TERMINATED
from openbaar.errors import OpenbaarError
from openbaar.holding import HOLDER, LOCK, WORK, alone
from openbaar.placing import CACHE, DONE, JOURNAL, put_in_place, recover
from served import Built, served

OLD = {"tables/a.csv": b"old a\n", "tables/b.csv": b"old b\n"}
NEW = {"tables/a.csv": b"new a\n", "tables/b.csv": b"new b\n", "dist/c.zip": b"new c\n"}


def silent(_message: str) -> None:
    """Take a message about the progress, and tell nobody."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of OLD."""
    write(tmp_path, OLD)
    return tmp_path


def write(root: Path, files: dict[str, bytes]) -> dict[str, Path]:
    """Write files below `root`; returns the path of each."""
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return {name: root / name for name in files}


def ready(root: Path) -> dict[str, Path]:
    """The files of NEW, written where a run works, by the name that each is to get."""
    return write(root / "work", NEW)


def everything(root: Path) -> dict[str, bytes]:
    """All files but those of the folder in which the test makes them."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith("work/"):
            found[name] = path.read_bytes()
    return found


def test_all_files_are_put_in_place_and_nothing_else_is_left(folder: Path) -> None:
    put_in_place(folder, ready(folder))
    assert everything(folder) == NEW


def steps_of_one_run(root: Path) -> int:
    with cut_at(0, Cut, for_good=False) as count:
        put_in_place(root, ready(root))
    return count[0]


@settings(deadline=None)
@given(data=st.data())
def test_a_run_that_is_killed_at_any_step_leaves_the_old_or_the_new_files_together(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Killed in its clean-up and in the recovery of the next run too."""
    root = tmp_path_factory.mktemp("killed")
    last = steps_of_one_run(root)
    shutil.rmtree(root)
    write(root, OLD)
    made = ready(root)
    with (
        cut_at(data.draw(st.integers(1, last), label="killed at"), Cut, for_good=True),
        pytest.raises(Cut),
    ):
        put_in_place(root, made)
    for step in data.draw(st.lists(st.integers(1, last), max_size=3), label="recovery killed at"):
        with cut_at(step, Cut, for_good=True):
            try:
                recover(root)
            except Cut:
                continue
    recover(root)
    assert everything(root) in (OLD, NEW)


@settings(deadline=None)
@given(data=st.data())
def test_a_step_that_fails_leaves_everything_as_it_was(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def full() -> OSError:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    root = tmp_path_factory.mktemp("failed")
    write(root, OLD)
    made = ready(root)
    step = data.draw(st.integers(1, 30), label="fails at")
    with cut_at(step, full, for_good=False) as count, suppress(OSError):
        put_in_place(root, made)
    recover(root)  # as the next run does, where the recovery failed too
    assert everything(root) in (OLD, NEW)
    if count[0] < step:
        assert everything(root) == NEW


def test_a_name_that_leaves_no_room_for_another_beside_it_leaves_everything_as_it_was(
    folder: Path,
) -> None:
    made = ready(folder)
    long = f"tables/{'x' * 250}"
    made[long] = made["dist/c.zip"]
    with pytest.raises(OSError, match="too long"):
        put_in_place(folder, made)
    assert everything(folder) == OLD
    del made[long]
    put_in_place(folder, made)
    assert everything(folder) == NEW


def test_a_file_system_without_hard_links_keeps_a_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EPERM, "no hard links")

    monkeypatch.setattr(os, "link", refuse)
    made = ready(folder)
    made["tables/d.csv"] = folder / "work" / "missing"
    with pytest.raises(FileNotFoundError):
        put_in_place(folder, made)
    assert everything(folder) == OLD
    del made["tables/d.csv"]
    put_in_place(folder, ready(folder))
    assert everything(folder) == NEW


def test_a_name_that_a_link_leads_out_of_the_folder_is_refused(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (folder / "dist").symlink_to(elsewhere)
    with pytest.raises(OpenbaarError, match=r"dist/c\.zip: leads out of the publication"):
        put_in_place(folder, ready(folder))
    assert everything(folder) == OLD
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"../x": false}'])
def test_a_journal_that_somebody_else_wrote_removes_nothing_outside(
    content: bytes, tmp_path: Path
) -> None:
    outside = tmp_path / "x"
    outside.write_text("kept")
    write(tmp_path / "publication", {JOURNAL: content})
    with pytest.raises(OpenbaarError):
        recover(tmp_path / "publication")
    assert outside.read_text() == "kept"


# ---- the lock


def test_what_a_killed_run_left_is_removed_by_the_next(folder: Path) -> None:
    write(folder, {f"{WORK}/openbaar.db": b"half"})
    with alone(folder, silent) as work:
        assert list(work.iterdir()) == []
        (work / "x").write_text("x")
    assert everything(folder) == {**OLD, LOCK: b""}


def test_a_moment_that_was_cut_short_is_undone_by_the_next_run_which_says_so(folder: Path) -> None:
    made = ready(folder)
    with cut_at(6, Cut, for_good=True), pytest.raises(Cut):
        put_in_place(folder, made)
    said: list[str] = []
    with alone(folder, said.append):
        assert {name: (folder / name).read_bytes() for name in OLD} == OLD
    assert said == [
        "an earlier run was ended while it replaced files: they are as they were before"
    ]
    assert not (folder / DONE).exists()


def test_the_second_run_says_who_holds_the_publication_and_waits(folder: Path) -> None:
    said: list[str] = []
    order: list[str] = []

    def second() -> None:
        with alone(folder, said.append):
            order.append("second")

    thread = threading.Thread(target=second)
    with alone(folder, silent):
        holder = json.loads((folder / HOLDER).read_text())
        thread.start()
        while not said:
            time.sleep(0.01)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert said == [
        f"waiting for process {os.getpid()} ({holder['command']}), which works on this publication"
    ]


def test_a_run_that_waited_long_enough_ends_and_names_who_holds_it(folder: Path) -> None:
    with (
        alone(folder, silent),
        pytest.raises(OpenbaarError, match=rf"is held by process {os.getpid()} "),
        alone(folder, silent, wait=0.1),
    ):
        pass


# ---- whole commands


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "openbaar", "--quiet", "--project", str(folder), *arguments]


@pytest.mark.slow
def test_two_publishes_at_once_both_succeed(hand_made: Path) -> None:
    runs = [subprocess.Popen(command(hand_made, "publish")) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    checked = subprocess.run(command(hand_made, "check"), check=False)
    assert checked.returncode == 0


# Publishes until all is ready, and then waits instead of putting it in place.
READY = """
import sys, time
from openbaar.cli.main import run
from openbaar.publishing import publish
publish.put_in_place = lambda *_given: time.sleep(600)
sys.argv = ["openbaar", "--quiet", "--project", sys.argv[1], "publish"]
run()
"""


def of_publication(root: Path) -> dict[str, bytes]:
    """All files but the lock, which stays, and what saves time."""
    kept = (LOCK, CACHE)
    return {name: data for name, data in everything(root).items() if not name.startswith(kept)}


def _heeding_ctrl_c() -> None:
    """What a shell starts in the background ignores SIGINT, and these tests may be run there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_publish_with_a_sentence_and_nothing_left(
    stop: signal.Signals, hand_made: Path
) -> None:
    before = of_publication(hand_made)
    process = subprocess.Popen(
        [sys.executable, "-c", READY, str(hand_made)],
        stderr=subprocess.PIPE, text=True, preexec_fn=_heeding_ctrl_c,
    )  # fmt: skip
    while not (hand_made / WORK).exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(stop)
    _, said = process.communicate()
    assert process.returncode == 128 + stop
    assert said == "ended before it was done; no file is left half-written\n"
    assert of_publication(hand_made) == before
    assert TERMINATED == 143


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 0.5, 2])
def test_ctrl_c_reaches_all_processes_at_once_and_one_of_them_says_so(
    after: float, hand_made: Path, tmp_path: Path
) -> None:
    """A terminal sends it to the whole group; only the command itself heeds it."""
    folders = [shutil.copytree(hand_made, tmp_path / name) for name in "ab"]
    arguments = ["publish", "--again", "--workers", "2", *map(str, folders)]
    process = subprocess.Popen(
        [sys.executable, "-m", "openbaar", "--quiet", *arguments],
        stderr=subprocess.PIPE, text=True, process_group=0, preexec_fn=_heeding_ctrl_c,
    )  # fmt: skip
    while process.poll() is None and not any((folder / WORK).exists() for folder in folders):
        time.sleep(0.01)  # Python itself, still starting, would show where it was
    time.sleep(after)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said) in [
        (0, ""),
        (130, "ended before it was done; no file is left half-written\n"),
    ]
    for folder in folders:
        with alone(folder, silent):
            assert not (folder / JOURNAL).exists()


LIMITED = """
import resource, runpy, signal, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = ["openbaar", *sys.argv[2:]]
runpy.run_module("openbaar", run_name="__main__")
"""


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 500, 3_000, 20_000, 60_000])
def test_where_files_cannot_grow_publish_says_so_and_changes_nothing(
    most: int, hand_made: Path
) -> None:
    """No file may get larger than `most` bytes, so another one fails each time."""
    before = of_publication(hand_made)
    arguments = ["--quiet", "--project", str(hand_made), "publish"]
    limited = subprocess.run(
        [sys.executable, "-c", LIMITED, str(most), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert limited.returncode == 1, limited.stderr
    assert "cannot be read or written" in limited.stderr
    assert "Traceback" not in limited.stderr
    assert of_publication(hand_made) == before


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of that size at `folder`; the test is skipped where none can be mounted."""
    mount = shutil.which("mount")
    folder.mkdir()
    made = mount is not None and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True, check=False,
    ).returncode == 0  # fmt: skip
    if not made:
        pytest.skip("a small file system can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def check_publish_finds_the_disk_full(publication: Path) -> None:
    before = of_publication(publication)
    full = subprocess.run(
        command(publication, "publish"), capture_output=True, text=True, check=False
    )
    assert full.returncode == 1, full.stderr
    assert re.search(
        r"^\S+/build/\.openbaar/work/\S+: cannot be read or written: No space left on device\n"
        r"  → make room on the disk\n1 problem\n$",
        full.stderr,
    )
    assert of_publication(publication) == before


@pytest.mark.slow
@pytest.mark.parametrize("size", ["200k", "320k", "440k", "560k"])
def test_on_a_disk_that_is_full_publish_says_so_and_changes_nothing(
    size: str, hand_made: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", size) as disk:
        shutil.copytree(hand_made, disk / "p")
        check_publish_finds_the_disk_full(disk / "p")


@pytest.mark.slow
@pytest.mark.parametrize("size", ["1700k", "2500k", "3500k", "5500k", "6500k"])
def test_on_a_disk_that_is_full_a_large_table_is_no_other_case(size: str, tmp_path: Path) -> None:
    """Another library fails at each size: those of the database, of Parquet, of the workbook."""
    columns = {"id": "integer", "label": "string"}
    tables = {"t": {"schema": schema(columns, ["id"])}}
    lines = "".join(f"{number},label {number:060}\n" for number in range(20_000))
    with small_disk(tmp_path / "disk", size) as disk:
        write_publication(disk / "p", {"d.txt": b"x\n"}, tables)
        (disk / "p" / "tables" / "t.csv").write_text(f"id,label\n{lines}")
        check_publish_finds_the_disk_full(disk / "p")


@pytest.mark.slow
def test_on_a_disk_that_cannot_be_written_to_each_command_says_so(
    hand_made: Path, tmp_path: Path
) -> None:
    """What was published there is read and served all the same."""
    with small_disk(tmp_path / "disk", "20m") as disk:
        shutil.copytree(hand_made, disk / "stale")
        shutil.copytree(hand_made, disk / "fresh")
        subprocess.run(command(disk / "fresh", "publish"), check=True)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        writing = [
            ("stale", ["publish"]),
            ("stale", ["check"]),
            ("stale", ["convert"]),
            ("stale", ["package"]),
            ("stale", ["build"]),
            ("stale", ["freeze", str(tmp_path / "frozen"), "--url", "https://data.example"]),
            ("stale", ["serve", "--port", "0"]),
            ("fresh", ["publish", "--again"]),
            ("fresh", ["freeze", str(disk / "frozen"), "--url", "https://data.example"]),
        ]
        for name, arguments in writing:
            refused = subprocess.run(
                command(disk / name, *arguments), capture_output=True, text=True, check=False
            )
            assert refused.returncode == 1, (arguments, refused.stderr)
            assert ": Read-only file system\n  → work on a copy" in refused.stderr, arguments
            assert refused.stderr.endswith("\n1 problem\n")
        unchanged = subprocess.run(
            command(disk / "fresh", "publish"), capture_output=True, text=True, check=True
        )
        assert unchanged.stderr == ""
        built = Built(disk / "fresh/build/municipalities.db", disk / "fresh/metadata.yml")
        with served(built) as site, urlopen(f"{site.address}/municipalities/regions") as page:
            assert b"BE-VLG" in page.read()


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_to_is_a_clear_error(
    hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests may run as root, whom no permission stops; so the last step is refused instead."""
    from openbaar.publishing.publish import publish
    from openbaar.tables.authored.references import load_publication

    before = of_publication(hand_made)

    def refuse(made: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))

    monkeypatch.setattr(openbaar.placing.shutil, "move", refuse)
    with pytest.raises(PermissionError):
        publish(load_publication(hand_made))
    monkeypatch.undo()
    assert of_publication(hand_made) == before


KILLS = int(os.environ.get("OPENBAAR_KILLS", "12"))
PAUSED = """
import os, shutil, signal, sys
step = int(sys.argv[1])
count = 0
def counted(do):
    def call(*arguments, **named):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return do(*arguments, **named)
    return call
import openbaar.placing
from openbaar.tables.authored.references import load_publication
from openbaar.publishing.publish import publish
from pathlib import Path
publication = load_publication(Path(sys.argv[2]))
os.link, os.replace, shutil.move = counted(os.link), counted(os.replace), counted(shutil.move)
Path.unlink = counted(Path.unlink)
publish(publication)
print(count)
"""


@pytest.mark.slow
def test_kills_within_the_moment_of_putting_in_place_leave_the_old_or_the_new_state(
    hand_made: Path, tmp_path: Path
) -> None:
    """Real processes, really killed, at steps spread over the whole moment.

    `OPENBAAR_KILLS=300` is the long run.
    """
    subprocess.run(command(hand_made, "publish"), check=True)
    old = of_publication(hand_made)
    changed = tmp_path / "changed"
    shutil.copytree(hand_made, changed)
    package = changed / "tables/package.yaml"
    package.write_text(package.read_text().replace("version: 1.2.0", "version: 1.3.0"))
    authored = {"tables/package.yaml": package.read_bytes()}
    reference = tmp_path / "reference"
    shutil.copytree(changed, reference)
    counted = subprocess.run(
        [sys.executable, "-c", PAUSED, "0", str(reference)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    steps = int(counted.stdout)
    subprocess.run(command(reference, "publish"), check=True)
    new = of_publication(reference)
    for kill in range(KILLS):
        step = 1 + kill * steps // KILLS
        target = tmp_path / "killed"
        shutil.copytree(changed, target)
        killed = subprocess.run([sys.executable, "-c", PAUSED, str(step), str(target)], check=False)
        assert killed.returncode == -signal.SIGKILL
        with alone(target, silent):
            now = of_publication(target)
        now.pop(HOLDER, None)
        assert any({**now} == each for each in ({**old, **authored}, new)), step
        shutil.rmtree(target)
