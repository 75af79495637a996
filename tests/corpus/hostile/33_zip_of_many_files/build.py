"""A zip of 100,000 files.

Expected: 0 points.
"""
import shutil
import zipfile


def build(folder, surroundings):
    """A zip takes the folder's place."""
    shutil.rmtree(folder)
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}.py", "")
