"""A notebook's program goes on after a statement that raised; what that one cost is told."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest

from autograder.errors import StudentError
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.inside.pieces import run_in_pieces
from autograder.sandbox.process import WarmProcess
from autograder.student import Student
from autograder.submission import Submission

InPieces = Callable[[str], Student]


def run(source: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the source makes, and the errors of what it fails to make."""
    namespace: dict[str, Any] = {}
    failed = run_in_pieces(source, "cells", namespace, lambda f, *args: f(*args))
    return namespace, {name: type(error).__name__ for name, error in failed.items()}


@pytest.mark.parametrize(
    ("statement", "made"),
    [
        ("a = 1 / 0", {"a"}),
        ("a, (b, *c) = None", {"a", "b", "c"}),
        ("import no.such.thing", {"no"}),
        ("import no_such_thing as a, math as b", {"a", "b"}),
        ("from math import no_such_thing as a", {"a"}),
        ("class A(1): x = 1", {"A"}),
        ("def f(a=1 / 0): b = 2", {"f"}),
        ("for a in 1: b = 2", {"a", "b"}),
        ("if 1 / 0:\n    def f(): pass\n    class A: pass", {"f", "A"}),
    ],
)
def test_a_statement_that_raises_costs_what_it_would_have_made(
    statement: str, made: set[str]
) -> None:
    namespace, failed = run(f"before = 1\n{statement}\nafter = 2")
    assert (namespace["before"], namespace["after"]) == (1, 2)
    assert failed.keys() == made


def test_what_is_made_after_all_has_not_failed() -> None:
    namespace, failed = run("a = 1 / 0\na = 2")
    assert (namespace["a"], failed) == (2, {})


def test_a_value_that_was_there_before_stays() -> None:
    namespace, failed = run("a = 1\na = 1 / 0")
    assert namespace["a"] == 1
    assert failed == {"a": "ZeroDivisionError"}


def test_a_future_counts_for_all_statements_after_it() -> None:
    namespace, failed = run("from __future__ import annotations\ndef f(x: NoSuchThing): pass")
    assert namespace["f"].__annotations__ == {"x": "NoSuchThing"}
    assert failed == {}


def test_a_statement_without_an_end_is_broken_off() -> None:
    endless = "n = 0\nwhile n >= 0:\n    try: n += 1\n    except Exception: pass\nafter = 2"
    namespace, failed = run(endless)
    assert (namespace["after"], failed) == (2, {"n": "TimeoutError"})
    assert signal.getsignal(signal.SIGPROF) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


@pytest.fixture
def in_pieces(warm: WarmProcess, submission: Callable[[str], Submission]) -> Iterator[InPieces]:
    """The student object of a notebook with these lines in its second cell."""
    students: list[Student] = []

    def begin(text: str) -> Student:
        lines = dedent(text).count("\n") + 1
        places = tuple((2, number) for number in range(1, lines + 1))
        cut = replace(submission(text), notebook="work.ipynb", places=places)
        students.append(Student(warm, cut, Limits()))
        students[-1]._begin(0, (), ())
        return students[-1]

    yield begin
    for student in students:
        student._close()


def fault(action: Callable[[], Any]) -> StudentError:
    with pytest.raises(StudentError) as caught:
        action()
    return caught.value


def test_the_other_functions_of_a_notebook_are_there(in_pieces: InPieces) -> None:
    student = in_pieces("""
        import no_such_package
        WIDTH = no_such_package.width()
        def right(x): return 2 * x
        def wrong(x): return WIDTH * x
    """)
    assert student.right(3) == 6
    error = fault(lambda: student.no_such_package.read())
    assert (error.type, error.file, error.line) == ("ModuleNotFoundError", "work.ipynb, cell 2", 2)
    error = fault(lambda: student.wrong(3))  # what broke first is what is told
    assert (error.type, error.line) == ("ModuleNotFoundError", 2)


def test_a_function_that_misses_what_broke_is_told_what_broke(in_pieces: InPieces) -> None:
    student = in_pieces("""
        import no_such_package
        def f(x): return no_such_package.double(x)
        class A:
            def __init__(self): self.x = no_such_package.double(1)
        def g(x): return elsewhere(x)
    """)
    for action in (lambda: student.f(1), lambda: student.build("A")):
        error = fault(action)
        assert (error.type, error.line) == ("ModuleNotFoundError", 2)
    assert fault(lambda: student.g(1)).type == "NameError"
