"""What a user is told before the first night, and the unit that runs it."""

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.errors import UnknownName
from analysis.paths import root
from analysis.refresh.command import CODES, run
from analysis.refresh.doctor import FAILED, examine
from analysis.refresh.refresh import Wanted
from analysis.refresh.schedule import unit
from tests.publisher import status
from tests.refresh.conftest import META


def test_the_doctor_says_what_answered_and_how_old_it_is(live, publisher):
    first = examine(ask=False)[0]
    assert first["age"] == "never fetched" and "refresh --source sec_companyfacts" in first["advice"]
    run(Wanted(companies=["META"]), reports=False)
    publisher.pages["/CIK0000320193.json"] = publisher.pages[META]
    then = examine()[0]
    assert then["answer"] == f"{len(publisher.pages[META]):,} bytes"
    assert then["age"] == "something new 0 days ago (renewed every 7)" and then["advice"] == ""
    assert then["setting"] == "SEC_USER_AGENT is set"
    assert first["taken"].startswith("2026-11-22: a recorded copy, sha256 ")
    assert then["taken"].startswith(f"{date.today()}: fetched, sha256 ")


def test_the_doctor_names_the_setting_that_is_missing_and_asks_nobody_without_it(live, publisher, monkeypatch):
    monkeypatch.delenv("SEC_USER_AGENT")
    entry = examine()[0]
    assert entry["setting"] == "SEC_USER_AGENT is not set" and "jane@example.org" in entry["advice"]
    assert publisher.asked == []


def test_the_doctor_repeats_what_a_publisher_answers(live, publisher):
    publisher.moods["/CIK0000320193.json"] = [status(503)]
    entry = examine()[0]
    assert "503" in entry["advice"] and entry["answer"] == FAILED
    publisher.pages["/CIK0000320193.json"] = b"<!DOCTYPE html><title>Maintenance</title>"
    entry = examine()[0]
    assert "a web page came" in entry["advice"] and entry["answer"] == FAILED


@pytest.mark.parametrize(("mood", "code"), [([], 0), ([status(503)], 3)])
def test_the_doctors_exit_code_tells_a_source_that_fails(live, publisher, mood, code):
    publisher.pages["/CIK0000320193.json"] = publisher.pages[META]
    publisher.moods["/CIK0000320193.json"] = mood
    assert CliRunner().invoke(app, ["doctor"]).exit_code == code
    assert CliRunner().invoke(app, ["doctor", "--offline"]).exit_code == 0


def test_the_printed_example_is_no_contact(live, publisher, monkeypatch):
    monkeypatch.setenv("SEC_USER_AGENT", "Your Name you@example.org")
    assert run(Wanted(companies=["META"]), reports=False) == CODES["source unavailable"] and publisher.asked == []


@pytest.mark.parametrize("kind", ["cron", "systemd"])
def test_a_unit_names_the_command_the_folder_and_the_contact_and_ends_a_run_that_hangs(kind):
    text = unit(kind)
    assert "-m analysis refresh" in text and str(root()) in text and "SEC_USER_AGENT" in text and "4h" in text


def test_a_folder_with_signs_of_its_own_does_not_change_the_command(monkeypatch):
    monkeypatch.setattr("analysis.refresh.schedule.root", lambda: Path("/srv/our 50% work"))
    assert r"cd '/srv/our 50\% work' && timeout" in unit("cron")  # an open % ends a line of crontab
    assert 'ExecStart="/srv/our 50%% work/.venv/bin/python" -m analysis refresh' in unit("systemd")


def test_the_workflow_keeps_the_token_that_may_write_from_what_was_installed():
    jobs = yaml.safe_load(unit("github"))["jobs"]
    first, second = ("\n".join(step.get("run", "") for step in jobs[name]["steps"]) for name in ("refresh", "propose"))
    assert "analysis refresh" in first and "gh " not in first and "permissions" not in jobs["refresh"]
    assert "gh pr create" in second and "analysis" not in second and "make" not in second
    assert not any("token" in str(step) for step in jobs["refresh"]["steps"])


def test_night_after_night_there_is_one_pull_request_with_the_newest_rows(tmp_path):
    """The step as it stands, run by a shell against a repository beside it and a `gh` that takes notes."""
    script = yaml.safe_load(unit("github"))["jobs"]["propose"]["steps"][-1]["run"]
    there = tmp_path / "there.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(there)], check=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(FAKE_GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    first = _checkout(there, tmp_path / "first", "old")
    subprocess.run(["git", "push", "--quiet", "origin", "main"], cwd=first, check=True)
    env = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path),
                        "GITHUB_REF_NAME": "main"}
    for night in ("one", "two"):
        at = _checkout(there, tmp_path / night, night)
        subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=at, check=True, capture_output=True, env=env)
    noted = (tmp_path / "gh.txt").read_text()
    assert noted.count("opened refresh") == 1 and noted.count("renewed refresh") == 1
    assert noted.count("workflow run check.yml --ref refresh") == 2
    branches = subprocess.run(["git", "branch", "--format=%(refname:short)"], cwd=there, capture_output=True, text=True)
    assert branches.stdout.split() == ["main", "refresh"]
    newest = subprocess.run(["git", "show", "refresh:data/rows.csv"], cwd=there, capture_output=True, text=True)
    assert newest.stdout == "two"


FAKE_GH = """#!/bin/sh
notes="$RUNNER_TEMP/gh.txt"
case "$1 $2" in
  "pr create") if grep -q "opened refresh" "$notes" 2>/dev/null; then exit 1; fi; echo "opened refresh" >> "$notes" ;;
  "pr edit") echo "renewed $3" >> "$notes" ;;
  *) echo "$*" >> "$notes" ;;
esac
"""


def _checkout(there, at, rows):
    """A fresh checkout of main with other rows, as the artifact of the refresh leaves it."""
    subprocess.run(["git", "clone", "--quiet", str(there), str(at)], check=True, capture_output=True)
    for name, text in {"data/rows.csv": rows, "README.md": "read me", "docs/figures/one.svg": "<svg/>",
                       "body.md": rows}.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)
    if rows == "old":
        for words in (["switch", "--quiet", "-c", "main"], ["config", "user.email", "a@example.org"],
                      ["config", "user.name", "a"], ["add", "data", "README.md", "docs"],
                      ["commit", "--quiet", "-m", "first"]):
            subprocess.run(["git", *words], cwd=at, check=True)
    return at


def test_another_kind_is_refused_with_the_valid_ones():
    with pytest.raises(UnknownName, match="cron, github, systemd"):
        unit("airflow")
