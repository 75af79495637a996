"""A worn notebook is put in order, and nothing that a student wrote is lost. FUZZ=20000 looks long.

What each kind of wear comes to in the gradebook is in test_wear.py.
"""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.nbgrader.autograded import autograded_notebook
from autograder.notebook.reading import Cell, read_cells
from autograder.notebook.recovery import ELSEWHERE, Found, Recovered, parts_of, plain, recover
from autograder.result import CheckResult, ItemResult, Result
from nndl.written import MARKER, NO_ANSWER

F = "def f(x):\n    raise NotImplementedError"
G = "class G:\n    raise NotImplementedError"
WHY = "**Your answer** (`why`, at most 30 words):\n\nYOUR ANSWER HERE"
HOW = "**Your answer** (`how`):\n\nYOUR ANSWER HERE"
CHECK_F, CHECK_G = 'lab.check("f", f)', 'lab.check("g", G)'
QUESTION = "## Exercise 2\n\nWhy is that so?"
SET_UP = 'import nndl\n\nlab = nndl.lab("small")'


def released() -> nbformat.NotebookNode:
    v4 = nbformat.v4
    cells = [v4.new_markdown_cell("# A small lesson"), v4.new_code_cell(SET_UP)]
    for name, source, grade, solution in (
        ("f-solution", F, False, True),
        ("f", CHECK_F, True, False),
        ("", QUESTION, False, False),
        ("why", WHY, True, True),
        ("g-solution", G, False, True),
        ("g", CHECK_G, True, False),
        ("how", HOW, True, True),
    ):
        is_text = source in (QUESTION, WHY, HOW)
        cell = (v4.new_markdown_cell if is_text else v4.new_code_cell)(source)
        if name:
            cell.metadata.nbgrader = {"grade_id": name, "grade": grade, "solution": solution,
                                      "locked": not solution, "points": 2, "task": False,
                                      "schema_version": 3}  # fmt: skip
        cells.append(cell)
    return v4.new_notebook(cells=cells)


RELEASED = released()
NAMES = [part.name for part in parts_of(RELEASED)]


def put_in_order(*cells: tuple[str, ...]) -> Recovered:
    """From kind, source and claims of each cell; what is missing besides doesn't matter."""
    return recover([Cell(n, kind, source, tuple(claims))
                    for n, (kind, source, *claims) in enumerate(cells, start=1)],
                   RELEASED)  # fmt: skip


def part(recovered: Recovered, name: str) -> Cell:
    (found,) = (one.cell for one in recovered.cells if one.part and one.part.name == name)
    return found


def own(recovered: Recovered) -> list[str]:
    """The cells that are the student's own."""
    return [one.cell.source for one in recovered.cells if one.part is None]


def note(recovered: Recovered, *names: str) -> str:
    """The one note on these cells."""
    listed = ", ".join(f"`{name}`" for name in names)
    listed = " and ".join(listed.rsplit(", ", 1))
    beginning = f"The cell{'s' if len(names) > 1 else ''} {listed} "
    (found,) = (note for note in recovered.notes if note.startswith(beginning))
    return found.removeprefix(beginning)


# --- each part is found -----------------------------------------------------------------------


def test_released_notebook_recovered_from_itself_is_as_it_was() -> None:
    recovered = recover(read_cells(nbformat.writes(RELEASED).encode()), RELEASED)
    assert [one.cell.source for one in recovered.cells] == [c.source for c in RELEASED.cells]
    assert [one.part.name for one in recovered.cells if one.part] == NAMES
    assert recovered.notes == () and recovered.answers == {"why": "", "how": ""}


def test_solution_without_mark_is_found_by_what_it_defines() -> None:
    recovered = put_in_order(("code", "def f(x):\n    return x"))
    assert part(recovered, "f-solution").source == "def f(x):\n    return x"
    assert note(recovered, "f-solution").startswith("had lost the mark that names it")


def test_own_cell_that_defines_the_name_once_more_stays_the_students() -> None:
    first = "def f(x):\n    return x"
    recovered = put_in_order(("code", first, "f-solution"), ("code", "f = lambda x: x"))
    assert part(recovered, "f-solution").source == first
    assert own(recovered) == ["f = lambda x: x"]
    assert not any("`f-solution`" in note for note in recovered.notes)


