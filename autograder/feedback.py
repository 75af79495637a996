"""What a student reads: `feedback.md`, made from the result alone."""

from __future__ import annotations

from autograder.result import ItemResult, Result
from autograder.text import markdown

MARKS = {"passed": "✓", "partial": "◐", "failed": "✗", "missing": "○", "manual": "✎"}


def feedback(result: Result) -> str:
    """The page for one submission, as Markdown."""
    title = f"# {result.assignment}: {markdown(result.student)}"
    if result.status == "failed":
        return (
            f"{title}\n\nThis submission could not be graded, and that is not your fault. "
            "Your instructor has been told, and nothing that you handed in is lost.\n"
        )
    parts = [title, f"**{points(result.score or 0)} of {points(result.max_score)} points**"]
    parts += [f"> {markdown(note)}" for note in result.notes]
    parts += [item_feedback(item) for item in result.items]
    return "\n\n".join(parts) + "\n"


def points(value: float) -> str:
    """Points with two decimals at most: 13.5, 2, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def item_feedback(item: ItemResult) -> str:
    """What is said of one exercise, as Markdown."""
    heading = f"## {MARKS[item.status]} {item.name}: "
    if item.status == "manual":
        return f"{heading}graded by your instructor, {points(item.max_points)} points"
    lines = [f"{heading}{points(item.points)} of {points(item.max_points)}", ""]
    if item.carried_forward:
        earlier = ", ".join(f"`{name}`" for name in item.carried_forward)
        lines += [
            f"Graded with our {earlier} in place of yours, so that an earlier mistake "
            "costs nothing here.",
            "",
        ]
    if item.status == "missing":
        return "\n".join([*lines, markdown(item.checks[0].message.split("\n")[1])])
    said: set[str] = set()
    for check in item.checks:
        if check.passed:
            lines.append(f"- ✓ {check.name.replace('_', ' ')}")
            continue
        statement, detail, *hints = check.message.split("\n")
        again = " (for the same reason)" if detail in said else ""
        lines.append(f"- ✗ {markdown(statement)}{again}")
        new = [text for text in (f"**{markdown(detail)}**", *(f"> {markdown(h)}" for h in hints))
               if text not in said and detail not in said]  # fmt: skip
        lines += [part for text in new for part in ("", f"  {text}")]
        lines += [""] if new else []
        said.update((detail, *new))
    return "\n".join(lines).rstrip()
