"""Lays the links beside the code."""
import os


def build(folder, surroundings):
    for number, path in enumerate((surroundings.secret, surroundings.neighbour / "vae.py", "/etc/passwd")):
        os.symlink(path, folder / f"notes{number}.py")
        os.symlink(path, folder / f"notes{number}.txt")
