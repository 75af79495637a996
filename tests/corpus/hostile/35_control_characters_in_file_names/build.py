"""Names that git or another system may not hold."""
import os


def build(folder, surroundings):
    (folder / "vae.py").rename(folder / "\x1b[31mv\u202ea\ne.py")
    with open(os.fsencode(folder) + b"/data\xff\xfe.txt", "w") as file:
        file.write("x")
