"""What a refresh can count on: for each source, what is set, what answered, how old it is, and what to do."""

from datetime import date

import pandas as pd

from analysis.errors import AnalysisError, SourceUnavailable
from analysis.periods import today
from analysis.refresh.connectors import ONLY_WHEN_NAMED
from analysis.refresh.refresh import user_agent
from analysis.refresh.sec import filers
from analysis.refresh.settings import address, file_name, is_address_set
from analysis.refresh.tickers import TICKER_LIST, key_notes
from analysis.sources import raw_store
from analysis.sources.client import Client, Limits
from analysis.tables.read import read_table
from analysis.tables.source_cards import NEVER, source_cards

ONE_TRY = Limits(tries=1, read_seconds=10)
FAILED = "nothing that can be used"


def examine(ask: bool = True) -> list[dict[str, str]]:
    """One entry per row of live_sources: source, setting, answer, age, taken, advice (blank when all is well).

    `age` is how long ago something new came; a publisher that was asked since and had nothing new does not change it.

    `taken` is the newest content of the publisher that rows were read from, as the table retrievals has it.
    With `ask` one address of each source is asked once, and what it answers is thrown away.
    """
    cards = source_cards().set_index("source_id")
    return [_entry(card, ask) | {"taken": _taken(cards.loc[card["source_id"]])}
            for _, card in read_table("live_sources").iterrows()]


def _taken(card: pd.Series) -> str:
    if card["how"] == NEVER:
        return f"nothing by a refresh; the snapshot was read on {card['retrieved_date']:%Y-%m-%d}, without a hash"
    return f"{card['retrieved_date']:%Y-%m-%d}: {card['content']}"


def _entry(card: pd.Series, ask: bool) -> dict[str, str]:
    kept = _newest(card)
    days = None if kept is None else (date.fromisoformat(today()) - kept).days
    age = "never fetched" if days is None else f"something new {days} days ago (renewed every {card['cadence_days']})"
    entry = {"source": card["live_source_id"], "setting": "none needed", "answer": "not asked", "age": age,
             "advice": ""}
    asked = False
    try:
        agent, _ = user_agent(card), address(card)
        entry["setting"] = "none needed" if pd.isna(card["needs"]) else f"{card['needs']} is set"
        if card["connector"] in ONLY_WHEN_NAMED:
            return entry | {"answer": "asked only when it is named: refresh --source " + card["live_source_id"]}
        if ask:
            asked = True
            entry["answer"] = _answer(card, agent)
    except AnalysisError as error:
        entry["advice"] = str(error)
        if asked:
            entry["answer"] = FAILED
        else:
            entry["setting"] = f"{card['needs']} is not set"
    if not entry["advice"] and card["live_source_id"] == TICKER_LIST:
        entry["advice"] = _keys_to_look_up(card)
    if not entry["advice"] and days is None:
        entry["advice"] = f"python -m analysis refresh --source {card['live_source_id']}"
    return entry


def _keys_to_look_up(card: pd.Series) -> str:
    digest = raw_store.notes().get(card["url"], {}).get("sha256", "")
    return "; ".join(key_notes(raw_store.kept(digest))) if digest and raw_store.is_kept(digest) else ""


def _answer(card: pd.Series, agent: str) -> str:
    url = address(card).replace("{cik}", filers()["cik"].iloc[0])
    with Client(agent, ONE_TRY) as client:
        content = client.ask(url).content or b""
    if content[:500].lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise SourceUnavailable(f"a web page came from {url}; open it to see what the publisher says")
    return f"{len(content):,} bytes"


def _newest(card: pd.Series) -> date | None:
    """The last day something new came from the addresses of a source."""
    fronts = [address(card).split("{")[0]] if is_address_set(card) else []
    fronts += [file_name(card)]
    days = [note["retrieved_date"] for url, note in raw_store.notes().items() if url.startswith(tuple(fronts))]
    return date.fromisoformat(max(days)) if days else None
