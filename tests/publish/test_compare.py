"""Two editions beside each other: what changed is listed, what did not is not, and what is no edition is refused."""

import json
import shutil

import pytest
from small_project import answer, code, emit, number

from analysis.errors import AnalysisError
from analysis.publish import vintages
from analysis.publish.compare import compare, in_words, is_same
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest
from analysis.publish.run import run


@pytest.fixture
def reports(tmp_path, monkeypatch):
    """A folder of editions of its own."""
    monkeypatch.setenv("ANALYSIS_REPORTS", str(tmp_path / "reports"))
    return tmp_path / "reports"


def verdict(word):
    """The source of a cell that shows a table with one verdict."""
    record = {"kind": "table", "id": "words", "title": "t", "columns": ["label", "verdict"], "numbers": [],
              "rows": [{"label": "Cash", "verdict": word}], "documents": ["d1"]}
    return emit({"text/html": "<p>Cash</p>"}, record)


@pytest.fixture(scope="module")
def two(project, tmp_path_factory):
    """Two editions of a small project, made by its own command line: a report changed, one came, one went."""
    first, second = (tmp_path_factory.mktemp("editions") / name for name in ("one", "two"))
    project.add("spending", code(answer("Spending rose to $72.2bn.")), code(verdict("mixed")))
    project.add("steady", code(answer("It was $72.2bn.")))
    project.add("leaving", code(answer("It was $72.2bn.")))
    run(load_manifest(), plan(load_manifest()), first, whole=True)
    project.replace("spending", code(answer("Spending rose to $80bn.", number(value=80e9, text="$80bn"))),
                    code(verdict("supported")))
    project.entries[-1] = project.entries[-1].replace("leaving", "coming")
    (project.folder / "leaving.ipynb").rename(project.folder / "coming.ipynb")
    (project.folder / "reports.toml").write_text("\n".join(project.entries))
    run(load_manifest(), plan(load_manifest()), second, whole=True)
    return first, second


def test_every_kind_of_change_is_listed_and_nothing_else(two):
    found = compare(*two)
    assert (found["added"], found["gone"], found["not_compared"]) == (["coming"], ["leaving"], [])
    assert found["answers"] == [{"report": "spending", "before": "Spending rose to $72.2bn.",
                                 "after": "Spending rose to $80bn."}]
    assert found["numbers"] == [{"report": "spending", "key": "capex_usd", "before": 72.2e9, "after": 80e9,
                                 "unit": "usd", "before_text": "$72.2bn", "after_text": "$80bn"}]
    assert found["verdicts"] == [{"report": "spending", "what": "words: Cash", "before": "mixed",
                                  "after": "supported"}]
    assert found["data_dates"] == ["2026-10-08", "2026-10-08"] and not is_same(found)


def test_an_edition_does_not_differ_from_itself(two):
    assert is_same(compare(two[0], two[0]))
    assert in_words(compare(two[0], two[0]))[-1] == "no answer, number of an answer or verdict changed"


def test_the_command_tells_it_in_words_and_to_machines(two, command):
    ended, out, _ = command("changes", *two)
    assert ended == 0
    for line in ("spending: capex_usd $72.2bn -> $80bn (usd)", "spending: words: Cash: mixed -> supported",
                 "added: coming", "gone: leaving"):
        assert line in out
    _, out, _ = command("changes", *two, "--json")
    assert json.loads(out) == compare(*two)


def test_a_report_whose_last_run_failed_still_says_what_its_page_says(two, project, tmp_path):
    broken = shutil.copytree(two[1], tmp_path / "broken")
    project.replace("steady", code("1 / 0"))
    run(load_manifest(), plan(load_manifest(), ["steady"]), broken)
    assert is_same(compare(two[1], broken))


@pytest.mark.parametrize("content", [None, "", "[]", '{"reports": 3}', "{}", '{"reports": {"a": 1}}'])
def test_what_is_no_edition_is_refused(two, tmp_path, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(AnalysisError, match="no edition|no record of an edition"):
        compare(two[0], tmp_path)


def test_the_command_refuses_what_is_no_edition_and_names_those_there_are(two, reports, command, tmp_path):
    for name in ("2020-01-01", "latest", "../up", str(tmp_path), "latets"):
        ended, _, err = command("changes", two[0], name)
        assert ended == 2 and "is no edition" in err and "make report" in err
    (reports / "latest").mkdir(parents=True)
    (reports / "latest" / "run.json").write_text((two[0] / "run.json").read_text())
    assert "Kept: latest" in command("changes", two[0], "2020-01-01")[2]


def test_a_record_cannot_lead_to_a_file_outside_its_folder(two, tmp_path):
    record = json.loads((two[0] / "run.json").read_text())
    record["reports"] = {"../one/spending": record["reports"]["spending"]}
    (tmp_path / "run.json").write_text(json.dumps(record))
    with pytest.raises(AnalysisError, match="no whole edition"):
        compare(tmp_path, tmp_path)


def test_an_edition_kept_is_found_by_its_day_and_compared_like_the_whole(two, reports):
    kept = vintages.keep(two[0])
    assert kept == reports / "vintages" / "2026-10-08" / "published" == vintages.find("2026-10-08")
    assert not list(kept.glob("*.html")) and compare(kept, two[1]) == compare(*two)
    assert vintages.editions() == ["2026-10-08"]


def test_the_last_edition_of_a_day_is_kept_and_one_made_for_the_day_stays(two, reports):
    made_later = reports / "vintages" / "2026-10-08"
    made_later.mkdir(parents=True)
    (made_later / "run.json").write_text("{}")
    vintages.keep(two[0])
    vintages.keep(two[1])
    assert is_same(compare(vintages.find("2026-10-08"), two[1]))
    assert (made_later / "run.json").read_text() == "{}"
    assert [path.name for path in made_later.iterdir() if path.is_dir()] == ["published"]


def test_a_folder_without_an_edition_is_not_kept(reports, tmp_path):
    assert vintages.keep(tmp_path) is None and not reports.exists()
