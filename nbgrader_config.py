"""The repository is an nbgrader course directory; this says how its folders are called, and puts
our grading in the place of nbgrader's. Any other setting of nbgrader can be added at the end."""

from glob import escape
from pathlib import Path

from nbgrader.converters import GenerateAssignment

from autograder.nbgrader.autograde import grade_with_us
from autograder.nbgrader.config import put_environment_on_path
from autograder.nbgrader.generate import FilesBeside, Lesson, copy_nothing, pair_lessons

c = get_config()  # noqa: F821  # nbgrader defines it
root = Path(__file__).absolute().parent

c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "generative-models"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.ignore = [
    # nbgrader's own autograding would copy what lies there over what students handed in.
    f"{escape(str(root))}/solutions/./*/*",
    # Beside nbgrader's own: what tools leave in a folder is neither handed out nor collected.
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "checkpoints",  # of trainings
    ".*_cache",
    "*.egg-info",
]

# `nbgrader generate_assignment`, which `autograder release` goes through.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.GenerateAssignment.preprocessors = [
    Lesson,
    *GenerateAssignment.preprocessors.default(),
    FilesBeside,
]

# Students' Markdown and outputs, in formgrader and in the feedback: nothing in them runs.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "markdown2html": "autograder.nbgrader.pages.clean_markdown",
    "clean_html": "autograder.nbgrader.pages.clean",
    "get_metadata": "autograder.nbgrader.pages.clean_metadata",
}

copy_nothing()  # of what lies beside a lesson: `FilesBeside` writes what students get
grade_with_us()  # `nbgrader autograde` and formgrader's button
put_environment_on_path()
pair_lessons(root)
