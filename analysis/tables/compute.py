"""What compute is, does and costs: accelerators, models, prices, measurements, published figures.

None of these tables has a vintage: each row says when it is from, and an edition of a past day cannot use them.
"""

from pathlib import Path

import pandas as pd

from analysis.errors import TableError, require_known
from analysis.quantity import Quantity
from analysis.sources.text_file import text_rows
from analysis.tables.read import read_table


def load_accelerators() -> pd.DataFrame:
    """Accelerators by accelerator_id: memory_gb, bandwidth, dense arithmetic, power_watts, prices, documents.

    Misleads: nobody lists prices; the range mixes dates and sellers. A price is of the card, server_price_usd of
    the card with its share of the server.
    """
    return read_table("accelerators").set_index("accelerator_id", drop=False).rename_axis(None)


def load_language_models() -> pd.DataFrame:
    """Open-weight models by model_id: parameters, layers, cache per token and layer, experts, sliding window."""
    return read_table("language_models").set_index("model_id", drop=False).rename_axis(None)


OFFER_KEY = ["provider", "instance", "accelerator_id", "region", "pricing"]
"""What makes two rows of compute_prices prices of one offer on different days."""


def load_compute_prices() -> pd.DataFrame:
    """Prices of rented accelerators: provider, accelerator_id, pricing, price_usd_per_accelerator_hour, as_of.

    An offer whose price changed has a row for each price: `newest_prices` gives those that stand.
    """
    return read_table("compute_prices")


def newest_prices(prices: pd.DataFrame) -> pd.DataFrame:
    """Of several prices of one offer (OFFER_KEY) the last by as_of, in the order of the table; the rest is history.

    Works on the table as text too. Misleads: a price of unknown day counts as of the first day its text allows, so
    one with a day replaces it, and a price that is not renewed stands until another of its offer is on file.
    """
    order = prices.assign(day=first_day(prices["as_of"]), length=prices["price_id"].str.len())
    order = order.sort_values(["day", "length", "price_id"], kind="stable")
    return prices.loc[order.drop_duplicates(OFFER_KEY, keep="last").index].sort_index()


def first_day(as_of: pd.Series) -> pd.Series:
    """The first day that a text such as 2026-04-14, 2026-04 or "2026 (undated snapshot)" allows."""
    found = as_of.astype("str").str.extract(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?").fillna("01")
    return pd.to_datetime(found[0] + "-" + found[1] + "-" + found[2], format="%Y-%m-%d")


def load_token_prices() -> pd.DataFrame:
    """Prices of hosted models in dollars per million input and output tokens, by provider and model_id."""
    return read_table("token_prices")


def load_throughput() -> pd.DataFrame:
    """Published throughput, mostly at full load: model_id, accelerator_id, precision, output tokens a second.

    Misleads: vendors choose their best case, and some results count input and output tokens together.
    """
    return read_table("inference_throughput")


def load_latency() -> pd.DataFrame:
    """Measured runs: model_id, accelerator_id, precision, lengths, concurrency, times to first and next token."""
    return read_table("inference_latency")


def load_cost_figures() -> pd.DataFrame:
    """Published cost figures by figure_id: low and high in the unit of their source, document, doubt."""
    return read_table("cost_figures").set_index("figure_id", drop=False).rename_axis(None)


def cost_figure(figure_id: str) -> tuple[Quantity, Quantity]:
    """Low and high end of one published figure, in its own unit; derived where its doubt says so. UnknownName."""
    figures = load_cost_figures()
    require_known("published figure", figure_id, figures.index)
    row = figures.loc[figure_id]
    basis = "derived" if "derived" in str(row["doubt"]).lower() else "reported"
    ends = [Quantity(float(row[end]), row["unit"], basis, (row["document_id"],)) for end in ("low", "high")]
    return ends[0], ends[1]


def one_row(frame: pd.DataFrame, kind: str, name: str) -> pd.Series:
    """The row of a table indexed by name; UnknownName with the nearest names when there is none."""
    require_known(kind, name, frame.index)
    return frame.loc[name]


def load_constraints() -> pd.DataFrame:
    """Scores of ways to obtain compute on what is not money, with the reason of each score."""
    return read_table("constraints")


NEEDED, OPTIONAL = ("case_id", "calculation", "inputs", "published_value", "unit"), ("output", "document_id", "doubt")
"""Columns that a reader's own file of cases must have, and those it may leave out."""


def load_published_cases(path: str | Path | None = None) -> pd.DataFrame:
    """Published figures with their inputs; `path` is a reader's own file, which needs the columns of NEEDED.

    TableError names the line and column of a malformed file. Figures stay text, because the last digit sets
    the tolerance.
    """
    return read_table("published_cases") if path is None else _cases_of_a_reader(Path(path))


def _cases_of_a_reader(path: Path) -> pd.DataFrame:
    """A reader's cases as text, with `line`; a file of theirs has no documents of ours to refer to."""
    text = text_rows(path, NEEDED).replace("", pd.NA)
    for column in NEEDED:
        empty = text[text[column].isna()]
        if len(empty):
            raise TableError(f"{path.name}: line {empty['line'].iloc[0]}: {column} is empty")
    return text.reindex(columns=["line", *NEEDED, *OPTIONAL])
