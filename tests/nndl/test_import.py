"""`import nndl` is light, and torchvision loads whatever torch it meets. In fresh processes."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("first", "unwanted"),
    [
        ("import nndl", ["torch", "numpy", "matplotlib", "torchvision", "sklearn", "tqdm"]),
        (
            "import nndl.helper, nndl.data, nndl.training; nndl.lab('fc_vae')",
            ["matplotlib", "torchvision", "sklearn", "IPython"],
        ),
    ],
)
def test_an_import_loads_no_more_than_it_needs(first, unwanted):
    found = run(f"{first}; import sys; print([m for m in {unwanted} if m in sys.modules])")
    assert found == "[]"


def test_every_part_is_there_without_an_import_of_its_own():
    names = ("check", "data", "grad", "helper", "plots", "training", "utils", "lab")
    parts = ", ".join(f"nndl.{name}" for name in names)
    assert run(f"import nndl; {parts}; print(nndl.__version__)") == "0.1.0"


def test_a_part_that_is_not_there_is_an_attribute_error():
    assert run("import nndl; print(hasattr(nndl, 'nonsense'))") == "False"


def test_torchvision_loads_beside_this_torch_and_stays_usable():
    code = """
from nndl import _torchvision
mnist = _torchvision.load("torchvision.datasets").MNIST
import torchvision
print(torchvision.datasets.MNIST is mnist, _torchvision.load() is torchvision)
"""
    assert run(code) == "True True"


def test_torchvisions_operators_are_declared_only_where_the_plain_import_fails():
    code = """
try:
    import torchvision
    works = True
except RuntimeError:
    works = False
from nndl import _torchvision
_torchvision.load("torchvision.datasets").MNIST
print(works != bool(_torchvision._declared))
"""
    assert run(code) == "True"
