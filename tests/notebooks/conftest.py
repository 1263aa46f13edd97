"""One edition of everything, made once through the command a newcomer runs, and pages opened in Chromium."""

import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from analysis.paths import root

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OFFLINE = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--no-first-run", "--disable-quic"]


def command(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
    """Run `python -m analysis ...` as a process of its own."""
    return subprocess.run([sys.executable, "-m", "analysis", *map(str, arguments)], cwd=cwd or root(), text=True,
                          capture_output=True, env=os.environ | environment, timeout=1200)


def words(page: Path) -> str:
    """What a reader sees on a page: its text and the alternative texts of its figures, without the code."""
    html = page.read_text(encoding="utf-8")
    html = re.sub(r"<(style|pre)[\s>].*?</\1>", " ", html, flags=re.DOTALL)
    alts = " ".join(re.findall(r'\salt="([^"]*)"', html))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html) + " " + alts).split())


@pytest.fixture(scope="session")
def edition(tmp_path_factory) -> Path:
    """The whole edition from the tables in data/, in a folder of its own."""
    folder = tmp_path_factory.mktemp("edition")
    done = command("report", "--out", folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def edition_of_april(tmp_path_factory) -> Path:
    """Every report that knows a date, as of 1 April 2026."""
    folder = tmp_path_factory.mktemp("april")
    done = command("report", "--as-of", "2026-04-01", "--out", folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, Debian's; where there is none the tests that need it are reported as not run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        yield chromium
        chromium.close()
