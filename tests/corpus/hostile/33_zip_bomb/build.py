"""A zip of a few megabytes that holds gigabytes.

Expected: 0 points.
"""
import shutil
import zipfile


def build(folder, surroundings):
    """A zip takes the folder's place."""
    shutil.rmtree(folder)
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        block = bytes(1 << 20)
        for name in ("vae.py", "more.py"):
            with archive.open(name, "w", force_zip64=True) as file:
                for _ in range(512):
                    file.write(block)
        with archive.open("data.bin", "w", force_zip64=True) as file:
            for _ in range(512):
                file.write(block)
