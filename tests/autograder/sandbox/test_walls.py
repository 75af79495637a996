"""What a student's code can see, reach and change from inside the walls: next to nothing."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import assignment
from autograder.course import course_root
from autograder.misconceptions import misconceptions
from autograder.sandbox.inside import seccomp
from autograder.sandbox.walls import NoWalls, choose
from autograder.student import Student

Walled = Callable[..., Student]

TRY = '''
import os, socket, sys

def attempt(what, *args):
    """The kind and number of the error that it raises, or what it gives."""
    try:
        result = eval(what)(*args)
    except OSError as error:
        return [type(error).__name__, error.errno]
    except Exception as error:
        return [type(error).__name__, str(error)]
    return result if isinstance(result, int | float | str | list | tuple | None) else "done"
'''


@pytest.fixture
def attempt(walled: Walled) -> Any:
    """`attempt("os.listdir", "/")` inside the walls."""
    return walled(TRY).attempt


# --- files ------------------------------------------------------------------------------------

MARK = "left-by-the-neighbour-" + "5d1f0c"
SEARCH = '''
import os, subprocess

def grep(needles, *options):
    """Files that hold one of the strings, which come from outside and are in no file of mine."""
    patterns = [part for needle in needles for part in ("-e", needle)]
    done = subprocess.run(
        ["grep", "-rlIFs", *patterns, *options], capture_output=True, text=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout.splitlines()

def names(wanted):
    return [
        os.path.join(parent, name)
        for parent, folders, files in os.walk("/")
        for name in (*folders, *files)
        if name in wanted
    ]
'''
TEXTS = ["py", "pyc", "md", "ipynb", "json", "txt", "db", "csv", "toml", "cfg", "yml", "yaml"]


@pytest.fixture
def after_a_neighbour(walled: Walled) -> Walled:
    """`walled`, just after the same warm process has held someone else's submission."""
    neighbour = walled(f"""
        NAME = "{MARK}"
        def stay():
            for folder in ("/scratch", "/dev/shm"):
                with open(folder + "/note.py", "w") as file:
                    file.write(NAME)
            return NAME
    """)
    assert neighbour.stay() == MARK
    neighbour._close()
    return walled


def secrets() -> list[str]:
    """Strings that stand in the checks, the misconceptions and the solution, and nowhere else."""
    task = assignment("fc_vae")
    checks = re.findall(r"^def \w{20,}\(.*$", task.checks.read_text(), re.MULTILINE)
    solution = (task.folder / task.main).read_text().split("### BEGIN SOLUTION\n")[1:]
    lines = [part.splitlines()[0].strip() for part in solution]
    mistakes = misconceptions("fc_vae")
    chosen = [*checks[:2], max(lines, key=len), mistakes[0].hint.splitlines()[0],
              f'"{mistakes[-1].name}"']  # fmt: skip
    assert min(map(len, chosen)) > 12 and len(chosen) == 5
    return chosen


def test_no_file_inside_holds_a_check_a_solution_or_another_submission(
    after_a_neighbour: Walled,
) -> None:
    student = after_a_neighbour(SEARCH, item_seconds=300, submission_seconds=300)
    needles = [*secrets(), MARK]
    # The system's own programs are 200,000 files: of these the ones that can be text.
    texts = [f"--include=*.{ending}" for ending in TEXTS]
    with student.within(300):
        assert (
            student.grep(needles, "--exclude-dir=usr", "--exclude-dir=dev", "/", "/dev/shm") == []
        )
        assert student.grep(needles, *texts, "/usr") == []


def test_the_search_finds_what_is_there(walled: Walled) -> None:
    """Else the test above could not fail."""
    student = walled(SEARCH + f"\nopen('/scratch/.hidden', 'w').write('{MARK}')")
    found = student.grep([MARK], "--exclude-dir=usr", "--exclude-dir=walls", "--exclude-dir=work",
                         "--exclude-dir=root", "--exclude-dir=home", "/")  # fmt: skip
    assert sorted(found) == ["/scratch/.hidden", "/scratch/submission/vae.py"]
    found = sorted(student.names(["vae.py", "seccomp.py"]))
    assert found == ["/scratch/submission/vae.py", "/walls/inside/seccomp.py"]


