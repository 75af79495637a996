"""Lays them beside the code; devices need root, and a link to one stands in for them."""
import os
import socket
import stat


def build(folder, surroundings):
    os.mkfifo(folder / "notes.py")
    os.mkfifo(folder / "fc_vae.ipynb")
    here = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{here}/work.py")
    os.close(here)
    try:
        os.mknod(folder / "zero.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        os.symlink("/dev/zero", folder / "zero.py")
