"""The page of a reader's file: its text is shown as text, only web addresses are links, a bad file runs nothing."""

import csv
import re

import pytest
from bs4 import BeautifulSoup

from analysis.errors import AnalysisError
from analysis.publish import jobs
from analysis.publish.manifest import load_manifest
from tests.claims.test_files import GOOD
from tests.notebooks.conftest import command

NASTY = "Morale & <script>alert(1)</script> [low](https://evil.example) **now** {x} $a$ is low."
EVIDENCE = 'speaker = "staff"\nevidence = ["https://survey.example/a?b=1&c=2"]'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The page of a file with markup in its texts, made through the command a reader runs."""
    folder = tmp_path_factory.mktemp("claims")
    text = GOOD.replace("Morale is low.", NASTY).replace('"A headline"', '"A <b>headline</b>"')
    (folder / "mine.toml").write_text(text.replace('speaker = "staff"', EVIDENCE), encoding="utf-8")
    done = command("report", "claims", "--param", f"article={folder / 'mine.toml'}", "--out", folder / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


def test_text_of_the_file_is_shown_and_never_obeyed(made):
    page = BeautifulSoup((made / "claims.html").read_text(encoding="utf-8"), "html.parser")
    assert not page.select("script") and not page.find("b", string="headline")
    assert not [link for link in page.select("a[href]") if "evil" in link["href"]]
    assert NASTY in page.select_one("#table-judgements").get_text()
    assert "A <b>headline</b>" in page.select_one(".answer").get_text()


def test_evidence_becomes_a_link_and_the_page_names_the_file_alone(made):
    page = BeautifulSoup((made / "claims.html").read_text(encoding="utf-8"), "html.parser")
    links = [link["href"] for link in page.select("#table-judgements a[href]")]
    assert links == ["https://survey.example/a?b=1&c=2"]
    assert page.find(string=re.compile(r"Made with other settings than usual: article = mine\.toml$"))


def test_every_number_of_a_finding_is_recorded_with_its_source(made):
    with (made / "claims.numbers.csv").open(encoding="utf-8") as stream:
        rows = {row["key"]: row for row in csv.DictReader(stream)}
    assert float(rows["cuts_count_persons"]["value"]) == 4800 and rows["cuts_count_persons"]["urls"]
    assert rows["cuts_stated_persons"]["basis"] == "scenario"


def test_a_bad_file_is_one_message_and_runs_nothing(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("4800", '"many"'), encoding="utf-8")
    done = command("report", "claims", "--param", f"article={tmp_path / 'mine.toml'}", "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (2, "error: mine.toml: line 13: field 'settings': persons is 'many', "
                                                 "not a number\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("given", "complaint"), [
    ("mine.toml", "mine.toml: does not exist"), ("later_fact", "no file and no source 'later_fact'"),
    ("tests", "is a folder"), ("~nobody-here/mine.toml", "is not a file of claims"), ("x" * 5000, "claims")])
def test_what_is_no_file_is_refused_before_a_job_is_made(given, complaint):
    with pytest.raises(AnalysisError, match=complaint):
        jobs.plan(load_manifest(), ["claims"], {"article": given})


def test_a_file_is_named_from_the_folder_of_the_caller_and_hashed_with_the_run(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (job,) = jobs.plan(load_manifest(), ["claims"], {"article": "mine.toml"})
    assert job.changed == {"article": "mine.toml"} and job.is_experiment
    assert [path.resolve() for path in job.files] == [tmp_path / "mine.toml"]
    (source,) = jobs.plan(load_manifest(), ["claims"], {"article": "later_facts"})
    assert source.parameters["article"] == "later_facts" and source.files == ()
