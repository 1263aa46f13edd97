"""Running reports: what fails stops nothing else, what succeeds is whole, the same inputs give the same bytes."""

import csv
import json
import os
import re
import subprocess
import sys
import time

import pytest
from small_project import add_brief, answer, code, emit, number, text

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import execute
from analysis.publish.jobs import plan
from analysis.publish.kernels import KernelStartFailure
from analysis.publish.manifest import load_manifest
from analysis.publish.run import make, run

FIGURE = emit(
    {"text/html": '<figure class="figure"><img src="data:image/png;base64,AAAA" alt="Spending rises."></figure>'},
    {"kind": "figure", "id": "levels", "title": "t", "columns": ["year", "name"],
     "rows": [{"year": 2025, "name": "=1+1"}, {"year": 2024, "name": None}], "numbers": [], "documents": []},
)
WITHOUT_ALT = 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()'
DESCRIBED = ('import matplotlib.pyplot as plt\nfrom IPython.display import display\n'
             'figure = plt.figure()\nfigure.add_subplot().plot([1, 2])\nplt.close(figure)\n'
             'display(figure, metadata={"image/png": {"alt": "A line that rises from one to two."}})')
FAILURES = ("broken", "hung", "warns", "undescribed", "sourceless", "dies", "sideways")


@pytest.fixture(scope="module")
def reports(project):
    """One good report, one for each company, and one of every kind of failure."""
    good = [text("# How much?"), code(answer()), text("## Levels"), code(FIGURE), code(DESCRIBED)]
    project.add("good", *good, kernel="someone-elses-kernel")
    project.add("place", code("import os\nprint(os.path.basename(os.getcwd()) == FOLDER)".replace(
        "FOLDER", repr(project.folder.name))), code("print(hash('a'), os.environ['OMP_NUM_THREADS'])"))
    project.add("broken", code("print('so far')"), code("1 / 0"))
    project.add("hung", code("while True:\n    pass"), time_limit_seconds=2)
    project.add("warns", code("import warnings\nwarnings.warn('old data')"))
    project.add("undescribed", code(WITHOUT_ALT))
    project.add("sourceless", code(answer("x", number(source_ids=[]))))
    project.add("dies", code("import os\nos._exit(3)"))
    project.add("sideways", code(FIGURE.replace("'levels'", "'../../levels'")))
    add_brief(project, text("# Brief"), code(answer()), code("ticker"))
    return load_manifest()


@pytest.fixture(scope="module")
def two_at_once(reports, tmp_path_factory):
    """Everything, run once, two at a time: the folder and the outcomes by id."""
    folder = tmp_path_factory.mktemp("two")
    outcomes = run(reports, plan(reports), folder, at_once=2, whole=True)
    return folder, {one.job.id: one for one in outcomes}


def test_the_good_reports_are_published_and_the_failures_are_not(two_at_once):
    folder, outcomes = two_at_once
    assert {one for one, outcome in outcomes.items() if outcome.error} == set(FAILURES)
    pages = {path.stem for path in folder.glob("*.html")}
    assert pages == {"good", "place", "company_brief-META", "company_brief-SNAP", "index"}


@pytest.mark.parametrize(
    ("report", "error"),
    [
        ("broken", "cell 4: ZeroDivisionError: division by zero"),
        ("hung", "cell 3: over its time limit of 2 s"),
        ("warns", "refused: cell 3: a warning or message on stderr"),
        ("undescribed", "refused: a picture has no description (alt text)"),
        ("sourceless", "refused: cell 3: number 'capex_usd' has no source"),
        ("dies", "cell 3: the kernel ended"),
        ("sideways", "AnalysisError: cell 3: '../../levels' cannot name a file"),
    ],
)
def test_each_failure_says_what_and_where(two_at_once, report, error):
    folder, outcomes = two_at_once
    assert outcomes[report].error.startswith(error)
    told = re.sub("^(AnalysisError: )?(cell [0-9]+: )?", "", outcomes[report].error)
    assert told in (folder / "index.html").read_text().replace("&#39;", "'")
    assert error.removeprefix("refused: ") in (folder / "failed" / f"{report}.txt").read_text()


def test_the_failed_notebook_is_kept_as_far_as_it_came(two_at_once):
    folder, outcomes = two_at_once
    kept = json.loads((folder / "failed" / "broken.ipynb").read_text())
    assert kept["cells"][2]["outputs"][0]["text"] == ["so far\n"]
    assert kept["cells"][3]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert "1 / 0" in outcomes["broken"].details
    assert "\x1b" not in outcomes["broken"].details


