"""The commands as a user types them."""

import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from small_project import PARAMS, add_brief, answer, code, parameters, text, write_notebook

from analysis import paths
from analysis.publish import manifest
from analysis.publish.manifest import load_manifest
from analysis.publish.readme import BEGIN, END


@pytest.fixture(scope="module")
def reports(project):
    bounded = PARAMS.replace("default = 5", "default = 5, minimum = 1, maximum = 40")
    project.add("works", text("# Works"), code(answer()), code("print(as_of, years)"), params=bounded)
    project.add("fails", code("1 / 0"))
    project.add("objects", code("from analysis.errors import UnknownName\nraise UnknownName('no such wave')"))
    add_brief(project, text("# Brief"), code("print(ticker)"))
    return project


def test_a_success_ends_with_the_path_of_the_index_and_zero(reports, command, tmp_path):
    status, out, err = command("report", "works", "--out", tmp_path, "--param", "years=3")
    lines = out.split("\n")
    assert (status, err) == (0, "")
    assert lines[0].split()[:2] == ["works", "ok"]
    assert lines[-2] == str(tmp_path / "index.html")
    assert "latest 3" in (tmp_path / "works.html").read_text()


def test_a_failure_tells_the_cell_and_its_traceback_and_is_not_zero(reports, command, tmp_path):
    status, out, err = command("report", "works", "fails", "--out", tmp_path, "--jobs", "1")
    assert status == 1
    assert "fails" in out and "FAILED" in out and "ok" in out
    for told in ("1 / 0", "ZeroDivisionError: division by zero", "its last good edition stays",
                 str(tmp_path / "failed" / "fails.txt")):
        assert told in err


def test_an_objection_of_the_package_is_told_without_its_traceback(reports, command, tmp_path):
    status, _, err = command("report", "objects", "--out", tmp_path)
    assert status == 1
    assert "cell 3: UnknownName: no such wave" in err and "Traceback" not in err
    assert "Traceback" in (tmp_path / "failed" / "objects.txt").read_text()
    index = (tmp_path / "index.html").read_text()
    assert "What about objects?: no such wave" in index and "UnknownName" not in index


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["report", "work"], "unknown report 'work'; nearest valid: works"),
        (["report", "works", "--param", "year=3"], "unknown parameter of works 'year'; nearest valid: years"),
        (["report", "works", "--param", "years=three"], "'three' is not a whole number"),
        (["report", "works", "--param", "years"], "is not of the form name=value"),
        (["report", "--as-of", "1999-01-01"], "before the data begin; the first valid date is 2015-01-28"),
        (["report", "--as-of", "yesterday"], "'yesterday' is not a date"),
        (["report", "company_brief-MSFT"], "MSFT (Microsoft) does not have enough data for company_brief"),
        (["report", "company_brief-MSFT", "--as-of", "2026-04-01"], "not have enough data known by 2026-04-01 for"),
        (["report", "company_brief-Facebook"], "unknown ticker 'Facebook'; nearest valid: META"),
        (["report", "works", "--as-of", "2026-10-09"], "after the data end; the last valid date is 2026-10-08"),
        (["report", "works", "--param", "years=41"], "parameter years: 41 is not at least 1 and at most 40"),
        (["serve", "--out", "nowhere"], "nothing to serve"),
        (["export", "nowhere.ipynb"], "nowhere.ipynb cannot be read as a notebook"),
    ],
)
def test_a_mistake_is_one_message_and_two(reports, command, tmp_path, arguments, complaint):
    if arguments[0] == "report":
        arguments = [*arguments, "--out", str(tmp_path / "out")]
    status, out, err = command(*arguments)
    assert status == 2
    assert err.startswith("error: ") and complaint in err and "Traceback" not in err
    assert out == ""
    assert not (tmp_path / "out").exists(), "refused before anything runs"


def test_an_edition_of_a_day_has_its_own_folder(reports, command, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "reports_dir", lambda: tmp_path)
    status, _, _ = command("report", "works", "--as-of", "2026-04-01")
    page = (tmp_path / "vintages" / "2026-04-01" / "works.html").read_text()
    assert status == 0
    assert "2026-04-01 5" in page
    assert '<time datetime="2026-04-01">1 April 2026</time>' in page


