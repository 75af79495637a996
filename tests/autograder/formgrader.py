"""formgrader as an instructor has it: a Jupyter server in the course, and Chromium to look at it.

    with jupyter_server(course) as server, browser(server, folder) as window:
        window.open("formgrader/gradebook")
        window.picture("gradebook")

The browser reaches the server and nothing else; what a page wanted from elsewhere is in
`window.refused`.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader_course import INSTRUCTOR, Course
from playwright.sync_api import Locator, Page, Route, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START = 60.0  # seconds; it takes three
PATIENCE = 20_000.0  # milliseconds for what a page is asked to do


def find_browser() -> str | None:
    """Chromium or Chrome as the system has it."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@dataclass(frozen=True)
class Server:
    """A Jupyter server that runs."""

    url: str
    token: str
    log: Path


@dataclass
class Window:
    """One page in the browser."""

    server: Server
    page: Page
    pictures: Path
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the server, or a file; waits until all that it loads is there."""
        self.page.goto(path if "://" in path else self.server.url + path, wait_until="load")
        return self.page

    def row(self, text: str) -> Locator:
        """The row of formgrader's table with that text."""
        return self.page.locator("#main-table tr", has_text=text)

    def picture(self, name: str) -> Path:
        """Take a screenshot of the whole page."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


@contextmanager
def jupyter_server(course: Course) -> Iterator[Server]:
    """JupyterLab with nbgrader's extensions, started by the instructor in the course."""
    log = course.base / "jupyter.log"
    options = ("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={_free_port()}",
               "--IdentityProvider.token=known")  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["jupyter", "lab", *options],
            cwd=course.folder,  # formgrader reads the nbgrader_config.py of where it was started
            env=course.environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _when_ready(process, course, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _when_ready(process: subprocess.Popen[bytes], course: Course, log: Path) -> Server:
    """The server, as soon as it answers. It takes another port where ours is gone by then."""
    runtime = course.home(INSTRUCTOR) / ".local" / "share" / "jupyter" / "runtime"
    about = runtime / f"jpserver-{process.pid}.json"
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        try:
            said = json.loads(about.read_text())
            with urllib.request.urlopen(f"{said['url']}api/status?token={said['token']}"):
                return Server(said["url"], said["token"], log)
        except (OSError, ValueError):  # not written yet, or half; nobody listens yet
            time.sleep(0.1)
    raise AssertionError(f"Jupyter did not start in {START:.0f} s:\n{log.read_text()}")


@contextmanager
def browser(server: Server, pictures: Path) -> Iterator[Window]:
    """A window of the system's Chromium, without a screen, in which the instructor is logged in."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser())
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        window = Window(server, page, pictures)

        def only_the_server(route: Route) -> None:
            url = route.request.url
            if url.startswith((server.url, "file://", "data:")):
                route.continue_()
            else:
                window.refused.append(url)
                route.abort()

        page.route("**/*", only_the_server)
        page.on("pageerror", lambda error: window.errors.append(str(error)))
        window.open(f"api/status?token={server.token}")  # it leaves a cookie
        yield window
        chromium.close()
