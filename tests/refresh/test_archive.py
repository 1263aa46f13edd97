"""The SEC's archive as a source: the tables' companies, panels of any filers, and what is refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.refresh.archive import panel_name, universe_filers
from analysis.refresh.command import CODES, run
from analysis.refresh.doctor import examine
from analysis.refresh.refresh import Wanted
from analysis.tables import read
from tests.publisher import body
from tests.refresh.conftest import COMPANYFACTS, META, MSFT, QUICK, RECORDED, tables, without_recorded
from tests.sources.full_size import write_archive

OTHER = 4242
FACTS = b'{"cik": 4242, "entityName": "=1+1", "facts": {"us-gaap": {"Revenues": {"units": {"USD": [%s]}}, %s}}}' % (
    b'{"start": "2024-01-01", "end": "2024-12-31", "val": 5, "form": "10-K", "accn": "a-1", "filed": "2025-02-01"},'
    b'{"start": "2023-01-01", "end": "2023-12-31", "val": 5, "form": "10-K", "accn": "=1+1", "filed": "2024-02-01"}',
    b'"=HYPERLINK(1)": {"units": {}}, "OwnTag": {"units": {"USD": []}}')


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Meta and Microsoft as recorded, a filer nobody prepared, and one whose file is somebody else's."""
    path = tmp_path / "companyfacts.zip"
    recorded = [(int(name[4:14]), (COMPANYFACTS / name[1:]).read_bytes()) for name in (META, MSFT)]
    write_archive(path, [*recorded, (OTHER, FACTS), (99, FACTS)])
    return path


@pytest.fixture
def live(data_copy: Path, publisher, monkeypatch) -> Path:
    """The data folder with the SEC's three addresses, and no other, at the local publisher."""
    pages = {"sec_companyfacts": "/CIK{cik}.json", "sec_archive": "/companyfacts.zip",
             "sec_tickers": "/company_tickers.json"}
    path = data_copy / "live_sources.csv"
    cards = pd.read_csv(path, dtype="str", keep_default_na=False)
    cards["url"] = publisher.url + cards["live_source_id"].map(pages).fillna("/nothing")
    cards.to_csv(path, index=False, lineterminator="\n")
    without_recorded(data_copy)
    publisher.pages["/company_tickers.json"] = (RECORDED / "company_tickers.json").read_bytes()
    monkeypatch.setenv("SEC_USER_AGENT", "Test test@example.org")
    monkeypatch.setattr("analysis.refresh.refresh.Limits", lambda: QUICK)
    return data_copy


def refresh(source: str = "sec_archive", **options) -> int:
    return run(Wanted(sources=[source], **options), reports=False)


def panel(live: Path, name: str, table: str = "facts.csv.gz") -> pd.DataFrame:
    return pd.read_csv(live / "raw" / "panels" / name / table, dtype={"cik": "str"}, keep_default_na=False)


def test_the_archive_gives_the_tables_what_the_single_files_give(live, archive, publisher):
    before = tables(live)
    assert refresh(file=archive, companies=["META", "MSFT"]) == CODES["done"]
    from_archive = tables(live)
    for name, content in before.items():
        (live / name).write_bytes(content)
    assert refresh("sec_companyfacts", companies=["META", "MSFT"]) == CODES["done"]
    assert tables(live) == from_archive != before
    assert not (live / "raw" / "panels").exists() and read.check() == []


def test_a_company_the_archive_lacks_is_named_and_the_others_go_on(live, archive, capsys):
    assert refresh(file=archive, companies=["META", "AAPL"]) == CODES["source unavailable"]
    out = capsys.readouterr()
    assert "companyfacts.zip has no file of AAPL" in out.err and "added 9 rows" in out.out


def test_a_panel_of_all_filers_touches_no_table_with_a_filer_outside_it(live, archive, capsys):
    assert refresh(file=archive, universe="all", companies=["MSFT"]) == CODES["done"]
    facts = panel(live, "all")
    assert facts.groupby("cik").size().to_dict() == {"0000004242": 1, "0000789019": 180, "0001326801": 175}
    assert facts[facts["cik"] == "0001326801"]["ticker"].unique().tolist() == ["META"]
    assert b"0000004242" not in b"".join(tables(live).values())
    assert "panel of 3 filers with 356 readings" in capsys.readouterr().out


def test_what_could_not_be_mapped_is_listed_with_the_panel(live, archive):
    refresh(file=archive, universe="all", companies=["MSFT"])
    filers = panel(live, "all", "filers.csv").set_index("cik")
    assert "capex" in filers.loc["0000004242", "missing_concepts"]
    assert "asked for the filer 0000000099, got 4242" in filers.loc["0000000099", "problem"]
    unknown = panel(live, "all", "unknown_tags.csv").set_index("tag")["filers"]
    assert unknown["Assets"] == 2 and unknown["OwnTag"] == 1 and "'=HYPERLINK(1)" in unknown.index
    assert panel(live, "all", "set_aside.csv.gz").set_index("cik").loc["0000004242", "accession"] == "'=1+1"
    about = json.loads((live / "raw" / "panels" / "all" / "panel.json").read_text())
    assert about["filers_asked_for"] == 4 and about["files_refused_or_absent"] == 1


