"""Whatever a student hands in, it is read the same way twice, and nothing beside it is touched.

Trees of files, links and pipes with odd names; zips made of odd entries, and then damaged with
regard to their structure and without. FUZZ=100000 looks for long, with new inputs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from handed_in import CODE, Entry, deflated, raw_zip
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.errors import WrongUsage
from autograder.files import MAX_NAME
from autograder.program import MAX_FILE_BYTES, MAX_SENT
from autograder.submission import (
    HANDED_IN,
    Handed,
    Submission,
    find,
    read,
)
from autograder.text import printable

SECRET = "SECRET-4d1c"
NAMES = ["vae.py", "helper.py", "a.py", "VAE.PY", "b.Py", "__init__.py", "fc_vae.ipynb",
         "notes.txt", "hw.zip", "more.ZIP", "fc_vae", "hw", "parts", ".hidden.py", ".git",
         "__pycache__", "_old", "vae.py\n", "new\nline.py", "\x1b[31m.py", "\u202e.py", "`.py",
         "<b>.py", "=cmd.py", "-rf", "con.py", " .py", "a\\b.py", "..\\x.py", "ü.py", "\udcff.py",
         "\udcfe.py", "x" * 250 + ".py", "y" * 255]  # fmt: skip
OUTWARDS = ["..", ".", "", "/", "../..", "C:", "\0", "z" * 300 + ".py"]
ZIPS = [
    raw_zip([Entry("hw/vae.py", CODE.encode())]),
    raw_zip([Entry("../vae.py", SECRET.encode()), Entry("b.zip")]),
]
CONTENTS = [CODE.encode(), b"", b"\xff\xfe", b"x = '\0'\r\n", b"# coding: latin-1\n\xfc", b"PK",
            b"# coding: punycode\n-" + b"a" * 3000, b"\xef\xbb\xbfx = 1", bytes(MAX_FILE_BYTES),
            bytes(MAX_FILE_BYTES + 1), "x = 'ü'".encode("utf-16"), *ZIPS]  # fmt: skip

opened: list[str] | None = None  # what was opened, while somebody wants to know


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if opened is not None and event in ("open", "os.scandir", "os.listdir"):
        opened.append(os.fsdecode(arguments[0]) if not isinstance(arguments[0], int) else "")


sys.addaudithook(_watch)


@contextmanager
def watched() -> Iterator[list[str]]:
    global opened
    opened = seen = []
    try:
        yield seen
    finally:
        opened = None


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with somebody else's work in it, which nobody's submission may show."""
    made = tmp_path_factory.mktemp("fuzz")
    (made / "outside" / "fc_vae").mkdir(parents=True)
    for name in ("vae.py", "fc_vae/vae.py", "fc_vae.ipynb"):
        (made / "outside" / name).write_text(SECRET)
    (made / "outside" / "vae.zip").write_bytes(raw_zip([Entry("vae.py", SECRET.encode())]))
    return made


# --- what must hold ---------------------------------------------------------------------------


def check(path: Path, base: Path) -> Submission:
    """Read it twice, and see that all is as it must be."""
    before = state(path)
    with watched() as seen:
        got = read(Handed("ada", "fc_vae", path))
    inside = os.path.realpath(path.parent)
    for place in seen:
        if place.startswith(str(base)):
            real = os.path.realpath(place)
            assert real == os.path.join(inside, path.name) or real.startswith(
                f"{inside}/{path.name}/"
            )
    assert read(Handed("ada", "fc_vae", path)) == got
    assert state(path) == before
    assert (got.problem is None) == bool(got.files) == bool(got.main) == (got.main in got.files)
    assert len(json.dumps(got.files)) <= MAX_SENT
    assert SECRET not in json.dumps([got.files, got.problem, got.notes])
    for text in (got.problem or "Fine.", *got.notes):
        assert printable(text) == text and text.endswith(".") and len(text) < 700
        assert str(base) not in text and "  " not in text.strip()
    for name in got.files:
        parts = name.split("/")
        assert not {"", ".", ".."} & set(parts) and "\0" not in name
        assert all(len(part.encode()) <= MAX_NAME for part in parts)
        assert not any(str(folder) in got.files for folder in PurePosixPath(name).parents)
    written(got, base / "home")
    return got


def written(submission: Submission, home: Path) -> None:
    """Write the modules as the student's process does: nothing is in another's way."""
    for name, text in submission.files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8", newline="")
    shutil.rmtree(home, ignore_errors=True)


