"""Each fault a publisher may have, against the whole refresh: the tables stay or are wholly replaced, the ending says
what happened and what to do, and the next run heals."""

import copy
import csv
import gzip
import json
from pathlib import Path

import pytest

from analysis.refresh import refresh as refreshing
from analysis.refresh.command import CODES, run
from analysis.refresh.connectors import CONNECTORS
from analysis.refresh.refresh import Wanted
from analysis.refresh.sec import is_same_firm
from analysis.sources import raw_store
from analysis.tables import read
from tests.publisher import Publisher, body, bomb, drip, silence, status
from tests.refresh.conftest import META, MSFT, QUICK, RECORDED, point_to, tables

CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
FILED = {"filed": "2026-11-01", "accn": "0001326801-26-000099"}
PACKED = {"Content_Encoding": "gzip"}
UNAVAILABLE, REFUSED = CODES["source unavailable"], CODES["data refused"]
FAULTS = {
    "timeout": (silence(1), UNAVAILABLE, "no answer in time (2 tries); try again later"),
    "403": (status(403), UNAVAILABLE, "answered 403 (it refuses this caller"),
    "404": (status(404), UNAVAILABLE, "no file of META at"),
    "429": (status(429), UNAVAILABLE, "answered 429 (2 tries); try again later"),
    "429 with a time": (status(429, Retry_After="0.01"), UNAVAILABLE, "answered 429 (2 tries); try again later"),
    "429 with no number": (status(429, Retry_After="nan"), UNAVAILABLE, "answered 429 (2 tries); try again later"),
    "500": (status(500), UNAVAILABLE, "answered 500 (2 tries); try again later"),
    "304 unasked": (status(304), UNAVAILABLE, "answered 304; check the address"),
    "truncated": (body(b'{"cik": 1', claimed=99), UNAVAILABLE, "no whole answer"),
    "truncated gzip": (body(gzip.compress(bytes(9999))[:-9], **PACKED), UNAVAILABLE, "the packed content is cut off"),
    "never ends": (drip(9), UNAVAILABLE, "still sending after 2 seconds"),
    "never ends, packed": (drip(9, **PACKED), UNAVAILABLE, "still sending after 2 seconds"),
    "gzip bomb": (bomb(6_000_000), REFUSED, "more than 5,000,000 bytes; nothing was taken in"),
    "bomb in a bomb": (body(gzip.compress(gzip.compress(bytes(9))), Content_Encoding="gzip, gzip"), REFUSED,
                       "packed as 'gzip, gzip'"),
    "leads to a file": (status(302, Location="file:///etc/passwd"), REFUSED, "only http and https addresses are"),
    "leads in a circle": (status(302, Location=META), UNAVAILABLE, "leads on more than 5 times; check the address"),
    "html": (body(b"<!DOCTYPE html><html>busy</html>"), REFUSED, "META: not JSON: a web page came instead"),
    "nothing": (body(b""), REFUSED, "META: not JSON"),
    "empty JSON": (body(b"{}"), REFUSED, "META: JSON without the fields cik and facts"),
    "no facts": (body(b'{"cik": 1326801, "facts": {"us-gaap": {}}}'), REFUSED, "without a single fact"),
    "wrong schema": (body(b'{"cik": 1326801, "facts": {"us-gaap": {"Revenues": [1]}}}'), REFUSED, "has no units"),
    "half a sign": (body(b'{"cik": 1326801, "facts": {"us-gaap": {"\\ud800": {"units": {}}}}}'), REFUSED, "not JSON"),
    "another filer": (body(b'{"cik": 7, "entityName": "\\u001b[2J", "facts": {"x": {"A": {"units": {}}}}}'), REFUSED,
                      "asked for the filer 0001326801, got 7 ('\\x1b[2J'); look up its key"),
    "another firm": (body(b'{"cik": 1326801, "entityName": "Acme Holdings", "facts": {"x": {"A": {"units": {}}}}}'),
                     REFUSED, "the file is of 'Acme Holdings', companies.csv has 'Meta Platforms' under that key"),
}


def refresh(*companies: str, **options) -> int:
    return run(Wanted(**{"companies": list(companies) or ["META"]} | options), reports=False)


def edited(publisher: Publisher, change, path: str = META) -> None:
    """Replace a page by the same file with its facts changed."""
    whole = json.loads(publisher.pages[path])
    change(whole["facts"]["us-gaap"])
    publisher.pages[path] = json.dumps(whole).encode()


