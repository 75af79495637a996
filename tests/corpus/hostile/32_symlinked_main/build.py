"""Puts the link in place of the code."""
import os


def build(folder, surroundings):
    (folder / "vae.py").unlink()
    os.symlink(surroundings.neighbour / "vae.py", folder / "vae.py")
