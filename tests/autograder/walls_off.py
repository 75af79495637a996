"""Switches single walls off, for measure_walls.py.

Walls that go by name are left out of the names; the grader's own are patched away.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from classwork import TASK
from hostile import class_of

from autograder import classroom, grading, pool, student
from autograder import text as escapes
from autograder.sandbox import process, walls
from autograder.sandbox.inside import worker as inside_worker
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.inside.wire import Connection, WireError
from autograder.submission import Handed, Submission

BY_NAME = ("bwrap", "namespaces", "privileges", "seccomp", "rlimits", "watchdog")
KIT = Path("/measured/inside")


def without(*names: str) -> None:
    """Leave these walls out of those that are put up by name."""
    choose = walls.choose

    def fewer(kind: str) -> walls.Walls:
        chosen = choose(kind)
        left = tuple(name for name in chosen.names if name not in names)
        return replace(chosen, names=left, cgroup=None)

    walls.choose = fewer


def amend(module: str, text: str) -> None:
    """Add lines to a module of `inside`, at both ends of the wire."""
    exec(text, vars(import_module(f"autograder.sandbox.inside.{module}")))
    if walls.INSIDE != KIT:
        shutil.copytree(walls.INSIDE, KIT)
        walls.INSIDE = KIT
    with open(KIT / f"{module}.py", "a") as file:
        file.write(text)


ANY_ANSWER = """
def _request(self, operation, *args, **kwargs):
    self._send({"do": operation, "number": next(self.numbers)}, {"args": args, "kwargs": kwargs})
    while True:
        header, body = self.connection.receive()
        if "do" in header:
            self._serve(header, body)
        elif "fault" in header:
            raise RemoteFault(_report(header["fault"]))
        else:
            return self._decode(header.get("value"), body)

Peer.request = _request
"""

NO_CAPS = """
MAX_HEADER = MAX_BODY = MAX_TRAFFIC = MAX_DEPTH = 1 << 40
"""

PICKLES = """
import base64, pickle

_PLAIN = (torch.Tensor, np.ndarray, int, float, bool, str, list, tuple, dict, type(None))
_encode, _decode = Encoder.encode, Decoder.decode

def _pickled(self, value, depth=0):
    stays = isinstance(value, torch.nn.Module | np.generic) or hasattr(value, "_number")
    if type(value) in _PLAIN or (stays and type(value).__name__ != "Yes"):
        return _encode(self, value, depth)
    return {"H": ["pickle", base64.b64encode(pickle.dumps(value)).decode()]}

def _unpickled(self, tree, depth=0):
    content = tree.get("H") if isinstance(tree, dict) else None
    if isinstance(content, list) and content[:1] == ["pickle"]:
        return pickle.loads(base64.b64decode(content[1]))
    return _decode(self, tree, depth)

Encoder.encode, Decoder.decode = _pickled, _unpickled
"""


class OwnProcess:
    """In place of a warm process: the student's code runs in a thread of the grading process."""

    def __init__(self, chosen: walls.Walls) -> None:
        self.walls = replace(chosen, names=("none",))
        for name in ("worker", "peer", "wire", "limits", "devices"):
            sys.modules[f"inside.{name}"] = import_module(f"autograder.sandbox.inside.{name}")

    def worker(self, limits: Limits) -> OwnWorker:
        return OwnWorker(limits)


class OwnWorker:
    """A worker in a thread, with what `Student` asks of one."""

    def __init__(self, limits: Limits) -> None:
        ours, theirs = socket.socketpair()
        self.connection = Connection(ours)
        self.before = os.getcwd()
        self.scratch = Path(tempfile.mkdtemp(prefix="submission-"))
        self.thread = threading.Thread(target=self.serve, args=(theirs, limits), daemon=True)
        self.thread.start()

    def serve(self, stream: socket.socket, limits: Limits) -> None:
        home = self.scratch / "submission"
        home.mkdir()
        with contextlib.suppress(WireError), stream:
            inside_worker.Worker(Connection(stream), home, limits).serve()

    def died(self, within: float) -> bool:
        return False

    def kill(self) -> dict[str, Any]:
        self.connection.close()
        self.thread.join(1)
        os.chdir(self.before)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return {}


def believe_files(handed: Handed) -> Submission:
    """Read a submission as a careless grader would: all of it, wherever links and names lead."""
    files = {}
    if handed.path.is_file():
        with zipfile.ZipFile(handed.path) as archive:
            files = {name: archive.read(name).decode() for name in archive.namelist()}
    for parent, _, names in os.walk(handed.path, followlinks=True):
        for path in (Path(parent, name) for name in names):
            files[str(path.relative_to(handed.path))] = path.read_bytes().decode()
    main = min(files, key=lambda name: (not name.endswith("vae.py"), len(name)))
    return Submission(handed.student, TASK, "", files, main)


def patch_reader() -> None:
    classroom.read = believe_files


def patch_escapes() -> None:
    """Let text be shown as it is, by every module that knows of the escapes."""
    known = (escapes.printable, escapes.quotable, escapes.markdown)
    for module in [module for name, module in sys.modules.items() if name.startswith("autograder")]:
        for name, value in list(vars(module).items()):
            if any(value is escape for escape in known):
                setattr(module, name, str)


def patch_time() -> None:
    student.CALL_SECONDS = student.LOAD_SECONDS = 1e6
    student._Clock.allowed = lambda self, seconds: (1e6, "time enough")


def patch_memory() -> None:
    pool.MEMORY = 1 << 40


def patch_process() -> None:
    process.WarmProcess = OwnProcess


def widen_limits() -> None:
    """Limits that are beyond what the greedy attacks take, and not beyond what there is."""
    wide = {"memory": 9 << 30, "address_space": 10 << 30, "processes": 5000, "file_size": 1 << 30}
    grading.Limits = partial(Limits, **wide, scratch=1 << 30, scratch_files=300_000)


OFF: dict[str, Callable[[], None]] = {
    **{name: partial(without, name) for name in BY_NAME},
    "all by name": partial(without, *BY_NAME),
    "own process": patch_process,
    "time limits": patch_time,
    "grader's memory": patch_memory,
    "numbers": partial(amend, "peer", ANY_ANSWER),
    "caps": partial(amend, "wire", NO_CAPS),
    "plain data": partial(amend, "wire", PICKLES),
    "reader": patch_reader,
    "escaping": patch_escapes,
    "narrow limits": widen_limits,
}
SINGLE = [name for name in OFF if name not in ("all by name", "narrow limits")]
OWN = ["numbers", "plain data", "reader", "escaping"]
COLUMNS: dict[str, list[str]] = {
    "all walls": [],
    **{name: [name] for name in SINGLE},
    "no walls by name": ["all by name"],
    "nothing": ["all by name", "own process", *OWN],
    "wide limits": ["narrow limits", "time limits", "seccomp", "grader's memory"],
}
UNBOUNDED = ("own process", "no walls by name", "nothing")
GREEDIEST = range(25, 30)


def is_tried(path: Path, column: str) -> bool:
    if column in UNBOUNDED:
        return class_of(path) not in GREEDIEST
    return column != "wide limits" or class_of(path) in GREEDIEST
