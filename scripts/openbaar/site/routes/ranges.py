"""A part of a file, as readers of large files ask for it by `Range`.

See https://www.rfc-editor.org/rfc/rfc9110#section-14.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openbaar.site.requests.asgi import Send

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK = 64 * 1024  # bytes


def asked(header: str, size: int) -> range | None:
    """The bytes that a `Range` header asks for, of a file of `size` bytes.

    None for the whole file: where nothing is asked, or what we do not understand, such as several
    ranges. A range that begins behind the end of the file is empty.

    >>> asked("bytes=2-3", 10), asked("bytes=-3", 10), asked("bytes=8-99", 10), asked("", 10)
    (range(2, 4), range(7, 10), range(8, 10), None)
    """
    match = ONE_RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if first == "":
        return range(max(size - int(last), 0), size)
    end = size if last == "" else min(int(last) + 1, size)
    if last != "" and int(last) < int(first):
        return None
    return range(min(int(first), size), end)


@dataclass(frozen=True)
class FilePart:
    """An answer with some bytes of a file (206); without any where it has no such bytes (416)."""

    path: Path
    part: range
    content_type: str
    headers: Mapping[str, str]

    async def asgi_send(self, send: Send) -> None:
        """Send the answer, in chunks."""
        size = self.path.stat().st_size
        place = f"{self.part.start}-{self.part.stop - 1}" if self.part else "*"
        headers = {
            **self.headers,
            "content-type": self.content_type,
            "content-length": str(len(self.part)),
            "content-range": f"bytes {place}/{size}",
        }
        encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        status = 206 if self.part else 416
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        with self.path.open("rb") as file:
            file.seek(self.part.start)
            left = len(self.part)
            while left > 0:
                chunk = file.read(min(CHUNK, left))
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
