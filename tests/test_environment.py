"""environment.yml, pyproject.toml and the hashed lock agree."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from analysis.paths import root

NAMED = {"jupyterlab", "pandas", "matplotlib", "seaborn", "statsmodels", "papermill"}


def conda() -> dict[str, str]:
    listed = yaml.safe_load((root() / "environment.yml").read_text())["dependencies"]
    return {re.split(r"[=<>]", one)[0]: one for one in listed if isinstance(one, str)}


def by_pip() -> list[str]:
    listed = yaml.safe_load((root() / "environment.yml").read_text())["dependencies"]
    return next(one["pip"] for one in listed if isinstance(one, dict))


def locked() -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    lock = (root() / "requirements.lock").read_text()
    for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", lock, re.M):
        versions.setdefault(name.lower(), []).append(version)
    return versions


def test_the_six_packages_are_pinned_by_minor_version_and_the_lock_satisfies_them():
    for name in NAMED:
        pin = conda()[name].removeprefix(f"{name}=")
        assert re.fullmatch(r"\d+\.\d+", pin), name
        assert all(version in SpecifierSet(f"=={pin}.*") for version in locked()[name]), name


def test_nothing_is_listed_on_both_sides():
    assert by_pip() == ["-e ."]
    assert len(conda()) == len([one for one in conda()])


def test_the_lock_satisfies_every_requirement_of_the_project():
    project = tomllib.loads((root() / "pyproject.toml").read_text())["project"]
    for text in project["dependencies"] + project["optional-dependencies"]["dev"]:
        need = Requirement(text)
        versions = locked()[need.name.lower()]
        assert all(version in need.specifier for version in versions), text


def test_every_locked_package_has_hashes_and_no_address():
    text = (root() / "requirements.lock").read_text()
    assert "://" not in text and "index" not in text
    blocks = re.split(r"^(?=\S+==)", text, flags=re.M)[1:]
    assert len(blocks) > 100 and all("--hash=sha256:" in block for block in blocks)
