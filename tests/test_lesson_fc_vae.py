"""The lesson fc_vae: runs with the solution, stops kindly without it, carries the right points."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, ClearSolutions

import nndl

ROOT = Path(__file__).parent.parent
LESSON = ROOT / "solutions" / "fc_vae"
POINTS = {
    "encoder": 4,
    "decoder": 1,
    "reparametrize": 2,
    "forward": 1,
    "loss_function": 1,
    "train_vae": 2,
    "cvae": 3,
    "train_cvae": 2,
}


def lesson() -> NotebookNode:
    return jupytext.read(LESSON / "fc_vae.md")


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata["nbgrader"]["grade_id"]: cell for cell in cells}


def outputs(cell: NotebookNode) -> str:
    """All that a cell shows as text: streams, plain and HTML displays, errors."""
    shown = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        shown += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
        shown += output.get("traceback", [])
    return "\n".join(shown)


def stripped() -> str:
    """`vae.py` as a student gets it."""
    cell = nbformat.v4.new_code_cell((LESSON / "vae.py").read_text())
    clear = ClearSolutions(
        code_stub={"python": "raise NotImplementedError"}, enforce_metadata=False
    )
    clear.preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    return str(cell.source)


def execute(folder: Path, module: str, monkeypatch: pytest.MonkeyPatch) -> NotebookNode:
    """The lesson run in `folder` beside `module` as its vae.py, without a network or a GPU."""
    (folder / "vae.py").write_text(module)
    (folder / "no_data").mkdir()
    monkeypatch.setenv("NNDL_DATA", str(folder / "no_data"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # two threads wait for each other on a busy machine
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # refuses: nothing is ever downloaded
    monkeypatch.delenv("MPLBACKEND", raising=False)  # a notebook draws into itself
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    notebook = lesson()
    client = NotebookClient(
        notebook,
        timeout=120,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    with pytest.MonkeyPatch.context() as monkeypatch:
        module = (LESSON / "vae.py").read_text()
        return execute(tmp_path_factory.mktemp("solved"), module, monkeypatch)


@pytest.fixture(scope="module")
def unsolved(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return execute(tmp_path_factory.mktemp("unsolved"), stripped(), monkeypatch)


# --- with the solution ------------------------------------------------------------------------


def test_it_runs_from_top_to_bottom(solved: NotebookNode) -> None:
    errors = [
        (cell.source, output["ename"], output["evalue"])
        for cell in code_cells(solved)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert errors == []
    assert all(cell.execution_count for cell in code_cells(solved))


@pytest.mark.parametrize("item", POINTS)
def test_every_check_passes(solved: NotebookNode, item: str) -> None:
    shown = outputs(graded(solved)[item])
    assert f"{item}: right" in shown
    assert "not done yet" not in shown


def test_it_says_that_the_data_are_a_stand_in(solved: NotebookNode) -> None:
    assert any("THIS IS NOT MNIST" in outputs(cell) for cell in code_cells(solved))


def test_it_shows_the_numbers_that_its_text_promises(solved: NotebookNode) -> None:
    everything = "\n".join(outputs(cell) for cell in code_cells(solved))
    for number in ("1,288,414", "1,296,414", "-0.4363", "1.6860", "8.5079"):
        assert number in everything


def test_it_draws_every_figure(solved: NotebookNode) -> None:
    pictures = [
        output
        for cell in code_cells(solved)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    # data, untrained, loss, reconstructions, samples, path, two without KL, losses, two of digits
    assert len(pictures) == 11


# --- as a student gets it ---------------------------------------------------------------------


def test_the_students_module_has_a_gap_for_every_idea() -> None:
    module = stripped()
    ast.parse(module)
    assert module.count("raise NotImplementedError\n") == len(
        [line for line in (LESSON / "vae.py").read_text().splitlines() if "BEGIN SOLUTION" in line]
    )
    assert module.count("        raise NotImplementedError\n") == 6  # in the two classes
    assert "SOLUTION" not in module
    assert "nn.Linear" not in module


# Where the gaps of each exercise stand in vae.py, in the order of the lesson.
GAPS = {
    "encoder": [0],
    "decoder": [1],
    "reparametrize": [6],
    "forward": [2],
    "loss_function": [7],
    "cvae": [3, 4, 5],
}


@pytest.mark.parametrize("item", GAPS)
def test_an_exercise_can_be_checked_as_soon_as_it_is_written(
    item: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """However many of the later ones are still empty."""
    done = list(GAPS)[: list(GAPS).index(item) + 1]
    pieces = (LESSON / "vae.py").read_text().split("### BEGIN SOLUTION")
    source = pieces[0]
    for gap, piece in enumerate(pieces[1:]):
        solution, rest = piece.split("### END SOLUTION")
        written = any(gap in GAPS[name] for name in done)
        source += (solution.rstrip(" ") if written else "raise NotImplementedError") + rest
    module = ModuleType("partly_written")
    exec(source, module.__dict__)
    lab = nndl.lab("fc_vae")
    for name in GAPS:
        work = {"cvae": "CVAE", "reparametrize": name, "loss_function": name}.get(name, "VAE")
        lab.check(name, getattr(module, work))
        shown = capsys.readouterr()
        if name in done:
            assert f"{name}: right" in shown.out and not shown.err
        else:
            assert "not done yet" in shown.err


def test_it_runs_down_to_the_first_gap(unsolved: NotebookNode) -> None:
    errors = [
        (cell, output)
        for cell in code_cells(unsolved)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    cell, error = errors[0]
    assert error["ename"] == "NotImplementedError"
    assert "VAE(input_size, latent_size)" in cell.source
    assert "vae.py" in "\n".join(error["traceback"])


@pytest.mark.parametrize("item", ["encoder", "decoder", "reparametrize", "forward", "cvae"])
def test_an_unwritten_exercise_is_not_done_yet_and_no_error(
    unsolved: NotebookNode, item: str
) -> None:
    cell = graded(unsolved)[item]
    # The kernel may send one text in several pieces.
    assert {(output.output_type, output.get("name")) for output in cell.outputs} == {
        ("stream", "stderr")
    }
    assert "not done yet" in "".join(output["text"] for output in cell.outputs)


def test_no_traceback_leads_through_a_check(unsolved: NotebookNode) -> None:
    for cell in code_cells(unsolved):
        for output in cell.outputs:
            if output.output_type == "error":
                assert "nndl/check.py" not in "\n".join(output["traceback"])
                assert "nndl/labs" not in "\n".join(output["traceback"])


# --- what nbgrader and readers get ------------------------------------------------------------


def test_points_are_those_of_the_assignment() -> None:
    points = {name: cell.metadata["nbgrader"]["points"] for name, cell in graded(lesson()).items()}
    assert points == POINTS
    assert sum(points.values()) == 16


def test_nbgrader_finds_its_metadata_in_order() -> None:
    notebook = lesson()
    CheckCellMetadata().preprocess(notebook, {})
    for name, cell in graded(notebook).items():
        assert f'lab.check("{name}", ' in cell.source
        assert cell.metadata["nbgrader"] == {
            "grade": True,
            "grade_id": name,
            "locked": True,
            "points": POINTS[name],
            "schema_version": 3,
            "solution": False,
            "task": False,
        }


def test_every_public_name_of_the_module_is_used_by_some_cell() -> None:
    module = ast.parse((LESSON / "vae.py").read_text())
    public = {node.name for node in module.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    source = "\n".join(
        line
        for cell in code_cells(lesson())
        for line in cell.source.splitlines()
        if not line.startswith("%")
    )
    called = {
        node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert public == {"hello_vae", "VAE", "CVAE", "reparametrize", "loss_function"}
    assert public <= called


def test_no_name_is_given_away_twice() -> None:
    """A cell that is run out of order must not find another cell's thing under its name."""
    given: dict[str, int] = {}
    for i, cell in enumerate(code_cells(lesson())):
        source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
        for name in _names_of_the_cell(ast.parse(source)):
            assert given.setdefault(name, i) == i, f"{name} is assigned in two cells"


