"""The repository is an nbgrader course directory; this says how its folders are called."""

from nbgrader.converters import GenerateAssignment

from autograder.release import Derived

c = get_config()  # noqa: F821  # nbgrader defines it

c.CourseDirectory.course_id = "generative-models"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
# Beside nbgrader's own: what tools leave in a folder is neither handed out nor collected.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    ".*_cache",
    "*.egg-info",
]
# nbgrader's way of making an assignment gives students the same as `autograder release`.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.GenerateAssignment.preprocessors = [*GenerateAssignment.preprocessors.default(), Derived]
