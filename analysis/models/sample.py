"""What each model can stand on, counted before anything is estimated.

Every step that drops rows says how many firm-years and firms are left. A model whose input is not in the data, or
that would stand on too few firms, is not built: its row says "cannot tell" and why.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.conventions import LEAST_CHANGES, LEAST_FIRMS, LEAST_FIRMS_A_CELL, LEAST_FIRMS_A_YEAR
from analysis.models.guidance_moves import guidance_moves
from analysis.tables.decision_rules import CANNOT_TELL

OUTCOME = "d_log_headcount"
CAPITAL = ("k", "k_lag1", "k_lag2")
CONTROL = "d_log_revenue_lag1"

STEPS = {
    OUTCOME: "with a comparable change of headcount", "k": "with capital intensity of the year",
    "k_lag1": "with that of the year before", "k_lag2": "with that of two years before",
    CONTROL: "with revenue growth of the year before",
}
"""What a row that has the column is called."""

ABSENT = (
    ("Exposure of staff to AI", "tasks or staff of a firm by exposure"),
    ("Event study of announcements", "stock returns"),
    ("Earnings surprises", "forecasts of analysts"),
    ("Headcount without deals", "acquisitions and sales of businesses"),
    ("Placebo: payouts", "buybacks and dividends"),
    ("Placebo: receivables", "receivables"),
)
"""Models of the plan whose input the data do not hold, with what is lacking."""


def panel_documents(frame: pd.DataFrame) -> tuple[str, ...]:
    """The documents behind a panel, once each in order: its columns `documents` and `..._documents`."""
    columns = [name for name in frame.columns if name == "documents" or name.endswith("_documents")]
    words = (word for name in columns for text in frame[name].dropna() for word in str(text).split())
    return tuple(dict.fromkeys(words))


def estimation_rows(
    trade: pd.DataFrame, needed: Iterable[str] = (OUTCOME, *CAPITAL, CONTROL), fewest: int = LEAST_FIRMS,
    fewest_a_year: int = LEAST_FIRMS_A_YEAR,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows a model is estimated on, and the steps that led there.

    `trade`: frame of `trade_panel`. Rows keep its columns and gain `cell`, the group-by-year cell: hyperscalers
    where a year has at least four of them, else one cell of the year. Steps: step, firm_years_count, firms_count,
    dropped_count. AnalysisError with fewer than `fewest` firms (20): the caller says "cannot tell".
    """
    steps: list[dict] = []
    rows = trade
    _count(steps, "firm-years of the sample", rows)
    for column in needed:
        rows = rows[rows[column].notna()]
        _count(steps, STEPS.get(column, f"with {column}"), rows)
    firms = rows.groupby("calendar_year")["ticker"].transform("nunique")
    rows = rows[firms >= fewest_a_year]
    _count(steps, "in years with enough firms", rows)
    rows = rows[rows.groupby("ticker")["ticker"].transform("size") > 1]
    _count(steps, "of firms with more than one such year", rows)
    if rows["ticker"].nunique() < fewest:
        raise AnalysisError(f"{rows['ticker'].nunique()} firms remain, fewer than {fewest}: {CANNOT_TELL}")
    rows = rows.sort_values(["ticker", "calendar_year"], ignore_index=True)
    return rows.assign(cell=_cells(rows)), pd.DataFrame(steps)


def _count(steps: list[dict], label: str, rows: pd.DataFrame) -> None:
    dropped = steps[-1]["firm_years_count"] - len(rows) if steps else 0
    steps.append({"step": label, "firm_years_count": len(rows), "firms_count": rows["ticker"].nunique(),
                  "dropped_count": dropped})


def _cells(rows: pd.DataFrame) -> pd.Series:
    """Group by year; a group too small in a year joins the others of that year."""
    size = rows.groupby(["group", "calendar_year"])["ticker"].transform("nunique")
    large = size >= LEAST_FIRMS_A_CELL
    return rows["group"].where(large, "other") + " " + rows["calendar_year"].astype(str)


