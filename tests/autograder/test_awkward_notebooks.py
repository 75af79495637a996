"""Notebooks that are awkward in the ways that students find, and what a fair person gives for them.

tests/corpus/notebooks/ has one file for each way. They are read as they stand: the first cell says
what is awkward, which items earn all their points (the others earn none), and what must be said.
The ways that no such file can show are made here, with the same sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import jupytext
import nbformat
import pytest
from nbgrader_course import ROOT, Course, copy_course

from autograder.notebook.reading import read_cells
from autograder.result import Result, read_result

FILES = sorted((ROOT / "tests" / "corpus" / "notebooks").glob("*.md"))
POINTS = {"mean_of": 3.0, "standardizer": 4.0}
# How the notes begin that tell what became of the assignment's own cells: these are test_wear.py's.
ON_CELLS = ("The cell", "A cell that was handed out is missing")

MEAN = "def mean_of(x):\n    return x.sum(dim=0) / len(x)"
CLASS = """class Standardizer:
    def __init__(self, data):
        self.mean = mean_of(data)
        self.spread = mean_of((data - self.mean) ** 2).sqrt()

    def __call__(self, x):
        return SCALE * (x - self.mean) / self.spread"""


@dataclass(frozen=True)
class Expected:
    """What the sentences about a notebook say: what earns its points, and the words to be said."""

    earned: frozenset[str]
    said: tuple[str, ...]


def expected(sentences: str) -> Expected:
    found = re.search(r" Earned: ([a-z_, ]+)\.(?: Said: (.+)\.)?$", sentences)
    assert found, f"It does not say what it earns: {sentences}"
    earned = frozenset(found[1].split(", ")) - {"none"}
    assert earned <= POINTS.keys()
    said = tuple(re.findall('"([^"]+)"', found[2] or ""))
    assert bool(said) == bool(found[2]) and (said or earned == POINTS.keys())
    return Expected(earned, said)


# --- what no file can show --------------------------------------------------------------------


def notebook(*codes: str) -> nbformat.NotebookNode:
    """A notebook of code cells, of format 4.0, in which these have no ids."""
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    for cell in cells:
        del cell["id"]
    return nbformat.v4.new_notebook(cells=cells, nbformat_minor=0)


def saved(book: nbformat.NotebookNode) -> bytes:
    return json.dumps(book, indent=1).encode()


def windows_lines() -> bytes:
    book = notebook(f"%%time\n{MEAN}", f"!ls\n{CLASS}")
    for cell in book.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return saved(book).replace(b"\n", b"\r\n")


def marks_of_byte_order() -> bytes:
    return b"\xef\xbb\xbf" + saved(notebook(MEAN, CLASS))


def format_3() -> bytes:
    return json.dumps(nbformat.convert(notebook(MEAN, CLASS), 3)).encode()


def format_4_0() -> bytes:
    return saved(notebook(MEAN, CLASS))


def only_outputs() -> bytes:
    book = notebook("", "")
    for cell, text in zip(book.cells, [MEAN, CLASS], strict=True):
        cell.outputs = [nbformat.v4.new_output("stream", text=text)]
    return saved(book)


def no_cells() -> bytes:
    return saved(nbformat.v4.new_notebook())


def conflict_markers() -> bytes:
    ours, theirs = saved(notebook(MEAN, CLASS)), saved(notebook(CLASS, MEAN))
    return b"<<<<<<< HEAD\n" + ours + b"\n=======\n" + theirs + b"\n>>>>>>> teammate\n"


def huge_outputs() -> bytes:
    book = notebook(MEAN, CLASS)
    progress = "\r 12%|#    | [00:12<01:30, 5.1it/s]\n" * 400_000
    book.cells[0].outputs = [nbformat.v4.new_output("stream", text=progress)]
    return saved(book)


def very_long_cell() -> bytes:
    steps = [f"step_{i} = step_{i - 1} + 1  # one more" for i in range(1, 4000)]
    last = CLASS.replace("SCALE", "SCALE * step_3999 / 3999")
    return saved(notebook("\n".join(["step_0 = 0", *steps, MEAN, last])))


def many_cells() -> bytes:
    steps = [f"def step_{i}(): return step_{i + 1}() / 1" for i in range(200)]
    last = CLASS.replace("SCALE", "step_0()")
    return saved(notebook(*steps, "def step_200(): return SCALE", MEAN, last, *["print(1)"] * 2000))


def deeply_nested() -> bytes:
    scale = "(" * 150 + "SCALE" + ")" * 150
    unreadable = "rows = " + "[" * 5000 + "]" * 5000
    much = "total = " + " + ".join(["1"] * 20_000)
    return saved(notebook(MEAN, CLASS.replace("SCALE", scale), unreadable, much))


ALL = "Earned: mean_of, standardizer."
NONE = "Earned: none. Said: "
BUILT: dict[str, tuple[Callable[[], bytes], str]] = {
    "windows_lines": (windows_lines, f"All lines end as in Windows. {ALL}"),
    "marks_of_byte_order": (marks_of_byte_order, f"The file begins with a mark. {ALL}"),
    "format_3": (format_3, f"It was saved ten years ago, with worksheets. {ALL}"),
    "format_4_0": (format_4_0, f"Its cells have no ids. {ALL}"),
    "huge_outputs": (huge_outputs, f"It has 15 MB of progress bars. {ALL}"),
    "very_long_cell": (very_long_cell, f"One cell has 4,000 lines, each for the next. {ALL}"),
    "many_cells": (many_cells, f"It has 2,000 cells, and a chain of 200 helpers. {ALL}"),
    "deeply_nested": (deeply_nested, f"Brackets are nested, some of them too deeply. {ALL}"),
    "only_outputs": (only_outputs, f'The code is gone, outputs are left. {NONE}"is not there".'),
    "no_cells": (no_cells, f'There is no cell. {NONE}"is not there".'),
    "conflict_markers": (
        conflict_markers,
        f'A merge left its markers in the file itself. {NONE}"averages.ipynb is not a notebook".',
    ),
}  # fmt: skip


# --- the tests --------------------------------------------------------------------------------


def handed_in() -> dict[str, bytes]:
    """All notebooks by their names."""
    files = {path.stem: path.read_text(encoding="utf-8") for path in FILES}
    read = {name: saved(jupytext.reads(text, "md:myst")) for name, text in files.items()}
    return read | {name: build() for name, (build, _) in BUILT.items()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course, in which all these were graded as one class."""
    course = copy_course(tmp_path_factory.mktemp("awkward"))
    for name, content in handed_in().items():
        folder = course.base / "handed_in" / name / "averages"
        folder.mkdir(parents=True)
        (folder / "averages.ipynb").write_bytes(content)
    course.run("autograder", "grade", str(course.base / "handed_in"), "--jobs", "2")
    return course


