"""What students hand in is found in every layout, read whatever its state, and never changed."""

from __future__ import annotations

import bz2
import hashlib
import io
import os
import stat
import struct
import subprocess
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handed_in import CODE, Entry, Files, deflated, raw_zip, write, zipped
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignment import assignment
from autograder.errors import WrongUsage
from autograder.files import MAX_FILES, MAX_NAMED, TOO_DEEP
from autograder.program import MAX_FILE_BYTES
from autograder.submission import (
    Handed,
    Submission,
    find,
    read,
)

NOBODY = 65534
LINKED = (
    "What was handed in is a link to another place, and links are not followed. "
    "Hand in the files themselves."
)


@pytest.fixture
def without_rights(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """`without_rights(path)`: nobody may read it. Root may read anything, so be somebody else."""
    assignment("fc_vae")  # which only this user may be able to read
    locked: list[Path] = []
    me = os.geteuid()

    def lock(path: Path) -> None:
        if me == 0 and not locked:
            for folder in [tmp_path, *tmp_path.parents][:-2]:
                opened[folder] = folder.stat().st_mode
                folder.chmod(opened[folder] | 0o755)
        os.seteuid(me)
        path.chmod(0)
        locked.append(path)
        try:
            os.seteuid(me or NOBODY)
        except OSError:
            pytest.skip("there is nobody else to be")

    opened: dict[Path, int] = {}
    yield lock
    os.seteuid(me)
    for path in reversed(locked):
        path.chmod(0o755)
    for folder, mode in opened.items():
        folder.chmod(mode)


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
    with pytest.raises(WrongUsage, match=r"no assignment 'fc_vea'. The course has: .*fc_vae"):
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


def test_a_folder_with_the_assignments_name_hides_nobody(tmp_path: Path) -> None:
    """It is what students were given, so some hand it in whole."""
    write(tmp_path, {"ada/fc_vae/vae.py": CODE, "boris/vae.py": CODE, "chen/hw/vae.py": CODE,
                     "dalia/vae.py": CODE, "dalia/fc_vae/vae.py": "as released"})  # fmt: skip
    zipped(tmp_path / "emma.zip", {"fc_vae/vae.py": CODE})
    handed = find(tmp_path, "fc_vae")
    assert [one.student for one in handed] == ["ada", "boris", "chen", "dalia", "emma"]
    assert {read(one).files["vae.py"] for one in handed} == {CODE}
    with pytest.raises(WrongUsage, match=r"beside them boris\..*--assignment NAME"):
        find(tmp_path, None)


def test_links_in_place_of_students_or_their_folders_are_found_and_not_followed(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"class/ada/fc_vae/vae.py": CODE, "class/boris/x/": "", "secret/vae.py": CODE,
                     "secret/fc_vae/vae.py": CODE})  # fmt: skip
    (tmp_path / "class" / "boris" / "fc_vae").symlink_to(tmp_path / "secret")
    (tmp_path / "class" / "chen").symlink_to(tmp_path / "secret")
    (tmp_path / "class" / "dalia").mkdir()
    (tmp_path / "class" / "dalia" / "fc_vae").symlink_to("nowhere")
    handed = find(tmp_path / "class", None)
    assert [one.student for one in handed] == ["ada", "boris", "chen", "dalia"]
    assert [read(one).problem for one in handed] == [None, LINKED, LINKED, LINKED]


def test_links_among_single_entries_are_found_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"class/ada/vae.py": CODE, "class/readme.txt": "", "secret/vae.py": CODE})
    for name, target in {"boris": "../secret", "chen.zip": "../secret", "dalia.py": "ada/vae.py",
                         "emma": "nowhere", "liam.py": "nowhere", "mia": "mia",
                         "of.txt": "readme.txt"}.items():  # fmt: skip
        (tmp_path / "class" / name).symlink_to(target)
    handed = find(tmp_path / "class", "fc_vae")
    names = ["ada", "boris", "chen.zip", "dalia", "emma", "liam", "mia"]
    assert [one.student for one in handed] == names
    assert [read(one).problem for one in handed] == [None] + 6 * [LINKED]


