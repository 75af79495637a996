"""How `nndl` speaks to a student: rich in a notebook, plain in a terminal."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

# Mid-tones with no background of their own: readable on a light page and on a dark one.
_COLOURS = {"pass": "#2e9e4f", "fail": "#d64545", "note": "#c98a00"}


def in_notebook() -> bool:
    """Whether this runs in a Jupyter or Colab kernel (not in a terminal, nor in IPython's)."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def to_html(text: str) -> str:
    """`text` with everything escaped, and what stands in `backticks` as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(text)).replace("\n", "<br>")


def plain(title: str, lines: Sequence[str]) -> str:
    """The same in plain text."""
    return "\n".join([title, *(f"  {line}" for line in lines if line)])


def card(kind: str, title: str, lines: Sequence[str], code: str = "") -> None:
    """Displays a titled box in a notebook. `kind` is pass, fail or note; all text is escaped."""
    from IPython.display import display

    colour = _COLOURS[kind]
    body = "".join(f"<div style='margin:.15em 0'>{to_html(line)}</div>" for line in lines)
    if code:
        body += f"<pre style='margin:.3em 0;color:inherit'>{html.escape(code)}</pre>"
    box = (
        f"<div style='border-left:4px solid {colour};padding:.2em .9em;margin:.3em 0'>"
        f"<div style='color:{colour};font-weight:600'>{to_html(title)}</div>{body}</div>"
    )
    display({"text/html": box, "text/plain": plain(title, [*lines, code])}, raw=True)


def progress(items: Iterable[T], title: str) -> Iterable[T]:
    """`items` with a progress bar where someone can see it, else `items` as they are."""
    if not (in_notebook() or sys.stderr.isatty()):
        return items
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    bar: Any = tqdm(items, desc=title, leave=False)
    return bar
