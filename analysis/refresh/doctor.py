"""What a refresh can count on: for each source, what is set, what answered, how old it is, and what to do."""

from datetime import date

import pandas as pd

from analysis.errors import AnalysisError
from analysis.refresh.connectors import ONLY_WHEN_NAMED
from analysis.refresh.refresh import user_agent
from analysis.refresh.sec import filers
from analysis.refresh.settings import address, file_name, is_address_set
from analysis.sources import raw_store
from analysis.sources.client import Client, Limits
from analysis.tables.read import read_table

ONE_TRY = Limits(tries=1, read_seconds=10)


def examine(ask: bool = True) -> list[dict[str, str]]:
    """One entry per row of live_sources: source, setting, answer, age, advice (blank when all is well).

    With `ask` one address of each source is asked once, and what it answers is thrown away.
    """
    return [_entry(card, ask) for _, card in read_table("live_sources").iterrows()]


def _entry(card: pd.Series, ask: bool) -> dict[str, str]:
    kept = _newest(card)
    age = f"{(date.today() - kept).days} days (renewed every {card['cadence_days']})" if kept else "never fetched"
    entry = {"source": card["live_source_id"], "setting": "none needed", "answer": "not asked", "age": age,
             "advice": ""}
    try:
        agent, _ = user_agent(card), address(card)
        entry["setting"] = "none needed" if pd.isna(card["needs"]) else f"{card['needs']} is set"
        if card["connector"] in ONLY_WHEN_NAMED:
            return entry | {"answer": "asked only when it is named: refresh --source " + card["live_source_id"]}
        if ask:
            entry["answer"] = _answer(card, agent)
    except AnalysisError as error:
        entry["advice"] = str(error)
        if "set " in str(error):
            entry["setting"] = f"{card['needs']} is not set"
    if not entry["advice"] and (kept is None or (date.today() - kept).days > card["cadence_days"]):
        entry["advice"] = f"python -m analysis refresh --source {card['live_source_id']}"
    return entry


def _answer(card: pd.Series, agent: str) -> str:
    url = address(card).replace("{cik}", filers()["cik"].iloc[0])
    with Client(agent, ONE_TRY) as client:
        return f"{len(client.ask(url).content or b''):,} bytes"


def _newest(card: pd.Series) -> date | None:
    """The last day something new came from the addresses of a source."""
    fronts = [address(card).split("{")[0]] if is_address_set(card) else []
    fronts += [file_name(card)]
    days = [note["retrieved_date"] for url, note in raw_store.notes().items() if url.startswith(tuple(fronts))]
    return date.fromisoformat(max(days)) if days else None
