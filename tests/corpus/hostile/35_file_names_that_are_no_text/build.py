"""Names that git can't hold."""
import os


def build(folder, surroundings):
    os.rename(os.fsencode(folder / "vae.py"), os.fsencode(folder) + b"/v\xff\xed\xa0\x80.py")