def test_answer_without_mark_is_found_by_its_line() -> None:
    recovered = put_in_order(("markdown", WHY.replace("YOUR ANSWER HERE", "So.")))
    assert recovered.answers == {"why": "So."}
    assert "were missing" not in note(recovered, "how")


def test_answer_without_its_line_is_found_by_its_mark() -> None:
    recovered = put_in_order(("markdown", "So.", "why"))
    assert part(recovered, "why").source == WHY.replace("YOUR ANSWER HERE", "So.")


def test_answer_of_which_nothing_is_left_is_no_empty_answer() -> None:
    assert put_in_order().answers == {}


def test_mark_counts_more_than_an_id() -> None:
    recovered = put_in_order(("markdown", "So.", "why", "how"))
    assert recovered.answers == {"why": "So."}


# --- duplicated, split, merged ----------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_written_one_of_two_copies_stands_for_the_part(order: int) -> None:
    copies = [("code", F, "f-solution"), ("code", "def f(x):\n    return x", "f-solution")]
    recovered = put_in_order(*copies[::order])
    assert part(recovered, "f-solution").source == "def f(x):\n    return x"
    assert note(recovered, "f-solution") == (
        "was there more than once; nothing that was written in it is lost."
    )


def test_half_written_copy_counts_more_than_an_empty_one() -> None:
    half = f"{F}\n\ndef helper(): return 1"
    recovered = put_in_order(("code", half, "f-solution"), ("code", F, "f-solution"))
    assert part(recovered, "f-solution").source == half


def test_two_versions_of_an_answer_become_one() -> None:
    recovered = put_in_order(
        ("markdown", "**Your answer** (`how`): A.", "how"),
        ("markdown", "**Your answer** (`how`): B.", "how"),
        ("markdown", "**Your answer** (`how`): A.", "how"),
    )
    assert recovered.answers["how"] == "A.\n\nB."


def test_pictures_in_any_piece_of_an_answer_stay() -> None:
    cells = [Cell(1, "markdown", "**Your answer** (`how`): A.", ("how",), [], {"a.png": 1}),
             Cell(2, "markdown", "B.", ("how",), [], {"b.png": 2})]  # fmt: skip
    recovered = recover(cells, RELEASED)
    assert part(recovered, "how").attachments == {"a.png": 1, "b.png": 2}


def test_halves_of_a_solution_become_one_with_what_they_printed() -> None:
    cells = [Cell(1, "code", "def f(x):\n    y = x", ("f-solution",), ["a"]),
             Cell(2, "code", "    return y", ("f-solution",), ["b"])]  # fmt: skip
    whole = part(recover(cells, RELEASED), "f-solution")
    assert whole.source == "def f(x):\n    y = x\n    return y" and whole.outputs == ["a", "b"]


def test_halves_of_an_answer_become_one() -> None:
    recovered = put_in_order(("markdown", "**Your answer** (`how`): A.", "how"),
                             ("markdown", "B.", "how"))  # fmt: skip
    assert recovered.answers["how"] == "A.\n\nB."
    assert note(recovered, "how") == "was split; its pieces were put together."


def test_answer_below_the_cell_that_was_meant_for_it_is_an_answer() -> None:
    recovered = put_in_order(("markdown", HOW, "how"), ("markdown", "A."), ("markdown", "B."))
    assert recovered.answers["how"] == "A.\n\nB."


@pytest.mark.parametrize("below", [("markdown", QUESTION), ("code", "x = 1")])
def test_what_was_handed_out_or_is_code_is_no_answer(below: tuple[str, str]) -> None:
    recovered = put_in_order(("markdown", HOW, "how"), below)
    assert recovered.answers["how"] == "" and below[1] in own(recovered)


def test_text_below_an_answer_that_is_there_stays_the_students() -> None:
    recovered = put_in_order(("markdown", "**Your answer** (`how`): A.", "how"), ("markdown", "B."))
    assert recovered.answers["how"] == "A." and own(recovered) == ["B."]


def test_merged_cells_are_taken_apart_at_the_markers_and_at_what_was_handed_out() -> None:
    merged = f"Mine.\n\n{QUESTION}\n\n**Your answer** (`why`): A.\n{CHECK_G}\n{HOW}"
    recovered = put_in_order(("markdown", merged, "how"))
    assert recovered.answers == {"why": "A.", "how": "Mine."}
    assert own(recovered) == [QUESTION]
    assert note(recovered, "why", "g", "how") == (
        "were merged with other cells; they were taken apart again."
    )


