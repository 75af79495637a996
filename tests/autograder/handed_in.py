"""What a student may hand in, made: folders, zips as a tool writes them, and zips as none would."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

CODE = "def reparametrize(mu, logvar):\n    return mu\n"
Files = dict[str, str | bytes]


def write(folder: Path, files: Files) -> Path:
    """Write the files; a name that ends with a slash is an empty folder."""
    for name, content in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zipped(path: Path, files: Files, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@dataclass(frozen=True)
class Entry:
    """What a zip says of an entry; `data` is as it is packed, and the rest need not be true."""

    name: str
    data: bytes = b""
    method: int = zipfile.ZIP_STORED
    size: int | None = None
    crc: int | None = None
    flags: int = 0
    attributes: int = 0
    extra: bytes = b""


def raw_zip(entries: list[Entry]) -> bytes:
    """A zip as no tool would write it; entries that are equal lie in the same place."""
    places: dict[Entry, int] = {}
    content, listed = bytearray(), bytearray()
    for entry in entries:
        name = entry.name.encode("utf-8" if entry.flags & 0x800 else "cp437", "replace")
        size = len(entry.data) if entry.size is None else entry.size
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        about = struct.pack("<5H3L2H", 20, entry.flags, entry.method, 0, 0, crc, len(entry.data),
                            size, len(name), len(entry.extra))  # fmt: skip
        if entry not in places:
            places[entry] = len(content)
            content += b"PK\3\4" + about + name + entry.extra + entry.data
        listed += b"PK\1\2\x14\3" + about
        listed += struct.pack("<3H2L", 0, 0, 0, entry.attributes, places[entry])
        listed += name + entry.extra
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), len(content), 0)
    return bytes(content + listed + end)
