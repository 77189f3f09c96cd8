"""What a frozen site takes: `make bench` runs it, or `python tests/bench/freeze.py`.

Our own publication is frozen, and a made-up one of 200 tables: from nothing, again when nothing
changed, after the title of one table changed, after one figure did, and in another version. Beside
it wget fetches the same pages from the running site and makes their links relative, as one would
without `freeze`; its time is that of wget and of the server. Processor seconds are those of all
processes; ratios are to freezing from nothing and to wget, and those of a run that was kept waiting
by other programs are still right. Needs wget, and Linux, whose /proc tells the time of the server.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.installed import as_installed
from bench.made import many_tables
from bench.site_speed import at_home, processor_seconds, serving

ROOT = Path(__file__).parent.parent.parent
TABLES, ROWS = 200, 12
URL = "https://data.example/figures"
VERSION = re.compile(r'(\bversion"?: "?\d+\.\d+\.)(\d+)')  # in YAML, or in JSON
# Of a frozen site, not of a server.
NO_PAGES = ("404.html", ".nojekyll", ".openbaar-frozen", "search/index.js")
FREEZE = """
import json, sys
from pathlib import Path
from openbaar.publishing.frozen import freeze_published
root, target, url = sys.argv[1:]
print(json.dumps(freeze_published(Path(root), Path(target), url, lambda *_: None, None)))
"""


@dataclass(frozen=True)
class Run:
    """What a run took: processor seconds, seconds by the clock, files, and how many of them anew."""

    name: str
    processor: float
    clock: float
    files: int
    changed: int
    size: int

    def line(self, scratch: Run, peer: Run) -> str:
        """The run as a line of the table.

        It tells the share of freezing from nothing, and how many times less it took than its peer.
        """
        share = self.processor / scratch.processor
        ratio = peer.processor / max(self.processor, 0.01)
        told = f"{self.name:32}{self.processor:10.1f}{self.clock:8.1f}{share:9.2f}{ratio:9.1f}"
        return f"{told}{self.files:9}{self.changed:9}{self.size / 1e6:8.1f}"


def frozen(name: str, root: Path, target: Path) -> Run:
    """Freeze what is published in `root`."""
    command = [sys.executable, "-c", FREEZE, str(root), str(target), URL]
    before, begun = children(), time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    clock = time.perf_counter() - begun
    files, changed = json.loads(done.stdout)
    return Run(name, children() - before, clock, files, changed, size(target))


def fetched(name: str, root: Path, target: Path, folder: Path) -> Run:
    """Have wget fetch from the running site what the frozen one in `target` holds."""
    command = [sys.executable, "-m", "openbaar", "--project", str(root), "--quiet"]
    with serving(lambda port: at_home(command, port)) as server:
        home = f"http://127.0.0.1:{server.port}"
        wanted = folder / "addresses.txt"
        wanted.write_text("\n".join(home + path for path in addresses(target)))
        copy = folder / "copy"
        wget = ["wget", "--quiet", f"--input-file={wanted}", f"--directory-prefix={copy}"]
        wget += ["--force-directories", "--adjust-extension", "--convert-links"]
        wget += ["--header=Accept: text/html", "--max-redirect=0"]
        before, begun = children(), time.perf_counter()
        served = processor_seconds(server.process.pid)
        subprocess.run(wget, check=False)  # a redirect that is not followed counts as an error
        clock = time.perf_counter() - begun
        processor = children() - before + processor_seconds(server.process.pid) - served
    files = sum(path.is_file() for path in copy.rglob("*"))
    made = Run(name, processor, clock, files, files, size(copy))
    shutil.rmtree(copy)
    return made


def addresses(target: Path) -> list[str]:
    """The paths of the pages and files that a frozen site holds, as a running site has them."""
    found = []
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if not path.is_file() or name.endswith(NO_PAGES):
            continue
        parts = name.removesuffix("index.html").rstrip("/").split("/")
        asked = parts.pop() if "=" in parts[-1] else ""  # such as cluster=care.csv
        chosen, ending = asked, ""
        for each in (".csv", ".json"):
            if asked.endswith(each):
                chosen, ending = asked.removesuffix(each), each
        address = quote("/" + "/".join(parts), safe="/~,") + ending
        found.append(f"{address}?{chosen}" if chosen else address)
    return found


def children() -> float:
    """The processor seconds of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def size(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def change_a_figure(root: Path, table: str, column: str) -> None:
    """Change the figure in the first row of a table, as publishing another one would."""
    name = json.loads((root / "datapackage.json").read_bytes())["name"]
    with closing(sqlite3.connect(root / "build" / f"{name}.db")) as connection:
        first = f"SELECT min(rowid) FROM {table}"
        change = f"UPDATE {table} SET {column} = {column} + 1 WHERE rowid = ({first})"
        connection.execute(change)
        connection.commit()


def change_a_title(root: Path, table: str) -> None:
    """Change the title of a table, and publish it."""
    path = root / "tables" / f"{table}.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'("?en"?: ")', r"\1Another: ", text, count=1), "utf-8")
    publish(root)


def another_version(root: Path) -> None:
    """Raise the last part of the version, and publish that."""
    path = root / "tables" / "package.yaml"
    found = VERSION.search(path.read_text("utf-8"))
    assert found is not None
    raised = f"{found[1]}{int(found[2]) + 1}"
    path.write_text(VERSION.sub(raised, path.read_text("utf-8"), count=1), "utf-8")
    publish(root)


def publish(root: Path) -> None:
    """Publish what is in a folder."""
    command = [sys.executable, "-m", "openbaar", "--project", str(root), "--quiet", "publish"]
    subprocess.run(command, check=True)


def compared(title: str, root: Path, table: str, column: str, folder: Path) -> None:
    """Freeze a publication in each way, and print what that took."""
    publish(root)
    target = folder / "site"
    scratch = frozen("freeze, from nothing", root, target)
    runs = [scratch, frozen("freeze, nothing changed", root, target)]
    peer = fetched("wget, and the server it asks", root, target, folder)
    change_a_title(root, table)
    runs.append(frozen("freeze, one title changed", root, target))
    change_a_figure(root, table, column)
    runs.append(frozen("freeze, one figure changed", root, target))
    another_version(root)
    runs.append(frozen("freeze, another version", root, target))
    ratios = f"{'of all':>9}{'x wget':>9}"
    print(f"{title:32}{'processor':>10}{'clock':>8}{ratios}{'files':>9}{'new':>9}{'MB':>8}")
    for run in [*runs, peer]:
        print(run.line(scratch, peer))
    shutil.rmtree(target)


def main() -> None:
    """Publish, freeze, and print a table for each publication."""
    as_installed()
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as temporary:
        folder = Path(temporary)
        ours = folder / "ours"
        for name in ("datapackage.json", "metadata.yml", "CITATION.cff"):
            ours.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, ours / name)
        for name in ("sources", "tables"):
            shutil.copytree(ROOT / name, ours / name)
        compared("our publication", ours, "started_by_gender", "started", folder)
        many = many_tables(folder / "many", TABLES, ROWS)
        compared(f"{TABLES} tables of {ROWS} rows", many, "t0", "started", folder)


if __name__ == "__main__":
    main()