def test_python_that_speaks_of_a_marker_is_not_taken_apart() -> None:
    code = f'def f(x):\n    """\n{HOW}\n"""'
    recovered = put_in_order(("code", code, "f-solution"))
    assert part(recovered, "f-solution").source == code and "how" not in recovered.answers


def test_solution_that_was_merged_into_another_is_said_to_be_there() -> None:
    both = "def f(x): return x\n\nclass G: pass"
    recovered = put_in_order(("code", both, "f-solution"))
    assert part(recovered, "g-solution").source == ELSEWHERE
    assert note(recovered, "g-solution").startswith("was missing; what belongs in it was found")


# --- locked cells -----------------------------------------------------------------------------


def test_what_is_added_to_a_locked_cell_stays_beside_the_original() -> None:
    recovered = put_in_order(("code", f"print(1)\n{CHECK_F}", "f"))
    assert part(recovered, "f").source == CHECK_F
    assert own(recovered) == [f"print(1)\n{CHECK_F}"]
    assert note(recovered, "f") == "was changed; the original was put back."


def test_locked_cell_in_which_something_else_was_written_is_changed_and_not_missing() -> None:
    recovered = put_in_order(("code", "print('right')", "f"))
    assert note(recovered, "f") == "was changed; the original was put back."
    assert own(recovered) == ["print('right')"]


def test_outputs_of_locked_cells_do_not_stay() -> None:
    recovered = recover([Cell(1, "code", CHECK_F, ("f",), ["right!"])], RELEASED)
    assert part(recovered, "f").outputs == []


def test_missing_parts_come_back_behind_the_one_before_them() -> None:
    recovered = put_in_order(("markdown", "own"), ("code", "def f(x): return x", "f-solution"))
    assert [one.part.name if one.part else "" for one in recovered.cells] == ["", *NAMES]


def test_note_on_many_cells_counts_the_last_ones() -> None:
    many = released()
    for number in range(9):
        cell = nbformat.from_dict(many.cells[7])
        cell.metadata = nbformat.from_dict(json.loads(json.dumps(cell.metadata)))
        cell.metadata.nbgrader.grade_id = f"g{number}"
        many.cells.append(cell)
    (said,) = (note for note in recover([], many).notes if "put back" in note)
    assert said.startswith("The cells `f-solution`, `f`, `g-solution`, `g`, `g0`, `g1`, `g2` and 6")


# --- whatever comes ---------------------------------------------------------------------------

SOURCES = [F, G, WHY, HOW, CHECK_F, CHECK_G, QUESTION, SET_UP, "", "def f(x):\n    return x",
           "    return y", "%%time\nf = 1", "f = 1", "print(1)", "Mine.", "YOUR ANSWER HERE",
           "**Your answer** (`why`):", "**Your answer** (`nobody`): A.", "So.",
           "**Your answer** (`f`): A.", "### BEGIN SOLUTION", "def f(:", "\ud83d"]  # fmt: skip
lines = st.sampled_from(SOURCES) | st.text(max_size=12)
sources = lines | st.lists(lines, max_size=4).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n", " "]).map(lambda between: between.join(parts))
)
claims = st.lists(st.sampled_from([*NAMES, "nobody"]) | st.text(max_size=3), max_size=3)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KINDS = ["text/plain", "text/html", "image/png", "image/jpeg", "image/svg+xml", "application/json"]
content = st.sampled_from(["aGk=", "a", "é", "aGk=\n", ["aG", "k="], "====", "<script>"]) | junk
bundles = st.fixed_dictionaries({}, optional=dict.fromkeys(KINDS, content)) | junk
outputs = st.fixed_dictionaries({}, optional={
    "output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "pyout"])
    | junk, "name": junk, "text": content, "data": bundles, "metadata": junk, "ename": content,
    "evalue": content, "traceback": junk, "execution_count": junk}) | junk  # fmt: skip
