"""Three files say what the course needs: they say the same."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
OURS = {"nndl", "autograder"}
CONDA_NAMES = {"playwright": "playwright-python", "torch": "pytorch"}
PYTHONS = ("3.10.0", "3.11.2", "3.11.9", "3.12.0", "3.13.0")


def declared() -> list[Requirement]:
    """What our two packages and the work on them ask for, apart from each other."""
    asked = []
    for file in ("pyproject.toml", "nndl/pyproject.toml"):
        project = tomllib.loads((ROOT / file).read_text())["project"]
        asked += project["dependencies"]
        asked += [
            line for extra in project.get("optional-dependencies", {}).values() for line in extra
        ]
    requirements = [Requirement(line) for line in asked]
    return [requirement for requirement in requirements if requirement.name not in OURS]


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def environment(python: str) -> dict[str, str]:
    return {"python_version": python.rpartition(".")[0], "python_full_version": python}


def applies(marker: Marker | None, python: str) -> bool:
    return marker is None or marker.evaluate(environment(python))


def test_conda_users_get_the_same_ranges() -> None:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {
        requirement.name: requirement.specifier
        for requirement in (Requirement(line) for line in lines if isinstance(line, str))
    }
    (from_pip,) = (line["pip"] for line in lines if isinstance(line, dict))
    assert from_pip[:2] == ["-e ./nndl", "-e ."]
    conda |= {other.name: other.specifier for other in map(Requirement, from_pip[2:])}
    wanted = {CONDA_NAMES.get(asked.name, asked.name): asked.specifier for asked in declared()}
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert conda == {**wanted, "pip": Requirement("pip").specifier,
                     "python": Requirement(f"python{python}").specifier}  # fmt: skip


@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_has_one_exact_pin_within_the_range(python: str) -> None:
    here = [pin for pin in pins() if applies(pin.marker, python)]
    names = [canonicalize_name(pin.name) for pin in here]
    assert len(set(names)) == len(names)
    versions = {}
    for name, pin in zip(names, here, strict=True):
        (exact,) = pin.specifier
        assert exact.operator == "==" and not exact.version.endswith(".*")
        versions[name] = exact.version
    for asked in declared():
        if applies(asked.marker, python):
            assert asked.specifier.contains(versions[canonicalize_name(asked.name)]), asked


def test_pins_are_in_order_and_plain() -> None:
    """No build of one machine (`+cpu`), no address, no path."""
    for pin in pins():
        assert pin.url is None and "+" not in str(pin.specifier)
    text = (ROOT / "constraints.txt").read_text()
    assert not re.search(r"://|^-", text, re.MULTILINE)


def test_both_packages_ask_for_the_same_python_and_have_the_same_version() -> None:
    ours = [
        tomllib.loads((ROOT / file).read_text())["project"]
        for file in ("pyproject.toml", "nndl/pyproject.toml")
    ]
    assert ours[0]["requires-python"] == ours[1]["requires-python"]
    assert ours[0]["version"] == ours[1]["version"]
