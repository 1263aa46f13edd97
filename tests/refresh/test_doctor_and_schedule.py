"""What a user is told before the first night, and the unit that runs it."""

import pytest
import yaml

from analysis.errors import UnknownName
from analysis.paths import root
from analysis.refresh.command import run
from analysis.refresh.doctor import examine
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
    assert then["age"] == "0 days (renewed every 7)" and then["advice"] == ""
    assert then["setting"] == "SEC_USER_AGENT is set"


def test_the_doctor_names_the_setting_that_is_missing_and_asks_nobody_without_it(live, publisher, monkeypatch):
    monkeypatch.delenv("SEC_USER_AGENT")
    entry = examine()[0]
    assert entry["setting"] == "SEC_USER_AGENT is not set" and "jane@example.org" in entry["advice"]
    assert publisher.asked == []


def test_the_doctor_repeats_what_a_publisher_answers(live, publisher):
    publisher.moods["/CIK0000320193.json"] = [status(503)]
    assert "503" in examine()[0]["advice"]


@pytest.mark.parametrize("kind", ["cron", "systemd"])
def test_a_unit_names_the_command_the_folder_and_the_contact(kind):
    text = unit(kind)
    assert "-m analysis refresh" in text and str(root()) in text and "SEC_USER_AGENT" in text


def test_the_workflow_refreshes_and_opens_a_pull_request():
    workflow = yaml.safe_load(unit("github"))
    steps = " ".join(step.get("run", "") for step in workflow["jobs"]["refresh"]["steps"])
    assert "analysis refresh" in steps and "gh pr create" in steps
    assert workflow["permissions"]["pull-requests"] == "write"


def test_another_kind_is_refused_with_the_valid_ones():
    with pytest.raises(UnknownName, match="cron, github, systemd"):
        unit("airflow")