def sentences_of(name: str) -> str:
    if name in BUILT:
        return BUILT[name][1]
    (path,) = (path for path in FILES if path.stem == name)
    book = saved(jupytext.reads(path.read_text(encoding="utf-8"), "md:myst"))
    return read_cells(book)[0].source


def result_of(course: Course, name: str) -> Result:
    result = read_result(course.folder / "results" / name / "averages" / "result.json")
    assert result is not None
    return result


def test_the_corpus_is_there() -> None:
    assert len(FILES) + len(BUILT) >= 45
    assert not {path.stem for path in FILES} & BUILT.keys()


@pytest.mark.parametrize("name", [*(path.stem for path in FILES), *BUILT])
def test_an_awkward_notebook_gets_what_it_earned(graded: Course, name: str) -> None:
    fair, result = expected(sentences_of(name)), result_of(graded, name)
    checks = [check for item in result.items for check in item.checks]
    messages = [check.message for check in checks if not check.passed]
    said = [*result.notes, *messages]
    assert (result.status, result.error) == ("graded", None)
    points = {item.name: item.points for item in result.items if item.status != "manual"}
    assert points == {n: p if n in fair.earned else 0.0 for n, p in POINTS.items()}, said
    for words in fair.said:
        assert any(words in text for text in said), (words, said)
    for note in result.notes:  # and nothing is said for no reason
        assert note.startswith(ON_CELLS) or any(words in note for words in fair.said), note