def _names_of_the_cell(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return names


# --- the set-up cell in Colab -----------------------------------------------------------------


class Course:
    """Where the set-up cell runs: an empty folder in "Colab", and a course that is hosted."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hosted, self.here = tmp_path / "hosted", tmp_path / "content"
        (self.hosted / "fc_vae").mkdir(parents=True)
        (self.hosted / "fc_vae" / "vae.py").write_text("# as released\n")
        self.here.mkdir()
        self.installed: list[str] = []
        monkeypatch.chdir(self.here)
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], check: bool) -> SimpleNamespace:
        self.installed.append(command[-1])
        return SimpleNamespace(returncode=0)

    def set_up(self) -> None:
        source = code_cells(lesson())[0].source
        source = source.replace("{{ course.files }}", self.hosted.as_uri())
        exec(source.replace("{{ course.wheel }}", "nndl-1.whl"), {})


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(tmp_path, monkeypatch)


@pytest.fixture
def in_colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_fetches_the_module_and_installs_the_wheel(course: Course) -> None:
    course.set_up()
    assert (course.here / "vae.py").read_text() == "# as released\n"
    assert course.installed == [f"{course.hosted.as_uri()}/nndl-1.whl"]


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_leaves_a_students_module_alone(course: Course) -> None:
    (course.here / "vae.py").write_text("# hours of work\n")
    course.set_up()
    assert (course.here / "vae.py").read_text() == "# hours of work\n"
    assert len(course.installed) == 1


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_says_what_to_do_when_the_course_does_not_answer(course: Course) -> None:
    (course.hosted / "fc_vae" / "vae.py").unlink()
    with pytest.raises(RuntimeError, match="could not be fetched from"):
        course.set_up()
    assert not (course.here / "vae.py").exists()


def test_in_jupyterlab_the_set_up_does_nothing(course: Course) -> None:
    course.set_up()
    assert list(course.here.iterdir()) == []
    assert course.installed == []