def test_odd_entries_of_a_class_stop_nobody(tmp_path: Path) -> None:
    write(tmp_path, {"ada/fc_vae/vae.py": CODE, "boris/fc_vae": "a file", "empty/": ""})
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "chen").mkdir()
    os.mkfifo(tmp_path / "chen" / "fc_vae")
    assert students(find(tmp_path, None)) == [("ada", "fc_vae")]


def test_what_may_not_be_read_is_a_verdict_and_the_class_goes_on(
    without_rights: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path, {"ada/vae.py": CODE, "boris/vae.py": CODE, "chen/vae.py": CODE,
                     "chen/parts/x.py": "", "dalia/vae.py": CODE, "emma.py": CODE})  # fmt: skip
    for name in ("boris", "chen/parts", "dalia/vae.py", "emma.py"):
        without_rights(tmp_path / name)
    read_by = {one.student: read(one) for one in find(tmp_path, "fc_vae")}
    assert {name: one.problem for name, one in read_by.items()} == {
        "ada": None,
        "boris": "What was handed in can't be read: Permission denied.",
        "chen": None,
        "dalia": "vae.py can't be read: Permission denied.",
        "emma": "emma.py can't be read: Permission denied.",
    }
    assert read_by["chen"].notes == ("parts/ was left out: it can't be read: Permission denied.",)
    without_rights(tmp_path)
    with pytest.raises(WrongUsage, match="can't be read"):
        find(tmp_path, "fc_vae")


def test_a_path_too_long_for_the_system_is_wrong_usage() -> None:
    for path in (Path("x" * 300), Path("x/" * 3000), Path("a\0b")):
        with pytest.raises(WrongUsage, match="There is no"):
            find(path, "fc_vae")


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
    left += [".ipynb_checkpoints/vae-checkpoint.py", "checkpoints/b.py"]
    got = hand_in({"vae.py": CODE, **dict.fromkeys(left, "x")})
    assert got.files == {"vae.py": CODE}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "The submission is empty: vae.py is missing."),
        ({"empty/": ""}, "The submission is empty: vae.py is missing."),
        (
            {".hidden.py": "", "__pycache__/vae.py": ""},
            "The submission is empty: vae.py is missing.",
        ),
        (
            {"notes.txt": "sorry"},
            "There is no vae.py, where the exercises are. Handed in: notes.txt.",
        ),
        (
            {f"{n}.txt": "" for n in "cabdefg"},
            "Handed in: a.txt, b.txt, c.txt, d.txt, e.txt and 2 more.",
        ),
        (
            {"hw/a.zip": b"", "b.zip": b""},
            "Handed in: b.zip, hw/a.zip. If it is in a zip, hand in that",
        ),
        ({"fc_vae.ipynb": "{}"}, "Only a notebook was handed in; the exercises are in vae.py"),
        ({"a.py": "", "b.py": ""}, "There is no vae.py, and more than one other module."),
        ({"vae.py/inner.txt": ""}, "Handed in: vae.py/inner.txt."),
        ({"vae.py": "x" * (MAX_FILE_BYTES + 1)}, "vae.py is larger than 1,048,576 bytes."),
        ({"vae.py": '"\0"' * 200_000}, "The modules are too large together"),
        (
            {"vae.py": "", **{f"{n}.py": b"x" * MAX_FILE_BYTES for n in range(9)}},
            "The modules are larger than 8,388,608 bytes together.",
        ),
        (
            {"vae.py": "", **{f"n{n}.txt": "" for n in range(MAX_FILES)}},
            "has more than 2,000 files.",
        ),
        ({"vae.py": "", **{f"{n}/": "" for n in range(MAX_FILES)}}, "has more than 2,000 files."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_graded_says_why(tmp_path: Path, files: Files, problem: str) -> None:
    (tmp_path / "ada").mkdir()
    got = read(Handed("ada", "fc_vae", write(tmp_path / "ada", files)))
    assert got.problem is not None and problem in got.problem
    assert got.files == {} and got.sha256


def test_a_folder_that_is_gone_meanwhile_says_so(tmp_path: Path) -> None:
    got = read(Handed("ada", "fc_vae", tmp_path / "gone"))
    assert got.problem == "gone can't be read: No such file or directory."


def test_a_file_that_goes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"vae.py": CODE, "helper.py": "x"})
    real = os.lstat

    def going(path: Path) -> os.stat_result:
        found = real(path)
        if path.name in gone:
            path.unlink()
        return found

    monkeypatch.setattr(os, "lstat", going)
    gone = {"helper.py"}
    got = read(Handed("ada", "fc_vae", tmp_path))
    assert got.files == {"vae.py": CODE}
    assert got.notes == ("helper.py was left out: it can't be read: No such file or directory.",)
    gone = {"vae.py"}
    assert "vae.py can't be read: No such" in str(read(Handed("ada", "fc_vae", tmp_path)).problem)


