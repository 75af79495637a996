"""Makes the notebooks; the large one has a hole in place of most of its bytes."""
import os


def build(folder, surroundings):
    with open(folder / "fc_vae.ipynb", "wb") as file:
        file.write(b'{"cells": [')
        file.seek(200_000_000)
        file.write(b"]}")
    (folder / "deep.ipynb").write_text("[" * 100_000)
    (folder / "bytes.ipynb").write_bytes(b"\xff\x00\xfe{")
