"""Makes the module; a hole takes the place of most of its bytes."""
import os


def build(folder, surroundings):
    os.truncate(folder / "vae.py", 200_000_000)
