"""Students for the tests of `nndl`: a right module, and edits of its text."""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
import torch

import nndl
from nndl.check import Lab

os.environ.setdefault("MPLBACKEND", "Agg")
RIGHT = Path(__file__).with_name("right_vae.py").read_text(encoding="utf-8")
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small tensors gain nothing from threads, and lose much where other work is running."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def student(tmp_path: Path) -> Iterator[Callable[..., ModuleType]]:
    """`student()` is right; `student((old, new), ...)` has these pieces of its text replaced."""
    made: list[str] = []

    def write(*edits: tuple[str, str]) -> ModuleType:
        text = RIGHT
        for old, new in edits:
            assert old in text, f"no such text in right_vae.py: {old}"
            text = text.replace(old, new)
        name = f"student_vae_{next(_numbers)}"
        path = tmp_path / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        made.append(name)
        spec.loader.exec_module(module)
        return module

    yield write
    for name in made:
        del sys.modules[name]


@pytest.fixture
def notebook(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., ModuleType]:
    """`notebook()` is right; `notebook((old, new), ...)` has these pieces of its text replaced.

    What is right, the test's module says: RIGHT.
    """

    def write(*edits: tuple[str, str]) -> ModuleType:
        text = request.module.RIGHT
        for old, new in edits:
            assert old in text, f"no such text in the lesson: {old}"
            text = text.replace(old, new)
        module = ModuleType("students_notebook")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(text, "<cell>", "exec"), module.__dict__)
        return module

    return write


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Lab:
    """The lab of the assignment NAME with no failure counted yet: the first hint comes first."""
    lab: Lab = nndl.lab(getattr(request.module, "NAME", "fc_vae"))
    lab._failures.clear()
    return lab


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection goes to a proxy that is not there."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], str]]:
    """`serve(folder)` is the address at which the files of the folder can be fetched."""
    monkeypatch.setenv("no_proxy", "*")
    with ExitStack() as servers:

        def start(folder: Path) -> str:
            handler = partial(_Handler, directory=str(folder))
            server = servers.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            servers.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}/"

        yield start
