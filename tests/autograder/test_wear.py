"""Notebooks as they come back: through Colab, editors, downloads and many hands.

Each submission holds the right answers and is worn in one way. What is expected is what a fair
person would give for it, with the notebook open and the student's work before their eyes.
"""

from __future__ import annotations

import base64
import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader_course import ROOT, Course, copy_course, right_answers, write_answers

from autograder.result import Result, read_result

Book = dict[str, Any]  # a notebook as its JSON is, with each source as one text
Files = dict[str, bytes]
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
RIGHT = right_answers("averages")
EXPLAIN, DERIVE = (RIGHT[name].split("\n\n", 1)[1].strip() for name in ("explain_mean", "derive"))
FULL = {"mean_of": 3.0, "standardizer": 4.0}
NO_CELL = "No cell for this answer was found. Is it elsewhere in the notebook?"
NO_RESPONSE = "No response."


# --- what is done to notebooks ----------------------------------------------------------------


def grade_id(cell: Book) -> str | None:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def at(book: Book, name: str) -> int:
    """Where the first cell of that name is: a grade_id, or what the text begins with."""
    return next(i for i, cell in enumerate(book["cells"])
                if grade_id(cell) == name or cell["source"].startswith(name))  # fmt: skip


def cell(book: Book, name: str) -> Book:
    found: Book = book["cells"][at(book, name)]
    return found


def nothing(book: Book) -> None:
    """No wear: the notebook as the student wrote it."""


def edit(name: str, **changes: Any) -> Callable[[Book], None]:
    return lambda book: cell(book, name).update(changes)


def rewrite(name: str, old: str, new: str) -> Callable[[Book], None]:
    def wear(book: Book) -> None:
        assert old in cell(book, name)["source"]
        cell(book, name)["source"] = cell(book, name)["source"].replace(old, new, 1)

    return wear


def delete(*names: str) -> Callable[[Book], None]:
    def wear(book: Book) -> None:
        for name in names:
            del book["cells"][at(book, name)]

    return wear


def duplicate(name: str, source: str | None = None, above: bool = False) -> Callable[[Book], None]:
    """A copy of the cell, as JupyterLab makes it: with the same metadata and a new id."""

    def wear(book: Book) -> None:
        twin = copy.deepcopy(cell(book, name)) | {"id": "0123abcd"}
        if source is not None:
            twin["source"] = source
        book["cells"].insert(at(book, name) + (not above), twin)

    return wear


def split(name: str, before: str, with_metadata: bool = True) -> Callable[[Book], None]:
    """Ctrl-Shift-Minus before that text; JupyterLab copies the metadata, Colab makes new ones."""

    def wear(book: Book) -> None:
        first = cell(book, name)
        cut = first["source"].index(before) if before else len(first["source"])
        second = copy.deepcopy(first) | {"id": "89abcdef", "source": first["source"][cut:]}
        if not with_metadata:
            second["metadata"] = {"id": "Zb0fQY3tKp1a"}
        first["source"] = first["source"][:cut].rstrip("\n")
        book["cells"].insert(at(book, name) + 1, second)

    return wear


def merge(*names: str, into: int = 0) -> Callable[[Book], None]:
    """The cells as one, which keeps the metadata and the kind of one of them."""

    def wear(book: Book) -> None:
        merged = [cell(book, name) for name in names]
        place = book["cells"].index(merged[0])
        one = merged[into] | {"source": "\n\n".join(cell["source"] for cell in merged)}
        book["cells"] = [cell for cell in book["cells"] if cell not in merged]
        book["cells"].insert(place, one)

    return wear


def reorder(seed: int | None = None) -> Callable[[Book], None]:
    def wear(book: Book) -> None:
        book["cells"].reverse() if seed is None else random.Random(seed).shuffle(book["cells"])

    return wear


def new_ids(book: Book) -> None:
    for number, cell in enumerate(book["cells"]):
        cell["id"] = f"{number:08x}"


def colab_ids(book: Book) -> None:
    """Colab saves format 4.0, which has no ids, and keeps its own in the metadata."""
    book["nbformat_minor"] = 0
    for number, cell in enumerate(book["cells"]):
        del cell["id"]
        cell["metadata"]["id"] = f"Zb0fQY3t{number:04}"


