"""The files of a submission, listed and read: in a folder, in a zip, or alone.

Nothing here follows a link that a student made. All names are listed first, and within limits;
what is read is chosen afterwards, so it is bounded before a byte of it is read.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
import tokenize
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from autograder.text import quotable

MAX_FILES = 2_000  # and folders
MAX_DEPTH = 32  # of folders within folders; what lies deeper is not looked at
MAX_PATH = 1_000  # bytes of a name with the folders before it
MAX_NAME = 255  # bytes of each of these
MAX_ZIP_LIST = 4 << 20  # bytes of a zip's own list of what is in it, some 40,000 files
MAX_NAMED = 5  # files that a message names, before it says how many more there are
TOO_DEEP = f"Folders within {MAX_DEPTH} others were not looked at."
# Character sets that are decoded in C and in no time; punycode and idna take minutes for 1 MB.
CHARACTER_SETS = ("ascii", "big5", "cp", "euc", "gb", "iso8859", "koi8", "mac-", "shift_jis")


class Unreadable(Exception):
    """Why a submission can't be read, in words for the student."""


class Faulty(Exception):
    """What is wrong with one file, in words that follow on its name."""


@dataclass(frozen=True)
class File:
    """A file that is there, on the disk or in a zip; `read` gives its bytes or raises Faulty."""

    size: int
    read: Callable[[int], bytes]  # no more than so many
    path: Path | None = None


There = dict[str, File]  # by path within the submission, whatever kinds of files there are


def _put(there: There, name: str, file: File, left_out: list[str]) -> None:
    """Add a file by a name that can be written anywhere, or say why it is left out."""
    name = name.encode("utf-8", "replace").decode()  # on disk names are bytes in any encoding
    if name.lower().endswith(".py"):
        name = name[:-3] + ".py"
    sizes = [len(part.encode()) for part in name.split("/")]
    if len(sizes) > MAX_DEPTH:
        left_out.append(TOO_DEEP)
    elif max(sizes) > MAX_NAME or sum(sizes) + len(sizes) > MAX_PATH:
        left_out.append(f"{shown(name)} was left out: its name is too long.")
    else:
        there[name] = file


def few(left_out: Iterable[str]) -> list[str]:
    """No more of such notes than are read."""
    each = sorted(set(left_out))
    more = len(each) - MAX_NAMED
    return each[:MAX_NAMED] + ([f"{more:,} more were left out."] if more > 0 else [])


def shown(name: str) -> str:
    """A file's name as it can stand in a sentence."""
    text = " ".join(quotable(name).split()) or "a file with an odd name"
    return text if len(text) <= 80 else f"{text[:38]}...{text[-38:]}"


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def modules_of(there: There) -> list[str]:
    return [name for name in there if name.endswith(".py")]


# --- what lies on the disk ------------------------------------------------------------------------


def in_folder(folder: Path, notes: list[str]) -> There:
    """All files, level by level."""
    there: There = {}
    left_out: list[str] = []
    seen = 0
    level = [""]
    for _ in range(MAX_DEPTH):
        below: list[str] = []
        for inner in level:
            try:
                with os.scandir(folder / inner) as found:
                    looked_at = islice(found, MAX_FILES + 1 - seen)
                    entries = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in looked_at)
            except OSError as error:
                reason = f"can't be read: {error.strerror}."
                if not inner:
                    raise Unreadable(f"What was handed in {reason}") from error
                left_out.append(f"{shown(inner)} was left out: it {reason}")
                continue
            seen += len(entries)
            if seen > MAX_FILES:
                raise _too_many("submission")
            for name, is_folder in entries:
                if is_folder and not _is_left_by_tools(name):
                    below.append(f"{inner}{name}/")
                elif not is_folder and not name.startswith("."):
                    _put(there, inner + name, _on_disk(folder / (inner + name)), left_out)
        level = below
    if level:
        left_out.append(TOO_DEEP)
    notes += few(left_out)
    return there


def on_its_own(path: Path) -> There:
    """A module or a notebook."""
    there: There = {}
    _put(there, path.name, _on_disk(path), [])
    return there