def test_a_hung_notebook_ends_at_its_limit_and_leaves_no_process(two_at_once):
    _, outcomes = two_at_once
    assert outcomes["hung"].seconds < 20


def test_every_number_and_every_row_is_beside_the_page(two_at_once):
    folder, _ = two_at_once
    with (folder / "good.numbers.csv").open(newline="") as stream:
        assert list(csv.DictReader(stream)) == [
            {"key": "capex_usd", "value": "72200000000", "unit": "usd", "text": "$72.2bn", "basis": "reported",
             "source_ids": "sec", "urls": "https://www.sec.gov/a"}
        ]
    assert (folder / "good.levels.csv").read_bytes() == b"year,name\n2025,'=1+1\n2024,\n"
    page = (folder / "good.html").read_text()
    assert 'href="good.numbers.csv"' in page
    assert 'href="good.levels.csv"' in page


def test_the_cells_run_in_the_notebooks_folder_with_fixed_settings(two_at_once):
    folder, _ = two_at_once
    page = (folder / "place.html").read_text()
    assert ">True</pre>" in page
    assert ">4644417185603328019 1</pre>" in page  # what PYTHONHASHSEED=0 gives


def test_nothing_of_the_run_is_on_the_page(two_at_once, project):
    folder, _ = two_at_once
    for path in [*folder.glob("*.html"), *folder.glob("*.csv")]:
        content = path.read_text()
        for trace in (str(folder), str(project.folder), time.strftime("%Y-%m-%dT"), "papermill", "someone-elses"):
            assert trace not in content, (path.name, trace)


def published(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".html", ".csv")}


def test_one_at_a_time_gives_the_same_bytes(two_at_once, reports, tmp_path):
    names = ["good", "company_brief", "place", "broken", "warns"]
    run(reports, plan(reports, names), tmp_path / "elsewhere", at_once=1)
    other = published(tmp_path / "elsewhere")
    first = published(two_at_once[0])
    index = other.pop("index.html")
    assert other == {name: first[name] for name in other}
    run(reports, plan(reports, names), tmp_path / "again", at_once=2)
    assert published(tmp_path / "again")["index.html"] == index


def test_a_fresh_interpreter_gives_the_same_bytes_as_a_forked_one(two_at_once, reports, tmp_path):
    run(reports, plan(reports, ["good"]), tmp_path, at_once=1, cold=True)
    first = published(two_at_once[0])
    for name in ("good.html", "good.numbers.csv", "good.levels.csv"):
        assert (tmp_path / name).read_bytes() == first[name]


def test_a_fresh_interpreter_fails_the_same_way(reports):
    jobs = {job.id: job for job in plan(reports, ["undescribed", "hung"])}
    assert make(jobs["undescribed"], cold=True).error.startswith("refused: a picture has no description")
    assert make(jobs["hung"], cold=True).error == "cell 3: over its time limit of 2 s"


def test_the_record_says_what_was_run_and_keeps_what_was_not(two_at_once, reports, tmp_path):
    run(reports, plan(reports, ["good"]), tmp_path)
    run(reports, plan(reports, ["place"], {"years": "6"}), tmp_path)
    record = json.loads((tmp_path / "run.json").read_text())
    assert set(record["reports"]) == {"good", "place"}
    assert record["libraries"]["papermill"] and record["python"]
    good, place = record["reports"]["good"], record["reports"]["place"]
    assert (good["outcome"], good["error"], good["as_of"]) == ("ok", "", "latest")
    assert set(good["inputs"]) == {"notebooks/good.ipynb", "analysis/*.py"}
    assert good["files"] == ["good.html", "good.levels.csv", "good.numbers.csv"]
    assert place["parameters"] == {"as_of": "latest", "years": 6}
    assert "years = 6" in (tmp_path / "place.html").read_text()


def test_the_last_good_edition_stays_and_is_marked_stale(project, reports, tmp_path):
    project.add("turns", text("# Turns"), code(answer("Before.")), code(FIGURE))
    run(load_manifest(), plan(load_manifest(), ["turns"]), tmp_path)
    before = published(tmp_path)
    project.replace("turns", code("raise ValueError('<b>gone</b>')"))
    (outcome,) = run(load_manifest(), plan(load_manifest(), ["turns"]), tmp_path)
    index = (tmp_path / "index.html").read_text()
    assert outcome.error == "cell 3: ValueError: <b>gone</b>"
    assert {name: data for name, data in published(tmp_path).items() if name != "index.html"} == {
        name: data for name, data in before.items() if name != "index.html"}
    assert "The last run failed; this page is of an earlier run" in index
    assert "What about turns?: ValueError: &lt;b&gt;gone&lt;/b&gt;" in index
    assert "Before." in index

    project.replace("turns", text("# Turns"), code(answer("After.")))
    run(load_manifest(), plan(load_manifest(), ["turns"]), tmp_path)
    assert "The last run failed" not in (tmp_path / "index.html").read_text()
    assert not (tmp_path / "turns.levels.csv").exists(), "a figure that is gone leaves no file behind"
    assert not list((tmp_path / "failed").iterdir())