def strip(book: Book) -> None:
    for cell in book["cells"]:
        cell["metadata"].pop("nbgrader", None)


def colab_header(book: Book) -> None:
    colab_ids(book)
    book["metadata"] = {
        "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
        "accelerator": "GPU",
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        # Without `state`, nbgrader's own generate_feedback fails.
        "widgets": {"application/vnd.jupyter.widget-state+json": {"7b1c": {"model_name": "HTML"}}},
    }
    code = cell(book, "mean_of-solution")
    code["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "8c0d"}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "7b1c"}}
    code["outputs"] = [{"output_type": "display_data", "data": view, "metadata": {}}]


def printing(*outputs: Book) -> Callable[[Book], None]:
    return edit("mean_of-solution", outputs=list(outputs))


@cache
def picture_of_50_mb() -> Book:
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(38 << 20)).decode()
    return {"output_type": "display_data", "metadata": {}, "data": {"image/png": data}}


@cache
def stream_of_50_mb(line: str) -> Book:
    return {
        "output_type": "stream",
        "name": "stdout",
        "text": [line] * ((50 << 20) // (len(json.dumps(line)) + 12)),
    }


def in_colab(book: Book) -> None:
    """What students put around their code there."""
    mount = "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive"
    extra = {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [], "id": "c0"}
    book["cells"].insert(0, extra | {"source": f"!pip install torch\n%matplotlib inline\n{mount}"})
    rewrite("mean_of-solution", "def mean_of", "from google.colab import files\n\ndef mean_of")(
        book
    )
    rewrite("standardizer-solution", "class", "%%time\n!nvidia-smi\nclass")(book)


def first_line(name: str, line: str) -> Callable[[Book], None]:
    return lambda book: rewrite(name, "", f"{line}\n")(book)


def both(*wears: Callable[[Book], None]) -> Callable[[Book], None]:
    def wear(book: Book) -> None:
        for one in wears:
            one(book)

    return wear


def as_format_3(book: Book) -> bytes:
    node = nbformat.from_dict(book)
    return json.dumps(nbformat.convert(node, 3)).encode()


def saved(book: Book) -> bytes:
    """As Jupyter saves it: a source is a list of lines."""
    for cell in book["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(book, indent=1, ensure_ascii=False).encode()


# --- the class --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What is done to a right notebook, and what it is still worth.

    `notes` are the notes that the result has, by their beginnings. `explain` and `derive` are the
    answers as the grader reads them: None where no place for one was found.
    """

    wear: Callable[[Book], None]
    notes: tuple[str, ...] = ()
    points: tuple[float, float] = (3.0, 4.0)
    explain: str | None = EXPLAIN
    derive: str | None = DERIVE
    save: Callable[[Book], bytes] = saved
    name: str = "averages.ipynb"
    says: str = ""  # in the message of what has no points
    comment: str = ""  # on a written answer that is not as it should be


HALF_CLASS = RIGHT["standardizer-solution"].split("    def __call__")[0] + (
    "    def __call__(self, x):\n        raise NotImplementedError\n"
)
STUB = "def mean_of(x):\n    raise NotImplementedError\n"
EMPTY_ANSWER = "**Your answer** (`explain_mean`, at most 30 words):\n\nYOUR ANSWER HERE"
ALL = ("`mean_of-solution`, `mean_of`, `explain_mean`, `explain_mean-check`, "
       "`standardizer-solution`, `standardizer`, `derive` and `derive-check`")  # fmt: skip
STRIPPED = (f"The cells {ALL} had lost the marks that name them",)
NOTHING = (0.0, 0.0)


def missing(name: str) -> str:
    return f"The cell `{name}` was missing; it was put back"


def unread(wear: Callable[[Book], bytes], says: str) -> Case:
    """A file of which nothing can be read: all its points are gone, and it says why."""
    return Case(nothing, (), NOTHING, None, None, wear, says=says, comment=NO_CELL)


CASES = {
    "as-it-was-saved": Case(nothing),
    # Ids and marks.
    "other-ids": Case(new_ids),
    "colab-ids": Case(colab_ids),
    "no-marks": Case(strip),  # the ids still say who they are
    "no-marks-other-ids": Case(both(strip, new_ids), STRIPPED),
    "no-marks-colab-ids": Case(both(strip, colab_ids), STRIPPED),
    # Duplicated.
    "solution-twice-empty-below": Case(
        duplicate("mean_of-solution", STUB),
        ("The cell `mean_of-solution` was there more than once", "`mean_of` is written in cell 5"),
    ),
    "solution-twice-empty-above": Case(
        duplicate("mean_of-solution", STUB, above=True),
        ("The cell `mean_of-solution` was there more than once",),
    ),
    "answer-twice-empty-below": Case(
        duplicate("explain_mean", EMPTY_ANSWER),
        ("The cell `explain_mean` was there more than once",),
    ),
    "answer-twice": Case(
        duplicate("explain_mean"), ("The cell `explain_mean` was there more than once",)
    ),
    "answer-in-two-versions": Case(
        duplicate("derive", "**Your answer** (`derive`):\n\nOr by symmetry."),
        ("The cell `derive` was there more than once",),
        derive=f"{DERIVE}\n\nOr by symmetry.",
    ),
    "check-twice": Case(
        duplicate("mean_of"), ("The cell `mean_of` was there more than once",)
    ),
    # Deleted.
    "no-check": Case(delete("mean_of"), (missing("mean_of"),)),
    "no-solution": Case(
        delete("mean_of-solution"), (missing("mean_of-solution"),), (0.0, 4.0),
        says="`mean_of` is not there",
    ),
    "no-answer": Case(
        delete("explain_mean"), ("The cell `explain_mean` was missing; no answer was found",),
        explain=None, comment=NO_CELL,
    ),
    "no-set-up": Case(
        delete("import subprocess"), ("A cell that was handed out is missing from the notebook",)
    ),
    "nothing-but-solutions": Case(
        lambda book: book.update(cells=[cell(book, name) for name in RIGHT]),
        ("The cells `mean_of`, `explain_mean-check`, `standardizer` and `derive-check` were "
         "missing; they were put back", "A cell that was handed out is missing from the notebook"),
    ),
    "no-cells": Case(
        lambda book: book.update(cells=[]),
        ("The cells `mean_of-solution`, `mean_of`, `explain_mean-check`, `standardizer-solution`, "
         "`standardizer` and `derive-check` were missing; they were put back",
         "The cells `explain_mean` and `derive` were missing; no answers were found"),
        NOTHING, None, None, says="is not there", comment=NO_CELL,
    ),
    # Split.
    "solution-split": Case(
        split("mean_of-solution", "    return"), ("The cell `mean_of-solution` was split",)
    ),
    "class-split": Case(
        split("standardizer-solution", "    def __call__"),
        ("The cell `standardizer-solution` was split",),
    ),
    "class-split-in-colab": Case(
        split("standardizer-solution", "    def __call__", with_metadata=False),
        ("The cell `standardizer-solution` was split",),
    ),
    "split-at-its-end": Case(
        split("mean_of-solution", ""), ("The cell `mean_of-solution` was split",)
    ),
    "answer-split": Case(
        split("explain_mean", "The median"), ("The cell `explain_mean` was split",),
        explain=EXPLAIN.replace(" The median", "\n\nThe median"),
    ),
    "answer-split-in-colab": Case(
        split("explain_mean", "The mean", with_metadata=False),
        ("The cell `explain_mean` was split",),
    ),
    # Merged.
    "solution-and-check-merged": Case(
        merge("mean_of-solution", "mean_of"), (missing("mean_of"),)
    ),
    "two-solutions-merged": Case(
        merge("mean_of-solution", "standardizer-solution"),
        ("The cell `standardizer-solution` was missing; what belongs in it was found",),
    ),
    "two-answers-merged": Case(
        merge("explain_mean", "derive"),
        ("The cells `explain_mean` and `derive` were merged with other cells",),
    ),
    "answer-and-next-text-merged": Case(
        merge("explain_mean", "## Exercise 3"),
        ("The cell `explain_mean` was merged with another cell",),
    ),
    "question-and-answer-merged": Case(
        merge("## Exercise 2", "explain_mean", into=1),
        ("The cell `explain_mean` was merged with another cell",),
    ),
    "answer-and-check-merged": Case(
        merge("explain_mean", "explain_mean-check"),
        ("The cells `explain_mean` and `explain_mean-check` were merged with other cells",),
    ),
    "check-and-answer-merged-as-code": Case(
        merge("standardizer", "derive"),
        ("The cells `standardizer` and `derive` were merged with other cells",),
    ),
    "solution-and-answer-merged-as-code": Case(
        merge("mean_of-solution", "explain_mean"),
        ("The cells `mean_of-solution` and `explain_mean` were merged with other cells",),
    ),
    # Reordered.
    "upside-down": Case(reorder()),
    "shuffled": Case(reorder(1)),
    "shuffled-without-marks": Case(both(strip, colab_ids, reorder(2)), STRIPPED),
    # Colab, and large outputs.
    "picture-of-50-mb": Case(lambda book: printing(picture_of_50_mb())(book)),
    "progress-of-50-mb": Case(
        lambda book: printing(stream_of_50_mb("\r 12%|█▏  | [00:12<01:30, 5.1it/s]\n"))(book)
    ),
    "tensors-of-50-mb": Case(
        lambda book: printing(stream_of_50_mb('tensor([[0.1], [0.2], {"a": [1, 2, 3]}]),\n'))(book)
    ),
    "colab-header": Case(colab_header),
    "colab-imports-and-magics": Case(in_colab),
    "timed": Case(first_line("mean_of-solution", "%%time")),
    "written-to-a-file": Case(
        first_line("mean_of-solution", "%%writefile mean.py"),
        ("`mean_of` stands in cell 5, which `%%writefile` only writes to a file",),
    ),
    "shown-as-html": Case(
        first_line("mean_of-solution", "%%html"),
        ("`mean_of` is what cell 5 seems to define; that is left out: `%%html` is not run",),
        (0.0, 4.0), says="`mean_of` is not there",
    ),
    # Renamed.
    "renamed-by-the-browser": Case(
        nothing, ("There is no averages.ipynb; averages (1).ipynb was graded instead",),
        name="averages (1).ipynb",
    ),
    "renamed-by-colab": Case(
        nothing, ("There is no averages.ipynb; Copy of averages.ipynb was graded instead",),
        name="Copy of averages.ipynb",
    ),
    "renamed-by-the-student": Case(
        nothing, ("There is no averages.ipynb; Averages-final.ipynb was graded instead",),
        name="Averages-final.ipynb",
    ),
    # Formats and encodings.
    "format-3": Case(
        printing({"output_type": "stream", "name": "stdout", "text": "3.0\n"}),
        (), save=as_format_3,
    ),
    "format-4-0": Case(lambda book: (colab_ids(book), book.update(nbformat_minor=0))[-1]),
    "format-4-1": Case(lambda book: book.update(nbformat_minor=1)),  # with ids all the same
    "format-4-99": Case(lambda book: book.update(nbformat_minor=99)),
    "byte-order-mark": Case(nothing, save=lambda book: b"\xef\xbb\xbf" + saved(book)),
    "windows-lines": Case(
        lambda book: [c.update(source=c["source"].replace("\n", "\r\n")) for c in book["cells"]]
        and None,
        save=lambda book: saved(book).replace(b"\n", b"\r\n"),
    ),
    "utf-16": Case(nothing, save=lambda book: saved(book).decode().encode("utf-16")),
    # Locked cells and kinds.
    "more-points": Case(
        lambda book: cell(book, "mean_of")["metadata"]["nbgrader"].update(points=99)
    ),
    "check-edited": Case(
        rewrite("mean_of", "lab", "print('I was here')\nlab"),
        ("The cell `mean_of` was changed; the original was put back",),
    ),
    "check-replaced": Case(
        edit("mean_of", source="print('mean_of: right')"),
        ("The cell `mean_of` was changed; the original was put back",),
    ),
    "solution-in-the-check": Case(
        both(rewrite("mean_of", "", RIGHT["mean_of-solution"] + "\n"),
             edit("mean_of-solution", source=STUB)),
        ("The cell `mean_of` was changed; the original was put back",),
    ),
    "answer-as-code": Case(
        edit("explain_mean", cell_type="code", outputs=[], execution_count=None),
        ("The cell `explain_mean` had become a code cell",),
    ),
    "answer-as-code-without-marks": Case(
        both(edit("derive", cell_type="code", outputs=[], execution_count=None), strip, new_ids),
        (*STRIPPED, "The cell `derive` had become a code cell"),
    ),
    "answer-as-raw": Case(
        edit("explain_mean", cell_type="raw"), ("The cell `explain_mean` had become a raw cell",)
    ),
    "solution-as-text": Case(
        edit("mean_of-solution", cell_type="markdown"),
        ("The cell `mean_of-solution` had become a text cell",),
    ),
    "solution-as-raw-without-marks": Case(
        both(edit("mean_of-solution", cell_type="raw"), strip, new_ids),
        (*STRIPPED, "The cell `mean_of-solution` had become a raw cell"),
    ),
    # Left as it was, and half done.
    "nothing-written": Case(
        both(*(edit(name, source=text) for name, text in [
            ("mean_of-solution", STUB), ("explain_mean", EMPTY_ANSWER),
            ("standardizer-solution", "class Standardizer:\n    raise NotImplementedError"),
            ("derive", "**Your answer** (`derive`):\n\nYOUR ANSWER HERE")])),
        (), NOTHING, "", "", says="is not written yet", comment=NO_RESPONSE,
    ),
    "half-written-empty-copy-below": Case(
        both(edit("standardizer-solution", source=HALF_CLASS),
             duplicate("standardizer-solution", HALF_CLASS.replace("self.mean = ", "raise "
                       "NotImplementedError  #"))),
        ("The cell `standardizer-solution` was there more than once",), (3.0, 0.0),
        says="is not written yet",
    ),
    "answer-without-its-line": Case(edit("explain_mean", source=EXPLAIN)),
    "answer-above-its-line": Case(
        edit("explain_mean", source=f"{EXPLAIN}\n\n{EMPTY_ANSWER}")
    ),
    # What can't be read.
    "no-json": unread(lambda book: b"averages.ipynb", "is not a notebook that can be read"),
    "truncated": unread(lambda book: saved(book)[:3000], "breaks off in the middle"),
    "empty-file": unread(lambda book: b"", "is empty"),
    "a-list": unread(lambda book: json.dumps(book["cells"]).encode(), "it has no cells"),
    "too-large": unread(lambda book: saved(book) + b" " * (64 << 20), "larger than 64 MB"),
}  # fmt: skip


# Where the notebook only lies beside a module that is right.

MODULE = (ROOT / "solutions" / "fc_vae" / "vae.py").read_bytes()
CHECKS = ("`encoder`, `decoder`, `reparametrize`, `forward`, `loss_function`, `train_vae`, `cvae` "
          "and `train_cvae`")  # fmt: skip
Wear = Callable[[Book], "Files"]


def beside(wear: Callable[[Book], Any], module: bytes = MODULE) -> Wear:
    return lambda book: {"vae.py": module, "fc_vae.ipynb": wear(book) or saved(book)}


def with_classes(name: str, first_line: str = "") -> Wear:
    """The student wrote the module's text into a cell, and handed in no module."""

    def wear(book: Book) -> Files:
        code = {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [], "id": "c"}
        book["cells"].insert(3, code | {"source": first_line + MODULE.decode()})
        return {name: saved(book)}

    return wear


VAE_CASES: dict[str, tuple[Wear, tuple[str, ...]]] = {
    "vae-no-marks": (
        beside(both(strip, colab_ids)), (f"The cells {CHECKS} had lost the marks that name them",),
    ),
    "vae-shuffled-with-header": (beside(both(
        lambda book: book["metadata"].update(colab={}, widgets={"application/x": {}}), reorder(3),
        edit("encoder", source="print('right')"), delete("cvae"), duplicate("forward"))),
        ("The cell `forward` was there more than once", "The cell `encoder` was changed",
         "The cell `cvae` was missing; it was put back")),
    "vae-truncated-notebook": (
        beside(lambda book: saved(book)[:999]), ()
    ),
    "vae-in-cells": (
        with_classes("fc_vae.ipynb"), ("There is no vae.py: the exercises were taken from fc_vae",)
    ),
    "vae-in-cells-renamed": (
        with_classes("Copy of fc_vae.ipynb"),
        ("There is no fc_vae.ipynb; Copy of fc_vae.ipynb was graded", "There is no vae.py"),
    ),
    "vae-in-cells-beside-the-empty-module": (
        with_classes("fc_vae.ipynb"),
        ("vae.py is as it was handed out: the exercises were taken from fc_vae.ipynb",),
    ),
    "vae-in-a-cell-written-to-a-file": (
        with_classes("fc_vae.ipynb", "%%writefile vae.py\n"),
        ("`CVAE` stands in cell 4, which `%%writefile` only writes", "There is no vae.py"),
    ),
    "vae-saved-with-writefile": (
        beside(nothing, b"%%writefile vae.py\n" + MODULE), ("vae.py has lines that only a noteb",)
    ),
    "vae-with-colab-lines": (
        beside(nothing, b"!pip install torch\nfrom google.colab import drive\n"
               b"drive.mount('/content/drive')\n%cd /content\n" + MODULE),
        ("vae.py has lines that only a notebook",),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course with both assignments handed out, and everything handed in."""
    course = copy_course(tmp_path_factory.mktemp("wear"))
    course.run("autograder", "release", "averages", "fc_vae")
    for student, assignment, files in handed_in(course):
        folder = course.folder / "submitted" / student / assignment
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / "timestamp.txt").write_text("2026-10-05 21:14:03.518127 UTC")
    return course


def handed_in(course: Course) -> Iterator[tuple[str, str, Files]]:
    released = course.folder / "assignments"
    notebook = released / "averages" / "averages.ipynb"
    untouched = notebook.read_bytes()
    write_answers(notebook, RIGHT)
    right = nbformat.read(notebook, as_version=4)
    notebook.write_bytes(untouched)
    for student, case in CASES.items():
        book = copy.deepcopy(right)
        case.wear(book)
        yield student, "averages", {case.name: case.save(book)}
    yield "beside-the-original", "averages", {
        "averages.ipynb": untouched, "averages (1).ipynb": saved(copy.deepcopy(right)),
    }  # fmt: skip
    lesson = nbformat.read(released / "fc_vae" / "fc_vae.ipynb", as_version=4)
    for student, (wear, _) in VAE_CASES.items():
        files = wear(copy.deepcopy(lesson))
        if "empty-module" in student:
            files["vae.py"] = (released / "fc_vae" / "vae.py").read_bytes()
        yield student, "fc_vae", files


@pytest.fixture(scope="module")
def before(course: Course) -> Files:
    return contents(course.folder / "submitted")


def contents(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}  # fmt: skip


@pytest.fixture(scope="module")
def graded(course: Course, before: Files) -> Course:
    course.run("autograder", "grade", "submitted/", "--jobs", "2")
    return course


@pytest.fixture(scope="module")
def gradebook(graded: Course) -> Iterator[Gradebook]:
    with Gradebook(graded.database, "generative-models") as gradebook:
        yield gradebook


def result_of(course: Course, student: str, assignment: str) -> Result:
    result = read_result(course.folder / "results" / student / assignment / "result.json")
    assert result is not None and result.status == "graded"
    return result


def autograded(course: Course, student: str, assignment: str) -> nbformat.NotebookNode:
    path = course.folder / "autograded" / student / assignment / f"{assignment}.ipynb"
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    return found


def assert_notes(result: Result, expected: tuple[str, ...]) -> None:
    """Each note is one that is expected, and the other way round."""
    assert len(result.notes) == len(expected), result.notes
    for note in result.notes:
        assert any(note.startswith(beginning) for beginning in expected), note
    for beginning in expected:
        assert any(note.startswith(beginning) for note in result.notes), (beginning, result.notes)


@pytest.mark.parametrize("student", CASES)
def test_worn_notebook_gets_what_it_is_worth(graded: Course, student: str) -> None:
    case = CASES[student]
    result = result_of(graded, student, "averages")
    points = {item.name: item.points for item in result.items if item.status != "manual"}
    assert points == dict(zip(FULL, case.points, strict=True))
    assert_notes(result, case.notes)
    for item in result.items:
        failed = [check for check in item.checks if not check.passed]
        assert bool(failed) == (item.status != "manual" and item.points < item.max_points)
        assert all(case.says in check.message and case.says for check in failed), failed


@pytest.mark.parametrize("student", CASES)
def test_gradebook_has_the_points_and_waits_for_those_by_hand(
    gradebook: Gradebook, student: str
) -> None:
    case = CASES[student]
    submission = gradebook.find_submission("averages", student)
    (notebook,) = submission.notebooks
    grades = {grade.name: grade for grade in notebook.grades}
    assert {name: grades[name].auto_score for name in FULL} == dict(
        zip(FULL, case.points, strict=True)
    )
    assert not any(grades[name].needs_manual_grade for name in FULL)
    comments = {comment.name: comment.auto_comment for comment in notebook.comments}
    for name, answer in (("explain_mean", case.explain), ("derive", case.derive)):
        assert grades[name].needs_manual_grade == (answer != "")
        assert grades[name].auto_score == (0.0 if answer == "" else None)
        assert comments[name] == (None if answer else case.comment)


@pytest.mark.parametrize("student", CASES)
def test_notebook_is_in_order_for_who_grades(graded: Course, student: str) -> None:
    case = CASES[student]
    book = autograded(graded, student, "averages")
    marked = [cell for cell in book.cells if "nbgrader" in cell.metadata]
    released = nbformat.read(graded.folder / "assignments/averages/averages.ipynb", as_version=4)
    originals = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    assert sorted(map(grade_id, marked)) == sorted(originals)
    for cell in marked:
        original = originals[grade_id(cell)]
        assert cell.metadata == original.metadata and cell.cell_type == original.cell_type
        if not cell.metadata.nbgrader.solution:
            assert cell.source == original.source
        if grade_id(cell) in FULL:
            (verdict,) = cell.outputs
            assert f"{grade_id(cell)}: " in verdict.data["text/markdown"]
    for name, answer in (("explain_mean", case.explain), ("derive", case.derive)):
        (found,) = (cell.source for cell in marked if grade_id(cell) == name)
        head, _, text = originals[name].source.partition("\n\n")
        assert found == f"{head}\n\n{answer or text}"
    told = book.cells[0].source if case.notes else ""
    assert all(beginning.split("`")[0] in told for beginning in case.notes)
    assert (graded.folder / f"autograded/{student}/averages/averages.ipynb").stat().st_size < 6e6


def test_where_the_original_lies_beside_it_the_one_that_was_worked_in_is_graded(
    graded: Course, gradebook: Gradebook
) -> None:
    result = result_of(graded, "beside-the-original", "averages")
    assert result.score == 7.0
    assert_notes(result, ("Nothing that can be graded is in averages.ipynb; averages (1).ipynb",))
    assert gradebook.find_submission("averages", "beside-the-original").score == 7.0


@pytest.mark.parametrize("student", VAE_CASES)
def test_right_module_has_its_points_whatever_became_of_the_notebook(
    graded: Course, gradebook: Gradebook, student: str
) -> None:
    _, notes = VAE_CASES[student]
    result = result_of(graded, student, "fc_vae")
    assert result.score == 16.0
    assert_notes(result, notes)
    submission = gradebook.find_submission("fc_vae", student)
    assert submission.score == 16.0 and not submission.needs_manual_grade
    book = autograded(graded, student, "fc_vae")
    released = nbformat.read(graded.folder / "assignments/fc_vae/fc_vae.ipynb", as_version=4)
    checks = [cell for cell in book.cells if grade_id(cell)]
    originals = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    assert sorted(map(grade_id, checks)) == sorted(originals)
    for cell in checks:
        assert cell.source == originals[grade_id(cell)].source
        assert cell.metadata == originals[grade_id(cell)].metadata
        assert "✓" in cell.outputs[0].data["text/markdown"]


def test_notes_are_sentences(graded: Course) -> None:
    for path in sorted((graded.folder / "results").rglob("result.json")):
        result = read_result(path)
        assert result is not None
        for note in result.notes:
            assert re.fullmatch(r"\S.*\S\.", note) and "  " not in note and len(note) < 500
            assert ", `" not in note or "cells" in note or "which" in note


def test_what_students_handed_in_is_as_it_was(graded: Course, before: Files) -> None:
    assert contents(graded.folder / "submitted") == before


@pytest.mark.parametrize("assignment", ["averages", "fc_vae"])
def test_everyone_gets_a_page(graded: Course, assignment: str) -> None:
    graded.run("nbgrader", "generate_feedback", assignment)
    students = {path.parent.name for path in (graded.folder / "submitted").glob(f"*/{assignment}")}
    for student in students:
        page = graded.folder / "feedback" / student / assignment / f"{assignment}.html"
        text = page.read_text(encoding="utf-8")
        reader = HTMLParser()
        reader.feed(text)
        reader.close()
        score = result_of(graded, student, assignment).score
        assert f"(Score: {score} / " in text and len(text) < 12e6
