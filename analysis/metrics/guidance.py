"""Guidance as ranges, and what came out."""

import pandas as pd

from analysis.quantity import Quantity


def ends_of(row: pd.Series) -> tuple[Quantity, Quantity]:
    """Low and high of one guidance row; a missing end is NaN and unresolved."""
    document = (row["document_id"],)
    return (Quantity(float(row["low_usd"]), "usd", "reported", document),
            Quantity(float(row["high_usd"]), "usd", "reported", document))


def guidance_path(guidance: pd.DataFrame, ticker: str, period_end: str) -> pd.DataFrame:
    """All guidance of one company for one period, oldest first, with `low_change_usd` and `high_change_usd`."""
    rows = _for_period(guidance, ticker, period_end).copy()
    rows["low_change_usd"], rows["high_change_usd"] = rows["low_usd"].diff(), rows["high_usd"].diff()
    return rows.reset_index(drop=True)


def guidance_against_actual(guidance: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Every yearly guidance beside what the year brought, on the definition the guidance names.

    Adds actual_usd (capex with finance-lease principal where the guidance says so, else capex), its basis
    and documents; missing while the year is open.
    """
    years = guidance[guidance["span"] == "year"]
    columns = [f"{name}{part}" for name in ("capex_usd", "capex_with_finance_leases_usd")
               for part in ("", "_basis", "_documents")]
    joined = years.merge(panel[["ticker", "period_end", *columns]], on=["ticker", "period_end"], how="left")
    with_leases = joined["definition"] == "capex_with_finance_leases"
    for part in ("", "_basis", "_documents"):
        lease = joined[f"capex_with_finance_leases_usd{part}"]
        joined[f"actual_usd{part}"] = lease.where(with_leases, joined[f"capex_usd{part}"])
    joined["actual_usd_basis"] = joined["actual_usd_basis"].where(joined["actual_usd"].notna(), "unresolved")
    return joined.drop(columns=columns)


def same_measure(before: pd.Series, after: pd.Series) -> bool:
    """Whether two guidance rows count the same things: one definition; one that is not stated fits any.

    Microsoft's calendar year of 2026 fell from about 190 to about 175 billion when leases moved: that is no cut.
    """
    stated = {row["definition"] for row in (before, after)} - {"not_stated"}
    return len(stated) < 2


def _for_period(guidance: pd.DataFrame, ticker: str, period_end: str) -> pd.DataFrame:
    mine = (guidance["ticker"] == ticker) & (guidance["period_end"] == pd.Timestamp(period_end))
    return guidance[mine].sort_values("given_date")


def latest_open_guidance(guidance: pd.DataFrame) -> pd.DataFrame:
    """The latest guidance per company and year whose outcome is not yet known (frame of guidance_against_actual)."""
    open_years = guidance[guidance["actual_usd"].isna()].sort_values("given_date")
    return open_years.drop_duplicates(["ticker", "period_end"], keep="last").sort_values(["ticker", "period_end"])
