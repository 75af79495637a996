"""Lays the links beside the code."""
import os


def build(folder, surroundings):
    os.symlink(surroundings.neighbour, folder / "work")
    os.symlink(surroundings.secret.parent, folder / "mine")
    os.symlink("/etc", folder / "etc")
    os.symlink(".", folder / "again")