def test_a_folder_of_whatever_depth_is_read_as_far_as_anybody_nests(tmp_path: Path) -> None:
    shallow = {f"{'d/' * 31}x.py": "1", f"{'e/' * 32}x.py": "2", "vae.py": CODE}
    got = read(Handed("ada", "fc_vae", write(tmp_path, shallow)))
    assert got.files == {"vae.py": CODE, f"{'d/' * 31}x.py": "1"}
    assert got.notes == (TOO_DEEP,)
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("f", dir_fd=here)
        deeper = os.open("f", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    assert read(Handed("ada", "fc_vae", tmp_path)) == got
    subprocess.run(["rm", "-rf", str(tmp_path / "f")], check=True)  # deeper than Python can remove


def test_paths_longer_than_the_system_allows_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"vae.py": CODE})
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(os.open("x.py", os.O_CREAT | os.O_WRONLY, dir_fd=deeper))
        os.close(here)
        here = deeper
    os.close(here)
    got = read(Handed("ada", "fc_vae", tmp_path))
    assert got.problem is None and len(got.files) == 4
    assert all(note.lower().endswith("name is too long.") or note.endswith("File name too long.")
               for note in got.notes)  # fmt: skip
    subprocess.run(["rm", "-rf", str(tmp_path / ("d" * 250))], check=True)


def test_a_zip_within_the_folder_is_read_where_nothing_else_can_be_the_work(
    hand_in: Callable[[Files], Submission], tmp_path: Path
) -> None:
    inner = zipped(tmp_path / "x.zip", {"hw/vae.py": CODE, "hw/a.py": ""}).read_bytes()
    got = hand_in({"sub/VAE.Zip": inner, "fc_vae.ipynb": "{}", "notes.txt": ""})
    assert (got.files, got.problem) == ({"vae.py": CODE, "a.py": ""}, None)
    assert got.notes == ("There is no vae.py outside of sub/VAE.Zip, so that was read.",)
    assert hand_in({"other.py": "x"}).files == {"other.py": "x"}  # a module comes first


def test_a_zip_within_the_folder_may_have_any_name(tmp_path: Path) -> None:
    zipped(tmp_path / "ada" / "gr\udcfcn.zip", {"vae.py": CODE})
    got = read(Handed("ada", "fc_vae", tmp_path / "ada"))
    assert got.files == {"vae.py": CODE}
    assert got.notes == ("There is no vae.py outside of gr?n.zip, so that was read.",)


def test_a_zip_within_the_folder_says_what_is_wrong_with_it(
    hand_in: Callable[[Files], Submission], tmp_path: Path
) -> None:
    assert hand_in({"a.zip": b"PK"}).problem == "The zip is damaged: File is not a zip file."
    inner = zipped(tmp_path / "x.zip", {"b.zip": b"PK", "c.docx": ""}).read_bytes()
    assert str(hand_in({"a.zip": inner}).problem).startswith(
        "There is no vae.py, where the exercises are. Handed in: b.zip, c.docx."
    )


def test_an_ending_in_capitals_is_that_of_a_module(tmp_path: Path) -> None:
    write(tmp_path, {"ada.PY": CODE, "boris/vae.Py": CODE, "boris/B.PY": ""})
    ada, boris = (read(one) for one in find(tmp_path, "fc_vae"))
    assert (ada.main, ada.files) == ("ada.py", {"ada.py": CODE})
    assert (boris.main, boris.files) == ("vae.py", {"vae.py": CODE, "B.py": ""})


