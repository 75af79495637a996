"""A notebook's file becomes its cells, or words on why it can't. FUZZ=20000 looks for long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.notebook import reading
from autograder.notebook.reading import NotANotebook, read_cells, text


def notebook(*cells: Any, **more: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **more}).encode()


def fault(data: bytes) -> str:
    with pytest.raises(NotANotebook) as caught:
        read_cells(data)
    return str(caught.value)


# --- what is read -----------------------------------------------------------------------------


def test_cells_have_numbers_kinds_and_sources() -> None:
    cells = read_cells(
        notebook(
            {"cell_type": "markdown", "source": ["# A\n", "b"]},
            {"cell_type": "code", "source": "x = 1", "outputs": [{"a": 1}]},
            {"cell_type": "raw", "source": "r"},
        )
    )
    assert [(cell.number, cell.kind, cell.source) for cell in cells] == [
        (1, "markdown", "# A\nb"),
        (2, "code", "x = 1"),
        (3, "raw", "r"),
    ]
    assert cells[1].outputs == [{"a": 1}]


def test_cell_claims_to_be_what_its_mark_says_and_then_its_ids() -> None:
    mark = {"nbgrader": {"grade_id": "mean_of"}, "id": "Zb0fQY3t"}
    (cell,) = read_cells(notebook({"cell_type": "code", "id": "5c0c2841", "metadata": mark}))
    assert cell.claims == ("mean_of", "5c0c2841", "Zb0fQY3t")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_whichever_unicode_encoding_it_has_it_is_read(encoding: str) -> None:
    data = json.dumps({"cells": [{"source": "größer"}]}, ensure_ascii=False)
    assert read_cells(data.encode(encoding))[0].source == "größer"


def test_all_worksheets_of_format_3_are_read() -> None:
    sheets = [{"cells": [{"cell_type": "code", "input": ["x\n", "y"]}]},
              {"cells": [{"cell_type": "heading", "level": 2, "source": "End"}]}]  # fmt: skip
    cells = read_cells(json.dumps({"worksheets": sheets}).encode())
    assert [(cell.kind, cell.source) for cell in cells] == [("code", "x\ny"), ("markdown", "End")]


def test_what_has_not_the_form_that_it_should_have_is_read_as_far_as_it_makes_sense() -> None:
    odd: list[Any] = [None, 7, [], {"cell_type": 5, "source": {"a": 1}, "metadata": []},
                      {"source": ["a", 1, "b"], "outputs": {}, "attachments": []}]  # fmt: skip
    assert [cell.source for cell in read_cells(notebook(*odd))] == ["", "", "", "", "ab"]


def test_line_ends_of_windows_become_plain() -> None:
    assert text(["a\r\n", "b\0"]) == "a\nb"


def test_half_characters_are_replaced() -> None:
    assert text("a\ud800") == "a?"


# --- what is not ------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\0\0\0"])
def test_empty_file_is_called_empty(data: bytes) -> None:
    assert fault(data) == "is empty"


def test_part_of_a_notebook_is_said_to_break_off_wherever_that_is() -> None:
    cell = {"source": "größer\n", "outputs": [{"a": None, "b": True}], "n": 1.5}
    whole = json.dumps({"cells": [cell, {"a": "ü"}]}, ensure_ascii=False).encode()
    said = {fault(whole[:length]) for length in range(1, len(whole))}
    assert said == {"breaks off in the middle: it was not saved or not uploaded whole"}


@pytest.mark.parametrize("data", [b"[]", b"7", b"{}", b'{"cells": 7}', b'{"worksheets": []}'])
def test_what_has_no_cells_is_no_notebook(data: bytes) -> None:
    assert fault(data) == "is not a notebook: it has no cells"


@pytest.mark.parametrize("data", [b"def f(): pass", b"\xff\xff\xff", b"<<<<<<< HEAD\n{}"])
def test_what_is_no_json_can_not_be_read(data: bytes) -> None:
    assert fault(data).startswith("is not a notebook that can be read (")


def test_deep_nesting_is_a_fault_of_the_file() -> None:
    assert "too deeply nested" in fault(b"[" * 200_000)


def test_too_many_cells_are_refused_in_words() -> None:
    assert "more than 5,000 cells" in fault(notebook(*[{}] * 5001))


def test_too_much_text_in_cells_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SOURCES", 5)
    assert "of text in its cells" in fault(notebook({"source": "abcdef"}))


@pytest.mark.parametrize("values", ["[]", "{}", "[[1]]"])
def test_more_values_than_memory_should_hold_are_not_read(
    monkeypatch: pytest.MonkeyPatch, values: str
) -> None:
    monkeypatch.setattr(reading, "MAX_OBJECTS", 100)
    assert fault(f'{{"a\\"": [{",".join([values] * 101)}]}}'.encode()) == (
        "has too much in its outputs. Clear them"
    )


def test_brackets_and_quotes_within_printed_text_are_no_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_OBJECTS", 100)
    monkeypatch.setattr(reading, "MAX_VALUES", 100)
    printed = 'tensor([[1, 2], {"a": "\\\\"}])\n' * 500
    cell = {"cell_type": "code", "source": "", "outputs": [{"text": printed}]}
    assert read_cells(notebook(cell))[0].outputs == [{"text": printed}]


# --- whatever comes ---------------------------------------------------------------------------

KEYS = ["cells", "worksheets", "cell_type", "source", "input", "metadata", "nbgrader", "grade_id",
        "id", "outputs", "attachments"]  # fmt: skip
texts = st.sampled_from([*KEYS, "code", "markdown", "raw", "mean_of", ""]) | st.text(max_size=20)
simple = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=5)
    ),
    max_leaves=20,
)
cell_like = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS[2:], values))
notebook_like = st.fixed_dictionaries({"cells": st.lists(cell_like | values, max_size=5)})


def check(data: bytes) -> None:
    """It is read, twice the same way, or it is no notebook; nothing else is raised."""
    try:
        cells = read_cells(data)
    except NotANotebook as error:
        said = str(error)
        assert said and said[0].islower() and len(said) < 200
        return
    assert repr(read_cells(data)) == repr(cells)
    for number, cell in enumerate(cells, start=1):
        assert cell.number == number and cell.kind in ("code", "markdown", "raw")
        assert all(isinstance(claim, str) and claim for claim in cell.claims)
        cell.source.encode()
        assert isinstance(cell.outputs, list) and isinstance(cell.attachments, dict)


@given(st.binary() | st.text().map(str.encode))
@example(b'"\\')
@example(b'{"cells": [{"source": "\\ud800"}]}')
@example(b"1" * 5000)
def test_arbitrary_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    check(data)


@given(values | notebook_like, st.booleans())
def test_arbitrary_json_is_read_or_refused_in_words(value: Any, is_ascii: bool) -> None:
    check(json.dumps(value, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass"))


@given(notebook_like, st.integers(0, 10_000), st.binary(max_size=5))
def test_damaged_notebooks_are_read_or_refused_in_words(
    value: Any, place: int, bytes_there: bytes
) -> None:
    data = json.dumps(value).encode()
    place %= len(data)
    check(data[:place] + bytes_there + data[place + len(bytes_there) :])
    check(data[:place])
