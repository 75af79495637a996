"""What students get: exactly what is derived from the solutions, and nothing of the solutions."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum

from autograder.assignment import assignment, known_assignments
from autograder.errors import WrongUsage
from autograder.release import build_wheel, derive, release, warnings

ROOT = Path(__file__).parents[2]
LEFT_BY_TOOLS = {"__pycache__", ".ipynb_checkpoints"}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A course of its own, to change and to release."""
    for folder in ("solutions/fc_vae", "nndl"):
        ignored = shutil.ignore_patterns(*LEFT_BY_TOOLS, "*.ipynb", "*.egg-info")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for file in ("nbgrader_config.py", "course.toml", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
    monkeypatch.chdir(tmp_path)
    assignment.cache_clear()
    yield tmp_path
    assignment.cache_clear()


def change(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def notebook(files: dict[str, bytes]) -> NotebookNode:
    return nbformat.reads(files["fc_vae.ipynb"].decode(), as_version=4)


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


# --- what is committed ------------------------------------------------------------------------


@pytest.mark.parametrize("name", known_assignments())
def test_what_is_committed_is_exactly_what_release_derives(name: str) -> None:
    folder = ROOT / "assignments" / name
    committed = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not LEFT_BY_TOOLS & set(path.parts)
    }
    derived = derive(name)
    assert sorted(committed) == sorted(derived)
    stale = [file for file in derived if committed[file] != derived[file]]
    assert stale == [], f"run: autograder release {name}"


def test_a_release_writes_notebook_modules_and_wheel_and_tells_which(course: Path) -> None:
    written = release(["fc_vae"])
    there = {path.relative_to(course).as_posix() for path in written}
    assert there == {
        "solutions/fc_vae/fc_vae.ipynb",
        "assignments/fc_vae/fc_vae.ipynb",
        "assignments/fc_vae/vae.py",
        "assignments/nndl-0.1.0-py3-none-any.whl",
    }
    left = {path.relative_to(course).as_posix() for path in (course / "assignments").rglob("*")}
    assert left == {file for file in there if file.startswith("assignments/")} | {
        "assignments/fc_vae"
    }
    assert (course / "assignments/fc_vae/vae.py").read_bytes() == derive("fc_vae")["vae.py"]


def test_pictures_and_data_are_released_and_nothing_else_that_lies_there(course: Path) -> None:
    lesson = course / "solutions" / "fc_vae"
    (lesson / "assets").mkdir()
    (lesson / "assets" / "digits.png").write_bytes(b"\x89PNG")
    (lesson / "notes.txt").write_text("for the instructor")
    assert sorted(derive("fc_vae")) == ["assets/digits.png", "fc_vae.ipynb", "vae.py"]
    assert derive("fc_vae")["assets/digits.png"] == b"\x89PNG"


def test_nbgraders_own_command_gives_the_same(course: Path) -> None:
    """Else the button in nbgrader's form grader would hand out `vae.py` with its solution."""
    derived = derive("fc_vae")
    release(["fc_vae"])
    shutil.rmtree(course / "assignments" / "fc_vae")
    (course / "solutions" / "fc_vae" / "notes.txt").write_text("for the instructor")
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "fc_vae", "--no-db"],
        check=True,
        capture_output=True,
    )
    made = course / "assignments" / "fc_vae"
    assert {path.name: path.read_bytes() for path in made.iterdir()} == derived


@pytest.mark.parametrize("preprocessors", ["[]", "['nbgrader.preprocessors.ClearSolutions']"])
def test_nbgrader_copies_no_module_whatever_it_is_told(course: Path, preprocessors: str) -> None:
    """Else a run that is killed before our preprocessor's turn leaves the solution there."""
    link = course / "a link to the course"
    link.symlink_to(course)
    command = ["generate_assignment", "fc_vae", "--no-db", f"--course-dir={link}"]
    command += [f"--GenerateAssignment.preprocessors={preprocessors}"]
    subprocess.run([sys.executable, "-m", "nbgrader", *command], check=True, capture_output=True)
    made = course / "assignments" / "fc_vae"
    assert [path.name for path in made.iterdir()] == ["fc_vae.ipynb"]


# --- no solution in it ------------------------------------------------------------------------