def test_no_file_inside_has_the_name_of_a_check_a_solution_or_a_result(
    after_a_neighbour: Walled,
) -> None:
    root = course_root()
    kit = {path.name for path in (root / "autograder").glob("*.py") if path.stem != "__init__"}
    private = {"fc_vae.py", "fc_vae.md", "fc_vae.ipynb", "result.json", "nbgrader_config.py",
               "gradebook.db", "note.py", "solutions", "misconceptions", "submitted"}  # fmt: skip
    student = after_a_neighbour(SEARCH)
    found = [path for path in student.names(sorted(private | kit)) if not _is_a_librarys(path)]
    assert found == ["/walls/nndl/labs/fc_vae.py"]  # the public checks, which students have


def _is_a_librarys(path: str) -> bool:
    """Of that name by chance: it is the system's or an installed package's, and not the kit's."""
    library = path.startswith("/usr/") or "/site-packages/" in path or "/lib/python" in path
    return library and "autograder" not in path and "fc_vae" not in path


def test_the_course_the_home_directory_and_the_graders_files_are_not_there(
    attempt: Any, tmp_path: Path
) -> None:
    root = course_root()
    (tmp_path / "secret").write_text("x")
    gone = [root / name for name in ("solutions", "autograder", "examples", "tests", ".git")]
    gone += [
        tmp_path,
        tmp_path / "secret",
        Path("/etc/passwd"),
        Path("/etc/hostname"),
        Path("/sys"),
    ]
    shown = (Path(sys.prefix), Path(sys.base_prefix))
    for entry in Path.home().iterdir():
        if not any(path.is_relative_to(entry) for path in shown):
            gone.append(entry)
    for path in gone:
        assert attempt("os.path.lexists", str(path)) is False, path


def test_only_the_scratch_folders_can_be_written(walled: Walled) -> None:
    student = walled("""
        import os
        def writable():
            places = []
            for parent, folders, files in os.walk("/"):
                if parent.count("/") > 4 and not parent.startswith("/scratch"):
                    folders.clear()
                try:
                    open(parent + "/try", "w").close()
                except OSError:
                    continue
                places.append(parent)
            return places
        def change(path):
            open(path, "a")
    """)
    assert sorted(student.writable()) == ["/dev/shm", "/scratch", "/scratch/submission"]
    for path in ("/walls/inside/worker.py", "/walls/nndl/check.py", sys.executable, "/usr/bin/env"):
        with pytest.raises(Exception, match=r"Read-only|Permission|not permitted"):
            student.change(path)


def test_what_one_worker_writes_the_next_does_not_see(walled: Walled) -> None:
    text = """
        import os
        def leave():
            for folder in ("/scratch", "/dev/shm"):
                open(folder + "/left", "w").write("x")
                os.symlink("/", folder + "/link")
        def look():
            return sorted(os.listdir("/scratch") + os.listdir("/dev/shm"))
    """
    one, other = walled(text), walled(text)
    assert other.look() == ["submission"]
    one.leave()
    assert one.look() == ["left", "left", "link", "link", "submission"]
    assert other.look() == ["submission"]  # while the one still runs
    one._close()
    assert walled(text).look() == ["submission"]


def test_proc_is_empty(attempt: Any) -> None:
    assert attempt("os.listdir", "/proc") == []
    assert attempt("os.listdir", "/proc/self") == ["FileNotFoundError", 2]
    assert attempt("open", "/proc/x", "w")[0] in ("OSError", "PermissionError")


# --- memory -----------------------------------------------------------------------------------


def test_nothing_of_the_grader_is_in_the_workers_memory(after_a_neighbour: Walled) -> None:
    """Not in what Python can reach, with what was frozen before the fork."""
    student = after_a_neighbour("""
        import gc, sys
        def modules():
            return [name for name in sys.modules if name.startswith(("autograder", "solution_"))]
        def search(needles):
            gc.unfreeze()
            seen, found, waiting = set(), [], gc.get_objects()
            while waiting:
                thing = waiting.pop()
                if id(thing) in seen:
                    continue
                seen.add(id(thing))
                if isinstance(thing, str):  # the needles themselves are there, on their own
                    found += [n for n in needles if n in thing and len(n) < len(thing)]
                elif isinstance(thing, bytes | bytearray):
                    found += [n for n in needles if n.encode() in thing]
                else:
                    waiting += gc.get_referents(thing)
            return len(seen), found
        KNOWN = ["known string, longer than its needle"]
    """)
    assert student.modules() == []
    with student.within(60):
        searched, found = student.search([*secrets(), MARK, "longer than its need"])
    assert searched > 100_000
    assert set(found) == {"longer than its need"}  # so that which is there is found