def state(path: Path) -> dict[str, tuple[int, ...]]:
    places = [str(path)]
    for parent, folders, files in os.walk(path):
        places += [os.path.join(parent, name) for name in (*folders, *files)]
    about = {place: os.lstat(place) for place in places}
    return {place: (a.st_size, a.st_mtime_ns, a.st_mode, a.st_ino) for place, a in about.items()}


# --- folders ----------------------------------------------------------------------------------

names = st.sampled_from(NAMES) | st.text(st.characters(exclude_characters="/\0"), max_size=6)
places = st.lists(names, min_size=1, max_size=4) | names.map(lambda name: [*["d"] * 34, name])
targets = st.sampled_from(["vae.py", ".", "..", "../outside", "../outside/vae.py", "nowhere",
                           "../outside/vae.zip", "../../outside", "/etc/passwd", "/dev/zero",
                           "hw", "loop"])  # fmt: skip
things = st.tuples(st.just("file"), st.sampled_from(CONTENTS) | st.binary(max_size=40))
things |= st.tuples(st.sampled_from(["link", "link", "hole"]), targets)
things |= st.tuples(st.sampled_from(["folder", "pipe", "socket"]), st.none())
trees = st.lists(st.tuples(places, things), max_size=8)


def lay(root: Path, tree: list[Any]) -> None:
    """Make the tree, as far as the file system takes it."""
    root.mkdir()
    for parts, (kind, content) in tree:
        try:
            path = os.path.join(root, *parts)
            if os.path.normpath(path) != path or not path.startswith(f"{root}/"):
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if os.path.realpath(os.path.dirname(path)) != os.path.dirname(path):
                continue  # through a link, out of the tree
            MAKERS[kind](path, content)
        except (OSError, UnicodeEncodeError):
            continue


def _file(path: str, content: bytes) -> None:
    with open(path, "xb") as file:
        file.write(content)


def _hole(path: str, _: Any) -> None:
    with open(path, "xb") as file:
        file.truncate(1 << 34)


MAKERS: dict[str, Callable[[str, Any], None]] = {
    "file": _file,
    "hole": _hole,
    "link": lambda path, target: os.symlink(target, path),
    "folder": lambda path, _: os.makedirs(path),
    "pipe": lambda path, _: os.mkfifo(path),
    "socket": lambda path, _: os.mknod(path, stat.S_IFSOCK | 0o600),
}


@contextmanager
def laid(root: Path, tree: list[Any]) -> Iterator[Path]:
    lay(root, tree)
    try:
        yield root
    finally:
        shutil.rmtree(root)


@given(trees)
@example([(["vae.py"], ("link", "../outside/vae.py"))])
@example([(["vae.zip"], ("link", "../outside/vae.zip"))])
@example([(["hw.zip"], ("file", ZIPS[0]))])
@example([(["\udcff.py", "a.py"], ("file", b"")), (["\udcfe.py"], ("file", b""))])
def test_whatever_a_folder_holds_it_is_read_alone(base: Path, tree: list[Any]) -> None:
    with laid(base / "handed", tree) as root:
        check(root, base)


@given(names, things)
def test_whatever_single_thing_is_handed_in_it_is_read_alone(
    base: Path, name: str, thing: Any
) -> None:
    with laid(base / "class", [([name], thing)]) as root:
        for path in root.iterdir():
            check(path, base)


@given(trees, st.sampled_from([None, "fc_vae"]))
@example([(["ada", "fc_vae"], ("link", "../../outside"))], None)
@example([(["ada"], ("link", "../outside"))], None)
@example([(["ada"], ("link", "../outside"))], "fc_vae")
@example([(["ada", "fc_vae", "a.py"], ("file", b"")), (["b", "vae.py"], ("file", b""))], "fc_vae")
def test_whatever_a_class_holds_it_is_found_or_wrong_usage(
    base: Path, tree: list[Any], name: str | None
) -> None:
    with laid(base / "class", tree) as root:
        with watched() as seen:
            try:
                found = find(root, name)
            except WrongUsage:
                return
        assert all(os.path.realpath(p).startswith(str(root)) for p in seen if str(base) in p)
        assert found and all(one.path.is_relative_to(root) for one in found)
        for one in found:
            check(one.path, base)
        if name is not None:
            assert working(root) <= {one.path.relative_to(root).parts[0] for one in found}


def working(root: Path) -> set[str]:
    """The entries of a class that hold work as plainly as can be: they may not be overlooked."""
    return {
        path.name
        for path in root.iterdir()
        if not path.name.startswith((".", "_")) and path.is_dir() and not path.is_symlink()
        if any(p.suffix in HANDED_IN and not p.name.startswith(".") for p in path.iterdir())
    }


