"""Same inputs, same bytes: in two folders, with different --jobs, without any cache."""

import shutil
import subprocess
from pathlib import Path

from analysis.paths import root
from tests.notebooks.conftest import command

REPORTS = ["capex_cycle", "meta_2026", "company_brief-META", "company_brief-ORCL"]


def clone(folder: Path) -> Path:
    """The tracked and new files of the project, as a fresh checkout would have them."""
    git = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(git, cwd=root(), capture_output=True, text=True, check=True).stdout.splitlines()
    for name in listed:
        if (root() / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root() / name, folder / name)
    return folder


def published(folder: Path, reports: list[str], jobs: int, seed: str) -> dict[str, bytes]:
    """The files an edition of these reports (all when empty) has when made in a clone of its own."""
    project = clone(folder)
    done = command("report", *reports, "--jobs", jobs, cwd=project, PYTHONPATH=str(project), PYTHONHASHSEED=seed)
    assert done.returncode == 0, done.stdout + done.stderr
    latest = project / "reports" / "latest"
    return {path.name: path.read_bytes() for path in latest.iterdir() if path.suffix in (".html", ".csv")}


def test_two_clones_give_the_same_bytes(tmp_path):
    first = published(tmp_path / "a" / "project", REPORTS, 1, "1")
    second = published(tmp_path / "somewhere" / "else entirely", REPORTS, 2, "2")
    assert len(first) > 20 and first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
