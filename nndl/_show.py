"""How `nndl` speaks to a student: rich in a notebook, plain in a terminal."""

from __future__ import annotations

import base64
import contextlib
import html
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

# Mid-tones with no background of their own: readable on a light page and on a dark one.
_COLOURS = {"pass": "#2e9e4f", "fail": "#d64545", "note": "#c98a00"}


_withheld = False


@contextlib.contextmanager
def withheld() -> Iterator[None]:
    """In here nothing is displayed in a notebook, as if there were none."""
    global _withheld
    before, _withheld = _withheld, True
    try:
        yield
    finally:
        _withheld = before


def in_notebook() -> bool:
    """Whether this runs in a Jupyter or Colab kernel (not in a terminal, nor in IPython's)."""
    if _withheld:
        return False
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


def announce(title: str, lines: Sequence[str]) -> None:
    """A note: as a card in a notebook, else on standard error."""
    if in_notebook():
        card("note", title, lines)
    else:
        print(plain(f"*** {title} ***", lines), file=sys.stderr)


class Place:
    """A place in a notebook's output where figures are drawn, new ones instead of older ones."""

    def __init__(self) -> None:
        self.empty = True
        self._handles: list[Any] = []  # of each figure, in the order of drawing

    def reserve(self, text: str) -> None:
        """Takes the place here in the output, with a text until there is a figure."""
        self._fill(0, {"text/plain": text})

    def draw(self, draw: Callable[[], object]) -> None:
        """Calls `draw`, moves the figures that it makes to this place, and closes them.

        Closed, since a notebook shows what is still open once more at the end of the cell.
        """
        import matplotlib.pyplot as plt

        before = set(plt.get_fignums())
        draw()
        numbers = [number for number in plt.get_fignums() if number not in before]
        for i, number in enumerate(numbers):
            figure = plt.figure(number)
            picture = io.BytesIO()
            figure.savefig(picture, format="png", bbox_inches="tight")
            plt.close(figure)
            encoded = base64.b64encode(picture.getvalue()).decode()
            self._fill(i, {"image/png": encoded, "text/plain": "<Figure>"})
            self.empty = False

    def _fill(self, i: int, content: dict[str, str]) -> None:
        from IPython.display import display

        if i < len(self._handles):
            self._handles[i].update(content, raw=True)
        else:
            self._handles.append(display(content, raw=True, display_id=True))


def progress(items: Iterable[T], title: str) -> Iterable[T]:
    """`items` with a progress bar where someone can see it, else `items` as they are."""
    if not (in_notebook() or sys.stderr.isatty()):
        return items
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    bar: Any = tqdm(items, desc=title, leave=False)
    return bar
