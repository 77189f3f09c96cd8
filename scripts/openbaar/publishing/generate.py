"""What is generated of a publication: dataset, descriptor, and the files that are kept in git."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openbaar.database.metadata import metadata_bytes
from openbaar.files import Content
from openbaar.package import citation_file
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.model import Descriptor
from openbaar.package.permalinks import (
    read_permalinks,
    released,
)
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.convert import Readers, convert_to_dataset, here
from openbaar.tables.converting.sources import Say, say_nothing
from openbaar.tables.dataset import Dataset

Files = dict[str, Content]  # by their path in the publication


@dataclass(frozen=True)
class Generated:
    """What is generated of a publication: dataset, descriptor, and files that are kept in git.

    `lines` is the file of the lines of the documents in build/, where `build_site` finds it.
    """

    dataset: Dataset
    descriptor: Descriptor
    files: Files
    lines: Files

    @property
    def publication(self) -> Publication:
        """The publication of which all this was generated."""
        return self.dataset.publication


def generate(
    publication: Publication, staging: Path, say: Say = say_nothing, readers: Readers = here
) -> Generated:
    """Generate what is kept in git, from the documents and the authored files.

    Long tables are left in files in the folder `staging`; `readers` read the documents. Raises
    OpenbaarError with every problem, documents whose hash is not the recorded one included.
    """
    dataset, lines = convert_to_dataset(publication, staging, say=say, readers=readers)
    say("describing the package")
    described = descriptor(dataset)
    files = dataset.files
    files |= released(read_permalinks(publication.root), dataset)
    files[DESCRIPTOR] = package_bytes(described)
    files["metadata.yml"] = metadata_bytes(dataset)
    files[citation_file.FILE] = citation_file.citation_bytes(publication)
    return Generated(dataset, described, files, lines)