# --- zips -------------------------------------------------------------------------------------

numbers = st.sampled_from([0, 1, 2, 8, 12, 14, 46, 99, 0x7FFF, 0xFFFF, 1 << 20, (1 << 20) + 1,
                           1 << 30, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF])  # fmt: skip
packed = [(0, content[:9999]) for content in CONTENTS]
packed += [(8, deflated(content)) for content in CONTENTS]
packed += [
    (8, b"\0\0\0\xff\xff" * 4000),
    (8, b"\xff"),
    (12, b"BZh9"),
    (14, b"\x09\x14\5\0\x5d" * 9),
]
zip64 = st.lists(numbers, max_size=4).map(
    lambda many: struct.pack(f"<HH{len(many)}Q", 1, 8 * len(many), *many)
)
unicode_path = st.binary(max_size=20).map(lambda b: struct.pack("<HH", 0x7075, len(b)) + b)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    few = st.sampled_from(["vae.py", "a.py", "hw"])  # so that they often meet
    parts = draw(st.lists(few | few | names | st.sampled_from(OUTWARDS), min_size=1, max_size=4))
    name = draw(st.sampled_from(["/", "/", "\\"])).join(parts)
    method, data = draw(st.sampled_from(packed))
    content = data if method == 0 else CONTENTS[packed.index((method, data)) % len(CONTENTS)]
    true = {"size": len(content), "crc": zlib.crc32(content)}
    lies = {"size": draw(numbers), "crc": draw(numbers)}
    said = draw(st.sampled_from([true, true, lies, {**true, **{"size": lies["size"]}}]))
    attributes = draw(st.sampled_from([0, 0, (stat.S_IFLNK | 0o777) << 16, stat.S_IFDIR << 16]))
    flags = draw(st.sampled_from([0x800, 0x800, 0, 1, 8, 0x20, 0x40, 0x841]))
    extra = draw(st.just(b"") | zip64 | unicode_path)
    method = draw(st.just(method) | st.sampled_from([0, 8]))
    return Entry(name, data, method, **said, flags=flags, attributes=attributes, extra=extra)


whole = Entry(
    "vae.py", deflated(CODE.encode() * 9), 8, len(CODE) * 9, zlib.crc32(CODE.encode() * 9)
)
several = st.lists(entries(), max_size=5)
zips = several.map(raw_zip) | several.map(lambda more: raw_zip([whole, *more]))
anywhere = st.integers(0, 1 << 16)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("byte"), anywhere, st.integers(0, 255)),
        st.tuples(st.just("cut"), anywhere, st.none()),
        st.tuples(st.just("without"), anywhere, st.integers(1, 60)),
        st.tuples(st.just("with"), anywhere, st.binary(max_size=30)),
        st.tuples(st.just("splice"), anywhere, zips),
        st.tuples(st.just("field"), anywhere, st.tuples(st.integers(4, 60), numbers)),
    ),
    max_size=4,
)


def changed(data: bytes, change: tuple[str, int, Any]) -> bytes:
    """The zip, damaged: blindly, or in a field of one of its records."""
    kind, place, how = change
    place %= len(data) + 1
    if kind == "byte":
        return data[:place] + bytes([how]) + data[place + 1 :]
    if kind == "cut":
        return data[:place]
    if kind == "without":
        return data[:place] + data[place + how :]
    if kind == "with":
        return data[:place] + how + data[place:]
    if kind == "splice":
        return data[:place] + how[place % (len(how) + 1) :]
    records = [found.start() for found in re.finditer(b"PK", data)] or [0]
    offset, number = how
    at = records[place % len(records)] + offset
    size = 4 if number > 0xFFFF else 2
    return data[:at] + number.to_bytes(size, "little") + data[at + size :]


@given(zips, changes, st.booleans())
@example(raw_zip([whole, Entry("a.py"), Entry("a.py/b.py")]), [], False)
@example(raw_zip([whole, Entry("../a.py"), Entry("/a.py")]), [], True)
def test_whatever_a_zip_holds_and_however_it_is_damaged_it_is_read_alone(
    base: Path, data: bytes, how: list[tuple[str, int, Any]], in_folder: bool
) -> None:
    for change in how:
        data = changed(data, change)
    path = base / "handed" / "hw.zip"
    with laid(base / "handed", []):
        path.write_bytes(data)
        check(path.parent if in_folder else path, base)
