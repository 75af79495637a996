"""A class graded by a cluster: a scheduler and workers as processes, of which some are killed.

What happens is played once, in two fixtures; the tests say what is to be seen of it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from classwork import CORPUS, without_seconds
from dask_cluster import START_SECONDS, Cluster, end, until

from autograder.course import course_root
from autograder.result import Result, read_result

STUB = "def reparametrize(mu, logvar):\n    raise NotImplementedError\n"
DEADLY, SLOW = "aaron", "abel"  # the first two that are graded
CLASS = {
    DEADLY: f"import time\ntime.sleep(60)\n{STUB}",  # whose worker is killed, each time
    SLOW: f"import time\ntime.sleep(3)\n{STUB}",  # whose worker is killed once
    "boris": "def f(:\n",
    "chen": "import os\nos._exit(0)\n",
    "dalia": (CORPUS / "broken" / "only_half_done.py").read_text(encoding="utf-8"),
}
PATIENCE = "import sys, autograder.cluster as c; c.CONNECT_SECONDS, c.WORKERS_SECONDS = 2, {}; "
MAIN = "from autograder.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Said:
    """What a run said, and its exit status."""

    status: int
    out: str
    errors: str


def start(submitted: Path, out: Path, *more: str, patience: int = 60) -> subprocess.Popen[str]:
    program = [sys.executable, "-c", PATIENCE.format(patience) + MAIN]
    return subprocess.Popen(
        [*program, "grade", str(submitted), "--out", str(out), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )


def said(run: subprocess.Popen[str]) -> Said:
    try:
        out, errors = run.communicate(timeout=START_SECONDS)
    finally:
        end(run)
    return Said(run.returncode, out, errors)


def hand_in(submitted: Path, work: dict[str, str]) -> Path:
    for student, text in work.items():
        (submitted / student / "fc_vae").mkdir(parents=True)
        (submitted / student / "fc_vae" / "vae.py").write_text(text, encoding="utf-8")
    return submitted


def result(out: Path, student: str) -> Result | None:
    return read_result(out / student / "fc_vae" / "result.json")


def files(out: Path) -> dict[str, str]:
    """All that lies there, by name, but for how long it took."""
    return {
        str(path.relative_to(out)): without_seconds(path.read_text(encoding="utf-8"))
        for path in out.rglob("*")
        if path.is_file()
    }


# --- workers that are killed, and then their scheduler ----------------------------------------


@dataclass
class Killed:
    """What came of a class whose workers were killed, and of one that lost its scheduler."""

    out: Path
    run: Said
    kills: int
    lonely: Said


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hand_in(tmp_path_factory.mktemp("class") / "submitted", CLASS)


@pytest.fixture(scope="module")
def killed(submitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    base = tmp_path_factory.mktemp("cluster")
    out = base / "out"
    with Cluster(base / "dask") as cluster:
        cluster.start_worker("one")
        cluster.start_worker("two")
        run = start(submitted, out, "--scheduler", cluster.address)
        until(lambda: len(cluster.begun()) == 2)
        kills = kill(cluster)  # both of them, and their nannies start new ones
        rest = [student for student in CLASS if student != DEADLY]
        until(lambda: run.poll() is not None or all(result(out, one) for one in rest))
        deadline = time.monotonic() + START_SECONDS
        while run.poll() is None and time.monotonic() < deadline:
            kills += kill(cluster)
            time.sleep(0.1)
        first = said(run)

        again = start(submitted, out, "--scheduler", cluster.address, "--student", DEADLY)
        until(cluster.begun)
        end(cluster.scheduler)
        yield Killed(out, first, kills, said(again))


def kill(cluster: Cluster) -> int:
    """Kill the workers that grade something; how many."""
    begun = cluster.begun()
    for process in begun.values():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(begun)


def test_what_a_lost_worker_had_is_graded_by_another_as_on_one_machine(
    killed: Killed, submitted: Path, tmp_path: Path
) -> None:
    rest = [student for student in CLASS if student != DEADLY]
    here = said(start(submitted, tmp_path / "out", "--jobs", "1", "--student", *rest))
    assert here.status == 0
    there = files(killed.out)
    assert {name: there.get(name) for name in files(tmp_path / "out")} == files(tmp_path / "out")


def test_one_that_loses_three_workers_is_a_failed_result_and_the_class_goes_on(
    killed: Killed,
) -> None:
    assert killed.kills == 4  # with abel's one
    failed = result(killed.out, DEADLY)
    assert failed is not None and failed.status == "failed" and failed.score is None
    assert failed.error == "With this submission 3 workers were lost: out of memory?"
    assert killed.run.status == 1 and "Traceback" not in killed.run.errors
    assert f"{DEADLY} fc_vae not graded With this submission 3 workers" in killed.run.out
    assert len(killed.run.out.splitlines()) == len(CLASS)


def test_without_its_scheduler_a_run_ends_and_says_how_to_go_on(killed: Killed) -> None:
    assert killed.lonely == Said(
        1,
        "",
        "autograder: The connection to the scheduler was lost. Finished results are kept: give "
        "the same command to continue.\n",
    )
    assert result(killed.out, SLOW) is not None


# --- clusters that can't be used --------------------------------------------------------------


@pytest.fixture(scope="module")
def useless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Said, Said]]:
    """What is said where there is no worker yet, and where there is one with other code."""
    base = tmp_path_factory.mktemp("useless")
    submitted = hand_in(base / "submitted", {"ada": STUB})
    with Cluster(base / "dask") as cluster:
        options = (submitted, base / "out", "--scheduler", cluster.address)
        nobody = said(start(*options, patience=1))
        other = base / "other"
        shutil.copytree(course_root() / "solutions", other / "solutions")
        shutil.copytree(course_root() / "autograder", other / "autograder")
        shutil.copy(course_root() / "nbgrader_config.py", other)
        with (other / "autograder" / "checks" / "fc_vae.py").open("a") as checks:
            checks.write("# kinder\n")
        cluster.start_worker("other", PYTHONPATH=str(other))
        yield nobody, said(start(*options))
        assert not (base / "out" / "ada").exists()


def test_without_workers_it_says_how_to_start_some(useless: tuple[Said, Said]) -> None:
    nobody, _ = useless
    assert nobody.status == 2 and nobody.out == ""
    assert "has no workers. Start some, with `dask worker tcp://" in nobody.errors
    assert "Traceback" not in nobody.errors


def test_a_worker_with_other_code_grades_nothing(useless: tuple[Said, Said]) -> None:
    _, other = useless
    assert other.status == 2 and other.out == ""
    assert "autograder: The worker tcp://" in other.errors
    assert "It differs in the code of autograder (" in other.errors
    assert "Traceback" not in other.errors


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "nowhere://x", "x y"])
def test_without_a_scheduler_it_says_so(tmp_path: Path, address: str) -> None:
    submitted = hand_in(tmp_path / "submitted", {"ada": STUB})
    done = said(start(submitted, tmp_path / "out", "--scheduler", address))
    assert done.status == 2 and done.out == "" and "Traceback" not in done.errors
    assert done.errors.startswith(f"autograder: No scheduler answers at {address} (")
