"""Written answers: where they stand in a notebook, and how many words they have.

A question that is answered in words has a markdown cell with a line of this form, the marker, and
below it the answer. The line says the exercise's name and, if there is one, the limit:

    **Your answer** (`observe_samples`, at most 150 words):

    YOUR ANSWER HERE

Nothing in here raises on any text, and the time that it takes grows with the text's length and no
faster: the grader uses it on what students hand in.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# --- markers and answers ----------------------------------------------------------------------

# What nbgrader puts where the solution was; and in the source, the marks around the solution.
NO_ANSWER = re.compile(r"YOUR ANSWER HERE|### (?:BEGIN|END) SOLUTION")
MARKER = re.compile(
    r"^[ \t]*\*\*Your answer\*\*[ \t]*"
    r"\(`([\w-]+)`(?:,[ \t]*at most[ \t]+([0-9]{1,6})[ \t]+words?)?\):?",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Marker:
    """The line above an answer: whose answer it is, and how many words it may have, if limited."""

    name: str
    limit: int | None


def marker(text: str, name: str | None = None) -> Marker | None:
    """The first marker in `text`, or the first one of that name; None if there is none."""
    for found in MARKER.finditer(text):
        if name is None or found[1] == name:
            return Marker(found[1], int(found[2]) if found[2] else None)
    return None


def split_answers(text: str) -> dict[str, str]:
    """The answers in the text of a cell, by name: what stands below each marker, up to the next.

    The marker and nbgrader's stub are no part of an answer; one that is not written is "". Where a
    name is there twice, its parts are put together.
    """
    _before, *pieces = MARKER.split(text)  # name, limit, answer, name, limit, answer, ...
    parts: dict[str, list[str]] = {}
    for name, answer in zip(pieces[::3], pieces[2::3], strict=True):
        parts.setdefault(name, []).append(NO_ANSWER.sub("", answer).strip())
    return {name: "\n\n".join(filter(None, answers)) for name, answers in parts.items()}


def find_answer(cells: Sequence[str], name: str) -> tuple[Marker, str] | None:
    """The marker of that name in the cells of a notebook, and what is answered below it."""
    markers = [found for cell in cells if (found := marker(cell, name))]
    if not markers:
        return None
    answers = [split_answers(cell).get(name, "") for cell in cells]
    return markers[0], "\n\n".join(filter(None, answers))


# --- counting words ---------------------------------------------------------------------------


def count_words(answer: str) -> int:
    """The number of words in an answer, as you see it when the cell is shown.

    A word is what stands between white space and has a letter or a digit in it: `it's`, `3.5` and
    `zero-mean` are a word each, a lone dash is none. Besides:

    - A formula, `$...$` or `$$...$$`, counts as one word, however long it is. What is joined to it
      belongs to it: `$z$-axis` is one word.
    - Code counts like text, word by word, as it is.
    - Markdown's marks (`#`, `*`, `-`, `|`, the `1.` of a list), HTML tags and comments, and
      pictures with all that is in their brackets don't count.
    """
    shown = _PARTS.sub(_as_counted, answer)
    return sum(any(map(str.isalnum, token)) for token in shown.split())


# Every alternative ends where the next one of its kind could begin, and no character can be read
# in two ways: so nothing is looked at again and again, whatever the text.
_PARTS = re.compile(
    r"""
      ^[ \t>]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,}(?!~))[^\n]*$      # a code block, up to its end,
        (?P<block>[\s\S]*?)(?:^[ \t>]*(?P=fence)[^\n]*$|\Z)       # or to the end of the text
    | `(?P<inline>[^`\n]*)`
    | (?P<escaped>\\[\\`$<!])
    | (?P<formula>                           # a blank line ends it, as in a notebook
        \$\$ [^$\\\n]*(?:(?:\\(?:[^\n]|(?=\n))|\n(?![ \t\r]*\n)|\$(?!\$))[^$\\\n]*)* \$\$
      | \$(?!\$) [^$\\\n]*(?:(?:\\(?:[^\n]|(?=\n))|\n(?![ \t\r]*\n))[^$\\\n]*)* \$
      )
    | <!--[^<-]*(?:(?:-(?!->)|<(?!!--))[^<-]*)*-->
    | </?[A-Za-z][A-Za-z0-9-]*(?:[ \t][^<>\n]*)?/?>
    | !\[[^][\n]*\]\([^()\n]*\)
    | ^[ \t>]*[0-9]{1,9}[.)](?=\s)
    """,
    re.MULTILINE | re.VERBOSE,
)


def _as_counted(part: re.Match[str]) -> str:
    """What stands in the place of a part of the text when its words are counted."""
    if part["formula"] is not None:
        return "x"
    for kept in ("block", "inline", "escaped"):
        if part[kept] is not None:
            return part[kept]
    return " "


# --- the notebook -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Notebook:
    """The texts of its markdown cells, and the file as which it was saved; None if it is live."""

    cells: tuple[str, ...]
    saved_as: str | None


def find_notebook(lab: str) -> Notebook | None:
    """The notebook that this kernel belongs to, or None if it can't be found.

    In Colab it is the one on the screen. Elsewhere it is a file as last saved: the one that VS Code
    or Jupyter names to the kernel, else `<lab>.ipynb` in the current folder.
    """
    cells = _markdown(_ask_colab())
    if cells is not None:
        return Notebook(cells, saved_as=None)
    for path in _named_files(lab):
        with contextlib.suppress(OSError, ValueError, RecursionError):  # not there, or no JSON
            cells = _markdown(json.loads(path.read_text(encoding="utf-8")))
            if cells is not None:
                return Notebook(cells, saved_as=path.name)
    return None


def _ask_colab() -> Any:
    """The notebook as Colab's page has it now; None anywhere else, or if the page is silent."""
    if "google.colab" not in sys.modules:
        return None
    try:
        colab: Any = importlib.import_module("google.colab._message")
        return colab.blocking_request("get_ipynb", request="", timeout_sec=10)["ipynb"]
    except Exception:  # not a public interface: whatever it does, the check goes on without it
        return None


def _named_files(lab: str) -> Iterator[Path]:
    """The files that may be the notebook, the likeliest first."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    by_vs_code = getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__")
    # Jupyter's server joins the folder and the name of the notebook. The folder can be wrong, as
    # with documents that are edited together; the kernel is in the right one, unless it moved.
    by_jupyter = os.environ.get("JPY_SESSION_NAME")
    for named in (by_vs_code, by_jupyter):
        if isinstance(named, str) and named.endswith(".ipynb"):
            yield Path(named)
            yield Path(Path(named).name)
    yield Path(f"{lab}.ipynb")


def _markdown(notebook: Any) -> tuple[str, ...] | None:
    """The texts of the markdown cells; None if this is no notebook."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        return None
    sources = [
        cell.get("source")
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown"
    ]
    return tuple(
        "".join(map(str, source)) if isinstance(source, list) else str(source) for source in sources
    )
