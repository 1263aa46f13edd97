"""Old raw bytes go by the stated rule; the newest two of an address and what a row cites stay."""

import os

import pytest

from analysis.refresh.command import CODES, run
from analysis.refresh.pruning import KEPT_DAYS, SECONDS_A_DAY, prune
from analysis.refresh.refresh import Wanted
from analysis.sources import raw_store
from tests.refresh.conftest import META, put_back, tables

URL = "https://example.org/a"
NOW = 2_000_000_000.0


@pytest.fixture
def store(data_copy):
    """Keep some bytes as an address gave them, stored so many days ago."""

    def put(content: bytes, days: float, url: str = URL) -> str:
        digest = raw_store.keep(content)
        age(raw_store.raw_path(digest), days)
        raw_store.remember(url, {"sha256": digest, "etag": "", "last_modified": "", "retrieved_date": "2026-01-01"})
        return digest

    return put


def age(path, days: float, now: float = NOW) -> None:
    os.utime(path, (now - days * SECONDS_A_DAY,) * 2)


def there(*digests: str) -> list[bool]:
    return [raw_store.raw_path(one).exists() for one in digests]


def test_the_newest_two_of_an_address_stay_and_older_ones_go_after_the_time(store):
    old, recent, before, newest = store(b"1", KEPT_DAYS + 2), store(b"2", KEPT_DAYS - 1), *(
        store(content, KEPT_DAYS + 1) for content in (b"3", b"4"))
    assert [path.name for path in prune(NOW)] == [old]
    assert there(old, recent, before, newest) == [False, True, True, True]
    assert prune(NOW) == [] and [path.name for path in prune(NOW + 2 * SECONDS_A_DAY)] == [recent]


def test_asking_again_for_the_same_bytes_does_not_forget_the_content_before(store):
    before, newest = store(b"1", KEPT_DAYS + 1), store(b"2", KEPT_DAYS + 1)
    store(b"2", KEPT_DAYS + 1)
    assert prune(NOW) == [] and there(before, newest) == [True, True]


def test_what_a_row_of_a_table_cites_stays(store, edit):
    old = store(b"1", 1000)
    store(b"2", 1000)
    store(b"3", 1000)
    edit("documents.csv", "document_id", "293e2177", read_from=f"raw bytes {old}")
    assert prune(NOW) == [] and there(old) == [True]


def test_the_hash_of_what_rows_were_read_from_is_proof_and_keeps_no_bytes(store, data_copy):
    old = store(b"1", 1000)
    store(b"2", 1000)
    store(b"3", 1000)
    path = data_copy / "retrievals.csv"
    path.write_text(path.read_text() + f"sec_companyfacts,{URL},2026-01-01,{old},1,\n")
    assert [gone.name for gone in prune(NOW)] == [old]


def test_an_address_that_is_no_longer_asked_keeps_its_contents(store):
    mine = store(b"mine", 1000)
    store(b"other", 0, "https://example.org/b")
    assert prune(NOW) == [] and there(mine) == [True]


def test_only_contents_and_left_over_parts_are_ever_deleted(store):
    store(b"1", 1000)
    raw = raw_store.raw_dir()
    stay = [raw / "set_aside.csv", raw / "archives" / "companyfacts.zip", raw / "ab" / "notes.txt"]
    part = raw / "ab" / ".abc.1.part"
    for path in [*stay, part]:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        age(path, 1000)
    assert prune(NOW) == [part] and all(path.exists() for path in stay)


def test_a_refresh_prunes_last_and_can_still_rebuild_its_tables_offline(live, publisher):
    def refresh(**options) -> int:
        return run(Wanted(companies=["META", "MSFT"], **options), reports=False)

    first = tables(live)
    for _ in range(3):  # three contents of one address; white space changes no fact
        publisher.pages[META] += b" "
        assert refresh() == CODES["done"]
        for path in (live / "raw").glob("??/*"):
            age(path, KEPT_DAYS + 1, path.stat().st_mtime)
    after, left = tables(live), [path.read_bytes() for path in (live / "raw").glob("??/*")]
    assert sorted(len(one) for one in left if one.rstrip() == publisher.pages[META].rstrip()) == [
        len(publisher.pages[META]) - 1, len(publisher.pages[META])]
    put_back(live, first)
    assert refresh(offline=True) == CODES["done"]
    rebuilt = tables(live)
    assert {name for name in rebuilt if rebuilt[name] != after[name]} == {"retrievals.csv"}  # the first is gone
