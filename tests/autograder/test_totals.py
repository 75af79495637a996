"""What nbgrader's gradebook has, with points given by hand, and how it comes to Canvas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from canvas_export import gradebook as canvas_gradebook
from made_up import by_hand, result, worth, write

from autograder.cli import main
from autograder.errors import WrongUsage
from autograder.nbgrader.gradebook import opened
from autograder.nbgrader.totals import Total, totals

# nbgrader's own, where submissions are added.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A gradebook: of ada all is graded, of boris not, and chen was late."""
    address = f"sqlite:///{tmp_path}/gradebook.db"
    with opened(address, "generative-models") as gradebook:
        gradebook.add_assignment("fc_vae")
        gradebook.add_notebook("fc_vae", "fc_vae")
        for name, points in (("loss", 2.0), ("essay", 3.0)):
            gradebook.add_grade_cell(name, "fc_vae", "fc_vae", max_score=points, cell_type="code")
        for student, essay in (("ada", 2.5), ("boris", None), ("chen", 3.0)):
            gradebook.add_student(student)
            gradebook.add_submission("fc_vae", student)
            notebook = gradebook.find_submission_notebook("fc_vae", "fc_vae", student)
            notebook.late_submission_penalty = 1.0 if student == "chen" else None
            for grade in notebook.grades:
                grade.auto_score = 2.0 if grade.name == "loss" else None
                grade.manual_score = essay if grade.name == "essay" else None
                grade.needs_manual_grade = grade.name == "essay" and essay is None
        gradebook.db.commit()
    yield address


def test_totals_have_the_points_by_hand_and_the_late_penalty(url):
    assert totals(url, "fc_vae") == {
        "ada": Total(4.5, 5.0, True),
        "boris": Total(2.0, 5.0, False),
        "chen": Total(4.0, 5.0, True),
    }


def test_an_assignment_that_is_not_in_it_is_refused(url):
    with pytest.raises(WrongUsage, match="has nothing of dcgan"):
        totals(url, "dcgan")


@pytest.mark.parametrize("address", ["sqlite:///{}/other.db", "nonsense", "sqlite:///{}"])
def test_what_is_no_gradebook_is_refused_and_none_is_made(tmp_path, address):
    with pytest.raises(WrongUsage, match="There is no gradebook"):
        totals(address.format(tmp_path), "fc_vae")
    assert list(tmp_path.iterdir()) == []


def test_canvas_gets_all_points_of_those_who_have_them(url, tmp_path, capsys):
    items = worth("loss", 2.0, 2.0), by_hand("essay", 3.0)
    folder = write(tmp_path / "r", *(result(s, *items) for s in ("ada", "boris", "chen", "d")))
    exported = tmp_path / "canvas.csv"
    exported.write_text(canvas_gradebook(possible=("5", "5", "5")))
    to_canvas = ["--to", "canvas", "--canvas-gradebook", str(exported), "--gradebook", url]
    assert main(["export", str(folder), *to_canvas]) == 0
    rows = (folder / "canvas-fc_vae.csv").read_text().splitlines()[2:]
    assert [row.rpartition(",")[2] for row in rows] == ["4.50", "4.00"]
    said = capsys.readouterr().err
    assert "No grade for Canvas: boris waits for points by hand." in said
    assert "No grade for Canvas: d is not in nbgrader's gradebook." in said
    assert "WITHOUT" not in said and "Canvas has this assignment at" not in said
