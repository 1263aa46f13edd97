"""The only place where folders are named."""

import os
from pathlib import Path


def root() -> Path:
    """The project folder: the parent of the `analysis` package."""
    return Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder of the tidy tables; the environment variable ANALYSIS_DATA points elsewhere."""
    return Path(os.environ.get("ANALYSIS_DATA") or root() / "data").resolve()


def notebooks_dir() -> Path:
    """The folder of the notebooks; the environment variable ANALYSIS_NOTEBOOKS points elsewhere."""
    return Path(os.environ.get("ANALYSIS_NOTEBOOKS") or root() / "notebooks").resolve()


def reports_dir() -> Path:
    """The folder of the editions, unless a command names another; ANALYSIS_REPORTS points elsewhere."""
    return Path(os.environ.get("ANALYSIS_REPORTS") or root() / "reports").resolve()
