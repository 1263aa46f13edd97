"""Frames and words of the depreciation wave: five firms side by side, the record of errors, and the newest quarters."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.economics.ranges import Range, assumed
from analysis.errors import require_known
from analysis.outlook.depreciation_paths import END_YEAR, Outlook, path_rows
from analysis.outlook.filer import Filer
from analysis.outlook.placed import SERVERS, placed_in_service
from analysis.outlook.reconcile import provenance_of
from analysis.outlook.spending import BUST, FLAT, GROWTH, GUIDED, PATHS, SPENT, habits, pace_years
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in
from analysis.tables.panel import load_panel

SHADES = {"reported": "neutral", SPENT: "blue", GUIDED: "orange", FLAT: "cyan", GROWTH: "red", BUST: "olive"}
SHORT = {SPENT: "nothing more spent", GUIDED: "as guided, then flat", FLAT: "flat", GROWTH: "growth", BUST: "bust"}
"""Names of the paths for a figure or a table's head; what each is, `path_words` says beside them."""
DEPRECIATION = "depreciation_usd"


def main_path(one: Outlook) -> str:
    """The path to speak of: as guided where there is guidance, else flat."""
    return GUIDED if GUIDED in one.charge_usd else FLAT


def in_year(one: Outlook, path: str, fiscal_year: int) -> Range:
    """Depreciation of one year on one path, with the ends of the draws. UnknownName for a path without rows."""
    require_known("path", path, one.charge_usd)
    rows = path_rows(one)
    row = rows[(rows["path"] == path) & (rows["fiscal_year"] == fiscal_year)].iloc[0]
    return Range(row["low_usd"], row[DEPRECIATION], row["high_usd"], "usd", "scenario", one.documents, "triangular",
                 f"{one.label(path)}, {fiscal_year}")


def reported_now(one: Outlook) -> Quantity:
    """The depreciation reported for the last full year."""
    return Quantity(one.filer.reported[one.first_year], "usd", "reported", one.documents)


def peak_of(one: Outlook, path: str = SPENT) -> tuple[int, Range]:
    """The year with the most depreciation on a path, and that depreciation."""
    year = one.first_year + int(np.argmax(one.charge_usd[path][:, -1]))
    return year, in_year(one, path, year)


def with_history(one: Outlook, first_year: int) -> pd.DataFrame:
    """Rows to draw: what was reported from `first_year` on, then every path from the last reported year.

    Columns: as `path_rows`, shade and short (SHORT, or reported). Nothing is moved: where a path starts beside the
    reported charge of the last year, the gap is what the model misses of it.
    """
    past = pd.DataFrame([{"ticker": one.filer.ticker, "name": one.filer.name, "path": "reported", "label": "reported",
                          "fiscal_year": year, DEPRECIATION: value, f"{DEPRECIATION}_basis": "reported",
                          f"{DEPRECIATION}_documents": " ".join(one.documents)}
                         for year, value in sorted(one.filer.reported.items())
                         if first_year <= year <= one.first_year])
    both = pd.concat([past, path_rows(one)], ignore_index=True)
    return both.assign(shade=both["path"].map(SHADES), short=both["path"].replace(SHORT))


def side_by_side(outlooks: list[Outlook]) -> pd.DataFrame:
    """Per filer: depreciation reported last, the peak of what is already spent, and END_YEAR on each path.

    Columns: ticker, name, fiscal_year (the last reported), who (name and year), reported_usd, spent_usd, spent_year,
    <path>_usd (missing where there is no guidance), basis and documents.
    """
    rows = []
    for one in outlooks:
        year, peak = peak_of(one)
        ends = {f"{path}_usd": float(one.charge_usd[path][-1, -1]) if path in one.charge_usd else np.nan
                for path in PATHS if path != SPENT}
        rows.append({"ticker": one.filer.ticker, "name": one.filer.name, "fiscal_year": one.first_year,
                     "who": f"{one.filer.name} ({one.first_year})", "reported_usd": reported_now(one).value,
                     "spent_usd": peak.value, "spent_year": year, **ends,
                     "reported_usd_documents": " ".join(one.documents)})
    frame = pd.DataFrame(rows)
    marks = {f"{name}_basis": "scenario" for name in frame if name.endswith("_usd") and name != "reported_usd"}
    return frame.assign(**marks, reported_usd_basis="reported")


