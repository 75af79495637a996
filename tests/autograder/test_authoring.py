"""docs/authoring.md, done as it says, in a copy of the course: from nothing to a graded class.

Every command of the page is run, in order, and must show what the page says; every quotation must
stand in the file that is named. And what `autograder new` writes works as it comes.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import lessons
import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader_course import ROOT, Course, copy_course, write_answers

from autograder.assignment import known_assignments

EXAMPLE = ROOT / "examples" / "attention"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BORIS = """\
def attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.transpose(-1, -2))
    if mask is not None:
        scores = torch.where(mask, scores, float("-inf"))
    weights = torch.softmax(scores, -1)
    return torch.matmul(weights, v), weights
"""
# Several commands in one process, since each of them has to import what the others do.
COMMANDS_IN_A_ROW = """\
import sys

from autograder.cli import main

if __name__ == "__main__":
    for command in sys.argv[1:]:
        assert main(command.split()) == 0, command
"""
NEW_LAB = """
from types import ModuleType
import nndl
from autograder.assignment import reference
from autograder.misconceptions import misconceptions
nndl.lab("fresh").check("unit_rows", reference("fresh").unit_rows)
for mistake in misconceptions("fresh"):
    module = ModuleType("cell")
    exec(mistake.module, module.__dict__)
    try:
        nndl.lab("fresh").check("unit_rows", module.unit_rows)
    except AssertionError as failed:
        print(failed)
"""
# What the lab says to each misconception's module, where it is loaded as a notebook's cell.
LAB_AND_MISTAKES = """
import json
from types import ModuleType
import nndl
from autograder.misconceptions import misconceptions
from nndl.check import CheckFailed
lab = nndl.lab("attention")
work = {"attention": "attention", "causal_mask": "causal_mask", "multi_head": "MultiHeadAttention"}
said = {}
for mistake in misconceptions("attention"):
    module = ModuleType("cell")
    exec(compile(mistake.module, "<cell>", "exec"), module.__dict__)
    lab._failures.clear()
    try:
        lab.check(mistake.item, getattr(module, work[mistake.item]))
    except CheckFailed as failed:
        said[mistake.name] = failed.lines
    else:
        said[mistake.name] = []
open("said.json", "w").write(json.dumps(said))
"""


@dataclass(frozen=True)
class Block:
    """A block of the page: a console's commands, or a piece of the file at `path`."""

    language: str
    path: str
    text: str

    def commands(self) -> list[tuple[str, str]]:
        """The commands, and what each of them shows."""
        parts = re.split(r"^\$ (.*)\n", self.text, flags=re.MULTILINE)[1:]
        return list(zip(parts[::2], parts[1::2], strict=True))


BLOCKS = [Block(*found) for found in
          BLOCK.findall((ROOT / "docs" / "authoring.md").read_text(encoding="utf-8"))]  # fmt: skip
