"""`autograded/STUDENT/ASSIGNMENT/`: what formgrader shows and feedback is generated from."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.feedback import item_feedback
from autograder.notebook.reading import Cell, text
from autograder.notebook.recovery import Found, Recovered
from autograder.result import ItemResult, Result, write_atomically
from autograder.submission import Handed, other_files
from autograder.text import markdown

READ_ONLY = 0o444  # as nbgrader leaves them
MAX_OUTPUTS = 4 << 20  # characters of a notebook's own outputs that are kept
PICTURES = ("image/png", "image/jpeg")
# nbgrader's release_feedback stops at the first submission without one of these.
SECRET = "submission_secret.txt"


def autograded_notebook(result: Result, recovered: Recovered, released: NotebookNode) -> str:
    """The recovered notebook, with what is said of each exercise below its check, as JSON.

    Marks and locked cells are those of the release; of the student's own outputs, text and
    pictures are kept for whoever grades by hand.
    """
    room = MAX_OUTPUTS
    items = {item.name: item for item in result.items}
    cells = [_notes(result.notes)] if result.notes else []
    for number, found in enumerate(recovered.cells):
        node = _node(found, f"cell-{number}")
        item = items.get(found.part.name) if found.part else None
        if node.cell_type == "code" and item is not None:
            node.outputs = [_verdict(item)]
        elif node.cell_type == "code":
            node.outputs = _kept(found.cell.outputs, room)
            room -= sum(len(str(output)) for output in node.outputs)
        cells.append(node)
    notebook = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "cells": cells,
                                   "metadata": released.metadata})  # fmt: skip
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def answers_in(path: Path) -> dict[str, str]:
    """The text of each marked cell of an autograded notebook, by grade_id; none if it isn't there.

    Read before it is replaced, it tells what a person who gave points has seen.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError):
        return {}
    marked = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in notebook.cells]
    return {name: cell.source for name, cell in marked if name}


def write_folder(handed: Handed, folder: Path, notebook: str) -> None:
    """Make `folder` hold the notebook and the student's other files, and nothing else.

    Each file is replaced at once, so that a killed run leaves no half of one.
    """
    files = other_files(handed)
    files.setdefault("timestamp.txt", b"")  # of the time, nothing is known
    if SECRET not in files:  # one that nobody knows, and always the same
        files[SECRET] = content_of(folder / SECRET) or secrets.token_hex(64).encode()
    files[f"{handed.assignment}.ipynb"] = notebook.encode()  # the last: where it is, all is there
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            if name in files or not any(path.iterdir()):
                _remove(path)
        elif name not in files:
            path.unlink()
    for name, content in files.items():
        if content_of(folder / name) != content:
            write_atomically(folder / name, content, READ_ONLY)


def content_of(path: Path) -> bytes | None:
    """The bytes of a file; None if there is none."""
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


# --- cells ------------------------------------------------------------------------------------


def _notes(notes: Iterable[str]) -> NotebookNode:
    listed = "\n".join(f"- {markdown(note)}" for note in notes)
    cell: NotebookNode = nbformat.v4.new_markdown_cell(f"**From the grader:**\n\n{listed}")
    cell.id = "from-the-grader"
    return cell


def _node(found: Found, name: str) -> NotebookNode:
    """A cell as nbformat has it; the metadata are the release's, or none."""
    cell = {
        "id": name,
        "cell_type": found.cell.kind,
        "metadata": found.part.cell.metadata if found.part else {},
        "source": found.cell.source,
    }
    if found.cell.kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif pictures := _pictures(found.cell):
        cell["attachments"] = pictures
    return nbformat.from_dict(cell)


def _pictures(cell: Cell) -> dict[str, dict[str, str]]:
    """The pictures that are pasted into a text, by file name."""
    found = {}
    for name, bundle in list(cell.attachments.items())[:20]:
        kept = _picture(bundle)
        if kept and isinstance(name, str):
            found[text(name)] = kept
    return found


def _verdict(item: ItemResult) -> NotebookNode:
    said = item_feedback(item).replace("## ", "#### ", 1)  # within a lesson's own headings
    return nbformat.v4.new_output("display_data", data={"text/markdown": said, "text/plain": said})


def _kept(outputs: Iterable[Any], room: int) -> list[NotebookNode]:
    """Text and pictures, as long as there is room; nothing that could run."""
    kept: list[NotebookNode] = []
    for output in outputs:
        node = _output(output) if isinstance(output, Mapping) else None
        if node is not None:
            room -= len(str(node))
            if room < 0:
                kept.append(_stream("(Further outputs of the student's are left out here.)\n"))
                return kept
            kept.append(node)
    return kept


def _output(output: Mapping[str, Any]) -> NotebookNode | None:
    if output.get("output_type") == "stream":
        return _stream(text(output.get("text")))
    if output.get("output_type") == "error":
        return _stream(f"{text(output.get('ename'))}: {text(output.get('evalue'))}\n")
    data = output.get("data")
    data = data if isinstance(data, Mapping) else {}
    shown = _picture(data) or {"text/plain": text(data.get("text/plain"))}
    return nbformat.v4.new_output("display_data", data=shown) if any(shown.values()) else None


def _stream(said: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=said)


def _picture(data: Any) -> dict[str, str]:
    """The picture in a bundle of representations, if there is one."""
    for kind in PICTURES:
        content = "".join(text(data.get(kind)).split()) if isinstance(data, Mapping) else ""
        try:
            if content and base64.b64decode(content, validate=True):
                return {kind: content}
        except ValueError:
            continue
    return {}