pictures = st.dictionaries(st.text(max_size=5), bundles, max_size=2) | junk
raw_cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "code", "markdown", "markdown", "raw", "heading"]),
     "source": sources},
    optional={"outputs": st.lists(outputs, max_size=3) | junk, "attachments": pictures,
              "claims": claims},
)  # fmt: skip


def as_notebook(raw: list[dict[str, Any]]) -> bytes:
    """With the claims as a mark and ids."""
    cells = []
    for cell in raw:
        names = [*cell.pop("claims", []), "", "", ""]
        metadata = {"nbgrader": {"grade_id": names[0]}, "id": names[2]}
        cells.append({**cell, "id": names[1], "metadata": metadata})
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}).encode()


def check(cells: list[Cell]) -> Recovered:
    """Every part is there once, no text of the student's is lost, and it is the same each time."""
    recovered = recover(cells, RELEASED)
    assert recover(cells, RELEASED) == recovered
    found = [one for one in recovered.cells if one.part]
    assert sorted(one.part.name for one in found if one.part) == sorted(NAMES)
    for one in found:
        assert is_in_order(one)
    written = [one.cell.source for one in recovered.cells]
    everything = [plain(text) for text in (*written, *(NO_ANSWER.sub("", w) for w in written))]
    for cell in cells:
        for piece in MARKER.split(cell.source)[::3]:
            for line in NO_ANSWER.sub("", piece).split("\n"):
                assert any(plain(line) in text for text in everything), line
    assert recovered.answers.keys() <= {"why", "how"}
    for text in recovered.notes:
        assert text.startswith("The cell") and text.endswith(".") and "  " not in text
    return recovered


def is_in_order(one: Found) -> bool:
    assert one.part is not None
    original = one.part.cell
    same = one.cell.source == original.source
    return one.cell.kind == original.cell_type and (same or not one.part.is_locked)


items = tuple(
    ItemResult(name, 1.0, 2.0, status, (), (CheckResult("c", False, 1, 2, "A.\nB `<b>`.\nC."),))
    for name, status in [("f", "partial"), ("g", "missing"), ("why", "manual"), ("how", "manual")]
)


def autograded(recovered: Recovered) -> nbformat.NotebookNode:
    """As it is written, which must be valid."""
    result = Result("ada", "small", "", "graded", 4, (), 0, {}, 0, items, recovered.notes, 2)
    written = autograded_notebook(result, recovered, RELEASED)
    notebook = nbformat.reads(written, as_version=4)
    nbformat.validate(notebook)
    written.encode()
    return notebook


def test_picture_that_is_no_ascii_is_left_out() -> None:
    output = {"output_type": "display_data", "data": {"image/png": "é", "text/plain": "a picture"}}
    recovered = recover([Cell(1, "code", "1", (), [output])], RELEASED)
    (cell,) = (cell for cell in autograded(recovered).cells if cell.source == "1")
    assert cell.outputs[0].data == {"text/plain": "a picture"}


@given(st.lists(raw_cells, max_size=9))
@example([{"cell_type": "code", "source": "1", "outputs": [{"output_type": "stream", "text": 7}]}])
@example([{"cell_type": "markdown", "source": f"A\n{QUESTION}\n{WHY}\n{QUESTION}\n{HOW} B"}])
@example([{"cell_type": "raw", "source": HOW}, {"cell_type": "raw", "source": "**Your answer**"}])
def test_whatever_cells_there_are_nothing_is_lost_and_the_notebook_is_valid(
    raw: list[dict[str, Any]],
) -> None:
    autograded(check(read_cells(as_notebook(raw))))


@given(st.permutations(range(len(RELEASED.cells))), st.data())
def test_whatever_order_the_released_cells_have_each_is_itself(
    order: list[int], data: st.DataObject
) -> None:
    """Deleted and duplicated ones too, with their marks and without."""
    chosen = [RELEASED.cells[i] for i in order[: data.draw(st.integers(0, len(order)))]]
    chosen += data.draw(st.lists(st.sampled_from(RELEASED.cells), max_size=3))
    cells = []
    for number, cell in enumerate(chosen, start=1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        marked = data.draw(st.booleans())
        cells.append(Cell(number, cell.cell_type, cell.source, (name,) if marked else ()))
    recovered = check(cells)
    assert set(recovered.answers.values()) <= {""}
    for one in recovered.cells:
        assert one.part is None or one.cell.source == one.part.cell.source
