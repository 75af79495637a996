"""How a check speaks: passed, failed with hints in stages, not done, stopped, called wrongly."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import nbformat
import pytest
from nbclient import NotebookClient

import nndl
from nndl.check import CheckFailed, Claim, Lab, WrongUsage, claim


@pytest.fixture
def tiny() -> Lab:
    """A lab as a teacher would write one."""
    tiny = Lab("tiny", error_hints={"ZeroDivision": ("What do you divide by?",)})

    @tiny.exercise("double")
    def double(double: Callable[[float], float]) -> Iterator[Claim]:
        yield claim("twice 0 is 0", double(0) == 0)
        yield claim("twice 3 is 6", double(3) == 6, f"It is {double(3)}.", "First?", "Second.")

    return tiny


def failure_of(lab: Lab, *work: object) -> str:
    with pytest.raises(CheckFailed) as failure:
        lab.check("double", *work)
    return str(failure.value)


def test_right_work_is_told_what_is_right_about_it(tiny, capsys):
    assert tiny.check("double", lambda x: 2 * x) is None
    assert capsys.readouterr().out == "double: right\n  ✓ twice 0 is 0\n  ✓ twice 3 is 6\n"


def test_wrong_work_is_told_the_property_and_what_was_seen(tiny):
    said = failure_of(tiny, lambda x: x**2)
    assert "✗ twice 3 is 6" in said
    assert "It is 9." in said


def test_hints_come_one_by_one_and_start_again_after_success(tiny):
    def wrong(x):
        return 3 * x

    assert "First?" in failure_of(tiny, wrong)
    again = failure_of(tiny, wrong)
    assert "First?" in again and "Second." in again
    assert "Second." in failure_of(tiny, wrong)
    tiny.check("double", lambda x: x + x)
    assert "Second." not in failure_of(tiny, wrong)


def test_what_is_not_written_yet_is_one_line_on_standard_error_and_no_error(tiny, capsys):
    def double(x):
        raise NotImplementedError

    assert tiny.check("double", double) is None
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("double: not done yet (test_check.py, line ")
    assert err.count("\n") == 1


def test_an_exception_is_shown_with_the_students_line_and_a_hint_and_nothing_of_ours(tiny):
    def double(x):
        return x / (x - x)  # the student's line

    said = failure_of(tiny, double)
    assert "ZeroDivisionError: division by zero" in said
    assert "test_check.py, line" in said
    assert "return x / (x - x)  # the student's line" in said
    assert "What do you divide by?" in said
    assert "nndl" not in said


def test_an_exception_shows_the_students_file_even_if_it_was_raised_in_torch(lab, student):
    module = student(("self.decoder(z)", "self.decoder(h)"))
    with pytest.raises(CheckFailed) as failure:
        lab.check("forward", module.VAE)
    said = str(failure.value)
    assert f"{module.__name__}.py, line" in said
    assert "return self.decoder(h), mu, logvar" in said
    assert "forward(x)" in said


def test_warnings_from_the_students_code_do_not_reach_standard_error(tiny, capsys):
    def double(x):
        warnings.warn("careful", stacklevel=1)
        return 2 * x

    tiny.check("double", double)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda lab: nndl.lab("fc_via"), "no lab 'fc_via'. There is: .*fc_vae"),
        (lambda lab: lab.check("reparameterize", print), 'It has "encoder", "decoder"'),
        (lambda lab: lab.check("reparametrize"), r'lab.check\("reparametrize", reparametrize\)'),
        (lambda lab: lab.check("reparametrize", 3.0), "the function itself"),
        (lambda lab: lab.check("encoder", object()), "the class itself"),
        (lambda lab: lab.check("train_vae", 115.8), "list of each epoch's mean loss"),
    ],
)
def test_a_wrong_call_is_answered_by_how_to_call_it(lab, call, words):
    with pytest.raises(WrongUsage, match=words):
        call(lab)


def test_in_a_notebook_words_are_rich_escaped_and_without_a_traceback():
    cells = [
        "import nndl; lab = nndl.lab('fc_vae')\nlosses = [150.0 - 4 * i for i in range(10)]",
        "lab.check('train_vae', losses)",
        "lab.check('train_vae', [130.0, 140.0])",
        "def reparametrize(mu, logvar):\n    raise ValueError('<script>alert(1)</script>')",
        "lab.check('reparametrize', reparametrize)",
        "def loss_function(*arguments):\n    raise NotImplementedError",
        "lab.check('loss_function', loss_function)",
        "lab.check('nonsense')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    passed, failed, stopped, gap, usage = (notebook.cells[i].outputs for i in (1, 2, 4, 6, 7))

    assert [output.output_type for output in passed] == ["display_data"]
    assert "✓ it falls, from 150.0 to 114.0" in passed[0].data["text/html"]

    assert [output.output_type for output in failed] == ["display_data", "error"]
    assert "Is it the same model" in failed[0].data["text/html"]
    assert failed[1].traceback == ["train_vae: not right yet"]

    html = stopped[0].data["text/html"]
    assert "&lt;script&gt;" in html and "<script>" not in html
    assert "a cell of the notebook, line 2, in reparametrize" in html
    assert "raise ValueError(" in html
    assert stopped[1].traceback == ["reparametrize: not right yet"]

    assert [(output.output_type, output.name) for output in gap] == [("stream", "stderr")]
    assert "loss_function: not done yet" in gap[0].text

    assert [output.output_type for output in usage] == ["error"]
    assert "no exercise 'nonsense'" in "".join(usage[0].traceback)
