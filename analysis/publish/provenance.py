"""What went into a run: versions of the libraries, and a hash of every input."""

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish.jobs import Job

PACKAGE = "compute-and-people"
LIBRARIES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "seaborn", "papermill", "nbclient", "ipykernel")


def versions() -> dict[str, Any]:
    """The versions of Python, of this package and of the libraries a result can depend on."""
    return {
        "package": _version(PACKAGE),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def inputs(job: Job) -> dict[str, str]:
    """blake2b of the notebook, of each declared table, of the reader's files and of the package's code (16 bytes)."""
    hashes = {f"notebooks/{job.notebook.name}": digest(job.notebook)}
    for table in job.tables:
        hashes[f"data/{table}"] = digest(*table_files(table))
    for file in job.files:
        hashes[file.name] = digest(file)
    return hashes | {"analysis/*.py": code_digest()}


def table_files(table: str) -> list[Path]:
    """The files of a table: `data/<table>.csv`, or every file in `data/<table>/`."""
    single, folder = paths.data_dir() / f"{table}.csv", paths.data_dir() / table
    found = [single] if single.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    if not found:
        raise AnalysisError(f"table {table!r} is in the manifest but not in data/")
    return found


@cache
def code_digest() -> str:
    """One hash over every module of the package."""
    return digest(*sorted((paths.root() / "analysis").rglob("*.py")))


def digest(*files: Path) -> str:
    """One hash over the names and contents of files."""
    total = hashlib.blake2b(digest_size=16)
    for path in files:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