# --- network and other processes --------------------------------------------------------------


def test_there_is_no_network(attempt: Any) -> None:
    refused = ["PermissionError", 1]
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            assert attempt("socket.socket", int(family), int(kind)) == refused
    assert attempt("socket.create_connection", ("127.0.0.1", 80)) == refused
    assert attempt("socket.getaddrinfo", "example.org", 80)[0] in ("gaierror", "PermissionError")
    assert attempt("lambda: [s.close() for s in socket.socketpair()]") == [None, None]
    assert attempt("socket.if_nameindex") in (refused, [[1, "lo"]], [(1, "lo")])


def test_a_server_outside_is_not_reached_through_an_abstract_socket(
    attempt: Any,
) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        name = f"\0autograder-{os.getpid()}"
        server.bind(name)
        server.listen()
        code = "lambda name: socket.socket(socket.AF_UNIX).connect(name)"
        assert attempt(code, name)[0] in ("ConnectionRefusedError", "PermissionError")


def test_no_other_process_is_seen(attempt: Any) -> None:
    assert attempt("os.getpid") == 1
    assert attempt("os.getppid") == 0
    assert attempt("os.kill", -1, 0) == ["ProcessLookupError", 3]
    found = "lambda: [n for n in range(2, 4000) if attempt('os.kill', n, 0)[1] != 3]"
    assert attempt(found) == []


def test_no_descriptor_but_the_wire_is_open(attempt: Any) -> None:
    opened = "lambda: [n for n in range(256) if attempt('os.get_inheritable', n) in (0, 1)]"
    assert attempt(opened) == [0, 1, 2, 3]
    assert attempt("lambda: os.fstat(0).st_rdev == os.stat('/dev/null').st_rdev") is True


def test_the_environment_says_nothing_of_the_grader(attempt: Any) -> None:
    names = set(attempt("lambda: list(os.environ)"))
    assert names <= {"HOME", "TMPDIR", "USER", "LANG", "PATH", "PWD", "PYTHONPATH",
                     "PYTHONHASHSEED",
                     "PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
                     "MPLBACKEND", "MPLCONFIGDIR", "LC_CTYPE", "KMP_DUPLICATE_LIB_OK",
                     "KMP_INIT_AT_FORK", "TORCHINDUCTOR_CACHE_DIR"}  # fmt: skip
    assert attempt("lambda: os.environ['HOME']") == "/scratch"


# --- privileges -------------------------------------------------------------------------------

SYSCALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def errors(calls):
    found = {}
    for name, *arguments in calls:
        ctypes.set_errno(0)
        result = libc.syscall(*[ctypes.c_long(a) for a in arguments], *[ctypes.c_long(0)] * 6)
        found[name] = ctypes.get_errno() if result == -1 else 0
    return found
def prctl(option, argument=0):
    return libc.prctl(option, argument, 0, 0, 0)
def capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, data) == 0
    return list(data)
