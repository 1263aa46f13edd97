"""Compute prices from a real server: changed prices come in dated, what cannot be is refused or asked about."""

from datetime import date

import pytest

from analysis.economics.renting import current_prices
from analysis.errors import AskFirst
from analysis.refresh import refresh as refreshing
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted, refresh_tables
from analysis.tables import read
from analysis.tables.compute import load_compute_prices
from analysis.tables.read import read_table
from tests.publisher import body, bomb, status
from tests.refresh.conftest import QUICK, RECORDED, point_to, put_back, tables

CLOUDS = ("aws", "lambda", "nebius", "oci")
OCI = "/oci.csv"
OLD, NEW = b",80,,eu-ams", b",72,,eu-ams"


@pytest.fixture
def prices(publisher, data_copy, monkeypatch):
    """The data folder, with the four catalogues at the local publisher as recorded."""
    for cloud in CLOUDS:
        publisher.pages[f"/{cloud}.csv"] = (RECORDED / f"skypilot_{cloud}_vms.csv").read_bytes()
    point_to(data_copy, {f"prices_{cloud}": f"{publisher.url}/{cloud}.csv" for cloud in CLOUDS})
    monkeypatch.setattr(refreshing, "Limits", lambda: QUICK)
    return data_copy


def refresh(**options) -> int:
    return run(Wanted(**options), reports=False)


def revised(publisher, old: bytes = OLD, new: bytes = NEW, path: str = OCI) -> None:
    assert old in publisher.pages[path]
    publisher.pages[path] = publisher.pages[path].replace(old, new)


def test_the_catalogues_as_recorded_hold_what_is_on_file_and_nothing_is_written(prices, publisher, capsys):
    before = tables(prices)
    assert refresh() == CODES["done"]
    told = capsys.readouterr().out
    assert "nothing new" in told and tables(prices) == before
    assert "prices_lambda: in no row of price_offers: A100-80GB (gpu_8x_a100_80gb_sxm4); A6000 (gpu_1x_a6000)" in told
    publisher.asked.clear()
    assert refresh() == CODES["done"] and "price_offers" not in capsys.readouterr().out, "strangers are told of once"
    assert len(publisher.asked) == 4 and all("If-None-Match" in headers for _, headers in publisher.asked)


def test_a_changed_price_comes_in_dated_and_the_old_one_stays_as_history(prices, publisher, capsys):
    before, stood, today = load_compute_prices(), current_prices(), date.today().isoformat()
    revised(publisher)
    assert refresh() == CODES["done"]
    told = capsys.readouterr().out
    assert "2 rows of compute_prices" in told and "prices_oci: 2 new prices of 5 offers" in told
    after = load_compute_prices().set_index("price_id")
    assert after.loc[before["price_id"]].reset_index().equals(before), "no row on file has changed"
    new = after[~after.index.isin(before["price_id"])]
    assert set(new["as_of"]) == {today} and set(new["price_usd_per_hour"]) == {72}
    documents = read_table("documents").set_index("document_id")
    assert set(documents.loc[new["document_id"], "url"]) == {publisher.url + OCI}
    assert read.check() == []
    stands = current_prices().set_index("price_id")
    assert set(new.index) <= set(stands.index) and len(stands) == len(stood), "one per offer"


def test_an_unchanged_price_adds_nothing_and_offline_gives_the_same_tables(prices, publisher, capsys):
    before = tables(prices)
    revised(publisher)
    refresh()
    after = tables(prices)
    capsys.readouterr()
    assert refresh() == CODES["done"] and "nothing new" in capsys.readouterr().out and tables(prices) == after
    asked = len(publisher.asked)
    put_back(prices, before)
    assert refresh(offline=True) == CODES["done"] and tables(prices) == after and len(publisher.asked) == asked


def test_an_accelerator_of_another_name_is_never_guessed(prices, publisher):
    revised(publisher, b"BM.GPU.H100.8,H100,8", b"BM.GPU.H100.8,H100-NVL,8")
    revised(publisher, b"VM.GPU.A10.1,A10", b"VM.GPU.R200.1,R200")
    revised(publisher)
    done = refresh_tables(Wanted(["prices_oci"], dry_run=True))
    assert done.problems == [] and done.rows["compute_prices"]["instance"].tolist() == ["BM.GPU.H200.8"]
    assert [(row["table"], row["reason"]) for row in sum(done.set_aside.values(), [])] == [
        ("compute_prices", "the catalogue names H100-NVL, price_offers H100")]
    assert any("R200 (VM.GPU.R200.1)" in note for note in done.notes)