def capex(facts: dict) -> list[dict]:
    return facts[CAPEX]["units"]["USD"]


def year(facts: dict, **changes) -> dict:
    """The capital expenditure of 2025 as last filed, with changes."""
    return [one for one in capex(facts) if (one["start"], one["end"]) == ("2025-01-01", "2025-12-31")][-1] | changes


def added(before: dict[str, bytes], after: dict[str, bytes]) -> int:
    """Rows of facts that came in; nothing else was touched but the documents."""
    assert {name for name in after if after[name] != before.get(name)} <= {"documents.csv", "retrievals.csv", *FACTS}
    old, new = (b"".join(files[name] for name in FACTS).splitlines() for files in (before, after))
    assert set(old) <= set(new)
    return len(new) - len(old)


FACTS = ("facts/annual.csv", "facts/quarterly.csv", "facts/instant.csv")


def reasons(folder: Path) -> list[str]:
    with (folder / "raw" / "set_aside.csv").open(newline="", encoding="utf-8") as stream:
        return [row["reason"] for row in csv.DictReader(stream)]


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_cannot_be_taken_changes_nothing_and_the_next_run_heals(live, publisher, fault, capsys):
    mood, code, says = FAULTS[fault]
    before = tables(live)
    publisher.moods[META] = [mood] * 12
    assert refresh() == code
    told = capsys.readouterr().err
    assert told.startswith(("source unavailable: ", "data refused: ")[code == REFUSED]) and says in told
    assert tables(live) == before and raw_store.notes() == {}
    publisher.moods.clear()
    assert refresh(dry_run=True) == CODES["done"] and "would add 9 rows of facts" in capsys.readouterr().out


def test_a_refused_connection_changes_nothing_and_the_next_run_heals(live, publisher, capsys):
    before, port = tables(live), publisher.server.server_port
    publisher.close()
    assert refresh() == UNAVAILABLE
    assert "Connection refused) (2 tries); try again later" in capsys.readouterr().err
    assert tables(live) == before
    again = Publisher(port)
    again.pages = publisher.pages
    assert refresh() == CODES["done"] and added(before, tables(live)) == 9
    again.close()


def test_one_filer_without_an_answer_stops_no_other_and_the_next_run_goes_on_there(live, publisher, capsys):
    before = tables(live)
    publisher.moods[MSFT] = [status(503)] * 12
    assert refresh("META", "MSFT", "NVDA") == UNAVAILABLE
    told = capsys.readouterr().err
    assert "MSFT: " in told and "no file of NVDA" in told  # NVDA was asked after the one that failed
    assert added(before, tables(live)) == 9
    publisher.moods.clear()
    publisher.asked.clear()
    assert refresh("META", "MSFT") == CODES["done"]
    assert [(path, "If-None-Match" in headers) for path, headers in publisher.asked] == [(META, True), (MSFT, False)]


def test_a_bad_file_of_one_filer_stops_no_other(live, publisher, capsys):
    publisher.pages[MSFT] = b"<html>busy</html>"
    assert refresh("META", "MSFT", "AAPL") == REFUSED
    told = capsys.readouterr()
    assert "data refused: sec_companyfacts: MSFT: not JSON" in told.err and "no file of AAPL" in told.err
    assert "added 9 rows of facts" in told.out


def test_a_publisher_out_of_order_is_not_asked_for_every_filer(live, publisher, capsys):
    filers = ["AAPL", "AMZN", "GOOGL", "META"]
    addresses = ["/CIK0000320193.json", "/CIK0001018724.json", "/CIK0001652044.json"]
    publisher.pages.update(dict.fromkeys(addresses, b"<!doctype html><title>Maintenance</title>"))
    assert refresh(*filers) == REFUSED
    told = capsys.readouterr().err
    assert "3 filers in a row failed; the 1 after them were not asked" in told and told.count("\n") == 4
    assert [path for path, _ in publisher.asked] == addresses


BAD_ROWS = {
    "filed in the future": {"filed": "2026-11-23", "end": "2026-11-22"},
    "the period ends after the filing": {"end": "2027-12-31"},
    "two values in one filing": {},
    "not a number": {"val": "69691000000"},
    "a payment, cost or balance below zero": {"val": -1},
    "no filing date": {"filed": "soon"},
    "no first day": {"start": "20250101"},
    "no last day": {"end": "2025-02-30"},
    "its form or accession number is none": {"form": "10-K\r=1+1"},
}


