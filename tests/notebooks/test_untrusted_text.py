"""Names, reasons and addresses from outside are text: on no page do they run, in no file are they a formula."""

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.paths import root
from tests.notebooks.conftest import command

SCRIPT = "<script>ran=1</script>"
HANDLER = "<img src=x onerror=ran=1>"
FORMULA = "=1+cmd|'/C x'!A0"
BREAKOUT = "](javascript:ran=1)\"><svg/onload=ran=1>"
ADDRESS = "javascript:ran=1//"
REPORTS = ["meta_2026", "company_brief-META", "headcount_and_layoffs", "what_changed"]
EVENT = "2026-04-17.meta"


def spoil(file: Path, key: str, value: str, **cells: str) -> None:
    """Set cells of the rows of a table whose `key` column holds `value`."""
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    rows = table[key] == value
    assert rows.any(), value
    for column, cell in cells.items():
        table.loc[rows, column] = cell
    table.to_csv(file, index=False, lineterminator="\n")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    """Reports made of tables in which a company, an event, a statement and an address are an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    data = folder / "data"
    shutil.copytree(root() / "data", data, ignore=shutil.ignore_patterns("raw"))
    spoil(data / "companies.csv", "ticker", "META", name=f"Meta {SCRIPT}")
    spoil(data / "companies.csv", "ticker", "AMZN", name=FORMULA)
    spoil(data / "companies.csv", "ticker", "MSFT", name=f"Micro {HANDLER}")
    spoil(data / "layoff_events.csv", "event_id", EVENT, company=f"@Meta {HANDLER}",
          doubt=f"-{FORMULA} {SCRIPT} {BREAKOUT}")
    spoil(data / "statements.csv", "ticker", "META", says=f"+1 {SCRIPT} {BREAKOUT}", doubt=FORMULA)
    events = pd.read_csv(data / "layoff_events.csv", dtype="str").set_index("event_id")
    spoil(data / "documents.csv", "document_id", events.loc[EVENT, "document_id"], url=ADDRESS)
    done = command("report", *REPORTS, "--out", folder / "out", ANALYSIS_DATA=str(data))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


def pages(folder: Path) -> list[Path]:
    return [*sorted(folder.glob("*.html"))]


@pytest.mark.browser
def test_nothing_from_the_tables_runs_on_a_page(hostile, browser):
    assert len(pages(hostile)) == len(REPORTS) + 1
    for path in pages(hostile):
        page, complaints = browser.new_page(), []
        page.on("console", lambda one, said=complaints: said.append(one.text))
        page.on("dialog", lambda one, said=complaints: said.append(one.message))
        page.goto(path.as_uri())
        page.wait_for_timeout(100)
        assert page.evaluate("window.ran") is None and complaints == [], path.name  # a blocked script complains
        live = page.evaluate("""[...document.querySelectorAll('*')].filter(one => one.localName === 'script'
            || [...one.attributes].some(each => each.name.startsWith('on'))).map(one => one.outerHTML)""")
        assert live == [], path.name
        page.close()


def test_the_attack_is_on_the_page_as_text(hostile):
    text = BeautifulSoup((hostile / "company_brief-META.html").read_text(encoding="utf-8"), "html.parser").get_text()
    assert SCRIPT in text
    assert SCRIPT not in (hostile / "company_brief-META.html").read_text(encoding="utf-8")


def test_only_addresses_of_the_web_are_links(hostile):
    for path in pages(hostile):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        links = [link["href"] for link in page.select("[href]") if link.name != "link"]
        assert links and all(one.startswith(("http://", "https://", "#")) or one.endswith((".html", ".csv"))
                             for one in links), path.name
        assert not any(one.lower().strip().startswith(("javascript", "data", "vbscript", "file")) for one in links)


def test_no_cell_of_an_exported_file_is_a_formula_and_numbers_stay_numbers(hostile):
    kept = 0
    for path in sorted(hostile.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                for name, cell in row.items():
                    kept += cell.startswith("'")
                    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) or float(cell), (name, cell)
    assert kept, "the attack is there, with its quote before it"
    with (hostile / "meta_2026.numbers.csv").open(encoding="utf-8", newline="") as stream:
        assert all(float(row["value"]) == float(row["value"]) for row in csv.DictReader(stream))


ESCAPES = ["'); import os; os.abort() #", '"""\nimport os; os.abort()\n"""', "\\'); os.abort() #", "{__import__('os')}",
           "$(touch x)\n%system touch x\n!touch x"]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_parameter_is_never_code(tmp_path, text):
    done = command("report", "what_changed", "--param", f"previous={text}", "--out", tmp_path)
    told = (tmp_path / "failed" / "what_changed.txt").read_text(encoding="utf-8")
    assert done.returncode == 1 and f"not {text!r}" in told, "it arrives as the text it is"


def test_a_parameter_of_another_type_is_refused_before_anything_runs(tmp_path):
    for given in ("first_year=__import__('os').getpid()", "as_of=../../2026-04-01", "as_of=2026-04-01/../x"):
        report = "capex_cycle"
        done = command("report", report, "--param", given, "--out", tmp_path / "out")
        assert done.returncode == 2 and not (tmp_path / "out").exists(), given


@pytest.mark.parametrize("wanted", [["company_brief-../../x"], ["../x"], ["company_brief", "--param", "ticker=../../x"],
                                    ["--as-of", "../../x"]])
def test_no_parameter_leads_out_of_the_folder(tmp_path, wanted):
    done = command("report", *wanted, "--out", tmp_path / "in" / "out")
    assert done.returncode == 2 and list(tmp_path.iterdir()) == []


def test_a_failed_report_tells_a_hostile_message_as_text(tmp_path):
    done = command("report", "what_changed", "--param", f"previous={SCRIPT}", "--out", tmp_path)
    assert done.returncode == 1
    assert SCRIPT not in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert SCRIPT in json.loads((tmp_path / "run.json").read_text())["reports"]["what_changed"]["error"]
