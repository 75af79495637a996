"""The same once more, with an honest submission between: now there is somebody to leave something.

Expected: 0 points.
"""
import shutil
from pathlib import Path

SAME = Path(__file__).parents[1] / "44_other_submissions.py"


def build(folder, surroundings):
    shutil.copyfile(SAME, folder / "vae.py")
    shutil.copy(SAME.with_name("ordinary.py"), folder)