COMMANDS = [one for block in BLOCKS if block.language == "console" for one in block.commands()]
QUOTED = [block for block in BLOCKS if block.language != "console"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return copy_course(tmp_path_factory.mktemp("authoring"))


@pytest.fixture(scope="module")
def shown(course: Course) -> list[str]:
    """What each command showed, with the course where the page has it."""
    outputs = []
    for command, _ in COMMANDS:
        if command.startswith("autograder grade"):
            hand_in_of_ada_and_boris(course)
        done = course.run(*shlex.split(command))
        outputs.append(done.stdout.replace(str(course.folder), "/home/you/course"))
    return outputs


def hand_in_of_ada_and_boris(course: Course) -> None:
    right = {name: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", cell.source)
             for name, cell in lessons.marked(solved(course)).items()
             if cell.metadata.nbgrader.solution}  # fmt: skip
    for name, answers in {"ada": right, "boris": {**right, "attention-solution": BORIS}}.items():
        write_answers(course.hand_in(name, "attention") / "attention.ipynb", answers)


def solved(course: Course) -> NotebookNode:
    return jupytext.read(course.folder / "solutions" / "attention" / "attention.md")


def lines(text: str) -> list[str]:
    """Sorted, since submissions are graded in any order; tables end their lines with spaces."""
    return sorted(line.rstrip() for line in text.strip().splitlines())


# --- the page -----------------------------------------------------------------------------------


def test_every_command_shows_what_the_page_says(shown: list[str]) -> None:
    assert len(COMMANDS) == 6
    for (command, expected), output in zip(COMMANDS, shown, strict=True):
        assert lines(output) == lines(expected), command


@pytest.mark.usefixtures("shown")
def test_every_quotation_stands_in_its_file(course: Course) -> None:
    assert len(QUOTED) >= 8
    wrong = [block for block in QUOTED
             if block.text not in (course.folder / block.path).read_text()]  # fmt: skip
    assert wrong == []


@pytest.mark.usefixtures("shown")
def test_the_right_submission_has_all_points_and_the_wrong_one_hears_of_its_mistake(
    course: Course,
) -> None:
    ada, boris = (result(course, name) for name in ("ada", "boris"))
    assert (ada["score"], ada["max_score"]) == (10, 10)
    items = {item["name"]: item for item in boris["items"]}
    assert {name: item["points"] for name, item in items.items()} == {
        "attention": 2.8, "causal_mask": 2, "multi_head": 4, "explain_scaling": 0,
    }  # fmt: skip
    failed = [check for check in items["attention"]["checks"] if not check["passed"]]
    assert [check["misconception"] for check in failed] == ["not-scaled"]
    assert items["multi_head"]["carried_forward"] == ["attention"]
    assert items["explain_scaling"]["status"] == "manual"


def result(course: Course, student: str) -> dict[str, Any]:
    path = course.folder / "results" / student / "attention" / "result.json"
    return dict(json.loads(path.read_text()))


# --- the example --------------------------------------------------------------------------------


def test_its_hints_do_not_give_the_answers_code_away() -> None:
    solution = (EXAMPLE / "solutions/attention/attention.md").read_text()
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END", solution, re.DOTALL)
    given = {line.strip() for answer in answers for line in answer.splitlines() if "(" in line}
    tree = ast.parse((EXAMPLE / "autograder/misconceptions/attention.py").read_text())
    hints = [ast.get_docstring(node) for node in tree.body
             if isinstance(node, ast.FunctionDef | ast.ClassDef)]  # fmt: skip
    assert len(hints) >= 8
    for hint in hints:
        assert hint and not any(line in hint for line in given)
        assert not re.search(r"softmax\(|sqrt\(|transpose\(|inf\b|dim=", hint)


def test_it_is_none_of_the_courses_own_assignments() -> None:
    assert "attention" not in known_assignments()


@pytest.mark.usefixtures("shown")
def test_its_notebook_runs_with_the_solution_and_every_check_is_right(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "ROOT", course.folder)
    notebook = lessons.execute("attention", solved(course), tmp_path)
    assert lessons.errors(notebook) == []
    said = "\n".join(lessons.shown(cell) for cell in lessons.code_cells(notebook))
    for name in ("attention", "causal_mask", "multi_head", "explain_scaling"):
        assert f"{name}: right" in said
    losses = [float(loss) for loss in re.findall(r"step +\d+: loss ([\d.]+)", said)]
    assert losses[0] > 2 and losses[-1] < 0.1
    assert len(lessons.pictures(notebook)) == 4


@pytest.mark.usefixtures("shown")
def test_its_notebook_runs_without_the_solution_down_to_the_first_gap(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "ROOT", course.folder)
    released = course.folder / "assignments" / "attention" / "attention.ipynb"
    notebook = lessons.execute("attention", nbformat.read(released, as_version=4), tmp_path)
    cell, error = lessons.errors(notebook)[0]
    assert error["ename"] == "NotImplementedError" and "abracadabra" in cell.source
    for name in ("attention", "causal_mask", "multi_head"):
        lessons.assert_not_done_yet(lessons.marked(notebook)[name])
    lessons.assert_no_traceback_leads_through_a_check(notebook)


@pytest.mark.usefixtures("shown")
def test_its_notebook_has_a_question_for_every_known_mistake(course: Course) -> None:
    course.run(sys.executable, "-c", LAB_AND_MISTAKES)
    said = json.loads((course.folder / "said.json").read_text())
    assert len(said) == 28
    for mistake, told in said.items():
        assert any(line.startswith("Hint 1 of") and "?" in line for line in told), mistake


# --- what `new` writes --------------------------------------------------------------------------


def test_a_new_assignment_is_released_audited_and_graded_as_it_comes(course: Course) -> None:
    script = course.folder / "commands_in_a_row.py"  # a file: grading processes import it again
    script.write_text(COMMANDS_IN_A_ROW)
    course.run(sys.executable, str(script), "new fresh", "release fresh")
    grade = "grade solutions/fresh/fresh.ipynb --assignment fresh --out fresh --jobs 1"
    said = course.run(sys.executable, str(script), "audit fresh --jobs 1", grade).stdout
    assert re.search(r"all +│ +2 │ +2 │ +2 │", said)
    assert "right variants: 1, rejected: 0" in said
    assert "fresh fresh 1/1" in said
    assert (course.folder / "assignments" / "fresh" / "fresh.ipynb").is_file()
    checked = course.run(sys.executable, "-c", NEW_LAB).stdout
    assert "unit_rows: right" in checked
    assert checked.count("every row has the length 1\n  Their lengths are") == 2


@pytest.mark.usefixtures("shown")
def test_what_is_written_is_in_good_style(course: Course) -> None:
    course.run("ruff", "check")
    course.run("ruff", "format", "--check")