def test_an_offer_that_is_no_longer_listed_is_told_of_and_its_price_stays(prices, publisher):
    revised(publisher, b"BM.GPU.L40S.4,L40S", b"BM.GPU.L40S.8,L40S")
    done = refresh_tables(Wanted(["prices_oci"]))
    assert "prices_oci: no price for BM.GPU.L40S.4 on_demand eu-amsterdam-1" in done.notes and done.added == {}


def test_a_price_ten_times_off_stops_and_asks_and_the_other_clouds_go_on(prices, publisher):
    revised(publisher, OLD, b",8000,,eu-ams")
    revised(publisher, b",23.60,eu-north1", b",23.00,eu-north1", "/nebius.csv")
    done = refresh_tables(Wanted(dry_run=True))
    assert [type(problem) for problem in done.problems] == [AskFirst]
    assert ("2 prices would change more than 10 times, e.g. BM.GPU.H100.8 on_demand in eu-amsterdam-1 from 80 to 8000"
            in str(done.problems[0]))
    assert done.rows["compute_prices"]["provider"].tolist() == ["Nebius"]
    agreed = refresh_tables(Wanted(dry_run=True, accept=True))
    assert agreed.problems == [] and len(agreed.rows["compute_prices"]) == 3


def test_a_catalogue_that_lost_rows_stops_and_asks(prices, publisher, capsys):
    refresh(sources=["prices_oci"])
    before, rows = tables(prices), publisher.pages[OCI].splitlines(keepends=True)
    publisher.pages[OCI] = b"".join(row for row in rows if b"GPU.A10.4" not in row)
    assert refresh(sources=["prices_oci"]) == CODES["data refused"]
    assert "lacks 2 of the 28 rows" in capsys.readouterr().err and tables(prices) == before
    assert refresh(sources=["prices_oci"], accept=True) == CODES["done"]


def cut(inside: bytes) -> bytes:
    whole = (RECORDED / "skypilot_oci_vms.csv").read_bytes()
    return whole[:whole.index(inside) + len(inside) // 2]


@pytest.mark.parametrize("content", [
    b"", b"<html>Access denied</html>", b'{"message": "Not Found"}', b"InstanceType,Price,Region\na,1,us\n",
    cut(b"'MemoryInfo'"), cut(b"VM.Standard"), (RECORDED / "skypilot_lambda_vms.csv").read_bytes(),
], ids=["empty", "html", "json", "other columns", "cut in a text", "cut before the offers", "another cloud's"])
def test_what_is_no_catalogue_is_refused_and_healed_by_the_next_run(prices, publisher, content, capsys):
    good, before = publisher.pages[OCI], tables(prices)
    publisher.pages[OCI] = content
    assert refresh(sources=["prices_oci"]) == CODES["data refused"]
    assert "data refused: prices_oci" in capsys.readouterr().err and tables(prices) == before
    publisher.pages[OCI] = good
    assert refresh(sources=["prices_oci"], dry_run=True) == CODES["done"]


@pytest.mark.parametrize(("mood", "ending"), [
    (status(404), "source unavailable"), (status(403), "source unavailable"),
    (status(429, Retry_After="0"), "source unavailable"), (status(500), "source unavailable"),
    (body(b"InstanceType,", claimed=99), "source unavailable"), (bomb(20_000_000), "data refused"),
], ids=["404", "403", "429", "500", "truncated", "gzip bomb"])
def test_a_publisher_that_fails_changes_nothing(prices, publisher, mood, ending, capsys):
    before = tables(prices)
    publisher.moods[OCI] = [mood] * 3
    assert refresh(sources=["prices_oci"]) == CODES[ending]
    assert f"{ending}: prices_oci" in capsys.readouterr().err and tables(prices) == before


def test_a_formula_and_a_script_in_a_name_stay_text(prices, publisher):
    revised(publisher, b"VM.GPU.A10.1,A10", b"=cmd()|A,<script>x</script>")
    done = refresh_tables(Wanted(["prices_oci"], dry_run=True))
    assert done.problems == [] and done.added == {} and any("<script>x</script> (=cmd()|A)" in n for n in done.notes)
