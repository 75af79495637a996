"""Do the checks do their duty? Known mistakes must fail and be named, right variants must pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from autograder.assignment import assignment, known_assignments, lesson
from autograder.course import course_root
from autograder.errors import WrongUsage
from autograder.misconceptions import misconceptions
from autograder.pool import grading_processes, warm_process
from autograder.submission import Handed, read

NAMED_AT_LEAST = 0.95


@dataclass(frozen=True)
class Verdict:
    """What became of one misconception: the names that its failed checks were given."""

    item: str
    mistake: str
    caught: bool
    named: tuple[str, ...]

    @property
    def named_rightly(self) -> bool:
        return self.named == (self.mistake,)


@dataclass(frozen=True)
class Audit:
    """All verdicts on one assignment; `rejected` are right variants that lost points, and where."""

    task: str
    verdicts: tuple[Verdict, ...]
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]

    @property
    def named_share(self) -> float:
        rightly = sum(verdict.named_rightly for verdict in self.verdicts)
        return rightly / len(self.verdicts) if self.verdicts else 1.0

    @property
    def sound(self) -> bool:
        caught = all(verdict.caught for verdict in self.verdicts)
        return caught and not self.rejected and self.named_share >= NAMED_AT_LEAST


def audit(names: list[str], jobs: int) -> bool:
    """Audit these assignments, or all, and print a table each; whether all are sound."""
    audits = [examine(name, jobs) for name in names or known_assignments()]
    for one in audits:
        _print(one)
    return all(one.sound for one in audits)


def examine(task: str, jobs: int) -> Audit:
    """Run the misconceptions and the right variants of one assignment.

    A right variant is a module; where students write in the notebook, it is the code that differs.
    """
    items = [item.name for item in assignment(task).items if not item.manual]
    for mistake in misconceptions(task):
        if mistake.item not in items:
            raise WrongUsage(
                f"The misconception {mistake.name!r} is of the item {mistake.item!r}, which the "
                f"lesson does not have, or which people grade. It has: {', '.join(items)}."
            )
    variants = sorted((course_root() / "tests" / "corpus" / task / "right").glob("*.py"))
    with grading_processes(jobs, "bwrap", [task]) as pool:
        # Both are handed out now, so that no process waits for the longest item.
        examined = pool.map(_examine_item, [task] * len(items), items)
        losses = list(pool.map(_lost_points, [task] * len(variants), variants))
        verdicts = [verdict for item in examined for verdict in item]
    accepted = [path.stem for path, lost in zip(variants, losses, strict=True) if not lost]
    rejected = [f"{path.stem}: {lost}" for path, lost in zip(variants, losses, strict=True) if lost]
    return Audit(task, tuple(verdicts), tuple(accepted), tuple(rejected))


def _examine_item(task: str, item: str) -> list[Verdict]:
    from autograder.diagnosis import Diagnosis, as_submission
    from autograder.grading import run_checks

    mistakes = [mistake for mistake in misconceptions(task) if mistake.item == item]
    verdicts = []
    for mistake in mistakes:
        submission = as_submission(task, mistake.name, mistake.module)
        outcomes = run_checks(submission, warm_process(), only=[item]).of(item)
        named = Diagnosis(task, warm_process(), 0).of(item, outcomes)
        caught = not all(outcome.passed for outcome in outcomes)
        names = sorted({other.name for other in named.values()})
        verdicts.append(Verdict(item, mistake.name, caught, tuple(names)))
    return verdicts


def _lost_points(task: str, path: Path) -> str:
    from autograder.grading import grade

    with TemporaryDirectory() as folder:
        handed_in = path
        if assignment(task).in_notebook:
            handed_in = Path(folder) / f"{task}.ipynb"
            handed_in.write_text(in_notebook(task, path.read_text(encoding="utf-8")))
        result = grade(read(Handed(path.stem, task, handed_in)), warm_process())
    if result.error is not None:
        return result.error
    lost = [c.message for i in result.items for c in i.checks if not c.passed]
    return " | ".join(lost).replace("\n", " ")


def in_notebook(task: str, code: str) -> str:
    """The solved notebook of an assignment with one more cell below, in which `code` counts."""
    import nbformat

    notebook = lesson(assignment(task).folder / f"{task}.md")
    notebook.cells.append(nbformat.v4.new_code_cell(code))
    return nbformat.writes(notebook)


def _print(audit: Audit) -> None:
    table = Table(title=f"audit of {audit.task}", title_justify="left")
    for column in ("item", "mistakes", "caught", "named rightly"):
        table.add_column(column, justify="left" if column == "item" else "right")
    for item in dict.fromkeys(verdict.item for verdict in audit.verdicts):
        of_item = [verdict for verdict in audit.verdicts if verdict.item == item]
        _add_counts(table, item, of_item)
    table.add_section()
    _add_counts(table, "all", list(audit.verdicts))
    console = Console()
    console.print(table)
    console.print(
        f"right variants: {len(audit.accepted) + len(audit.rejected)}, "
        f"rejected: {len(audit.rejected)}"
    )
    for line in audit.rejected:
        console.print(f"  rejected: {line}", markup=False)
    for verdict in audit.verdicts:
        if not verdict.caught:
            console.print(f"  not caught: {verdict.item}: {verdict.mistake}")
        elif not verdict.named_rightly:
            named = ", ".join(verdict.named) or "nothing"
            console.print(f"  named as {named}: {verdict.item}: {verdict.mistake}")


def _add_counts(table: Table, name: str, verdicts: list[Verdict]) -> None:
    caught = sum(verdict.caught for verdict in verdicts)
    named = sum(verdict.named_rightly for verdict in verdicts)
    table.add_row(name, str(len(verdicts)), str(caught), str(named))
