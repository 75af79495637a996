"""What comes to stand in nbgrader's gradebook, and what happens where it can't.

Nothing is graded here: results are made up, and recorded in a course of its own, in a real
gradebook on SQLite.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from measure_kills import tables
from nbgrader.api import Base, Comment, Grade, Gradebook, SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader_course import Course, copy_course, right_answers, write_answers
from sqlalchemy import create_engine

from autograder.assignment import assignment
from autograder.cli import main
from autograder.errors import GraderFault, WrongUsage
from autograder.lock import alone
from autograder.nbgrader.config import settings
from autograder.nbgrader.generate import generate
from autograder.nbgrader.gradebook import NO_RESPONSE, NotRecorded, opened, shown, timestamp
from autograder.nbgrader.home import Home, home_of, recorded, refused
from autograder.result import ItemResult, Result
from autograder.submission import Handed

TASK, COURSE = "averages", "generative-models"
UTC = "2026-10-05 21:14:03.518127 UTC"
TIME = datetime(2026, 10, 5, 21, 14, 3, 518127)
LATE = TIME - timedelta(hours=1)  # a date that it was due
ALL = {"mean_of": 3.0, "standardizer": 4.0}

pytestmark = pytest.mark.filterwarnings("error::sqlalchemy.exc.SAWarning")


@dataclass(frozen=True)
class Desk:
    """A course with its gradebook open, and what is handed in and recorded there."""

    course: Course
    home: Home

    @property
    def file(self) -> Path:
        return self.course.folder / "gradebook.db"

    def hand_in(self, student: str = "ada", **answers: str) -> Handed:
        """A right notebook, but for these cells; one that is None stays as it was released."""
        folder = self.course.folder / "submitted" / student / TASK
        folder.mkdir(parents=True, exist_ok=True)
        notebook = folder / f"{TASK}.ipynb"
        shutil.copy(self.course.folder / "assignments" / TASK / notebook.name, notebook)
        written = {name.replace("-", "_"): (name, a) for name, a in right_answers(TASK).items()}
        given = {name: answers.get(key, a) for key, (name, a) in written.items()}
        write_answers(notebook, {name: a for name, a in given.items() if a is not None})
        (folder / "timestamp.txt").write_text(UTC)
        return Handed(student, TASK, folder)

    def record(self, handed: Handed | None = None, **points: float) -> None:
        handed = handed or self.hand_in()
        self.home.record(handed, result(handed.student, **points))

    def notebook(self, student: str = "ada") -> SubmittedNotebook:
        self.home.gradebook.db.expire_all()
        return self.home.gradebook.find_submission_notebook(TASK, TASK, student)

    def grade(self, item: str, student: str = "ada") -> Grade:
        return next(grade for grade in self.notebook(student).grades if grade.name == item)

    def comment(self, cell: str, student: str = "ada") -> Comment:
        return next(found for found in self.notebook(student).comments if found.name == cell)

    def due(self, date: datetime) -> None:
        self.home.gradebook.update_or_create_assignment(TASK, duedate=date)

    def save(self) -> None:
        self.home.gradebook.db.commit()


def result(student: str, **points: float) -> Result:
    """What grading could have found: all points, but for these items."""
    given = {**ALL, **points}
    items = []
    for item in assignment(TASK).items:
        kind = "manual" if item.manual else "passed"
        items.append(ItemResult(item.name, given.get(item.name, 0.0), item.points, kind, (), ()))
    score = sum(item.points for item in items)
    return Result(student, TASK, "", "graded", 7.0, (), 0, {}, 0.0, tuple(items), score=score)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with the assignment released and known to the gradebook."""
    course = copy_course(tmp_path_factory.mktemp("gradebook"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course.folder)
        with home_of(course.folder / "submitted", None):
            generate(TASK, course.folder / "assignments", course.database)
    shutil.copy(course.folder / "gradebook.db", course.base / "new.db")
    return course


@pytest.fixture
def course(made: Course, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """The course, with nothing handed in; we are in it."""
    monkeypatch.chdir(made.folder)
    assignment.cache_clear()  # an assignment is remembered without its course
    shutil.copy(made.base / "new.db", made.folder / "gradebook.db")
    for name in ("submitted", "autograded"):
        shutil.rmtree(made.folder / name, ignore_errors=True)
        (made.folder / name).mkdir()
    yield made
    settings(made.folder).pop("AssignLatePenalties", None)
    assignment.cache_clear()


@pytest.fixture
def other(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A copy of the course, whose lesson has another name for an item; we are in it."""
    copy = Course(tmp_path.resolve() / "copy")
    shutil.copytree(course.base, copy.base)
    lesson = copy.folder / "solutions" / TASK / f"{TASK}.md"
    text = lesson.read_text()
    assert text.count("grade_id: standardizer\n") == 1
    lesson.write_text(text.replace("grade_id: standardizer\n", "grade_id: scaler\n"))
    monkeypatch.chdir(copy.folder)
    assignment.cache_clear()
    return copy


@pytest.fixture
def desk(course: Course) -> Iterator[Desk]:
    with desk_of(course) as desk:
        yield desk


@contextmanager
def desk_of(course: Course, url: str | None = None) -> Iterator[Desk]:
    with home_of(course.folder / "submitted", url) as home:
        assert home is not None
        yield Desk(course, home)


def configured(course: Course, **traits: object) -> None:
    """Set traits of nbgrader's preprocessor for late penalties in the course."""
    settings(course.folder).AssignLatePenalties.update(traits)


# --- points -----------------------------------------------------------------------------------


def test_automatic_points_are_those_of_the_result(desk: Desk) -> None:
    desk.record(mean_of=1.5)
    grade = desk.grade("mean_of")
    assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (1.5, None, False)
    assert desk.notebook().score == 5.5


def test_a_written_answer_needs_a_reader(desk: Desk) -> None:
    desk.record()
    for name in ("explain_mean", "derive"):
        grade = desk.grade(name)
        assert grade.auto_score is None and grade.needs_manual_grade
        assert desk.comment(name).auto_comment is None


def test_what_is_as_it_was_released_gets_no_points_and_no_reader(desk: Desk) -> None:
    desk.record(desk.hand_in(explain_mean=None, mean_of_solution=None), mean_of=0.0)
    grade = desk.grade("explain_mean")
    assert (grade.auto_score, grade.needs_manual_grade) == (0.0, False)
    assert desk.comment("explain_mean").auto_comment == NO_RESPONSE
    assert desk.comment("mean_of-solution").auto_comment == NO_RESPONSE
    assert desk.comment("standardizer-solution").auto_comment is None


def test_an_answer_whose_cell_is_gone_needs_a_reader_who_is_told(desk: Desk) -> None:
    handed = desk.hand_in()
    path = handed.path / f"{TASK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "`derive`)" not in cell.source]
    nbformat.write(notebook, path)
    desk.record(handed)
    assert desk.grade("derive").auto_score is None and desk.grade("derive").needs_manual_grade
    assert "No cell for this answer was found." in desk.comment("derive").auto_comment
    assert desk.comment("explain_mean").auto_comment is None


def test_without_a_notebook_nothing_is_lost_sight_of(desk: Desk) -> None:
    handed = desk.hand_in()
    (handed.path / f"{TASK}.ipynb").unlink()
    desk.record(handed, mean_of=0.0, standardizer=0.0)
    assert desk.notebook().score == 0.0 and desk.grade("derive").needs_manual_grade


def test_who_reads_is_told_of_an_answer_over_the_limit(desk: Desk) -> None:
    head = "**Your answer** (`explain_mean`, at most 30 words):\n\n"
    desk.record(desk.hand_in(explain_mean=head + "word " * 31))
    said = desk.comment("explain_mean").auto_comment
    assert said == "Over the word limit: 31 words where at most 30 are asked for."
    assert desk.grade("explain_mean").needs_manual_grade
    desk.record(desk.hand_in(explain_mean=head + "word " * 30))
    assert desk.comment("explain_mean").auto_comment is None


# --- what people gave -------------------------------------------------------------------------


def give(desk: Desk) -> None:
    """Points, extra credit and a comment by hand, all done."""
    for name, score, extra in (("explain_mean", 1.5, None), ("mean_of", 2.0, 0.5),
                               ("derive", 3.0, None)):  # fmt: skip
        grade = desk.grade(name)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, extra, False
        desk.save()
    desk.comment("explain_mean").manual_comment = "Why *not*?"
    desk.save()
    desk.notebook().flagged = True
    desk.save()


def by_hand(desk: Desk) -> dict[str, tuple[float | None, float | None, bool]]:
    return {grade.name: (grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
            for grade in desk.notebook().grades}  # fmt: skip


def test_what_people_gave_stays(desk: Desk) -> None:
    desk.record()
    give(desk)
    before = tables(desk.file)
    desk.record()
    assert tables(desk.file) == before
    assert by_hand(desk) == {
        "mean_of": (2.0, 0.5, False),
        "explain_mean": (1.5, None, False),
        "standardizer": (None, None, False),
        "derive": (3.0, None, False),
    }
    assert desk.comment("explain_mean").comment == "Why *not*?"


def test_another_answer_needs_a_reader_again_and_keeps_its_points(desk: Desk) -> None:
    desk.record()
    give(desk)
    new = "**Your answer** (`derive`):\n\nBy symmetry."
    for _ in range(2):  # a run that is given again changes nothing
        desk.record(desk.hand_in(derive=new))
        assert by_hand(desk)["derive"] == (3.0, None, True)
        assert by_hand(desk)["explain_mean"] == (1.5, None, False)


def test_an_answer_that_is_taken_back_needs_a_reader_again(desk: Desk) -> None:
    desk.record()
    give(desk)
    desk.record(desk.hand_in(derive=None))
    assert by_hand(desk)["derive"] == (3.0, None, True)
    assert desk.grade("derive").auto_score == 0.0


def test_other_points_of_the_program_need_a_person_where_one_gave_points(desk: Desk) -> None:
    desk.record()
    give(desk)
    desk.record(mean_of=1.0, standardizer=1.0)
    assert by_hand(desk)["mean_of"] == (2.0, 0.5, True)
    assert desk.grade("mean_of").auto_score == 1.0
    assert by_hand(desk)["standardizer"] == (None, None, False)


def test_an_extension_that_was_noted_before_counts(desk: Desk) -> None:
    desk.due(LATE)
    desk.home.gradebook.add_student("ada")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own
        desk.home.gradebook.add_submission(TASK, "ada")
    desk.home.gradebook.grant_extension(TASK, "ada", hours=2)
    desk.record()
    assert desk.notebook().assignment.total_seconds_late == 0
    assert desk.notebook().score == 7.0


def test_a_submission_without_its_notebook_is_completed(desk: Desk) -> None:
    """As it is where it was noted before the assignment was released."""
    desk.record()
    cells = [*desk.notebook().grades, *desk.notebook().comments]
    for one in (*cells, desk.notebook()):
        desk.home.gradebook.db.delete(one)
    desk.save()
    desk.record()
    assert desk.notebook().score == 7.0 and len(desk.notebook().grades) == 4


# --- when it was handed in --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UTC, TIME),
        ("2026-10-05 21:14:03", datetime(2026, 10, 5, 21, 14, 3)),
        ("2026-10-05T23:14:03+02:00\n", datetime(2026, 10, 5, 21, 14, 3)),
        ("2026-10-05 23:14:03 Europe/Berlin", datetime(2026, 10, 5, 21, 14, 3)),
        ("", None),
        ("yesterday", None),
        ("9" * 1000, None),
        ("2026-10-05 21:14:03 99999999999999999999", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_timestamp_is_read_in_utc(tmp_path: Path, text: str | bytes, expected: object) -> None:
    path = tmp_path / "timestamp.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert timestamp(tmp_path) == expected


def test_timestamp_is_nothing_but_an_ordinary_file(tmp_path: Path) -> None:
    there, path = tmp_path / "there", tmp_path / "submission" / "timestamp.txt"
    there.mkdir()
    (there / "timestamp.txt").write_text(UTC)
    path.parent.mkdir()
    assert timestamp(path.parent) is None
    for make in (lambda: path.symlink_to(there / "timestamp.txt"), lambda: os.mkfifo(path)):
        make()
        assert timestamp(path.parent) is None
        path.unlink()
    path.mkdir()
    assert timestamp(path.parent) is None
    (tmp_path / "link").symlink_to(there)
    assert timestamp(tmp_path / "link") is None


def test_without_a_timestamp_nobody_is_late(desk: Desk) -> None:
    desk.due(LATE)
    handed = desk.hand_in()
    desk.record(handed)
    assert desk.notebook().assignment.timestamp == TIME
    (handed.path / "timestamp.txt").unlink()
    desk.record(handed)
    assert desk.notebook().assignment.timestamp is None
    kept = desk.course.folder / "autograded" / "ada" / TASK / "timestamp.txt"
    assert kept.read_bytes() == b""


# --- late penalties ---------------------------------------------------------------------------


class HalfAPoint(LateSubmissionPlugin):
    """Takes half a point for every hour."""

    def late_submission_penalty(self, student_id: str, score: float, late: float) -> float:
        return late / 7200


class TooMuch(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, late: float) -> float:
        return 99.0


class Negative(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, late: float) -> float:
        return -1.0


class Broken(LateSubmissionPlugin):
    """Breaks for one student."""

    def late_submission_penalty(self, student_id: str, score: float, late: float) -> float | None:
        return {"boris": None, "chen": None}[student_id]


@pytest.mark.parametrize(
    ("plugin", "penalty"),
    [(LateSubmissionPlugin, None), (HalfAPoint, 0.5), (TooMuch, 7.0), (Negative, 0.0)],
)
def test_late_penalty_is_the_plugins_within_bounds(
    desk: Desk, plugin: type, penalty: float | None
) -> None:
    configured(desk.course, plugin_class=plugin)
    desk.due(LATE)
    desk.record()
    assert desk.notebook().late_submission_penalty == penalty
    desk.due(TIME)
    desk.record()
    assert desk.notebook().late_submission_penalty is None


def test_a_broken_plugin_leaves_a_submission_as_it_was(desk: Desk) -> None:
    desk.record()
    desk.due(LATE)
    configured(desk.course, plugin_class=Broken)
    before = tables(desk.file)
    with pytest.raises(NotRecorded, match=r"plugin for late penalties broke, KeyError\('ada'\)"):
        desk.record(mean_of=0.0)
    assert tables(desk.file) == before


def test_a_broken_plugin_is_a_fault_of_one_submission_and_the_class_goes_on(desk: Desk) -> None:
    desk.due(LATE)
    configured(desk.course, plugin_class=Broken)
    handed = [desk.hand_in(name) for name in ("ada", "boris", "chen")]
    graded = [(result(one.student), False) for one in handed]
    said = {r.student: (r.status, r.error) for r, _ in recorded(graded, handed, desk.home)}
    status, error = said.pop("ada")
    assert status == "failed" and error is not None and error.startswith("Not in the gradebook")
    assert said == {"boris": ("graded", None), "chen": ("graded", None)}
    students = [student.id for student in desk.home.gradebook.students]
    assert sorted(students) == ["boris", "chen"]


def test_the_same_result_again_takes_nothing_of_what_was_given_by_hand(desk: Desk) -> None:
    desk.due(LATE)
    configured(desk.course, plugin_class=TooMuch)
    handed = desk.hand_in()
    desk.record(handed)
    desk.grade("explain_mean").manual_score = 2.0
    desk.save()
    before = tables(desk.file)
    list(recorded([(result("ada"), True)], [handed], desk.home))
    assert tables(desk.file) == before
    list(recorded([(result("ada"), False)], [handed], desk.home))
    assert desk.notebook().late_submission_penalty == 9.0  # graded again: of all that is there


def test_a_kept_result_that_the_gradebook_has_not_is_recorded(desk: Desk) -> None:
    handed = desk.hand_in()
    desk.record(handed)
    desk.grade("mean_of").auto_score = 1.0
    desk.save()
    list(recorded([(result("ada"), True)], [handed], desk.home))
    assert desk.grade("mean_of").auto_score == 3.0


def test_whatever_breaks_over_one_submission_the_class_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_for_ada(handed: Handed, result: Result, kept: bool) -> None:
        if handed.student == "ada":
            raise RuntimeError("what nobody thought of")

    monkeypatch.setattr(desk.home, "record", breaks_for_ada)
    handed = [desk.hand_in(name) for name in ("ada", "boris")]
    graded = [(result(one.student), False) for one in handed]
    ada, boris = (found for found, _ in recorded(graded, handed, desk.home))
    assert ada.status == "failed" and "what nobody thought of" in str(ada.error)
    assert boris.status == "graded"


def test_a_plugin_that_is_not_there_is_said(desk: Desk) -> None:
    desk.due(LATE)
    configured(desk.course, plugin_class="nowhere.Plugin")
    with pytest.raises(NotRecorded, match="nowhere"):
        desk.record()


# --- assignments that it knows otherwise ------------------------------------------------------


def test_an_unknown_assignment_is_registered(course: Course) -> None:
    (course.folder / "gradebook.db").unlink()
    with desk_of(course) as desk:
        desk.record()
        assert desk.notebook().score == 7.0
        assert desk.home.gradebook.find_assignment(TASK).max_score == 12.0


def test_other_points_in_the_lesson_reach_the_gradebook(desk: Desk) -> None:
    desk.record()
    cell = desk.grade("mean_of").cell
    cell.max_score = 1.0
    desk.save()
    with desk_of(desk.course) as later:
        later.record()
        assert later.grade("mean_of").cell.max_score == 3.0
        assert later.grade("mean_of").auto_score == 3.0


def test_other_cells_replace_the_old_ones_where_nothing_is_handed_in(other: Course) -> None:
    with desk_of(other) as desk:
        desk.record()
        names = {grade.name for grade in desk.notebook().grades}
    assert names == {"mean_of", "explain_mean", "scaler", "derive"}


def test_other_cells_are_refused_where_something_is_handed_in(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    desk.record()
    before = tables(desk.file)
    with (
        desk_of(request.getfixturevalue("other")) as later,
        pytest.raises(WrongUsage, match="there are submissions associated with it"),
    ):
        later.record()
    assert tables(later.file) == before


# --- gradebooks in all states -----------------------------------------------------------------


def version_in(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT * FROM alembic_version").fetchall()


def test_a_new_gradebook_needs_no_alembic_on_the_path(
    made: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with opened(f"sqlite:///{tmp_path}/new.db", COURSE) as gradebook:
        assert gradebook.students == []
    known = version_in(made.folder / "gradebook.db")
    assert len(known) == 1 and version_in(tmp_path / "new.db") == known


def test_a_gradebook_whose_making_was_killed_is_completed(made: Course, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/half.db")
    Base.metadata.create_all(engine)
    engine.dispose()
    with opened(f"sqlite:///{tmp_path}/half.db", COURSE) as gradebook:
        assert gradebook.students == []
    assert version_in(tmp_path / "half.db") == version_in(made.folder / "gradebook.db")


@contextmanager
def written_to(file: Path, how: str = "IMMEDIATE") -> Iterator[None]:
    """Another program is at work on the database."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        yield
        other.execute("ROLLBACK")


def test_a_busy_gradebook_is_a_fault_and_later_all_is_well(course: Course) -> None:
    with desk_of(course, f"{course.database}?timeout=0.1") as desk:
        desk.record()
        before = tables(desk.file)
        with (
            written_to(desk.file),
            pytest.raises(GraderFault, match=r"can't be used.*database is locked.*same command"),
        ):
            desk.record(mean_of=0.0)
        assert tables(desk.file) == before
        desk.record(mean_of=0.0)
        assert desk.grade("mean_of").auto_score == 0.0


def test_a_gradebook_that_may_not_be_changed_is_a_fault(course: Course) -> None:
    url = f"sqlite:///file:{course.folder}/gradebook.db?mode=ro&uri=true"
    before = tables(course.folder / "gradebook.db")
    with desk_of(course, url) as desk, pytest.raises(GraderFault, match="readonly database"):
        desk.record()
    assert tables(course.folder / "gradebook.db") == before


# --- the command line -------------------------------------------------------------------------


@pytest.fixture
def grades(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`grades(*arguments)`: the exit status of `autograder grade`, where all points are given."""

    def grade_class(handed: list[Handed], order: object) -> Iterator[tuple[Result, bool]]:
        for one in handed:
            yield result(one.student), False

    monkeypatch.setattr("autograder.classroom.grade_class", grade_class)
    return lambda *arguments: main(["grade", *map(str, arguments)])


def test_grading_the_courses_own_folder_fills_its_gradebook(
    desk: Desk, grades: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hand_in()
    assert grades("submitted/") == 0
    assert desk.notebook().score == 7.0
    assert f"Gradebook: {desk.course.database}\n" in capsys.readouterr().err


def test_another_gradebook_is_filled_instead(
    desk: Desk, grades: Callable[..., int], tmp_path: Path
) -> None:
    desk.hand_in()
    before, url = tables(desk.file), f"sqlite:///{tmp_path}/other.db"
    assert grades("submitted", "--gradebook", url) == 0
    assert tables(desk.file) == before
    with Gradebook(url, COURSE) as gradebook:
        assert gradebook.find_submission(TASK, "ada").score == 7.0


def test_a_folder_elsewhere_fills_no_gradebook(
    desk: Desk, grades: Callable[..., int], tmp_path: Path
) -> None:
    before = tables(desk.file)
    shutil.move(desk.hand_in().path.parents[1], tmp_path / "elsewhere")
    assert grades(tmp_path / "elsewhere") == 0
    assert tables(desk.file) == before


def test_a_busy_gradebook_ends_with_status_1(
    desk: Desk, grades: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hand_in()
    url = f"{desk.course.database}?timeout=0.1"
    with written_to(desk.file):
        assert grades("submitted", "--gradebook", url) == 1
    said = capsys.readouterr().err
    assert "database is locked" in said and "Traceback" not in said and "[SQL" not in said
    assert grades("submitted", "--gradebook", url) == 0
    assert desk.notebook().score == 7.0


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "",
        "sqlite:////nowhere/at/all.db",
        "postgresql:ada:s3cret@localhost/course",
        "postgresql://ada:s3cret@localhost:port/course",
        "postgresql://ada:x@y:s3cret@localhost/course",
        "nosuchdatabase://ada:s3cret@localhost/course",
        "nosuchdatabase://localhost/course?user=ada&password=s3cret",
        "postgresql+nosuchdriver://ada:s3cret@localhost/course",
    ],
)
def test_a_url_of_no_gradebook_is_wrong_usage(
    desk: Desk, grades: Callable[..., int], capsys: pytest.CaptureFixture[str], url: str
) -> None:
    desk.hand_in()
    assert grades("submitted", "--gradebook", url) == (2 if url else 0)  # "": the course's own
    said = capsys.readouterr()
    assert "s3cret" not in said.err + said.out and "Traceback" not in said.err


def test_no_password_is_shown() -> None:
    assert shown("postgresql://ada:s3cret@localhost:5432/course") == (
        "postgresql://ada@localhost:5432/course"
    )
    assert shown("sqlite:////home/ada/gradebook.db") == "sqlite:////home/ada/gradebook.db"
    for url in ("postgresql://h/db?password=s3cret", "postgresql:ada:s3cret@h/db",
                "postgresql://ada:s3@cret@h/db", "postgresql://h/db?password=s3@cret"):  # fmt: skip
        assert "s3" not in shown(url)


def test_the_second_of_two_graders_is_told(
    desk: Desk, grades: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hand_in()
    with alone(desk.course.folder / "autograded"):
        assert grades("submitted", "--out", desk.course.base / "out") == 2
    assert "Another grader is at work on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ada", True),
        ("Ada Lovelace", True),
        ("ada.lovelace+1@example.org", True),
        ("Zoë", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("<b>ada</b>", False),
        ("ada&boris", False),
        ("'ada'", False),
        ("ada\nboris", False),
        ("ada ", False),
    ],
)
def test_names_that_nbgraders_pages_would_not_show_are_refused(name: str, taken: bool) -> None:
    assert (refused(name) is None) == taken


def test_a_refused_name_is_said_and_the_class_goes_on(
    desk: Desk, grades: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hand_in("<b>ada<b>")
    desk.hand_in("boris")
    assert grades("submitted") == 1
    assert "<b>ada<b> can't be in the gradebook under that name" in capsys.readouterr().err
    assert [student.id for student in desk.home.gradebook.students] == ["boris"]