def test_rows_that_cannot_be_are_set_aside_with_the_reason_and_the_others_come_in(live, publisher, capsys):
    before = tables(live)

    def spoil(facts):
        rows = capex(facts)
        good = year(facts, **FILED)
        for number, bad in enumerate(BAD_ROWS.values()):
            rows.append(good | {"accn": f"0001326801-26-00{number:04d}"} | bad)
        rows.append(rows[-len(BAD_ROWS) + 2] | {"val": good["val"] + 1})
        rows += [rows[0], rows[0]]  # one number three times in one filing
        for size in (10**400, 10**16):
            rows.append(good | {"accn": "0001326801-26-001000", "val": size})
        facts[CAPEX]["units"]["EUR"] = [good]

    edited(publisher, spoil)
    whole = json.loads(publisher.pages[META])
    facts = whole["facts"]["us-gaap"]
    whole["facts"]["x"] = {CAPEX: {"units": {"USD": [year(facts, **FILED, val=5)]}}}
    capex(facts).append(year(facts, **FILED, val=123456789))
    publisher.pages[META] = json.dumps(whole).encode().replace(b'"val": 123456789', b'"val": 1e999')
    assert refresh() == CODES["done"]
    assert "rows set aside, with reasons in" in capsys.readouterr().out
    assert added(before, tables(live)) == 9
    found = reasons(live)
    assert set(found) == {*BAD_ROWS, "unit EUR", "not of the taxonomy us-gaap"}
    assert found.count("two values in one filing") == 2 and found.count("not a number") == 4
    stamp = (live / "raw" / "set_aside.csv").stat().st_mtime_ns
    assert refresh() == CODES["done"] and (live / "raw" / "set_aside.csv").stat().st_mtime_ns == stamp


STOPS = {
    "a concept that vanishes": (lambda facts: facts.pop(CAPEX), "lacks"),
    "a unit that changes": (lambda facts: facts[CAPEX]["units"].update(EUR=facts[CAPEX]["units"].pop("USD")), "lacks"),
    "a past value a thousandth": (lambda facts: capex(facts).append(year(facts, **FILED, val=69_691_000)),
                                  "more than 10 times, e.g. capex to 2025-12-31 from 69,691,000,000 to 69,691,000"),
    "a new value a thousandfold": (lambda facts: capex(facts).append(
        year(facts, **FILED, start="2026-07-01", end="2026-09-30", val=20_000_000_000_000)),
        "100 times off all on file, e.g. capex to 2026-09-30 is 20,000,000,000,000"),
}


@pytest.mark.parametrize("stop", STOPS)
def test_what_would_change_the_past_stops_and_asks_and_accept_takes_it_in(live, publisher, stop, capsys):
    change, says = STOPS[stop]
    assert refresh() == CODES["done"]
    before, good = tables(live), copy.copy(publisher.pages[META])
    edited(publisher, change)
    assert refresh() == REFUSED
    told = capsys.readouterr().err
    assert says in told and told.strip().endswith("then run again with --accept") and tables(live) == before
    publisher.pages[META], bad = good, publisher.pages[META]
    assert refresh(dry_run=True) == CODES["done"] and "nothing new" in capsys.readouterr().out, "mended again"
    publisher.pages[META] = bad
    assert refresh(accept=True) == CODES["done"]
    assert added(before, tables(live)) == (1 if "value" in stop else 0)  # what is on file is never lost
    assert refresh(dry_run=True) == CODES["done"]  # and what was accepted is not asked about again


@pytest.mark.parametrize(("one", "other", "same"), [
    ("MICROSOFT CORPORATION", "Microsoft", True), ("AMAZON COM INC", "Amazon", True),
    ("INTERNATIONAL BUSINESS MACHINES CORP", "IBM", True), ("SIRIUS XM HOLDINGS INC.", "SiriusXM", True),
    ("Maplebear Inc.", "Instacart (Maplebear)", True), ("Uber Technologies, Inc", "Palantir Technologies", False),
    ("The Trade Desk", "The RealReal", False), ("", "Meta Platforms", False),
])
def test_a_firm_is_known_by_its_name(one, other, same):
    assert is_same_firm(one, other) is same


