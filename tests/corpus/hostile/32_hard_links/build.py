"""Lays the links beside the code."""
import os


def build(folder, surroundings):
    for name in ("work.py", "more/work.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        os.link(surroundings.neighbour / "vae.py", folder / name)