"""
COLUMN = 0 if os.uname().machine == "x86_64" else 1
EPERM, ENOSYS = 1, 38


def test_there_are_no_capabilities_and_no_way_to_new_ones(walled: Walled) -> None:
    student = walled(SYSCALLS)
    get_bound, get_no_new_privileges, get_seccomp = 23, 39, 21
    assert student.capabilities() == [0] * 6
    assert [student.prctl(get_bound, n) for n in range(40)] == [0] * 40
    assert student.prctl(get_no_new_privileges) == 1
    assert student.prctl(get_seccomp) == 2


def test_the_worker_is_an_ordinary_user(attempt: Any) -> None:
    assert attempt("os.getuid") == attempt("os.geteuid") == 1000
    for who in (0, 65534, 1):
        assert attempt("os.setuid", who)[0] in ("PermissionError", "OSError")
    assert attempt("os.setgroups", [0]) == ["PermissionError", 1]


def test_system_calls_that_could_weaken_the_walls_are_refused(walled: Walled) -> None:
    calls = {name: numbers[COLUMN] for name, numbers in seccomp._DENIED.items()}
    known = [(name, number) for name, number in calls.items() if number is not None]
    errors = walled(SYSCALLS).errors(known)
    assert len(errors) > 40
    assert {name: error for name, error in errors.items() if error != EPERM} == {}
    asked = {"unshare", "mount", "ptrace", "bpf", "keyctl", "io_uring_setup", "setns"}
    assert asked <= set(errors)


def test_new_namespaces_are_refused_by_whatever_call(walled: Walled) -> None:
    clone, clone3, socket_ = (c[COLUMN] for c in (seccomp._CLONE, seccomp._CLONE3, seccomp._SOCKET))
    flags = {"mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000,
             "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000, "time": 0x80}  # fmt: skip
    calls: list[tuple[Any, ...]] = [(name, clone, flag | 17) for name, flag in flags.items()]
    errors = walled(SYSCALLS).errors([*calls, ("clone3", clone3), ("inet", socket_, 2, 1)])
    assert errors == {**dict.fromkeys(flags, EPERM), "clone3": ENOSYS, "inet": EPERM}


def test_fork_and_threads_still_work(walled: Walled) -> None:
    student = walled("""
        import os, threading, subprocess
        def run():
            child = os.fork()
            if child == 0:
                os._exit(7)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said = []
            thread = threading.Thread(target=lambda: said.append("hello"))
            thread.start()
            thread.join()
            return code, said, subprocess.run(["echo", "x"], capture_output=True, text=True).stdout
    """)
    assert student.run() == (7, ["hello"], "x\n")


# --- limits -----------------------------------------------------------------------------------


def test_memory_is_limited(walled: Walled) -> None:
    student = walled("""
        import mmap, torch
        def python(): bytearray(7 << 30)
        def tensor(): torch.empty(7 << 30, dtype=torch.uint8)
        def mapped(): mmap.mmap(-1, 7 << 30)
        def modest(): return len(bytearray(1 << 28)), torch.zeros(1 << 26).shape[0]
    """)
    for name in ("python", "tensor", "mapped"):
        with pytest.raises(Exception, match=r"[Mm]emory"):
            getattr(student, name)()
    assert student.modest() == (1 << 28, 1 << 26)


def test_files_are_limited_in_size_and_number_and_space(walled: Walled) -> None:
    student = walled("""
        import os
        def large():
            with open("/scratch/large", "wb") as file:
                for _ in range(70):
                    file.write(bytes(1 << 20))
        def full():
            for number in range(4):
                with open(f"/dev/shm/{number}", "wb") as file:
                    for _ in range(60):
                        file.write(bytes(1 << 20))
        def many():
            for number in range(5000):
                os.mknod(f"/dev/shm/file{number}")
        def opened():
            files = []
            try:
                while True:
                    files.append(open("/dev/null"))
            except OSError as error:
                return len(files), error.errno
    """)
    with pytest.raises(Exception, match="File too large"):
        student.large()
    with pytest.raises(Exception, match="No space left"):
        student.many()
    with pytest.raises(Exception, match="No space left"):
        student.full()
    count, error = student.opened()
    assert 200 < count < 256 and error == 24


def test_the_kernel_too_limits_processes(walled: Walled) -> None:
    student = walled("""
        import os, signal, time
        def fork():
            count = 0
            try:
                while os.fork():
                    count += 1
                time.sleep(60)
            except OSError as error:
                return count, error.errno
    """)
    count, error = student.fork()  # quicker than the watchdog looks
    assert 10 < count < 80 and error == 11


def test_output_goes_nowhere(walled: Walled) -> None:
    student = walled("""
        import os, sys
        def shout():
            for _ in range(1000):
                print("points: 16" * 1000)
                os.write(2, b"x" * 10000)
            sys.stdout.flush()
            return "quiet"
    """)
    assert student.shout() == "quiet"


# --- which walls ------------------------------------------------------------------------------


def test_walls_say_what_they_are() -> None:
    group = () if choose("bwrap").cgroup is None else ("cgroup",)
    inner = ("privileges", "seccomp", "rlimits", *group, "watchdog")
    assert choose("bwrap").names == ("bwrap", "namespaces", *inner)
    assert choose("process").names == ("process", *inner)
    assert choose("none").names == ("none",)
    assert [choose(kind).isolated for kind in ("bwrap", "process", "none")] == [True, False, False]


def test_without_a_filter_for_this_processor_there_are_no_walls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seccomp, "available", lambda: False)
    with pytest.raises(NoWalls, match="no filter of system calls for"):
        choose("bwrap")
    assert "seccomp" not in choose("process").names  # asked for, and said in every result
