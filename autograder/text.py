"""Text that comes from students, made harmless for the place where it is shown."""

from __future__ import annotations

import html
import re
import unicodedata

# Beyond letters and the like: line breaks and what turns, hides or colours the text around it.
_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# What begins a formula, in full width too, at the start of a cell or of what may be read as one.
_FORMULA = re.compile(r"((?:^|[,;:|\"])\s*)([-=+@＝＋－＠])")


def printable(text: str) -> str:
    """The text in one line, without control characters: safe to print on a terminal."""
    kept = (" " if c in "\n\t\r" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in _HARMFUL)


def quotable(text: str) -> str:
    """`printable`, and safe to stand between backticks."""
    return printable(text).replace("`", "'")


def prose_and_code(text: str) -> list[str]:
    """`printable`, taken apart at its backticks: prose and code by turns, prose first and last."""
    parts = re.sub("`+", "`", printable(text)).split("`")  # else two runs of one length pair up
    return parts if len(parts) % 2 else ["'".join(parts)]  # an unpaired backtick opens nothing


def markdown(text: str) -> str:
    """`printable`, with HTML and links disarmed; what stands between backticks stays as it is."""
    parts = prose_and_code(text)
    parts[::2] = [_disarmed(part) for part in parts[::2]]
    return "`".join(parts)


def cell(text: str) -> str:
    """`printable`, and no formula in a spreadsheet, at whatever sign it splits a line into cells.

    An apostrophe before what would begin a formula makes it text there.
    """
    return _FORMULA.sub(r"\1'\2", printable(text))


def _disarmed(text: str) -> str:
    return html.escape(text, quote=False).replace("\\", "\\\\").replace("[", "\\[")