def test_an_experiment_leaves_the_edition_as_it_is(reports, command, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "reports_dir", lambda: tmp_path)
    command("report", "works", "--param", "years=5")  # the default
    before = {path.name: path.read_bytes() for path in (tmp_path / "latest").iterdir()}
    status, out, _ = command("report", "works", "--param", "years=3")
    assert status == 0
    assert f"published into {tmp_path / 'experiments'}" in out
    assert "latest 3" in (tmp_path / "experiments" / "works.html").read_text()
    command("report", "fails", "--param", "years=4")
    command("report", "company_brief", "--param", "ticker=SNAP", "--as-of", "2026-04-01")
    assert {path.name: path.read_bytes() for path in (tmp_path / "latest").iterdir()} == before
    assert not (tmp_path / "experiments" / "company_brief-SNAP.html").exists(), "a company and a day are an edition"


def test_the_readme_takes_no_numbers_from_an_experiment(reports, command, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    (tmp_path / "README.md").write_text(f"{BEGIN}\nkept\n{END}\n")
    only_works = load_manifest()
    only_works.report = [one for one in only_works.report if one.id == "works"]
    monkeypatch.setattr(manifest, "load_manifest", lambda: only_works)
    command("report", "works", "--out", tmp_path / "out", "--param", "years=3")
    status, _, err = command("readme", "--out", tmp_path / "out")
    assert (status, "works.html was made with other settings than usual" in err) == (2, True)
    assert "kept" in (tmp_path / "README.md").read_text()
    command("report", "works", "--out", tmp_path / "out")
    command("readme", "--out", tmp_path / "out")
    assert "**What about works?** Spending rose to $72.2bn." in (tmp_path / "README.md").read_text()


def test_list_gives_ids_questions_and_parameters(reports, command):
    status, out, _ = command("list")
    assert status == 0
    assert "works                    What about works?" in out
    assert "as_of=latest, ticker=META" in out


def test_any_notebook_can_have_the_same_page(reports, command, tmp_path, monkeypatch):
    command("report", "works", "--out", tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    copy = tmp_path / "works.ipynb"
    copy.write_bytes((reports.folder / "works.ipynb").read_bytes())
    status, out, err = command("export", copy)
    assert (status, out.splitlines()[-1], err) == (0, str(tmp_path / "works.html"), "")
    assert f"are in {tmp_path}\n" in out and not list((tmp_path / "elsewhere").iterdir()), "beside the notebook"
    made, published = ((folder / "works.html").read_text() for folder in (tmp_path, tmp_path / "out"))
    assert made.split("<main")[1].split("</main>")[0].replace('<p class="kicker">works</p>', "") == published.split(
        "<main")[1].split("</main>")[0].replace('<p class="kicker">What about works?</p>', "")
    assert (tmp_path / "works.numbers.csv").exists()


def test_an_export_says_what_a_report_would_be_refused_for(reports, command, tmp_path):
    write_notebook(tmp_path / "draft.ipynb", parameters(), code("import sys\nprint('careful', file=sys.stderr)"))
    status, _, err = command("export", tmp_path / "draft.ipynb", "--out", tmp_path / "x" / "page.html")
    assert status == 0
    assert "a report would be refused: cell 3: a warning or message on stderr: careful" in err
    assert (tmp_path / "x" / "page.html").exists()


def test_an_export_that_fails_says_where(reports, command, tmp_path):
    write_notebook(tmp_path / "draft.ipynb", code("1 / 0"))
    status, _, err = command("export", tmp_path / "draft.ipynb", "--out", tmp_path / "draft.html")
    assert status == 2
    assert "cell 1: ZeroDivisionError" in err
    assert not (tmp_path / "draft.html").exists()


def test_serve_prints_the_address_and_serves(tmp_path):
    (tmp_path / "index.html").write_text("the index")
    server = subprocess.Popen([sys.executable, "-m", "analysis", "serve", "--port", "0", "--out", str(tmp_path)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=paths.root())
    stop = threading.Timer(20, server.kill)
    stop.start()
    try:
        address = server.stdout.readline().split()[0]
        with urllib.request.urlopen(address) as reply:
            assert reply.read() == b"the index"
    finally:
        stop.cancel()
        server.kill()
        assert server.communicate() == ("", ""), "no access log"


def test_make_help_names_every_target_and_an_old_python_is_refused(tmp_path):
    root = paths.root()
    told = subprocess.run(["make", "-s", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "report", "test", "lab", "serve", "lock", "clean"):
        assert f"make {target} " in told
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    refused = subprocess.run(["make", "-s", "setup", "PYTHON=false"], cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "Python 3.11 or newer is needed" in refused.stderr
    assert not Path(tmp_path / ".venv").exists()
