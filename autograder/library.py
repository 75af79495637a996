"""The grader as a library: one submission in, one result out."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Lock
from typing import Literal

from autograder.classroom import lost
from autograder.errors import GraderFault, WrongUsage
from autograder.pool import grade_here, grading_processes
from autograder.result import Result
from autograder.sandbox.walls import NoWalls, choose
from autograder.submission import Handed, read


class Grader:
    """A grading process with its walls, kept warm from one submission to the next.

    It grades one submission at a time: several threads may use it, and wait for each other. For
    more at a time, make more of them.
    """

    def __init__(
        self, *, walls: Literal["bwrap", "process", "none"] = "bwrap", seed: int = 0
    ) -> None:
        """`walls` and `seed` are those of `autograder grade`.

        Raises WrongUsage if these walls can't be had here; it says what to install.
        """
        try:
            choose(walls)
        except NoWalls as error:
            raise WrongUsage(str(error)) from error
        self._walls, self._seed = walls, seed
        self._one_at_a_time = Lock()
        self._process: ProcessPoolExecutor | None = None

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def grade(
        self, path: str | os.PathLike[str], assignment: str, *, student: str | None = None
    ) -> Result:
        """Grade what lies at `path`: a notebook, a module, a zip, or a folder with one of these.

        Whatever is in it, a result comes of it; `status` "failed" means the grader's own fault.
        `student` is the name in the result, by default that of the file or folder. Raises
        WrongUsage if there is nothing at `path`, or no such assignment, and GraderFault if the
        grading process does not start.
        """
        place = Path(os.path.abspath(path))
        if not (place.is_file() or place.is_dir() or place.is_symlink()):
            raise WrongUsage(f"There is no {path}. A submission is a file or a folder.")
        name = student or (place.name if place.is_dir() else place.stem)
        handed = Handed(name, assignment, place)
        submission = read(handed)
        with self._one_at_a_time:
            for _ in range(2):
                process = self._started()
                try:
                    return process.submit(grade_here, submission, self._seed).result()
                except BrokenProcessPool:
                    self._end()
            return lost(handed, self._walls, self._seed)

    def close(self) -> None:
        """End the process."""
        with self._one_at_a_time:
            self._end()

    def _started(self) -> ProcessPoolExecutor:
        if self._process is None:
            self._process = grading_processes(1, self._walls, ())
            try:
                self._process.submit(os.getpid).result()
            except BrokenProcessPool as error:
                self._end()
                raise GraderFault(
                    "The grading process does not start. It imports your program's main file "
                    "first: what grades must stand in a function, or under `if __name__ == "
                    '"__main__":`.'
                ) from error
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.shutdown(cancel_futures=True)
            self._process = None


def grade(
    path: str | os.PathLike[str],
    assignment: str,
    *,
    student: str | None = None,
    walls: Literal["bwrap", "process", "none"] = "bwrap",
    seed: int = 0,
) -> Result:
    """Grade one submission, with a `Grader` of its own, which takes some seconds to start."""
    with Grader(walls=walls, seed=seed) as grader:
        return grader.grade(path, assignment, student=student)