def made_of(outlooks: list[Outlook]) -> pd.DataFrame:
    """Per filer, the habits that the paths carry on and the lives of servers and buildings now in force.

    Columns: name, servers_years, buildings_years, servers_ratio (of what is placed in service), pace_ratio (placed
    over what was under construction and acquired) and pace_years (a list of those it rests on), acquired_ratio (bought
    and leased over capital expenditure), basis and documents.
    """
    rows = []
    for one in outlooks:
        filer = one.filer
        placed = placed_in_service(filer)
        found = {name: part.value for name, part in habits(filer, placed).items()} | {
            "pace_years": pace_years(placed)}
        lives = {f"{name}_years": float(filer.lives_of(name).at(END_YEAR)) for name in (SERVERS, "buildings")}
        basis, documents = provenance_of(filer)
        rows.append({"ticker": filer.ticker, "name": filer.name, **lives, **found, "servers_ratio_basis": basis,
                     "pace_ratio_basis": basis, "acquired_ratio_basis": basis,
                     "servers_ratio_documents": " ".join(documents)})
    return pd.DataFrame(rows)


def older_paces(parts: pd.DataFrame) -> pd.DataFrame:
    """Rows of `made_of` whose pace rests on years with a gap between them: construction is not known in all."""
    return parts[[years[-1] - years[0] >= len(years) for years in parts["pace_years"]]]


def large_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """Rows of `reconciled` beyond the register's bound, the largest error first."""
    large = errors[errors["is_large"]]
    return large.sort_values("error_ratio", key=abs, ascending=False, ignore_index=True)


def early_retirements(filers: list[Filer]) -> pd.DataFrame:
    """What filers charged for servers retired before the end of their life: no input of the model.

    Columns: ticker, name, fiscal_year, value_usd with basis ("estimated": as expected by the filer) and documents.
    """
    notes = pd.concat([one.notes.assign(name=one.name) for one in filers])
    rows = notes[notes["item"] == "retired_early"].rename(columns={
        "basis": "value_usd_basis", "document_id": "value_usd_documents"})
    kept = ["ticker", "name", "fiscal_year", "value_usd", "value_usd_basis", "value_usd_documents"]
    return rows.assign(fiscal_year=rows["period_end"].dt.year)[kept].reset_index(drop=True)


def errors_long(errors: pd.DataFrame, first_year: int) -> pd.DataFrame:
    """The columns of `reconciled` that are drawn, from `first_year` on."""
    kept = ["ticker", "name", "fiscal_year", "error_ratio", "error_ratio_basis", "error_ratio_documents"]
    return errors.loc[errors["fiscal_year"] >= first_year, kept].reset_index(drop=True)


def told(row: pd.Series | dict, column: str) -> Quantity:
    """One number of a row, with the documents of the whole row where the number names none of its own."""
    found = quantity_in(row, column)
    named = [str(text) for name, text in dict(row).items() if name.endswith("_documents") and isinstance(text, str)]
    return found if found.documents else replace(found, documents=tuple(dict.fromkeys(" ".join(named).split())))


def last_errors(errors: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """The rows of one filer in its last years: as many as are carried into the paths."""
    mine = errors[errors["ticker"] == ticker].sort_values("fiscal_year")
    return mine.tail(int(assumed("carried_years").value))


def newest_quarters(outlooks: list[Outlook]) -> pd.DataFrame:
    """Growth of depreciation in the quarters reported since the last full year, and of the model's year.

    A check that no input has seen: these quarters come after every balance used. Columns: ticker, name,
    quarters_count, path, reported_ratio (over the same quarters a year before), model_ratio (the model's next year
    over its last, on the main path), basis and documents. Misleads: a year holds later quarters, so a growing charge
    makes model_ratio more.
    """
    panel = load_panel("quarter", [one.filer.ticker for one in outlooks])
    return pd.DataFrame([row for one in outlooks if (row := _newest(one, panel)) is not None])


def _newest(one: Outlook, panel: pd.DataFrame) -> dict | None:
    mine = panel[(panel["ticker"] == one.filer.ticker) & panel[DEPRECIATION].notna()].set_index("period_end")
    since = mine[mine.index > one.filer.notes["period_end"].max()]
    before = mine.reindex(since.index - pd.offsets.MonthEnd(12))
    known = before[DEPRECIATION].notna().to_numpy()
    if not known.any():
        return None
    charge = one.charge_usd[main_path(one)][:, -1]
    return {"ticker": one.filer.ticker, "name": one.filer.name, "quarters_count": int(known.sum()),
            "path": main_path(one), "model_ratio": float(charge[1] / charge[0] - 1), "model_ratio_basis": "scenario",
            "reported_ratio": float(since[DEPRECIATION][known].sum() / before[DEPRECIATION][known].sum() - 1),
            "reported_ratio_basis": "derived",
            "reported_ratio_documents": " ".join(dict.fromkeys(" ".join(since[f"{DEPRECIATION}_documents"]).split()))}