def test_no_line_of_the_solution_is_left_in_the_module() -> None:
    source = (ROOT / "solutions/fc_vae/vae.py").read_text()
    solution = re.compile(r"^ *### BEGIN SOLUTION\n.*?^ *### END SOLUTION\n", re.DOTALL | re.M)
    gaps = solution.findall(source)
    outside = Counter(solution.sub("", source).splitlines())
    released = derive("fc_vae")["vae.py"].decode()

    ast.parse(released)
    stubs = [line for line in released.splitlines() if line.strip() == "raise NotImplementedError"]
    assert len(stubs) == len(gaps) == 8
    assert Counter(released.splitlines()) - Counter(stubs) == outside
    inside = {line.strip() for gap in gaps for line in gap.splitlines()}
    assert inside & {line.strip() for line in released.splitlines()} == set()


def test_no_solution_and_no_output_is_left_in_the_notebook() -> None:
    released = notebook(derive("fc_vae"))
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text and "HIDDEN" not in text
    assert "{{ course" not in text
    solution = (ROOT / "solutions/fc_vae/vae.py").read_text()
    for gap in re.findall(r"BEGIN SOLUTION\n(.*?)### END", solution, re.DOTALL):
        assert gap.strip() not in text
    for cell in released.cells:
        assert not cell.get("outputs") and not cell.get("execution_count")


def test_hidden_tests_and_solutions_in_cells_are_cleared(course: Path) -> None:
    lesson = course / "solutions/fc_vae/fc_vae.md"
    cleared = "### BEGIN HIDDEN TESTS\nsecret = 1\n### END HIDDEN TESTS\n"
    change(lesson, 'lab.check("encoder", VAE)\n', f'lab.check("encoder", VAE)\n{cleared}')
    cell = graded(notebook(derive("fc_vae")))["encoder"]
    assert cell.source.strip() == 'lab.check("encoder", VAE)'
    assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


# --- the notebook in nbgrader's and Colab's hands ---------------------------------------------


def test_nbgrader_finds_ids_points_and_checksums_in_order() -> None:
    released = notebook(derive("fc_vae"))
    nbformat.validate(released)
    MetadataValidator().validate_nb(released)
    cells = graded(released)
    points = {name: cell.metadata.nbgrader.points for name, cell in cells.items()}
    assert points == {item.name: item.points for item in assignment("fc_vae").items}
    for name, cell in cells.items():
        assert cell.id == name
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)
        assert not cell.metadata.deletable and not cell.metadata.editable


def test_cells_keep_their_ids_when_another_one_comes_between(course: Path) -> None:
    before = [cell.id for cell in notebook(derive("fc_vae")).cells]
    assert len(set(before)) == len(before)
    change(course / "solutions/fc_vae/fc_vae.md", "## The data", "A word.\n\n+++\n\n## The data")
    after = [cell.id for cell in notebook(derive("fc_vae")).cells]
    assert [name for name in after if name in before] == before
    assert len(after) == len(before) + 1


def test_two_cells_with_the_same_text_have_two_ids(course: Path) -> None:
    twice = "```{code-cell} ipython3\nprint()\n```\n\n"
    change(course / "solutions/fc_vae/fc_vae.md", "## The data", f"{twice}{twice}## The data")
    twins = [cell.id for cell in notebook(derive("fc_vae")).cells if cell.source == "print()"]
    assert twins[1] == f"{twins[0]}-2"


def test_addresses_come_from_the_one_setting(course: Path) -> None:
    change(course / "course.toml", "your-organization/your-course", "example/digits")
    text = "\n".join(cell.source for cell in notebook(derive("fc_vae")).cells)
    assert "(https://colab.research.google.com/github/example/digits/blob/main/assignments/" in text
    assert '"https://raw.githubusercontent.com/example/digits/main/assignments"' in text
    assert 'WHEEL = "nndl-0.1.0-py3-none-any.whl"' in text
    assert warnings() == []


@pytest.mark.usefixtures("course")
def test_an_instructor_hears_that_the_place_is_not_set() -> None:
    (warning,) = warnings()
    assert "course.toml" in warning and "your-organization/your-course" in warning


# --- wrong usage, in plain words --------------------------------------------------------------


def test_an_unknown_assignment_is_named(course: Path) -> None:
    with pytest.raises(WrongUsage, match="no assignment 'gpt'"):
        release(["fc_vae", "gpt"])
    assert not (course / "assignments").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("### END SOLUTION", "", r"line \d+: BEGIN SOLUTION before the END SOLUTION of line \d+"),
        ("### BEGIN SOLUTION", "", r"line \d+: END SOLUTION without its BEGIN"),
        ("### BEGIN SOLUTION", "### Begin solution", r"line \d+: not spelt as"),
        ('"""Your part', '"""{{ course.name }}', r"{{ course.name }} is none of course.colab"),
        ("        ### BEGIN SOLUTION", "### BEGIN SOLUTION", "not valid Python any more"),
    ],
)
def test_a_module_that_cannot_be_released_is_named_with_the_line(
    course: Path, old: str, new: str, message: str
) -> None:
    change(course / "solutions/fc_vae/vae.py", old, new)
    with pytest.raises(WrongUsage, match=rf"vae\.py.*{message}"):
        release([])
    assert not (course / "assignments").exists()


