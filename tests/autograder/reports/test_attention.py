"""Who needs a look is found, and nobody else: what the walls report is known by its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from made_up import by_hand, failed, item, not_graded, passed, result

from autograder.errors import StudentError
from autograder.reports.attention import BREACH, DIED, LIMIT, concerned, concerns
from autograder.result import Result
from autograder.student import Student, _passed

KINDS = {"breach": BREACH, "died": DIED, "limit": LIMIT}
MODULE = """
    import os, time
    def leave():
        os._exit(3)
    def nonsense():
        os.write(3, bytes(99))
    def sleep():
        time.sleep(99)
    def scale(x):
        return 3 * x
    class VAE:
        def __new__(cls):
            return 5
    def raises():
        raise ValueError("`f` did not finish within 6 seconds.")
"""


def gradients_of_a_process_that_is_gone(student: Student) -> None:
    z = student.scale(torch.ones(1, requires_grad=True))
    student.restart()
    z.backward()


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("died", lambda student: student.leave()),
        ("died", gradients_of_a_process_that_is_gone),
        ("breach", lambda student: student.nonsense()),
        ("breach", lambda student: student.build("VAE")),
        ("limit", lambda student: student.sleep()),
        ("raised", lambda student: student.raises()),
        ("missing", lambda student: student.nothing()),
    ],
)
def test_what_a_walled_process_did_is_known_by_what_is_said_of_it(
    walled: Callable[..., Student], kind: str, action: Callable[[Student], Any]
) -> None:
    student = walled(MODULE)
    student.scale(torch.ones(1))
    with student.within(0.3), pytest.raises(StudentError) as caught:
        action(student)
    assert caught.value.kind == kind
    assert fitting(str(caught.value)) == [kind] * (kind in KINDS)


@pytest.mark.parametrize(
    "over",
    [
        ("memory", 3e9, 2e9),
        ("processes", 40, 32),
        ("item_cpu", 61.0, 60),
        ("cpu", 190.0, 180),
    ],
)
@pytest.mark.parametrize("about", ["VAE.forward", ""])
def test_every_limit_is_known(over: tuple[str, float, float], about: str) -> None:
    assert fitting(str(StudentError("limit", _passed(*over), about=about))) == ["limit"]


def fitting(said: str) -> list[str]:
    return [kind for kind, pattern in KINDS.items() if pattern.match(said)]


# --- the whole list -------------------------------------------------------------------------------


def broken(student: str, said: str) -> Result:
    return result(student, item("f", failed("It is right.", said)), item("g", passed()))


def titles(*results: Result) -> dict[str, list[tuple[str, list[str]]]]:
    """By the title of each concern, what is said and of whom."""
    return {
        concern.title: [(case.said, [r.student for r in case.results]) for case in concern.cases]
        for concern in concerns(results)
    }


def test_all_that_needs_a_look_is_listed_the_most_urgent_first() -> None:
    gap = failed("It is right.", "`f` is not written yet.")
    found = titles(
        result("ada", item("f", passed())),
        broken("boris", "`f` did not finish within 6 seconds."),
        broken("chen", "`f` did not finish within 6 seconds."),
        broken("dalia", "`f` ended the process (killed by SIGSEGV)."),
        broken("emeka", "`f` answered with something that is no answer: too long."),
        result("fatima", item("f", gap, status="missing"), by_hand()),
        result("goran", item("f", failed("A.", "The file is not valid Python: no."))),
        result("hana", item("f", passed()), notes=("The cell `f` was split.",)),
        not_graded("ines", "Traceback:\n  File x\nRuntimeError: the disk is full\n"),
    )
    assert list(found) == [
        "Not graded", "Answered with what is no answer", "Ended its own process",
        "Ran into a limit", "No points", "Repaired, left out, taken otherwise",
    ]  # fmt: skip
    assert found["Not graded"] == [("RuntimeError: the disk is full", ["ines"])]
    assert found["Ran into a limit"] == [
        ("`f` did not finish within 6 seconds.", ["boris", "chen"])
    ]
    assert found["No points"] == [
        ("Nothing is written yet.", ["fatima"]), ("The file is not valid Python: no.", ["goran"]),
    ]  # fmt: skip
    assert found["Repaired, left out, taken otherwise"] == [("The cell `f` was split.", ["hana"])]


def test_a_student_can_not_put_the_words_of_a_limit_into_an_exception() -> None:
    said = "Your code raised ValueError: `f` did not finish within 6 seconds."
    assert titles(broken("mallory", said)) == {}


def test_a_class_without_trouble_has_no_concerns() -> None:
    assert titles(result("ada", item("f", passed())), result("boris", by_hand())) == {}


def test_students_are_counted_once_and_notes_alone_are_not_urgent() -> None:
    slow = "`f` did not finish within 6 seconds."
    one = result("ada", item("f", failed("A.", slow)))  # who has no points either
    noted = result("boris", item("f", passed()), notes=("It ran on the CPU.",))
    found = concerns([one, noted])
    assert len(found) == 3 and concerned(found) == 1
    assert all(re.search(r"\w\.$", concern.about) for concern in found)
