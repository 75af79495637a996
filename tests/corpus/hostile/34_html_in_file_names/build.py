"""Names that git or another system may not hold."""


def build(folder, surroundings):
    (folder / "vae.py").rename(folder / "<img src=x onerror=alert(1)>.py")
    (folder / "<b>notes<b>.ipynb").write_text("{}")