def test_a_last_solution_without_its_end_is_named(course: Path) -> None:
    module = course / "solutions/fc_vae/vae.py"
    module.write_text(module.read_text().rstrip().removesuffix("### END SOLUTION"))
    with pytest.raises(WrongUsage, match=r"vae\.py, line \d+: BEGIN SOLUTION without its END"):
        release([])


def test_a_solution_in_a_cell_that_is_not_marked_as_one_is_refused(course: Path) -> None:
    marked = "### BEGIN SOLUTION\nsecret = 1\n### END SOLUTION\n"
    change(course / "solutions/fc_vae/fc_vae.md", "latent_size = 15", f"{marked}latent_size = 15")
    with pytest.raises(WrongUsage, match=r"fc_vae\.md can't be released: Solution region detected"):
        release([])


def test_a_missing_host_is_asked_for(course: Path) -> None:
    (course / "course.toml").write_text('[host]\ngithub = "example/digits"\n')
    with pytest.raises(WrongUsage, match="must say where the course is hosted"):
        derive("fc_vae")


def test_cells_cannot_change_once_students_have_handed_in(course: Path) -> None:
    release(["fc_vae"])
    with Gradebook(f"sqlite:///{course}/gradebook.db", "generative-models") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("fc_vae", "ada")
    change(course / "solutions/fc_vae/fc_vae.md", "grade_id: encoder", "grade_id: coder")
    assignment.cache_clear()
    with pytest.raises(WrongUsage, match=r"Cannot add or remove cells .* there are submissions"):
        release(["fc_vae"])


# --- the instructor's notebook beside the lesson ----------------------------------------------


def test_changes_in_the_paired_notebook_are_never_lost(course: Path) -> None:
    release([])
    lesson = course / "solutions/fc_vae/fc_vae.md"
    paired = lesson.with_suffix(".ipynb")
    change(paired, "# Variational auto-encoders", "# VAEs")
    os.utime(lesson, (1, 1))
    with pytest.raises(WrongUsage, match="jupytext --sync"):
        release([])
    assert "# VAEs" in paired.read_text()


def test_a_paired_notebook_keeps_its_outputs_while_the_lesson_says_the_same(course: Path) -> None:
    release([])
    paired = course / "solutions/fc_vae/fc_vae.ipynb"
    change(paired, '"outputs": []', '"outputs": [{"name": "stdout", "output_type": "stream", '
           '"text": ["seen\\n"]}]')  # fmt: skip
    assert paired not in release([])
    assert "seen" in paired.read_text()


# --- the wheel --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_all_of_nndl_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        weights = {"nndl/digits.npz": 200_000, "nndl/generator.safetensors": 1_500_000}
        names = set(archive.namelist()) - set(weights)  # all else is text
        text = "\n".join(archive.read(name).decode() for name in names)
        assert all(archive.getinfo(name).file_size < size for name, size in weights.items())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nndl").rglob("*.py")}
    assert {name for name in names if not name.startswith("nndl-")} == modules
    assert all(re.match(r"nndl-[\d.]+\.dist-info/", name) for name in names - modules)
    for word in ("autograder", "misconception", "BEGIN SOLUTION"):
        assert word not in text


def test_the_wheel_is_the_same_every_time(wheel: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = build_wheel(tmp_path)
    finally:
        os.umask(before)
    assert again.read_bytes() == wheel.read_bytes()


def test_building_leaves_nothing_in_the_source(wheel: Path) -> None:
    assert wheel.is_file()
    assert not list((ROOT / "nndl").glob("build")) + list((ROOT / "nndl").glob("*.egg-info"))


def test_the_installed_wheel_checks_a_students_work(wheel: Path, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(tmp_path), str(wheel)], check=True)
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import nndl, torch
assert nndl.__file__.startswith({str(tmp_path)!r}), nndl.__file__
lab = nndl.lab("fc_vae")
lab.check("reparametrize", lambda mu, logvar: mu + torch.randn_like(mu) * (logvar / 2).exp())
"""
    # -I: nothing of this folder nor of the environment's variables
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    assert "reparametrize: right" in done.stdout
