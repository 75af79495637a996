"""A notebook as a student's file holds it: whatever its state, its cells, or why there are none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 64 << 20
MAX_OBJECTS = 1_000_000  # lists and objects in the file: each takes some 100 bytes when it is read
MAX_VALUES = 10_000_000  # in these: numbers and short texts take some 50 bytes each
MAX_TEXTS = 4_000_000  # each line of an output is one
MAX_CELLS = 5_000
TOO_LARGE = f"is larger than {MAX_BYTES >> 20} MB. Clear its outputs"
MAX_SOURCES = 20 << 20  # characters in the cells: Colab keeps pictures that are pasted in there


class NotANotebook(Exception):
    """Why a file can't be read as a notebook, in words that follow on its name."""


@dataclass
class Cell:
    """One cell; `claims` are the names that its metadata and its ids give it, the best first."""

    number: int  # its position in the notebook, from 1
    kind: str  # code, markdown or raw
    source: str
    claims: tuple[str, ...] = ()
    outputs: list[Any] = field(default_factory=list)
    attachments: dict[str, Any] = field(default_factory=dict)  # pictures pasted into the text


def read_cells(data: bytes) -> list[Cell]:
    """The cells of a notebook's file. Raises NotANotebook.

    Reads the present format and the ones before it; a part that has not the form that it should
    have is read as far as it makes sense.
    """
    if len(data) > MAX_BYTES:
        raise NotANotebook(TOO_LARGE)
    if not data.strip(b"\0\t\n\r "):
        raise NotANotebook("is empty")
    try:
        content = data.decode(json.detect_encoding(data))
        if _has_too_much(content):
            raise NotANotebook("has too much in its outputs. Clear them")
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(_why_not(error)) from error
    found = _cells_of(notebook)
    if found is None:
        raise NotANotebook("is not a notebook: it has no cells")
    if len(found) > MAX_CELLS:
        raise NotANotebook(f"has more than {MAX_CELLS:,} cells. Hand in what belongs to your work")
    cells = [_cell(number, raw) for number, raw in enumerate(found, start=1)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCES:
        raise NotANotebook(f"has more than {MAX_SOURCES >> 20} MB of text in its cells. Shorten it")
    return cells


def _has_too_much(content: str) -> bool:
    """Whether it would take too much memory to read; what stands within a text is no value."""
    plain = content.replace(r"\\", "").replace(r"\"", "")
    if plain.count('"') > 2 * MAX_TEXTS:
        return True
    between = re.sub('"[^"]*"?', "", plain)
    objects = between.count("{") + between.count("[")
    return objects > MAX_OBJECTS or between.count(",") > MAX_VALUES


def _why_not(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "is not a notebook that can be read (it is too deeply nested)"
    unterminated = isinstance(error, json.JSONDecodeError) and "Unterminated" in error.msg
    if unterminated or _is_at_the_end(error):
        return "breaks off in the middle: it was not saved or not uploaded whole"
    return f"is not a notebook that can be read ({str(error)[:100]})"


def _is_at_the_end(error: Exception) -> bool:
    """Whether it is the last word, or what should follow on it, that can't be read."""
    if isinstance(error, UnicodeDecodeError):
        return error.reason == "unexpected end of data"
    if isinstance(error, json.JSONDecodeError) and error.pos:
        return len(error.doc[error.pos :].split()) <= 1 and len(error.doc) - error.pos < 9
    return False


def _cells_of(notebook: Any) -> list[Any] | None:
    """The cells; until format 3 they were in worksheets."""
    if not isinstance(notebook, Mapping):
        return None
    sheets = notebook.get("worksheets")
    if "cells" not in notebook and isinstance(sheets, list):
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, Mapping)]
        found = [cells for cells in lists if isinstance(cells, list)]
        return [cell for cells in found for cell in cells] if found else None
    cells = notebook.get("cells")
    return cells if isinstance(cells, list) else None


def _cell(number: int, raw: Any) -> Cell:
    raw = raw if isinstance(raw, Mapping) else {}
    kind = raw.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "markdown"
    outputs, attachments = raw.get("outputs"), raw.get("attachments")
    return Cell(
        number,
        kind,
        text(raw.get("source", raw.get("input"))),
        tuple(_claims(raw)),
        outputs if kind == "code" and isinstance(outputs, list) else [],
        attachments if kind != "code" and isinstance(attachments, dict) else {},
    )


def _claims(raw: Mapping[str, Any]) -> Iterator[str]:
    """Who the cell says that it is: nbgrader's metadata first, then its id, here or as in Colab."""
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    mark = metadata.get("nbgrader")
    mark = mark if isinstance(mark, Mapping) else {}
    for claim in (mark.get("grade_id"), raw.get("id"), metadata.get("id")):
        if isinstance(claim, str) and claim:
            yield claim


def text(value: Any) -> str:
    """A text, which notebooks keep as one string or as a list of lines, as UTF-8 can hold it."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "").replace("\r\n", "\n")
