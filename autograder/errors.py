"""Whose fault it is: three kinds of errors that no code path mixes up."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.text import quotable

# Of what was begun and not ended.
CONTINUE = "Finished results are kept: give the same command to continue."


class WrongUsage(Exception):
    """What the instructor asked for can't be done; the message says what to do instead."""


class GraderFault(Exception):
    """The grader failed, not the student: no score comes of it."""


@dataclass(eq=False)
class StudentError(Exception):
    """The student's code did not do what it was asked.

    `kind` is one of: "not_written" (NotImplementedError), "missing" (a name is not defined),
    "syntax", "raised" (an exception), "ended" (sys.exit and its kin), "unsendable" (returned
    what is no plain data), "died" (the process is gone), "limit" (too much time or memory),
    "breach" (the process answered with something that is no answer), "unusable" (a check could
    not work with the answer), "unreadable" (the submission as a whole can't be read).
    """

    kind: str
    message: str
    type: str = ""
    file: str = ""
    line: int = 0
    source: str = ""
    function: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        for name in ("message", "type", "file", "source", "function", "about"):
            setattr(self, name, quotable(getattr(self, name)))

    def __str__(self) -> str:
        """What happened and where, in words for the student."""
        text = self._what()
        if self.file and self.line:
            place = f"{self.file}, line {self.line}"
            inside = f" in `{self.function}`" if self.function not in ("", "<module>") else ""
            text += f" ({place}{inside}: `{self.source}`)" if self.source else f" ({place}{inside})"
        return text

    def _what(self) -> str:
        if self.kind == "not_written":
            name = self.about if self.function.startswith(("_", "<")) else self.function
            return f"`{name or self.about}` is not written yet."
        if self.kind == "missing":
            return f"`{self.message}` is not there."
        if self.kind == "syntax":
            return f"The file is not valid Python: {self.message}."
        if self.kind == "raised":
            return f"Your code raised {self.type}: {self.message}".rstrip(": ")
        if self.kind == "ended":
            return f"Your code ended the process ({self.message.rstrip(': ')})."
        if self.kind == "unsendable":
            return f"Your code returned something that can't be compared: {self.message}."
        if self.kind == "unusable":
            return f"What your code returned can't be worked with ({self.type}: {self.message})."
        return f"`{self.about}` {self.message}" if self.about else self.message

    @property
    def is_gap(self) -> bool:
        """Whether the exercise is simply not there yet."""
        return self.kind in ("not_written", "missing")