def test_a_helper_that_cannot_be_read_is_left_out_with_a_note(
    hand_in: Callable[[Files], Submission],
) -> None:
    got = hand_in({"vae.py": CODE, "data.py": b"x" * (MAX_FILE_BYTES + 1), "binary.py": b"\xff"})
    assert got.files == {"vae.py": CODE}
    assert got.notes == (
        "binary.py was left out: it is not UTF-8 text (line 1). Save it with the encoding UTF-8.",
        "data.py was left out: it is larger than 1,048,576 bytes.",
    )


def test_many_files_that_are_left_out_are_not_all_named(tmp_path: Path) -> None:
    write(tmp_path, {"vae.py": CODE, **{f"{n:03}.py": b"\xff" for n in range(500)}})
    notes = read(Handed("ada", "fc_vae", tmp_path)).notes
    assert len(notes) == MAX_NAMED + 1 and notes[-1] == "495 more were left out."


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
        (b"# coding: punycode\n-" + b"a" * 1_000_000, 1),  # this one would take minutes
        (b"# coding: idna\n" + b"xn--a-b9." * 100_000, 1),
        (b"# coding: unicode_escape\nx = 1\n", 1),
    ],
    ids=lambda value: str(value)[:40],
)
def test_text_that_cannot_be_understood_says_where(
    hand_in: Callable[[Files], Submission], data: bytes, line: int
) -> None:
    start = time.perf_counter()
    problem = hand_in({"vae.py": data}).problem
    assert time.perf_counter() - start < 1
    assert problem is not None and problem.startswith("vae.py is not UTF-8 text (line ")
    assert problem.endswith("Save it with the encoding UTF-8.")
    if b"coding" not in data:
        assert f"(line {line})" in problem


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
    assert got.problem == "vae.py is a link, and links are not followed."
    (tmp_path / "ada" / "vae.py").unlink()
    write(tmp_path / "ada", {"vae.py": CODE})
    (tmp_path / "ada" / "more").symlink_to(tmp_path / "boris")
    (tmp_path / "ada" / "helper.py").symlink_to(tmp_path / "boris" / "secret" / "x.py")
    got = read(Handed("ada", "fc_vae", tmp_path / "ada"))
    assert got.files == {"vae.py": CODE}
    assert got.notes == ("helper.py was left out: it is a link, and links are not followed.",)
    for name in ("link.py", "link.zip"):
        (tmp_path / name).symlink_to(tmp_path / "boris" / "fc_vae" / "vae.py")
        assert read(Handed("link", "fc_vae", tmp_path / name)).problem == LINKED


