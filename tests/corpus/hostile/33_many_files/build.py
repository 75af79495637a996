"""Makes the files."""
import os


def build(folder, surroundings):
    work = folder / "data"
    work.mkdir()
    for number in range(100_000):
        os.close(os.open(work / f"{number}.py", os.O_CREAT | os.O_WRONLY))
