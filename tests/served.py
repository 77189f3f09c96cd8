"""A publication built into a folder and served by a process of its own, as `openbaar serve` does it.

The tests of serving, those with a browser and the screenshots stand on it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openbaar.database import build_database
from openbaar.publication import load_publication
from openbaar.site import metadata_bytes

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys
from pathlib import Path
from openbaar.serve import serve
serve(Path(sys.argv[1]), Path(sys.argv[2]), port=0, announce=lambda address: print(address, flush=True))
print("loaded:", *sorted({"frictionless", "openbaar.recipe"} & set(sys.modules)), flush=True)
"""


@dataclass(frozen=True)
class Built:
    """The database and the metadata of a publication."""

    database: Path
    metadata: Path


@dataclass(frozen=True)
class Served:
    """A running server: its process, and its address without a slash at the end."""

    process: subprocess.Popen[str]
    address: str


def build(root: Path, target: Path) -> Built:
    """Build the publication in `root` from its CSV files into the folder `target`."""
    publication = load_publication(root)
    files = {f"tables/{name}.csv": publication.csv_path(name).read_bytes() for name in publication.resources}
    target.mkdir(parents=True, exist_ok=True)
    built = Built(target / f"{publication.package.name}.db", target / "metadata.yml")
    build_database(publication, files, built.database)
    built.metadata.write_bytes(metadata_bytes(publication, files))
    return built


@contextmanager
def served(built: Built) -> Iterator[Served]:
    """Serve on a free port until the block ends."""
    command = [sys.executable, "-c", PROGRAM, str(built.database), str(built.metadata)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Served(process, process.stdout.readline().strip().rstrip("/"))
        finally:
            process.terminate()
