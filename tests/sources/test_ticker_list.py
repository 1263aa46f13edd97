"""The SEC's ticker list, read as it is; what is something else is refused."""

import json
from pathlib import Path

import pytest

from analysis.errors import DataRefused
from analysis.sources.ticker_list import read_ticker_list

RECORDED = Path(__file__).parent / "recorded" / "company_tickers.json"


def made(*rows: tuple[object, str]) -> bytes:
    return json.dumps({str(place): {"cik_str": cik, "ticker": ticker, "title": "Firm"}
                       for place, (cik, ticker) in enumerate(rows)}).encode()


def test_the_recorded_list_gives_each_ticker_its_key():
    listed = read_ticker_list(RECORDED.read_bytes()).set_index("ticker")
    assert listed.loc["META"].to_list() == ["0001326801", "Meta Platforms, Inc."]
    assert listed.loc["BRK-B", "cik"] == "0001067983" and len(listed) == 15


def test_one_filer_may_have_several_tickers():
    assert read_ticker_list(made((1652044, "GOOGL"), (1652044, "GOOG")))["cik"].tolist() == ["0001652044"] * 2


@pytest.mark.parametrize(("content", "says"), [
    (b"<html>busy</html>", "not the layout"), (b"", "not the layout"), (b"[]", "not the layout"),
    (b'{"0": {"ticker": "A"}}', "not the layout"), (b"{}", "nothing"), (b'{"0": 5}', "not the layout"),
    (made((1, "A"), (2, "A")), "two keys for A"), (made((1, "=cmd|' /C calc'!A0")), "cmd"),
    (made((1, "../../etc")), "etc"), (made((12345678901, "A")), "12345678901"), (made((None, "A")), "not the layout"),
], ids=["html", "empty", "list", "no key", "no rows", "number", "two keys", "formula", "path", "long key", "null"])
def test_what_is_no_ticker_list_is_refused(content, says):
    with pytest.raises(DataRefused, match=says):
        read_ticker_list(content)
