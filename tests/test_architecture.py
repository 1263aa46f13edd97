"""Rooms import from the left only, and each door has one key."""

import ast
import subprocess
from pathlib import Path

import pytest

from analysis.paths import root

ROOMS = ["sources", "tables", "metrics", "economics", "models", "outlook", "claims", "figures", "publish", "refresh"]
MODULES = sorted((root() / "analysis").rglob("*.py"))
NETWORK = {"requests", "httpx", "urllib.request", "http.client", "aiohttp", "ftplib"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str | None:
    parts = path.relative_to(root() / "analysis").parts
    return parts[0] if len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(root())))
def test_a_room_imports_from_the_left_only(path):
    here = room(path)
    if here is None:
        return
    right = ROOMS[ROOMS.index(here) + 1:]
    wrong = [name for name in imports(path) if name.split(".")[0] == "analysis" and len(name.split(".")) > 1
             and name.split(".")[1] in right]
    assert wrong == []


def test_only_sources_may_reach_the_network():
    wrong = [str(path) for path in MODULES if room(path) != "sources" and imports(path) & NETWORK]
    assert wrong == []


def test_only_the_tables_room_reads_the_tidy_tables():
    readers = [path for path in MODULES if room(path) not in ("tables", "sources", "publish")
               and "read_csv" in path.read_text(encoding="utf-8")]
    assert readers == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(root())))
def test_modules_and_functions_stay_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250, "split the module"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            assert node.end_lineno - node.lineno - docstring.count("\n") <= 40, node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(root())))
def test_public_functions_have_docstrings(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            and not node.decorator_list and not ast.get_docstring(node)]
    assert bare == []


def test_the_median_function_is_about_a_dozen_lines():
    lengths = sorted(node.end_lineno - node.lineno + 1 for path in MODULES
                     for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                     if isinstance(node, ast.FunctionDef))
    assert lengths[len(lengths) // 2] <= 14


def test_nothing_in_the_project_names_this_workplace_or_a_registry():
    hosts = ["py" + "pi.org", "files.python" + "hosted", "registry.npm" + "js"]
    places = ["/wo" + "rk/", "../sha" + "red"]
    git = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(git, cwd=root(), capture_output=True, text=True, check=True).stdout.splitlines()
    wrong = []
    for name in listed:
        path = root() / name
        if path.suffix == ".png" or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        wrong += [f"{name}: {word}" for word in hosts + places if word in text]
    assert wrong == []


STRUCTURAL = {0, 1, 2, 0.5}
"""Numbers that are part of a formula's shape: none, one, a pair, the half of the half-year convention."""


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) == "economics"], ids=lambda path: path.stem)
def test_no_parameter_of_the_economics_lives_in_a_function(path):
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            typed = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)
                     and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)}
            assert typed <= STRUCTURAL, (function.name, typed - STRUCTURAL)