def test_a_link_to_a_zip_within_the_folder_is_not_followed(tmp_path: Path) -> None:
    zipped(tmp_path / "boris.zip", {"vae.py": CODE})
    write(tmp_path, {"ada/": ""})
    (tmp_path / "ada" / "vae.zip").symlink_to(tmp_path / "boris.zip")
    got = read(Handed("ada", "fc_vae", tmp_path / "ada"))
    assert got.problem == "vae.zip is a link, and links are not followed."


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
    assert got.problem is None
    assert set(got.files) == {*odd[:-1], "?.py"}  # what is no text can't be sent anywhere


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x1b[31m`\u202e.txt", "a[31m'.txt"),
        ("a\n\n b", "a b"),
        ("\u202e\n", "a file with an odd name"),
    ],
)
def test_names_are_shown_harmless(
    hand_in: Callable[[Files], Submission], name: str, shown: str
) -> None:
    assert str(hand_in({name: ""}).problem).endswith(f"Handed in: {shown}.")


def test_long_names_are_shown_short(hand_in: Callable[[Files], Submission]) -> None:
    problem = str(hand_in({f"{'x' * 250}.py": b"\xff"}).problem)
    assert problem.startswith("x" * 38 + "..." + "x" * 35 + ".py is not")


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


def test_a_zip_of_folders_made_on_windows_has_no_modules_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(
        raw_zip([Entry("hw\\"), Entry("hw\\a.py\\"), Entry("hw\\vae.py", CODE.encode())])
    )
    assert read_zip(path).files == {"vae.py": CODE}


def test_a_large_zip_is_read_for_the_little_that_is_code(tmp_path: Path) -> None:
    files: Files = {"data/images.bin": os.urandom(6 << 20), "vae.py": CODE}
    path = zipped(tmp_path / "a.zip", files, zipfile.ZIP_STORED)
    assert read_zip(path).files == {"vae.py": CODE}
    path.write_bytes(b"#!/bin/sh\n" * 9 + path.read_bytes())  # one that unpacks itself
    assert read_zip(path).files == {"vae.py": CODE}


def test_a_package_keeps_its_init(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"vae.py": CODE, "parts/__init__.py": "x"})
    assert set(read_zip(path).files) == {"vae.py", "parts/__init__.py"}


def test_paths_out_of_a_zip_are_left_out(tmp_path: Path) -> None:
    names = ["../vae.py", "/etc/vae.py", "a/../../vae.py", "..\\vae.py", "/vae.py"]
    path = zipped(tmp_path / "in" / "a.zip", dict.fromkeys(names, "EVIL"))
    assert "empty" in str(read_zip(path).problem)
    assert "../vae.py was left out: it would lie outside of the zip." in read_zip(path).notes
    path = zipped(tmp_path / "in" / "b.zip", {**dict.fromkeys(names, "EVIL"), "vae.py": CODE})
    assert read_zip(path).files == {"vae.py": CODE}
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "b.zip", "in"]


def test_a_zip_bomb_costs_one_files_limit(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"vae.py": bytes(200 << 20)})
    assert bomb.stat().st_size < 1 << 20
    assert "larger than 1,048,576 bytes" in str(read_zip(bomb).problem)
    files: Files = {"vae.py": "", **{f"m{n}.py": bytes(MAX_FILE_BYTES) for n in range(20)}}
    many = zipped(tmp_path / "b.zip", files)
    assert "larger than 8,388,608 bytes" in str(read_zip(many).problem)


BZIP2_BOMB = bz2.compress(bytes(100 << 20))
LZMA_DICTIONARY_OF_4_GB = b"\x09\x14\x05\x00\x5d\xff\xff\xff\xf0" + bytes(100)


@pytest.mark.parametrize(
    ("method", "data", "size", "problem"),
    [
        (zipfile.ZIP_BZIP2, BZIP2_BOMB, 1000, "vae.py is packed in an unusual way. Make the zip "),
        (zipfile.ZIP_LZMA, LZMA_DICTIONARY_OF_4_GB, 1000, "vae.py is packed in an unusual way. "),
        (zipfile.ZIP_DEFLATED, deflated(bytes(100 << 20)), 1000, "vae.py is damaged in the zip: "),
        (zipfile.ZIP_DEFLATED, deflated(bytes(100 << 20)), 0, "vae.py is damaged in the zip: "),
        (zipfile.ZIP_DEFLATED, deflated(b""), 2**32 - 2, "vae.py is larger than 1,048,576 bytes."),
        (zipfile.ZIP_DEFLATED, b"\0\0\0\xff\xff" * (1 << 20), 10, "vae.py is larger than "),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_zip_that_lies_about_sizes_costs_no_more_than_it_may(
    tmp_path: Path, method: int, data: bytes, size: int, problem: str
) -> None:
    (tmp_path / "a.zip").write_bytes(raw_zip([Entry("vae.py", data, method, size)]))
    read_zip(tmp_path / "a.zip")  # what is kept from then on
    tracemalloc.start()
    start = time.perf_counter()
    try:
        assert str(read_zip(tmp_path / "a.zip").problem).startswith(problem)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20 and time.perf_counter() - start < 1


def test_a_zip_unpacks_in_all_no_more_than_it_may(tmp_path: Path) -> None:
    """Two thousand entries that lie in the same place, each a megabyte of nothing."""
    nothing = b"\0\0\0\xff\xff" * 200_000
    whole = Entry("vae.py", CODE.encode())
    same = [Entry("a.py", nothing, zipfile.ZIP_DEFLATED, 1) for _ in range(1990)]
    (tmp_path / "a.zip").write_bytes(raw_zip([whole, *same]))
    start = time.perf_counter()
    got = read_zip(tmp_path / "a.zip")
    assert got.files == {"vae.py": CODE}
    assert "a.py was left out: it is damaged in the zip" in got.notes[0]
    each = [Entry(f"{n}.py", nothing, zipfile.ZIP_DEFLATED, 1) for n in range(20)]
    (tmp_path / "a.zip").write_bytes(raw_zip([whole, *each]))
    assert read_zip(tmp_path / "a.zip").problem == (
        "The modules are larger than 8,388,608 bytes together."
    )
    assert time.perf_counter() - start < 2


def test_a_zips_own_list_is_read_no_further_than_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(raw_zip([Entry(".a")] * 500_000))
    tracemalloc.start()
    try:
        assert "more than 2,000 files" in str(read_zip(path).problem)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20


def test_a_file_and_a_folder_of_one_name_do_not_meet(tmp_path: Path) -> None:
    for names in (["vae.py", "a.py", "a.py/b.py"], ["a.py/b.py", "a.py", "vae.py"]):
        path = zipped(tmp_path / "a.zip", dict.fromkeys(names, CODE))
        got = read_zip(path)
        assert set(got.files) == {"vae.py", "a.py"}
        note = "a.py/b.py was left out: it lies in a folder that has the name of a module."
        assert got.notes == (note,)
    path = zipped(tmp_path / "b.zip", dict.fromkeys(["x/vae.py", "x"], CODE))
    assert read_zip(path).files == {"vae.py": CODE}


def test_of_two_entries_with_one_name_the_later_one_counts_as_when_unpacked(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.zip").write_bytes(
        raw_zip([Entry("vae.py", b"first"), Entry("./vae.py", b"second")])
    )
    assert read_zip(tmp_path / "a.zip").files == {"vae.py": "second"}


def test_names_that_no_system_can_hold_are_left_out(tmp_path: Path) -> None:
    long = ["x" * 256 + ".py", "/".join(["y" * 200] * 5) + "/x.py", "d/" * 40 + "x.py"]
    (tmp_path / "a.zip").write_bytes(raw_zip([Entry("vae.py", CODE.encode()), *map(Entry, long)]))
    got = read_zip(tmp_path / "a.zip")
    assert got.files == {"vae.py": CODE} and len(got.notes) == 3 and TOO_DEEP in got.notes
    assert sum("its name is too long." in note for note in got.notes) == 2


def test_a_name_with_a_null_byte_ends_there(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(raw_zip([Entry("vae.py\0.txt", CODE.encode())]))
    assert read_zip(tmp_path / "a.zip").files == {"vae.py": CODE}


def test_a_link_in_a_zip_is_not_followed_nor_read_as_code(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("vae.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert read_zip(tmp_path / "a.zip").problem == ("vae.py is a link, and links are not followed.")


def test_what_tools_leave_in_a_zip_is_not_counted(tmp_path: Path) -> None:
    junk: Files = {f".venv/lib/{n}.py": "" for n in range(MAX_FILES * 2)}
    assert read_zip(zipped(tmp_path / "a.zip", {"vae.py": CODE, **junk})).files == {"vae.py": CODE}


def test_a_zip_with_100_000_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(raw_zip([Entry(f"{n}.txt") for n in range(100_000)]))
    assert str(read_zip(path).problem).startswith("The zip has more than 2,000 files. ")


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
    assert read_zip(path).problem == "vae.py is locked with a password. Make the zip without one."


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
    assert "vae.py is packed in an unusual way." in str(read_zip(path).problem)


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


def test_the_hash_changes_with_whatever_changes_the_verdict(
    hand_in: Callable[[Files], Submission],
) -> None:
    """Else the class's next run would keep a result that is no longer true."""
    empty = hand_in({"empty/": ""})
    notebook = hand_in({"fc_vae.ipynb": "{}"})
    without = hand_in({"vae.py": CODE})
    left_out = hand_in({"helper.py": b"\xff"})
    assert len({one.sha256 for one in (empty, notebook, without, left_out)}) == 4


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
