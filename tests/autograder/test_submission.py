"""What students hand in is found in every layout, read whatever its state, and never changed."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import WrongUsage
from autograder.submission import MAX_FILE_BYTES, MAX_FILES, Handed, Submission, find, read

CODE = "def reparametrize(mu, logvar):\n    return mu\n"
Files = dict[str, str | bytes]


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zipped(path: Path, files: Files, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def students(handed: list[Handed]) -> list[tuple[str, str]]:
    return [(one.student, one.assignment) for one in handed]


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[[Files], Submission]:
    """`hand_in(files)`: a folder with these files, as it is read."""
    return lambda files: read(Handed("ada", "fc_vae", write(tmp_path / "ada", files)))


# --- finding ----------------------------------------------------------------------------------


def test_nbgraders_layout_needs_no_more_words(tmp_path: Path) -> None:
    write(tmp_path, {"ada/fc_vae/vae.py": CODE, "boris/fc_vae/vae.py": CODE, "chen/other/x.py": "",
                     ".hidden/fc_vae/vae.py": CODE, "README.md": "of the class"})  # fmt: skip
    handed = find(tmp_path, None)
    assert students(handed) == [("ada", "fc_vae"), ("boris", "fc_vae")]
    assert handed[0].path == tmp_path / "ada" / "fc_vae"
    assert find(tmp_path, "fc_vae") == handed


def test_a_folder_with_one_entry_per_student_of_whatever_kind(tmp_path: Path) -> None:
    write(tmp_path, {"ada/vae.py": CODE, "boris.py": CODE, "dalia.ipynb": "{}", "notes.txt": "",
                     ".DS_Store": "", "__MACOSX/x": "", "_old/vae.py": CODE})  # fmt: skip
    zipped(tmp_path / "chen.ZIP", {"vae.py": CODE})
    handed = find(tmp_path, "fc_vae")
    assert students(handed) == [(name, "fc_vae") for name in ("ada", "boris", "chen", "dalia")]
    problems = {one.student: read(one).problem for one in handed}
    assert {name for name, problem in problems.items() if problem is None} == {"ada", "boris",
                                                                                "chen"}  # fmt: skip
    assert problems["dalia"] is not None and "Only a notebook" in problems["dalia"]


def test_such_a_folder_needs_the_assignments_name(tmp_path: Path) -> None:
    write(tmp_path, {"ada/vae.py": CODE})
    with pytest.raises(WrongUsage, match="--assignment NAME"):
        find(tmp_path, None)


def test_one_file_names_its_assignment_or_needs_it(tmp_path: Path) -> None:
    write(tmp_path, {"vae.py": CODE, "mine.py": CODE, "fc_vae.ipynb": "{}"})
    assert students(find(tmp_path / "vae.py", None)) == [("vae", "fc_vae")]
    assert students(find(tmp_path / "fc_vae.ipynb", None)) == [("fc_vae", "fc_vae")]
    assert students(find(tmp_path / "mine.py", "fc_vae")) == [("mine", "fc_vae")]
    with pytest.raises(WrongUsage, match="--assignment NAME"):
        find(tmp_path / "mine.py", None)


def test_only_the_students_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}/fc_vae/vae.py": CODE for name in ("ada", "boris", "chen")})
    assert students(find(tmp_path, None, ["chen", "ada"])) == [
        ("ada", "fc_vae"),
        ("chen", "fc_vae"),
    ]
    with pytest.raises(WrongUsage, match="nothing from yusuf, zoe"):
        find(tmp_path, None, ["zoe", "ada", "yusuf"])


def test_wrong_paths_and_names_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"There is no .*/nowhere"):
        find(tmp_path / "nowhere", None)
    with pytest.raises(WrongUsage, match=r"no assignment 'fc_vea'. The course has: fc_vae"):
        find(tmp_path, "fc_vea")
    for name in (None, "fc_vae"):
        with pytest.raises(WrongUsage, match="holds no submissions"):
            find(tmp_path, name)
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/null"), tmp_path / "pipe"):
        with pytest.raises(WrongUsage, match="neither a folder nor an ordinary file"):
            find(path, "fc_vae")


def test_two_entries_of_one_student_are_not_graded_into_one_result(tmp_path: Path) -> None:
    write(tmp_path, {"ada.py": CODE, "ada.ipynb": "{}"})
    with pytest.raises(WrongUsage, match="more than one entry of ada"):
        find(tmp_path, "fc_vae")


# --- what is graded of it ---------------------------------------------------------------------


def test_a_folder_gives_its_modules_and_the_one_with_the_exercises(
    hand_in: Callable[[Files], Submission],
) -> None:
    got = hand_in({"vae.py": CODE, "helpers.py": "x = 1", "parts/layers.py": "y = 2",
                   "fc_vae.ipynb": "{}", "data.csv": "1", "model.pt": b"\0\xff"})  # fmt: skip
    assert (got.main, got.problem, got.notes) == ("vae.py", None, ())
    assert got.files == {"vae.py": CODE, "helpers.py": "x = 1", "parts/layers.py": "y = 2"}


def test_the_module_is_found_in_a_folder_within_with_what_lies_beside_it(
    hand_in: Callable[[Files], Submission],
) -> None:
    got = hand_in({"hw/final/vae.py": CODE, "hw/final/tools/a.py": "", "hw/final/old/vae.py": "",
                   "hw/other.py": ""})  # fmt: skip
    assert got.main == "vae.py" and set(got.files) == {"vae.py", "tools/a.py", "old/vae.py"}
    assert got.files["vae.py"] == CODE


def test_the_outermost_of_several_is_graded(hand_in: Callable[[Files], Submission]) -> None:
    got = hand_in({"a/deep/vae.py": "1", "z/vae.py": CODE, "zz/vae.py": "3"})
    assert got.files == {"vae.py": CODE}


def test_the_only_module_is_graded_whatever_its_name_with_a_note(
    hand_in: Callable[[Files], Submission],
) -> None:
    got = hand_in({"my_vae (1).py": CODE, "fc_vae.ipynb": "{}"})
    assert got.main == "my_vae (1).py" and got.files == {"my_vae (1).py": CODE}
    assert got.notes == ("There is no vae.py; my_vae (1).py, the only module, was graded instead.",)


def test_one_module_on_its_own_may_have_any_name_without_a_note(tmp_path: Path) -> None:
    write(tmp_path, {"ada.py": CODE})
    got = read(Handed("ada", "fc_vae", tmp_path / "ada.py"))
    assert (got.files, got.main, got.notes) == ({"ada.py": CODE}, "ada.py", ())


def test_hidden_files_and_what_tools_leave_are_not_read(
    hand_in: Callable[[Files], Submission],
) -> None:
    left = [".vae.py", ".git/hooks/a.py", "__pycache__/b.py", "__MACOSX/._vae.py"]
    left += [".ipynb_checkpoints/vae-checkpoint.py"]
    got = hand_in({"vae.py": CODE, **dict.fromkeys(left, "x")})
    assert got.files == {"vae.py": CODE}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "The submission is empty: vae.py is missing."),
        ({"notes.txt": "sorry"}, "The submission is empty: vae.py is missing."),
        ({"fc_vae.ipynb": "{}"}, "Only a notebook was handed in; the exercises are in vae.py"),
        ({"a.py": "", "b.py": ""}, "There is no vae.py, and more than one other module."),
        ({"vae.py/inner.txt": ""}, "The submission is empty: vae.py is missing."),
        ({"vae.py": "x" * (MAX_FILE_BYTES + 1)}, "vae.py is larger than 1,048,576 bytes."),
        ({"vae.py": '"\0"' * 200_000}, "The modules are too large together"),
        ({f"m{n}.py": "x" * MAX_FILE_BYTES for n in range(9)}, "larger than 8,388,608 bytes"),
        ({f"n{n}.txt": "" for n in range(MAX_FILES + 1)}, "has more than 2,000 files."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_graded_says_why(tmp_path: Path, files: Files, problem: str) -> None:
    (tmp_path / "ada").mkdir()
    got = read(Handed("ada", "fc_vae", write(tmp_path / "ada", files)))
    assert got.problem is not None and problem in got.problem
    assert got.files == {} and got.sha256


def test_a_folder_that_is_gone_meanwhile_is_an_empty_submission(tmp_path: Path) -> None:
    assert read(Handed("ada", "fc_vae", tmp_path / "gone")).problem is not None


# --- text -------------------------------------------------------------------------------------


def test_line_ends_and_null_bytes_are_left_as_they_are(
    hand_in: Callable[[Files], Submission],
) -> None:
    text = "a = 1\r\nb = 2\rc = '\0'\n"
    assert hand_in({"vae.py": text}).files["vae.py"] == text


def test_a_byte_order_mark_is_dropped(hand_in: Callable[[Files], Submission]) -> None:
    assert hand_in({"vae.py": b"\xef\xbb\xbfx = 'gr\xc3\xbcn'"}).files["vae.py"] == "x = 'grün'"


@pytest.mark.parametrize(
    "cookie", ["# -*- coding: latin-1 -*-", "#!x\n# vim: set fileencoding=cp1252 :"]
)
def test_another_encoding_that_is_declared_is_understood_and_no_longer_declared(
    hand_in: Callable[[Files], Submission], cookie: str
) -> None:
    text = f"{cookie}\nx = 'coding: latin-1, grün'\n"
    got = hand_in({"vae.py": text.encode("latin-1")}).files["vae.py"]
    values: dict[str, str] = {}
    exec(compile(got.encode(), "vae.py", "exec"), values)
    assert values["x"] == "coding: latin-1, grün"
    assert len(got.splitlines()) == len(text.splitlines())


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a = 1\nb = '\xff'\n", 2),
        (b"\xff\xfea\x00=\x001\x00", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1),
        (b"# coding: no-such-thing\n", 1),
        (b"# coding: rot13\n", 1),
        (b"# coding: hex\n", 1),
        (b"# coding: undefined\n", 1),
        (b"# coding: idna\n\xff\xff", 1),
        (b"# coding: utf-16\nx = 1\n", 1),
        (b"# coding: utf-32\nx = 1\n", 1),
        (b"# coding: punycode\nx-\xff\xff", 1),
    ],
    ids=str,
)
def test_text_that_cannot_be_understood_says_where(
    hand_in: Callable[[Files], Submission], data: bytes, line: int
) -> None:
    problem = hand_in({"vae.py": data}).problem
    assert problem is not None and problem.startswith("vae.py is not UTF-8 text (line ")
    assert problem.endswith("Save it with the encoding UTF-8.")
    if b"coding" not in data:
        assert f"(line {line})" in problem


def test_a_helper_that_is_no_text_is_left_out(hand_in: Callable[[Files], Submission]) -> None:
    assert hand_in({"vae.py": CODE, "binary.py": b"\xff\xfe"}).files == {"vae.py": CODE}


CODECS = ["latin-1", "utf_7", "utf-16", "idna", "punycode", "unicode_escape", "undefined", "cp037"]
CODECS += ["hz", "iso2022_jp", "rot13", "zlib", "mbcs", "utf-8-sig", "raw_unicode_escape", "big5"]


@given(st.sampled_from(CODECS), st.binary(max_size=60), st.booleans())
def test_whatever_bytes_and_encoding_a_module_has_it_is_text_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, codec: str, data: bytes, declared: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.py"
    path.write_bytes((f"# coding: {codec}\n".encode() if declared else b"") + data)
    got = read(Handed("any", "fc_vae", path))
    assert (got.problem is None) == bool(got.files)


# --- odd files --------------------------------------------------------------------------------


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"boris/fc_vae/vae.py": CODE, "boris/secret/x.py": "SECRET"})
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "vae.py").symlink_to(tmp_path / "boris" / "fc_vae" / "vae.py")
    got = read(Handed("ada", "fc_vae", tmp_path / "ada"))
    assert got.problem is not None and got.problem.startswith("vae.py can't be read")
    (tmp_path / "ada" / "vae.py").unlink()
    write(tmp_path / "ada", {"vae.py": CODE})
    (tmp_path / "ada" / "more").symlink_to(tmp_path / "boris")
    assert read(Handed("ada", "fc_vae", tmp_path / "ada")).files == {"vae.py": CODE}
    for name in ("link.py", "link.zip"):
        (tmp_path / name).symlink_to(tmp_path / "boris" / "fc_vae" / "vae.py")
        assert "can't be read" in str(read(Handed("link", "fc_vae", tmp_path / name)).problem)


@pytest.mark.parametrize("name", ["ada/vae.py", "ada/helper.py", "ada.py", "ada.zip", "ada.ipynb"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "ada").mkdir()
    os.mkfifo(tmp_path / name)
    got = read(Handed("ada", "fc_vae", tmp_path / name.split("/")[0]))
    assert got.problem is not None and "is no ordinary file." in got.problem


def test_a_device_is_not_read(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.mknod(tmp_path / "vae.py", stat.S_IFCHR | 0o644, os.makedev(1, 5))  # endless zeros
    else:
        (tmp_path / "vae.py").symlink_to("/dev/zero")
    assert read(Handed("ada", "fc_vae", tmp_path)).problem is not None


def test_odd_names_are_names(hand_in: Callable[[Files], Submission]) -> None:
    odd = ["vae.py", "a b.py", "\x1b[31m.py", "new\nline.py", "=cmd.py", "ü.py", "\udcff.py"]
    got = hand_in(dict.fromkeys(odd, CODE))
    assert got.problem is None and set(got.files) == set(odd)


# --- zips -------------------------------------------------------------------------------------


def read_zip(path: Path) -> Submission:
    return read(Handed("ada", "fc_vae", path))


def test_a_zip_gives_what_its_folder_would(tmp_path: Path) -> None:
    files: Files = {"hw/vae.py": CODE, "hw/a.py": "", "hw/fc_vae.ipynb": "{}", "hw/.x.py": "",
                    "__MACOSX/hw/._vae.py": "x"}  # fmt: skip
    from_folder = read(Handed("ada", "fc_vae", write(tmp_path / "ada", files)))
    from_zip = read_zip(zipped(tmp_path / "ada.zip", files))
    assert from_zip == from_folder and from_zip.files == {"vae.py": CODE, "a.py": ""}


def test_a_zip_made_on_windows_is_understood(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("hw\\vae.py")
    entry.filename = "hw\\vae.py"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, CODE)
    assert read_zip(tmp_path / "a.zip").files == {"vae.py": CODE}


def test_paths_out_of_a_zip_are_left_out(tmp_path: Path) -> None:
    names = ["../vae.py", "/etc/vae.py", "a/../../vae.py", "..\\vae.py", "/vae.py"]
    path = zipped(tmp_path / "in" / "a.zip", dict.fromkeys(names, "EVIL"))
    assert "empty" in str(read_zip(path).problem)
    path = zipped(tmp_path / "in" / "b.zip", {**dict.fromkeys(names, "EVIL"), "vae.py": CODE})
    assert read_zip(path).files == {"vae.py": CODE}
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "b.zip", "in"]


def test_a_zip_bomb_costs_one_files_limit(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"vae.py": bytes(200 << 20)})
    assert bomb.stat().st_size < 1 << 20
    assert "larger than 1,048,576 bytes" in str(read_zip(bomb).problem)
    many = zipped(tmp_path / "b.zip", {f"m{n}.py": bytes(MAX_FILE_BYTES) for n in range(20)})
    assert "larger than 8,388,608 bytes" in str(read_zip(many).problem)


def test_a_zip_with_100_000_files_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.txt": b"" for n in range(100_000)}, zipfile.ZIP_STORED)
    assert read_zip(path).problem == "The zip has more than 2,000 files."


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", b"PK\x05\x06" + bytes(18) + b"x" * 99])
def test_what_is_no_zip_is_damaged_or_empty(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert "The zip is damaged" in str(read_zip(tmp_path / "a.zip").problem) or data[2:4] == b"\5\6"
    assert read_zip(tmp_path / "a.zip").problem is not None


def test_a_locked_zip_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"vae.py": CODE})
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1  # the flag that says "encrypted"
    path.write_bytes(data)
    assert str(read_zip(path).problem).startswith("The zip is damaged or locked: ")


@pytest.mark.parametrize(
    "compression",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_a_zip_damaged_anywhere_is_read_or_told(tmp_path: Path, compression: int) -> None:
    whole = zipped(tmp_path / "a.zip", {"vae.py": CODE * 9, "b.py": "x = 1"}, compression)
    data = whole.read_bytes()
    path = tmp_path / "b.zip"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for place in range(len(data)):
            for change in (data[:place], data[:place] + b"\xff" + data[place + 1 :]):
                path.write_bytes(change)
                got = read_zip(path)
                assert (got.problem is None) == bool(got.files)


def test_an_unknown_compression_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"vae.py": CODE}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, 99)
    struct.pack_into("<H", data, data.index(b"PK\x03\x04") + 8, 99)
    path.write_bytes(data)
    assert "damaged or locked" in str(read_zip(path).problem)


@given(st.binary(max_size=300))
def test_whatever_bytes_a_zip_has_it_is_told(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.zip"
    path.write_bytes(b"PK\x03\x04" + data)
    assert read_zip(path).problem is not None


# --- the hash ---------------------------------------------------------------------------------


def test_the_hash_changes_with_every_change_of_the_modules_and_only_then(tmp_path: Path) -> None:
    def hashed(files: Files) -> str:
        folder = tmp_path / hashlib.sha256(repr(files).encode()).hexdigest()
        return read(Handed("ada", "fc_vae", write(folder, files))).sha256

    base: Files = {"vae.py": "ab", "c.py": "d"}
    same: list[Files] = [dict(reversed(base.items())), {**base, "notes.txt": "x"},
                         {**base, "fc_vae.ipynb": "{}"}, {**base, ".hidden.py": "x"}]  # fmt: skip
    others: list[Files] = [{"vae.py": "ab "}, {"vae.py": "a", "c.py": "bd"}, {"vae.py": "ab"},
                           {"vae.py": "ab", "e.py": "d"}, {"vae.py": "d", "c.py": "ab"},
                           {"vae.py": "ab", "c.py": "d", "f.py": ""}]  # fmt: skip
    assert {hashed(files) for files in same} == {hashed(base)}
    assert len({hashed(files) for files in [base, *others]}) == 1 + len(others)


def test_the_hash_says_nothing_of_who_where_or_when(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"vae.py": CODE})
    other = write(tmp_path / "other", {"vae.py": CODE})
    os.utime(other / "vae.py", (1, 1))
    assert read(Handed("a", "fc_vae", one)).sha256 == read(Handed("b", "fc_vae", other)).sha256


def test_the_hash_of_what_cannot_be_read_is_that_of_its_problem(tmp_path: Path) -> None:
    for name in ("one", "other"):
        os.makedirs(tmp_path / name)
        os.mkfifo(tmp_path / name / "vae.py")
    one, other = (read(Handed("a", "fc_vae", tmp_path / name)) for name in ("one", "other"))
    assert one.sha256 == other.sha256 != read(Handed("a", "fc_vae", tmp_path / "gone")).sha256


def test_nothing_that_was_handed_in_is_changed(tmp_path: Path) -> None:
    def state() -> dict[str, tuple[object, ...]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_mode, path.stat().st_size)
            for path in [tmp_path, *tmp_path.rglob("*")]
        }

    write(tmp_path, {"ada/vae.py": CODE, "ada/deep/x.py": "", "boris.py": b"\xff"})
    zipped(tmp_path / "chen.zip", {"vae.py": CODE, "../x.py": ""})
    (tmp_path / "damaged.zip").write_bytes(io.BytesIO(b"PK").read())
    before = state()
    for one in find(tmp_path, "fc_vae"):
        read(one)
    assert state() == before
