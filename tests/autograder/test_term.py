"""A term as an instructor and four students live it, with nbgrader's own commands.

Ada has all right. Boris has one known mistake in each assignment. Chen hands in what he got. Dalia
hands in through the learning platform, which gives the instructor a zip, and she is late.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from handed_in import zipped
from nbgrader.api import Gradebook
from nbgrader_course import ROOT, Course, copy_course, right_answers, write_answers

TOOK_PART = {"averages": ("ada", "boris", "chen"), "fc_vae": ("ada", "boris")}
MODULES = {
    "ada": ROOT / "solutions" / "fc_vae" / "vae.py",
    "boris": ROOT / "examples" / "class" / "submitted" / "boris" / "fc_vae" / "vae.py",
}
DIVIDES_BY_N_MINUS_ONE = "def mean_of(x):\n    return x.sum(dim=0) / (len(x) - 1)"
DUE = datetime(2098, 12, 31)
DALIAS_ZIP = "averages_dalia_attempt_2099-01-30-15-00-00.zip"
ZIP_NAMES = r".*/averages_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)/(?P<file_id>\w+)"
COMMENT = "Why does the treasure not *move* the median?"
BY_HAND = {  # points and, where the cell takes one, a comment
    ("averages", "explain_mean", "ada"): (2.0, COMMENT),
    ("averages", "derive", "ada"): (3.0, None),
    ("averages", "explain_mean", "boris"): (1.0, None),
    ("averages", "derive", "boris"): (2.5, None),
    ("averages", "explain_mean", "dalia"): (2.0, None),
    ("averages", "derive", "dalia"): (3.0, None),
    ("fc_vae", "reparametrize", "boris"): (1.5, None),  # the program gave 0.67 of 2
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course with both assignments handed out."""
    course = copy_course(tmp_path_factory.mktemp("term"))
    with (course.folder / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    course.run("autograder", "release", *TOOK_PART)
    for assignment in TOOK_PART:
        course.run("nbgrader", "generate_assignment", assignment, "--force")
    both_at_once(course, [("instructor", "release_assignment", name) for name in TOOK_PART])
    return course


@pytest.fixture(scope="module")
def collected(released: Course) -> Course:
    """What the four handed in, back with the instructor."""
    course, right = released, right_answers("averages")
    both_at_once(course, [(user, "fetch_assignment", name) for name, user in taking_part()])
    for user in TOOK_PART["fc_vae"]:
        shutil.copy(MODULES[user], course.home(user) / "fc_vae" / "vae.py")
    ada, boris = (course.home(user) / "averages" / "averages.ipynb" for user in ("ada", "boris"))
    write_answers(ada, right)
    write_answers(boris, {**right, "mean_of-solution": DIVIDES_BY_N_MINUS_ONE})
    claim_more_points(course.home("boris") / "fc_vae" / "fc_vae.ipynb")
    both_at_once(course, [(user, "submit", name) for name, user in taking_part()])
    with Gradebook(course.database, "generative-models") as gradebook:
        gradebook.update_or_create_assignment("averages", duedate=DUE)
    downloads = course.folder / "downloaded" / "averages" / "archive"
    zipped(downloads / DALIAS_ZIP, {"averages.ipynb": ada.read_bytes()})
    for assignment in TOOK_PART:
        course.run("nbgrader", "collect", assignment)
    course.run("nbgrader", "zip_collect", "averages",
               f"--FileNameCollectorPlugin.named_regexp={ZIP_NAMES}")  # fmt: skip
    return course


@pytest.fixture(scope="module")
def graded(collected: Course) -> Course:
    """All graded by the program, and then what is written by hand."""
    collected.run("autograder", "grade", "submitted/")
    with Gradebook(collected.database, "generative-models") as gradebook:
        for (assignment, item, student), (points, comment) in BY_HAND.items():
            where = (assignment, assignment, student)
            grade = gradebook.find_grade(item, *where)
            grade.manual_score, grade.needs_manual_grade = points, False
            if comment:
                gradebook.find_comment(item, *where).manual_comment = comment
        gradebook.db.commit()
    return collected


@pytest.fixture(scope="module")
def answered(graded: Course) -> Course:
    """Everyone who submitted through the exchange has fetched their feedback."""
    for assignment in TOOK_PART:
        graded.run("nbgrader", "generate_feedback", assignment)
    # Dalia has no submission secret: nbgrader ends at the first one of these.
    but_dalia = "--CourseDirectory.student_id_exclude=dalia"
    both_at_once(
        graded, [("instructor", "release_feedback", name, but_dalia) for name in TOOK_PART]
    )
    both_at_once(graded, [(user, "fetch_feedback", name) for name, user in taking_part()])
    return graded


def claim_more_points(notebook: Path) -> None:
    """What a student may write into the notebook's metadata."""
    content = nbformat.read(notebook, as_version=4)
    (cell,) = (cell for cell in content.cells
               if cell.metadata.get("nbgrader", {}).get("grade_id") == "encoder")  # fmt: skip
    cell.metadata.nbgrader.points = 99
    cell.source = "print('encoder: right')"
    nbformat.write(content, notebook)


def taking_part() -> Iterator[tuple[str, str]]:
    """Assignments, and who hands them in through the exchange."""
    for assignment, users in TOOK_PART.items():
        for user in users:
            yield assignment, user


def both_at_once(course: Course, commands: list[tuple[str, ...]]) -> None:
    """Run nbgrader's commands, each after the name of who runs it, two at a time."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda one: course.run("nbgrader", *one[1:], user=one[0]), commands))


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def feedback(course: Course, user: str, assignment: str) -> str:
    """The page that the student fetched."""
    (page,) = (course.home(user) / assignment / "feedback").glob(f"*/{assignment}.html")
    return page.read_text(encoding="utf-8")


def text_of(page: str) -> str:
    """The page without its tags, and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


# --- from the instructor to the students and back ---------------------------------------------


def test_commands_run_the_copy_and_not_what_is_installed(released: Course) -> None:
    said = released.run("python", "-c", "import autograder, nndl\nprint(autograder.__file__)\n"
                        "print(nndl.__file__)").stdout.split()  # fmt: skip
    assert [Path(line).parent for line in said] == [
        released.folder / "autograder",
        released.folder / "nndl",
    ]


def test_gradebook_knows_every_cell_that_gives_points(released: Course) -> None:
    with Gradebook(released.database, "generative-models") as gradebook:
        most = {name: gradebook.find_assignment(name).max_score for name in TOOK_PART}
        written = gradebook.find_assignment("averages").max_written_score
    assert most == {"averages": 12.0, "fc_vae": 16.0}
    assert written == 5.0


def test_nothing_of_the_solutions_reaches_the_exchange(released: Course) -> None:
    outbound = released.exchange / "generative-models" / "outbound"
    files = files_in(outbound)
    assert files == {"averages/averages.ipynb", "fc_vae/fc_vae.ipynb", "fc_vae/vae.py"}
    for file in files:
        text = (outbound / file).read_text(encoding="utf-8")
        for solution in ("SOLUTION", "x.sum(dim=0)", "median stays"):
            assert solution not in text


def test_students_see_what_is_released(released: Course) -> None:
    said = released.run("nbgrader", "list", user="ada").stderr
    assert "generative-models averages" in said and "generative-models fc_vae" in said


def test_everything_that_was_handed_in_is_collected(collected: Course) -> None:
    files = files_in(collected.folder / "submitted")
    through_exchange = {
        f"{user}/{name}/{file}"
        for name, user in taking_part()
        for file in (f"{name}.ipynb", "timestamp.txt", "submission_secret.txt")
    }
    modules = {f"{user}/fc_vae/vae.py" for user in TOOK_PART["fc_vae"]}
    zipped_one = {f"dalia/averages/{file}" for file in ("averages.ipynb", "timestamp.txt")}
    assert files == through_exchange | modules | zipped_one


# --- grading ----------------------------------------------------------------------------------


def test_every_submission_gets_its_points(graded: Course) -> None:
    with Gradebook(graded.database, "generative-models") as gradebook:
        scores = {
            (found.student.id, name): (found.score, found.needs_manual_grade)
            for name in TOOK_PART
            for found in gradebook.assignment_submissions(name)
        }
    assert scores == {
        ("ada", "averages"): (12.0, False),
        ("boris", "averages"): (4.0 + 1.0 + 2.5, False),
        ("chen", "averages"): (0.0, False),  # what was left as it was needs no reader
        ("dalia", "averages"): (12.0, False),
        ("ada", "fc_vae"): (16.0, False),
        ("boris", "fc_vae"): (14.0 + 1.5, False),
    }


def test_program_keeps_its_own_points_beside_those_by_hand(graded: Course) -> None:
    with Gradebook(graded.database, "generative-models") as gradebook:
        where = ("fc_vae", "fc_vae", "boris")
        reparametrize = gradebook.find_grade("reparametrize", *where)
        assert reparametrize.auto_score == 0.6667  # as the result has it
        assert reparametrize.manual_score == 1.5
        assert gradebook.find_grade("forward", *where).auto_score == 1.0
        written = gradebook.find_grade("derive", "averages", "averages", "ada")
        assert written.auto_score is None


def test_gradebook_has_the_time_of_the_submission(graded: Course) -> None:
    """Else formgrader says that it needs autograding."""
    with Gradebook(graded.database, "generative-models") as gradebook:
        for name, user in [*taking_part(), ("averages", "dalia")]:
            file = graded.folder / "submitted" / user / name / "timestamp.txt"
            known = gradebook.find_submission(name, user).timestamp
            assert known == datetime.fromisoformat(
                re.sub(r" ?(UTC|\+00:00)$", "", file.read_text())
            )
            kept = graded.folder / "autograded" / user / name / "timestamp.txt"
            assert kept.read_text() == file.read_text()


def test_late_penalty_is_nbgraders_own(graded: Course) -> None:
    with Gradebook(graded.database, "generative-models") as gradebook:
        late = gradebook.find_submission("averages", "dalia")
        assert late.total_seconds_late == (datetime(2099, 1, 30, 15) - DUE).total_seconds()
        assert late.late_submission_penalty == 7.0  # all that the program gave
        assert gradebook.find_submission("averages", "ada").late_submission_penalty == 0.0


def test_autograded_folder_is_whole(graded: Course) -> None:
    folder = graded.folder / "autograded" / "boris" / "fc_vae"
    names = {path.name for path in folder.iterdir()}
    assert names == {"fc_vae.ipynb", "vae.py", "timestamp.txt", "submission_secret.txt"}
    for name in ("vae.py", "timestamp.txt", "submission_secret.txt"):
        submitted = graded.folder / "submitted" / "boris" / "fc_vae" / name
        assert (folder / name).read_bytes() == submitted.read_bytes()


def test_locked_cells_and_points_are_the_lessons(graded: Course) -> None:
    released, autograded = (
        {cell.metadata.nbgrader.grade_id: (cell.metadata.nbgrader.points, cell.source)
         for cell in nbformat.read(folder / "fc_vae" / "fc_vae.ipynb", as_version=4).cells
         if cell.metadata.get("nbgrader", {}).get("grade")}
        for folder in (graded.folder / "assignments", graded.folder / "autograded" / "boris")
    )  # fmt: skip
    assert autograded == released


def test_hidden_checks_enter_no_notebook(graded: Course) -> None:
    pages = list((graded.folder / "autograded").rglob("*.ipynb"))
    assert len(pages) == 6
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "assert_close" not in text and "right_mean" not in text and "50_000" not in text


def test_submissions_stay_as_they_were(graded: Course) -> None:
    home = graded.home("boris") / "averages" / "averages.ipynb"
    submitted = graded.folder / "submitted" / "boris" / "averages" / "averages.ipynb"
    assert submitted.read_bytes() == home.read_bytes()


# --- what comes back --------------------------------------------------------------------------


def test_feedback_names_the_mistake(answered: Course) -> None:
    page = text_of(feedback(answered, "boris", "fc_vae"))
    assert "Their spread does not follow logvar." in page
    assert "is the log of the variance" in page
    assert "A mean divides by N." in text_of(feedback(answered, "boris", "averages"))


def test_feedback_has_points_and_comments_by_hand(answered: Course) -> None:
    page = feedback(answered, "ada", "averages")
    assert "(Score: 12.0 / 12.0)" in page
    assert "Why does the treasure not <em>move</em> the median?" in page
    assert "(Score: 15.5 / 16.0)" in feedback(answered, "boris", "fc_vae")


def test_feedback_has_no_hidden_check(answered: Course) -> None:
    for name, user in taking_part():
        page = text_of(feedback(answered, user, name))
        assert "assert_close" not in page and "right_mean" not in page and "50_000" not in page


def test_who_came_by_zip_has_a_page_too(answered: Course) -> None:
    page = answered.folder / "feedback" / "dalia" / "averages" / "averages.html"
    assert "Late submission penalty (Score: -7.0)" in text_of(page.read_text(encoding="utf-8"))


def test_export_has_the_final_scores(answered: Course) -> None:
    answered.run("nbgrader", "export", "--to", "grades.csv")
    with (answered.folder / "grades.csv").open(newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    final = {key: (float(row["score"]), float(row["max_score"])) for key, row in rows.items()}
    assert final == {
        ("ada", "averages"): (12.0, 12.0),
        ("boris", "averages"): (7.5, 12.0),
        ("chen", "averages"): (0.0, 12.0),
        ("dalia", "averages"): (5.0, 12.0),  # her penalty took what the program gave
        ("ada", "fc_vae"): (16.0, 16.0),
        ("boris", "fc_vae"): (15.5, 16.0),
        ("chen", "fc_vae"): (0.0, 16.0),
        ("dalia", "fc_vae"): (0.0, 16.0),
    }
