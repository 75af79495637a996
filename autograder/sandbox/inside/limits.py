"""What one submission may use, and the part of it that the kernel holds each process to."""

from __future__ import annotations

import errno
import resource
from dataclasses import asdict, dataclass

# Not /tmp itself, though that leads here: the Python environment may lie in /tmp, and each worker's
# own scratch space is mounted over the last one's.
SCRATCH = "/scratch"
SPARE = 8  # processes that the kernel still allows, so that the watchdog sees who has too many


@dataclass(frozen=True)
class Limits:
    """What a submission may use; "together" means all its processes at one moment."""

    item_seconds: float = 60  # of waiting for it and, separately, of CPU time, for one item
    submission_seconds: float = 180  # the same, for all items
    memory: int = 2 << 30  # bytes in use together
    address_space: int = 3 << 30  # bytes that one process may map, beyond what torch has mapped
    processes: int = 32  # with their threads, together
    open_files: int = 256  # of one process
    file_size: int = 64 << 20  # bytes, of one file
    scratch: int = 128 << 20  # bytes, in the scratch folder and /dev/shm each
    scratch_files: int = 4096

    def as_json(self) -> dict[str, float]:
        return asdict(self)

    def behind(self, error: BaseException, message: str) -> str:
        """Which of these limits an error comes from, in words; nothing for any other error."""
        number = error.errno if isinstance(error, OSError) else None
        if isinstance(error, MemoryError) or "allocate memory" in message:
            number = errno.ENOMEM
        return {
            errno.ENOMEM: f"at most {size(self.address_space)} of memory",
            errno.ENOSPC: f"at most {size(self.scratch)} in {self.scratch_files:,} files",
            errno.EFBIG: f"at most {size(self.file_size)} in one file",
            errno.EMFILE: f"at most {self.open_files} open files",
            errno.EAGAIN: f"at most {self.processes} processes and threads",
        }.get(number or 0, "")


def put_on(limits: Limits) -> None:
    """Limit this process and all that it will start."""
    for what, value in (
        (resource.RLIMIT_CPU, int(limits.submission_seconds) + 2),  # after the watchdog
        (resource.RLIMIT_AS, mapped() + limits.address_space),
        (resource.RLIMIT_NPROC, limits.processes + SPARE),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(what, (value, value))


def mapped() -> int:
    """Bytes of address space that this process has mapped."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def size(count: float) -> str:
    """A number of bytes in words: 2 GiB, 128 MiB."""
    for power, unit in ((30, "GiB"), (20, "MiB")):
        if count >= 1 << power:
            return f"{round(count / (1 << power), 2):g} {unit}"
    return f"{count:,.0f} bytes"
