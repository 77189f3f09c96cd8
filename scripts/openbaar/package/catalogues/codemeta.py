"""CodeMeta 3.0: the record that code hosts and software catalogues read.

See https://codemeta.github.io/terms/. A publication is no software, so it is a Dataset there too.
"""

from __future__ import annotations

from typing import Any

from openbaar.package.catalogues import schema_org
from openbaar.package.catalogues.facts import Facts

Described = dict[str, Any]
FILE = "codemeta.json"
CONTEXT = "https://w3id.org/codemeta/3.0"


def metadata(facts: Facts) -> Described:
    """The publication in the words of CodeMeta, which are those of schema.org."""
    described = schema_org.dataset(facts)
    described["author"] = described.pop("creator", [])
    return schema_org.known({"@context": CONTEXT, "@type": "Dataset", **described})
