"""What the tests of lessons share: a lesson by its name, what is in its cells, and running it."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

ROOT = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """Where the lesson of that name lies, with its module if it has one."""
    return ROOT / "solutions" / name


def lesson(name: str) -> NotebookNode:
    """The lesson with its solutions. As students get it: `released_notebook` of the grader."""
    return jupytext.read(folder(name) / f"{name}.md")


def without_solutions(module: str) -> str:
    """The text of a module as students get it."""
    cell = nbformat.v4.new_code_cell(module)
    clear = ClearSolutions(
        code_stub={"python": "raise NotImplementedError"}, enforce_metadata=False
    )
    clear.preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    return str(cell.source)


# --- what is in its cells ---------------------------------------------------------------------


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def mark(cell: NotebookNode) -> dict[str, object]:
    """nbgrader's metadata of a cell; {} if it has none."""
    return dict(cell.metadata.get("nbgrader", {}))


def marked(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """All cells that nbgrader knows, by their grade_id."""
    return {str(mark(cell)["grade_id"]): cell for cell in notebook.cells if mark(cell)}


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that have points, checks and written answers, by their grade_id."""
    return {name: cell for name, cell in marked(notebook).items() if mark(cell)["grade"]}


def unmarked(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that nbgrader does not know, which run as they are given."""
    return [cell for cell in code_cells(notebook) if not mark(cell)]


def names_given(cell: NotebookNode) -> set[str]:
    """What a code cell binds at its top level: functions, classes, variables, imports."""
    names: set[str] = set()
    for node in _parsed(cell).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        else:
            bound = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names |= {n.id for n in bound if isinstance(n.ctx, ast.Store)} - _comprehended(node)
    return names


def names_given_twice(notebook: NotebookNode) -> set[str]:
    """What two cells bind: a cell run out of order would find the other one's thing under it."""
    given = [name for cell in code_cells(notebook) for name in names_given(cell)]
    return {name for name in given if given.count(name) > 1}


def called(cells: Iterable[NotebookNode]) -> set[str]:
    """What these code cells call, by its last name: `f(x)` gives "f", `model.loss(x)` "loss"."""
    names: set[str] = set()
    for cell in cells:
        for node in ast.walk(_parsed(cell)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names.add(node.func.id)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names.add(node.func.attr)
    return names


def _comprehended(node: ast.AST) -> set[str]:
    """The names over which comprehensions run, and which are gone after them."""
    targets = (part.target for part in ast.walk(node) if isinstance(part, ast.comprehension))
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _parsed(cell: NotebookNode) -> ast.Module:
    return ast.parse("\n".join(x for x in cell.source.splitlines() if not x.startswith("%")))


# --- running it -------------------------------------------------------------------------------


def execute(
    name: str, notebook: NotebookNode, here: Path, beside: Mapping[str, str] | None = None
) -> NotebookNode:
    """Runs `notebook`, in place, as the saved NAME.ipynb in the empty folder `here`.

    It goes on after errors, and has neither a network nor a GPU nor MNIST. `beside`: texts of the
    files beside it, by their names.
    """
    for file, text in (beside or {}).items():
        (here / file).write_text(text)
    nbformat.write(notebook, here / f"{name}.ipynb")
    (here / "no_data").mkdir()
    client = NotebookClient(
        notebook,
        timeout=600,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(here)}},
    )
    client.execute(env=_offline(here / "no_data"))
    return notebook


def _offline(data: Path) -> dict[str, str]:
    """The environment of a kernel that finds data in the folder `data` and nowhere else."""
    left_out = {
        "MPLBACKEND",  # a notebook draws into itself
        "JPY_SESSION_NAME",  # of another notebook: ours is in the current folder
        "no_proxy",
        "NO_PROXY",
    }
    refuses = "http://127.0.0.1:9"  # nothing is ever downloaded
    proxies = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    return {
        **{name: value for name, value in os.environ.items() if name not in left_out},
        **dict.fromkeys(proxies, refuses),
        "NNDL_DATA": str(data),
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",  # two threads wait for each other on a busy machine
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }


def said_by(notebook: NotebookNode, code: str) -> str:
    """What the one cell shows in which this code stands."""
    (said,) = [shown(cell) for cell in code_cells(notebook) if code in cell.source]
    return said


def shown(cell: NotebookNode) -> str:
    """All that a cell shows as text: streams, plain and HTML displays, errors."""
    texts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        texts += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
        texts += output.get("traceback", [])
    return "\n".join(texts)


def errors(notebook: NotebookNode) -> list[tuple[NotebookNode, NotebookNode]]:
    """Every cell that stopped with an error, and that output of it."""
    return [
        (cell, output)
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error"
    ]


def pictures(notebook: NotebookNode) -> list[NotebookNode]:
    """The figures that the cells have drawn."""
    return [picture for cell in code_cells(notebook) for picture in pictures_of(cell)]


def pictures_of(cell: NotebookNode) -> list[NotebookNode]:
    """The figures that a code cell has drawn."""
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


def assert_not_done_yet(cell: NotebookNode) -> None:
    """A check's cell says that the exercise is not done yet, in a line, and nothing else."""
    # The kernel may send one text in several pieces.
    assert {(output.output_type, output.get("name")) for output in cell.outputs} == {
        ("stream", "stderr")
    }
    assert "not done yet" in "".join(output["text"] for output in cell.outputs)


def assert_no_traceback_leads_through_a_check(notebook: NotebookNode) -> None:
    for _cell, error in errors(notebook):
        assert "nndl/check.py" not in "\n".join(error["traceback"])
        assert "nndl/labs" not in "\n".join(error["traceback"])


# --- the set-up cell in Colab -----------------------------------------------------------------


class Course:
    """Where a lesson's set-up cell runs: an empty folder, and a course that is hosted.

    `hosted`: that course's files, as at the address in the notebook. `here`: the empty folder, the
    current one. `installed`: what pip was asked to install; nothing is really.
    """

    def __init__(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name = name
        self.hosted, self.here = tmp_path / "hosted", tmp_path / "content"
        (self.hosted / name).mkdir(parents=True)
        self.here.mkdir()
        self.installed: list[str] = []
        self.has_the_wheel = True
        monkeypatch.chdir(self.here)
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], check: bool) -> SimpleNamespace:
        if not self.has_the_wheel:
            raise subprocess.CalledProcessError(1, command)
        self.installed.append(command[-1])
        return SimpleNamespace(returncode=0)

    def set_up(self) -> None:
        source = code_cells(lesson(self.name))[0].source
        source = source.replace("{{ course.files }}", self.hosted.as_uri())
        exec(source.replace("{{ course.wheel }}", "nndl-1.whl"), {})