def test_a_universe_file_names_tickers_and_keys_and_only_those_are_read(live, archive, publisher, tmp_path, capsys):
    wanted = tmp_path / "../my list.txt"
    wanted.write_text("# chip firms\nmeta\n\n4242  # nobody knows it\nUBER\nNOBODY\n", encoding="utf-8")
    before = tables(live)
    refresh("sec_tickers")
    assert refresh(file=archive, universe=str(wanted)) == CODES["data refused"]
    facts, filers = panel(live, "my_list"), panel(live, "my_list", "filers.csv")
    assert set(facts["cik"]) == {"0001326801", "0000004242"}
    assert filers["ticker"].tolist() == ["META", "", "UBER"]
    error = capsys.readouterr().err
    assert "no central index key is known for NOBODY" in error and "no file of the filer 0001543151" in error
    changed = {name for name, content in tables(live).items() if content != before.get(name)}
    assert changed == {"documents.csv", "facts/quarterly.csv", "retrievals.csv"}  # Meta is a company of the tables


def test_the_same_archive_gives_the_same_panel(live, archive):
    def content() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (live / "raw" / "panels" / "all").iterdir()}
    refresh(file=archive, universe="all", companies=["MSFT"])
    first = content()
    refresh(file=archive, universe="all", companies=["MSFT"])
    assert content() == first


def test_a_panel_replaced_by_a_run_that_fails_stays_as_it_was(live, archive, monkeypatch):
    refresh(file=archive, universe="all", companies=["MSFT"])
    before = panel(live, "all")
    monkeypatch.setattr("analysis.refresh.panel._describe", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    assert refresh(file=archive, universe="all", companies=["MSFT"]) == CODES["cannot write"]
    assert panel(live, "all").equals(before)
    assert [path.name for path in (live / "raw" / "panels").iterdir()] == ["all"]


def test_the_archive_is_fetched_from_its_address_once_and_read_offline(live, archive, publisher):
    publisher.pages["/companyfacts.zip"] = archive.read_bytes()
    assert refresh(companies=["META"]) == CODES["done"]
    after = tables(live)
    publisher.asked.clear()
    assert refresh(companies=["META"]) == CODES["done"]
    assert [headers.get("If-None-Match") is not None for _, headers in publisher.asked] == [True]
    publisher.asked.clear()
    assert refresh(companies=["META"], offline=True) == CODES["done"]
    assert publisher.asked == [] and tables(live) == after


def test_something_else_at_the_address_is_refused_and_fetched_again_next_time(live, archive, publisher, capsys):
    publisher.pages["/companyfacts.zip"] = archive.read_bytes()
    publisher.moods["/companyfacts.zip"] = [body(b"<html>busy</html>", etag='"x"')]
    before = tables(live)
    assert refresh(companies=["META"]) == CODES["data refused"]
    assert "a web page, not a zip archive" in capsys.readouterr().err and tables(live) == before
    assert refresh(companies=["META"]) == CODES["done"] and tables(live) != before


def test_a_refresh_of_everything_leaves_the_archive_out_and_the_doctor_does_not_fetch_it(live, publisher):
    run(Wanted(companies=["META"]), reports=False)
    entry = next(one for one in examine() if one["source"] == "sec_archive")
    assert "asked only when it is named" in entry["answer"]
    assert "/companyfacts.zip" not in [path for path, _ in publisher.asked]


def test_a_file_or_universe_for_another_source_is_a_wrong_call(live, archive):
    with pytest.raises(AnalysisError, match="--file needs one --source that takes a file"):
        refresh("sec_companyfacts", file=archive)
    with pytest.raises(AnalysisError, match="--universe needs --source sec_archive"):
        refresh("sec_companyfacts", universe="all")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"# nobody\n"], ids=["empty", "not text", "comment"])
def test_a_universe_that_names_nobody_is_a_wrong_call(live, archive, tmp_path, content):
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(AnalysisError, match=r"list\.txt"):
        refresh(file=archive, universe=str(tmp_path / "list.txt"))


@pytest.mark.parametrize(("universe", "name"), [
    ("all", "all"), ("my/all.txt", "all_list"), ("../../etc/pass wd.txt", "pass_wd"), ("..", "_"),
    ("~/$(x).csv", "_x_"),
])
def test_a_panels_folder_is_a_name_and_never_a_path(universe, name):
    assert panel_name(universe) == name


def test_a_ticker_with_a_dot_is_the_lists_ticker_with_a_dash(tmp_path):
    (tmp_path / "list.txt").write_text("BRK.B\n12345678901\n")
    keys = pd.DataFrame({"ticker": ["BRK-B"], "cik": ["0001067983"]})
    assert universe_filers(str(tmp_path / "list.txt"), [], keys) == ([("0001067983", "BRK-B")], ["12345678901"])


def test_the_ticker_list_names_a_key_that_differs_and_changes_nothing(live, edit, capsys):
    edit("companies.csv", "ticker", "META", cik="0000000001")
    edit("companies.csv", "ticker", "UBER", cik="")
    before = tables(live)
    assert refresh("sec_tickers") == CODES["done"]
    out = capsys.readouterr().out
    assert "META: companies.csv has the key 0000000001, the SEC's list 0001326801; look it up" in out
    assert "without a key in companies.csv, though the SEC's list has one: UBER (1 in all)" in out
    assert out.count("look it up") == 1 and tables(live) == before
    (entry,) = [one for one in examine(ask=False) if one["source"] == "sec_tickers"]
    assert "META: companies.csv has the key 0000000001" in entry["advice"]


def test_without_the_ticker_list_the_tables_tickers_are_known(live, archive, tmp_path, capsys):
    (tmp_path / "list.txt").write_text("META\n")
    assert refresh(file=archive, universe=str(tmp_path / "list.txt")) == CODES["done"]
    assert "without the SEC's ticker list" in capsys.readouterr().out
