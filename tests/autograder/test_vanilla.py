"""The same class through nbgrader as it comes, and through us, each with a gradebook of its own.

nbgrader runs the notebooks, and its points are the verdicts of the public checks in them: for each
check all of an item's points, or none. We run hidden checks of the same properties. So where an
item is right, or wrong in all that is asked, or not written, both give the same. They differ for
three reasons, each of which has a test here:

    our points are shared among an item's checks, so that part of it earns part of them;
    what fails only since an earlier part is wrong is graded by us with a right one in its place;
    the hidden checks look at each part by itself, where a public one lets another make up for it.

Training is left out on both sides (see `vanilla`): it takes a minute for each notebook. With it,
`benchmarks/against_nbgrader.py --training` prints the same comparison.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from nbgrader_course import ROOT
from vanilla import OFFLINE, TASK, a_class, as_it_comes, points

from autograder.misconceptions import misconceptions

Points = dict[str, dict[str, float]]
MOST = {"encoder": 4, "decoder": 1, "reparametrize": 2, "forward": 1, "loss_function": 1, "cvae": 3}
HONEST = ("mei", "chen", "emeka")  # all right, in her own way; the loss wrong; half done
IN_PLACE = "sven"  # draws right samples, and overwrites his `logvar` on the way
UNFLATTENED = "flatten-missing"  # takes images, but neither the encoder nor `forward` flattens them


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Points, Points]:
    """Everyone's points: nbgrader's, and ours."""
    submitted = ROOT / "examples" / "class" / "submitted"
    modules = {name: (submitted / name / TASK / "vae.py").read_bytes()
               for name in (*HONEST, IN_PLACE)}  # fmt: skip
    modules["solution"] = (ROOT / "solutions" / TASK / "vae.py").read_bytes()
    (variant,) = (mistake for mistake in misconceptions(TASK) if mistake.name == UNFLATTENED)
    modules[UNFLATTENED] = variant.module.encode()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in OFFLINE.items():
            patch.setenv(name, value)
        patch.delenv("NNDL_DATA", raising=False)
        base = tmp_path_factory.mktemp("vanilla")
        ours = a_class(base / "ours", modules, training=False)
        theirs = as_it_comes(ours, base / "theirs")
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda course, command: course.run(*command), (theirs, ours),
                             (("nbgrader", "autograde", TASK),
                              ("autograder", "grade", "submitted/"))))  # fmt: skip
    return points(theirs), points(ours)


def test_both_grade_everyone_on_the_same_items(graded: tuple[Points, Points]) -> None:
    for side in graded:
        assert side.keys() == {"solution", *HONEST, IN_PLACE, UNFLATTENED}
        assert all(items.keys() == MOST.keys() for items in side.values())


def test_honest_students_and_the_solution_get_the_same(graded: tuple[Points, Points]) -> None:
    begun = {**MOST, "forward": 0, "loss_function": 0, "cvae": 0}
    right = {"solution": MOST, "mei": MOST, "chen": {**MOST, "loss_function": 0}, "emeka": begun}
    theirs, ours = ({name: side[name] for name in right} for side in graded)
    assert theirs == right
    assert ours == right


def test_part_of_an_item_earns_part_of_its_points(graded: tuple[Points, Points]) -> None:
    """His gradient is wrong and his samples are right: to nbgrader it is one item, and failed."""
    theirs, ours = graded
    assert theirs[IN_PLACE]["reparametrize"] == 0
    assert ours[IN_PLACE]["reparametrize"] == pytest.approx(2 * 4 / 6, abs=1e-3)


def test_slip_costs_its_points_once(graded: tuple[Points, Points]) -> None:
    """His `forward` and his CVAE are right; they call his `reparametrize`, which is not."""
    theirs, ours = graded
    assert theirs[IN_PLACE] == {**MOST, "reparametrize": 0, "forward": 0, "cvae": 0}
    assert {**ours[IN_PLACE], "reparametrize": 2} == MOST


def test_hidden_checks_see_what_public_ones_let_pass(graded: tuple[Points, Points]) -> None:
    """The public check flattens for an encoder that does not, since `forward` may do it. Here it
    does not, so that the public check of `forward` fails; the hidden ones lay it to the encoder."""
    theirs, ours = graded
    assert theirs[UNFLATTENED] == {**MOST, "forward": 0}
    assert ours[UNFLATTENED] == {**MOST, "encoder": 2}