def test_a_firm_that_was_renamed_is_asked_about_once(live, publisher):
    whole = json.loads(publisher.pages[META]) | {"entityName": "Facebook Inc"}
    publisher.pages[META] = json.dumps(whole).encode()
    assert refresh() == REFUSED
    assert refresh(accept=True) == CODES["done"]
    publisher.pages[META] = json.dumps(whole).encode() + b" "
    assert refresh() == CODES["done"]


def test_an_answer_nobody_foresaw_stops_no_other_source(live, publisher, monkeypatch, capsys):
    point_to(live, {"sec_companyfacts": publisher.url + "/CIK{cik}.json", "sec_tickers": publisher.url + "/list"})
    monkeypatch.setitem(CONNECTORS, "sec_tickers", lambda card, asker, update: {}["cik_str"])
    assert refresh() == REFUSED
    told = capsys.readouterr()
    assert "data refused: sec_tickers: its answer could not be read (KeyError: 'cik_str'; test_faults.py" in told.err
    assert "added 9 rows of facts" in told.out


def test_a_source_whose_rows_break_the_tables_is_named_and_the_others_go_in(live, publisher, monkeypatch, capsys):
    publisher.pages["/usinfo.csv"] = (RECORDED / "fred_USINFO.csv").read_bytes()
    point_to(live, {"sec_companyfacts": publisher.url + "/CIK{cik}.json", "fred_usinfo": publisher.url + "/usinfo.csv"})
    check = read.check
    monkeypatch.setattr(read, "check", lambda names: ["labour_series: row 1 is bad"] * ("labour_series" in names)
                        or check(names))
    before = tables(live)
    assert refresh(sources=["sec_companyfacts", "fred_usinfo"]) == REFUSED
    told = capsys.readouterr()
    assert "data refused: fred_usinfo: the new rows break the tables" in told.err and "row 1 is bad" in told.err
    assert "added 9 rows of facts" in told.out
    monkeypatch.undo()
    monkeypatch.setenv("ANALYSIS_DATA", str(live))
    assert added(before, tables(live)) == 9


def test_a_damaged_raw_store_is_filled_again(live, publisher):
    assert refresh() == CODES["done"]
    before = tables(live)
    note = raw_store.notes()[publisher.url + META]
    raw_store.raw_path(note["sha256"]).write_bytes(b"spoiled")
    publisher.asked.clear()
    assert refresh(offline=True) == UNAVAILABLE
    assert refresh() == CODES["done"] and "If-None-Match" not in publisher.asked[0][1]
    assert raw_store.is_kept(note["sha256"])
    (live / "raw" / "addresses.json").write_text('{"http')
    assert refresh() == CODES["done"] and raw_store.notes()[publisher.url + META] == note
    assert tables(live) == before


def test_a_clock_that_is_behind_the_tables_stops_everything(live, publisher, monkeypatch, capsys):
    monkeypatch.setattr(refreshing, "today", lambda: "1970-01-01")
    before = tables(live)
    assert refresh() == REFUSED and publisher.asked == [] and tables(live) == before
    assert "the clock of this machine says 1970-01-01" in capsys.readouterr().err


@pytest.mark.parametrize("agent", ["Jane", "José jane@example.org", "Jane jane@example.org\nX: y"])
def test_a_contact_that_cannot_be_sent_is_refused_before_anybody_is_asked(live, publisher, monkeypatch, agent, capsys):
    monkeypatch.setenv("SEC_USER_AGENT", agent)
    assert refresh() == UNAVAILABLE
    assert "set SEC_USER_AGENT to a name and an e-mail address" in capsys.readouterr().err and publisher.asked == []


def test_settings_of_the_machine_that_cannot_be_used_are_named(live, monkeypatch, capsys):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    assert refresh() == UNAVAILABLE
    assert "look at HTTPS_PROXY and SSL_CERT_FILE" in capsys.readouterr().err


def test_an_address_that_is_none_is_refused(data_copy, monkeypatch, capsys):
    point_to(data_copy, {"layoffs": "{LAYOFFS_URL}"})
    monkeypatch.setattr(refreshing, "Limits", lambda: QUICK)
    for address in ("http://xn--/", "file:///etc/passwd", "http://127.0.0.1:1/\x01"):
        monkeypatch.setenv("LAYOFFS_URL", address)
        assert run(Wanted(), reports=False) == REFUSED
        assert "only http and https addresses are" in capsys.readouterr().err