def test_a_whole_run_removes_reports_that_are_no_longer_listed(project, tmp_path, reports):
    manifest = load_manifest()
    run(manifest, plan(manifest, ["good", "place"]), tmp_path)
    (tmp_path / "mine.html").write_text("a reader's own file")
    run(manifest, plan(manifest, ["place"]), tmp_path, whole=True)
    assert {path.stem for path in tmp_path.glob("*.html")} == {"place", "index", "mine"}
    assert set(json.loads((tmp_path / "run.json").read_text())["reports"]) == {"place"}


def test_a_text_parameter_cannot_run_code(project, tmp_path):
    project.add("words", code("print(words)"), start='words = "a"',
                params='[report.params]\nwords = { type = "str", default = "a" }\n')
    trick = '"; raise SystemExit(1) #\' {x} \\'
    manifest = load_manifest()
    (outcome,) = run(manifest, plan(manifest, ["words"], {"words": trick}), tmp_path)
    assert outcome.error == ""
    assert "raise SystemExit(1) #&#x27; {x} \\</pre>" in (tmp_path / "words.html").read_text()


def test_a_kernel_that_does_not_start_is_tried_once_more(reports, monkeypatch):
    tries = []

    def never(*arguments):
        tries.append(arguments)
        raise KernelStartFailure("no kernel")

    monkeypatch.setattr(execute, "_papermill", never)
    (job,) = plan(reports, ["good"])
    assert make(job).error == "no kernel"
    assert len(tries) == 2


def test_a_failing_cell_is_not_tried_again(reports, project, tmp_path):
    mark = tmp_path / "mark"
    project.add("counts", code(f"open({str(mark)!r}, 'a').write('x')\n1 / 0"))
    (job,) = plan(load_manifest(), ["counts"])
    assert make(job).error
    assert mark.read_text() == "x"


def test_the_processes_a_notebook_started_end_with_it(reports, project, tmp_path):
    kept = tmp_path / "pid"
    source = f"import subprocess\nopen({str(kept)!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid))"
    project.add("spawns", code(source))
    (job,) = plan(load_manifest(), ["spawns"])
    assert make(job).error == ""
    assert not _alive(int(kept.read_text()))


def _alive(pid):
    for _ in range(50):
        try:
            with open(f"/proc/{pid}/stat") as stream:
                if stream.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return False
        except FileNotFoundError:
            return False
        time.sleep(0.1)
    return True


def test_a_missing_table_is_refused_before_anything_runs(reports, project, tmp_path):
    project.add("tables", code("1"), tables=["no_such_table"])
    manifest = load_manifest()
    with pytest.raises(AnalysisError, match="table 'no_such_table'"):
        run(manifest, plan(manifest, ["tables"]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_many_kernels_start_side_by_side(reports, project):
    from concurrent.futures import ThreadPoolExecutor

    project.add("small", code("1 + 1"))
    (job,) = plan(load_manifest(), ["small"])
    with ThreadPoolExecutor(4) as pool:
        assert [one.error for one in pool.map(make, [job] * 12)] == [""] * 12
    assert os.environ.get("PYTHONHASHSEED") != "0", "the caller's own environment stays as it was"


def test_nothing_is_imported_side_by_side(reports, tmp_path):
    """Some libraries break when two threads import them at once, so all are there before the threads are."""
    script = f"""
import sys
from pathlib import Path
from analysis.publish import data_facts, run
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest
data_facts.data_date = lambda as_of: "2026-10-08"
manifest = load_manifest()
jobs = plan(manifest, ["good", "broken"])
before = set(sys.modules)
run.run(manifest, jobs, Path({str(tmp_path)!r}), at_once=2)
watched = ("bleach", "jinja2", "jupyter", "mistune", "nbclient", "nbformat", "papermill", "pygments")
print(sorted(name for name in set(sys.modules) - before if name.startswith(watched)))
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=paths.root(), capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
