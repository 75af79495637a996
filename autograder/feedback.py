"""What a student reads: what is said, made from the result alone, and `feedback.md` of it."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.result import CheckResult, ItemResult, Result
from autograder.text import markdown

MARKS = {"passed": "✓", "partial": "◐", "failed": "✗", "missing": "○", "manual": "✎"}
APOLOGY = (
    "This submission could not be graded, and that is not your fault. "
    "Your instructor has been told, and nothing that you handed in is lost."
)


@dataclass(frozen=True)
class Said:
    """What is said of one check: `detail` is what went wrong, empty where that is `again` so.

    A hint that was given before is not given again.
    """

    passed: bool
    statement: str
    again: bool = False
    detail: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemSaid:
    """What is said of one exercise; a sentence that does not apply is empty."""

    name: str
    status: str
    earned: str
    carried: str = ""
    missing: str = ""
    checks: tuple[Said, ...] = ()


def said_of(item: ItemResult) -> ItemSaid:
    """What a student is told of one exercise, nothing of it twice. Texts may hold anything."""
    if item.status == "manual":
        earned = f"graded by your instructor, {points(item.max_points)} points"
        return ItemSaid(item.name, item.status, earned)
    earned = f"{points(item.points)} of {points(item.max_points)}"
    carried = ""
    if item.carried_forward:
        earlier = ", ".join(f"`{name}`" for name in item.carried_forward)
        carried = (
            f"Graded with our {earlier} in place of yours, so that an earlier mistake "
            "costs nothing here."
        )
    if item.status == "missing":
        _, missing, *_ = lines_of(item.checks[0])
        return ItemSaid(item.name, item.status, earned, carried, missing)
    return ItemSaid(item.name, item.status, earned, carried, checks=_said_of(item.checks))


def _said_of(checks: tuple[CheckResult, ...]) -> tuple[Said, ...]:
    found = []
    known: set[str] = set()
    for check in checks:
        if check.passed:
            found.append(Said(True, check.name.replace("_", " ")))
            continue
        statement, detail, *hints = lines_of(check)
        if detail in known:
            found.append(Said(False, statement, again=True))
            continue
        new = tuple(hint for hint in hints if hint not in known)
        found.append(Said(False, statement, detail=detail, hints=new))
        known.update((detail, *new))
    return tuple(found)


def lines_of(check: CheckResult) -> list[str]:
    """The message of a check that failed: its statement, what went wrong, and hints."""
    lines = check.message.split("\n")
    return lines if len(lines) > 1 else [*lines, ""]


def points(value: float) -> str:
    """Points with two decimals at most: 13.5, 2, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def score(result: Result) -> str:
    """The points of a whole submission."""
    return f"{points(result.score or 0)} of {points(result.max_score)} points"


def feedback(result: Result) -> str:
    """The page for one submission, as Markdown."""
    title = f"# {result.assignment}: {markdown(result.student)}"
    if result.status == "failed":
        return f"{title}\n\n{APOLOGY}\n"
    parts = [title, f"**{score(result)}**"]
    parts += [f"> {markdown(note)}" for note in result.notes]
    parts += [item_feedback(item) for item in result.items]
    return "\n\n".join(parts) + "\n"


def item_feedback(item: ItemResult) -> str:
    """What is said of one exercise, as Markdown."""
    said = said_of(item)
    heading = f"## {MARKS[said.status]} {said.name}: {said.earned}"
    if said.status == "manual":
        return heading
    lines = [heading, ""]
    if said.carried:
        lines += [markdown(said.carried), ""]
    if said.missing:
        lines.append(markdown(said.missing))
    for check in said.checks:
        if check.passed:
            lines.append(f"- ✓ {check.statement}")
            continue
        again = " (for the same reason)" if check.again else ""
        lines.append(f"- ✗ {markdown(check.statement)}{again}")
        below = [f"**{markdown(check.detail)}**"] if check.detail else []
        below += [f"> {markdown(hint)}" for hint in check.hints]
        lines += [part for text in below for part in ("", f"  {text}")]
        lines += [""] if below else []
    return "\n".join(lines).rstrip()
