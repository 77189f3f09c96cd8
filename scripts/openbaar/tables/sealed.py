"""Data that is kept with a hash of it and of what it was made of, and believed only with that."""

from __future__ import annotations

from pathlib import Path

from openbaar.files import sha256_of


def sealed(data: bytes, made_of: str) -> bytes:
    """The data below a line with one hash over it and what it was made of."""
    return f"{_seal(data, made_of)}\n".encode() + data


def unsealed(path: Path, made_of: str) -> bytes:
    """The data in a file. Raises OSError, or ValueError where it is other, or made of other."""
    seal, _, data = path.read_bytes().partition(b"\n")
    if seal != _seal(data, made_of).encode():
        raise ValueError(path)
    return data


def _seal(data: bytes, made_of: str) -> str:
    return sha256_of(f"{made_of}\n".encode() + data)