def paths_seen(rows: pd.DataFrame, least: int = LEAST_CHANGES) -> int:
    """Firms with at least `least` usable changes of headcount."""
    return int((rows.groupby("ticker").size() >= least).sum())


def support(trade: pd.DataFrame, at_risk: pd.DataFrame, raced: pd.DataFrame, guidance: pd.DataFrame,
            timed: Sequence) -> pd.DataFrame:
    """What each model can stand on after all of its own filters, beside what the data hold before them.

    Columns: model, unit (what is counted), found_count (before the filters), used_count, firms_count and events_count
    (after them), status: "built", or "cannot tell" with the reason. Counts that do not apply are missing.
    `at_risk`: frame of `driver_panel`; `raced`: the rows of its `race`; `guidance`: frame of load_guidance; `timed`:
    the firms of `timing.prepare`. Misleads: a model that can be built may still have no power; that is shown beside
    its estimate.
    """
    five = trade[trade["group"] == "hyperscaler"]
    table = [_stand("Trade-off, all firms", trade), _stand("Trade-off, hyperscalers alone", five)]
    table.append(_status({"model": "What predicts layoffs", "unit": "firm-half-years", "found_count": len(at_risk),
                          "used_count": len(raced), "firms_count": raced["ticker"].nunique(),
                          "events_count": int(raced["event"].sum())}))
    table.append({"model": "Timing of cuts after raises", "unit": "raises of guidance",
                  "found_count": len(raises(guidance)), "used_count": sum(len(firm.raises) for firm in timed),
                  "firms_count": len(timed), "events_count": sum(len(firm.rounds) for firm in timed),
                  "status": "built", "reason": "firm by firm, with little power"})
    table += [{"model": model, "status": CANNOT_TELL, "reason": f"not in the data: {lacking}"}
              for model, lacking in ABSENT]
    columns = ["model", "unit", "found_count", "used_count", "firms_count", "events_count", "status", "reason"]
    return pd.DataFrame(table).reindex(columns=columns)


def _stand(model: str, trade: pd.DataFrame) -> dict:
    found = trade.dropna(subset=[OUTCOME, *CAPITAL, CONTROL])
    rows, _ = estimation_rows(trade, fewest=0)
    return _status({"model": model, "unit": "firm-years", "found_count": len(found), "used_count": len(rows),
                    "firms_count": rows["ticker"].nunique()})


def _status(row: dict) -> dict:
    enough = row["firms_count"] >= LEAST_FIRMS
    reason = "enough firms" if enough else f"fewer than {LEAST_FIRMS} firms"
    return row | {"status": "built" if enough else CANNOT_TELL, "reason": reason}


def raises(guidance: pd.DataFrame) -> pd.DataFrame:
    """The days on which a firm raised its capital guidance for a period (rows of `guidance_moves`)."""
    moves = guidance_moves(guidance)
    return moves[moves["move"] == "raise"].reset_index(drop=True)


def by_year(trade: pd.DataFrame, events: pd.DataFrame, guidance: pd.DataFrame) -> pd.DataFrame:
    """Per calendar year: firms with a headcount change and with the whole row of the trade-off, events and raises.

    Columns: calendar_year, changes_count, rows_count, hyperscalers_count, events_count, raises_count. Arguments as
    in `support`.
    """
    rows, _ = estimation_rows(trade, fewest=0)
    counted = events[events["adds_up"] & events["ticker"].isin(set(trade["ticker"]))]
    counts = {
        "changes_count": trade[trade[OUTCOME].notna()]["calendar_year"],
        "rows_count": rows["calendar_year"],
        "hyperscalers_count": rows[rows["group"] == "hyperscaler"]["calendar_year"],
        "events_count": counted["announced_date"].dt.year,
        "raises_count": raises(guidance)["given_date"].dt.year,
    }
    table = pd.DataFrame({name: years.value_counts() for name, years in counts.items()})
    first = int(rows["calendar_year"].min())
    table = table[table.index >= first].fillna(0).astype(int).sort_index()
    return table.rename_axis("calendar_year").reset_index()