def _too_many(what: str) -> Unreadable:
    return Unreadable(
        f"The {what} has more than {MAX_FILES:,} files. "
        "Hand in your code alone, without data or installed packages."
    )


def _is_left_by_tools(folder: str) -> bool:
    # "checkpoints": what `nndl.training` keeps, beside the notebook and large
    return folder.startswith((".", "__")) or folder == "checkpoints"


def _on_disk(path: Path) -> File:
    try:
        size = os.lstat(path).st_size
    except OSError:
        size = 0  # `_bytes` will say what is wrong with it
    return File(size, partial(_bytes, path), path)


def _bytes(path: Path, most: int) -> bytes:
    with regular(path) as file:
        try:
            return file.read(most)
        except OSError as error:
            raise Faulty(f"can't be read: {error.strerror}") from error


def regular(path: Path) -> BinaryIO:
    """A regular file to read: no link is followed, no pipe is waited for, no device opened."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            raise Faulty("is a link, and links are not followed")
        if not stat.S_ISREG(mode):
            raise Faulty("is no ordinary file")
        return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise Faulty(f"can't be read: {error.strerror}") from error


# --- zips -----------------------------------------------------------------------------------------


class _Bounded(io.BufferedReader):
    """A zip of which not more is read at once than its list of files may take."""

    def read(self, size: int | None = -1) -> bytes:
        most = MAX_ZIP_LIST + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        if len(data) == most:
            raise _too_many("zip")
        return data


def in_zip(file: BinaryIO, notes: list[str]) -> There:
    """What is in a zip. Nothing is unpacked before it is read, and then in memory."""
    try:
        archive = zipfile.ZipFile(_Bounded(io.FileIO(file.fileno(), closefd=False)))
    except Unreadable:
        raise
    except Exception as error:  # zipfile and its decompressors raise many kinds
        raise Unreadable(f"The zip is damaged: {_reason(error)}.") from error
    there: There = {}
    left_out: list[str] = []
    seen = 0
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")
        folders = [part for part in name.split("/") if part not in ("", ".")]
        if name.endswith("/") or not folders:
            continue
        last = folders.pop()
        if ".." in folders or last == ".." or name.startswith("/"):
            left_out.append(f"{shown(name)} was left out: it would lie outside of the zip.")
        elif not last.startswith(".") and not any(map(_is_left_by_tools, folders)):
            packed = File(
                max(entry.file_size, entry.compress_size), partial(_unpacked, archive, entry)
            )
            _put(there, "/".join([*folders, last]), packed, left_out)
        else:
            continue
        seen += 1
        if seen > MAX_FILES:
            raise _too_many("zip")
    notes += few(left_out)
    return there


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's bytes. What it says of its size is known to be small, and is held to."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Faulty("is a link, and links are not followed")
    if entry.flag_bits & 1:
        raise Faulty("is locked with a password. Make the zip without one")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks the other kinds without a bound: a megabyte of bzip2 may hold gigabytes.
        raise Faulty("is packed in an unusual way. Make the zip with your system's own tool")
    try:
        with archive.open(entry) as file:
            return file.read(most)
    except Exception as error:  # zipfile and its decompressors raise many kinds
        raise Faulty(f"is damaged in the zip: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return shown(str(error) or type(error).__name__)


# --- what is in a file ----------------------------------------------------------------------------


def whole(file: File, most: int) -> bytes:
    data = b"" if file.size > most else file.read(most + 1)
    if max(file.size, len(data)) > most:
        raise Faulty(f"is larger than {most:,} bytes")
    return data


def decoded(data: bytes) -> str:
    try:
        encoding, first = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding.startswith("utf-8"):
            return data.decode(encoding)
        if not codecs.lookup(encoding).name.startswith(CHARACTER_SETS):
            raise LookupError(encoding)
        # It is written down as UTF-8 for the student's process, so let it not say otherwise.
        text = data.decode(encoding)
        start = len(b"".join(first).decode(encoding))
        return re.sub(r"(coding[:=][ \t]*)[-\w.]+", r"\1utf-8", text[:start]) + text[start:]
    except (SyntaxError, ValueError, LookupError) as error:
        line = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise Faulty(f"is not UTF-8 text (line {line}). Save it with the encoding UTF-8") from error
