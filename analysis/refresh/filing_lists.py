"""Which filings to read, from the SEC's lists; and what the lists say about names, tickers and foreign filers."""

import pandas as pd

from analysis.errors import DataRefused, NotThere
from analysis.refresh.headcount_verdict import Filing
from analysis.refresh.sec import filers
from analysis.refresh.update import Asker, Update
from analysis.sources.submissions import ACCESSION, PLAIN_NAME, Submissions, read_submissions
from analysis.tables.company_names import spelling

WINDOW_DAYS = 400
"""How far back filings are read: the last annual report of every filer and the releases since."""
ANNUAL, RELEASE, RESULTS = ("10-K", "10-K/A"), "8-K", "2.02"
FOREIGN = ("20-F", "20-F/A", "40-F", "6-K", "6-K/A")


def lists_of(card: pd.Series, asker: Asker, update: Update) -> tuple[list[Filing], set[str]]:
    """The filings to read of the companies asked for, or of every one with facts on file, the newest first; and the
    tickers whose list was read.

    A filer whose list is refused is left out, the others go on; SourceUnavailable when the publisher fails.
    """
    absent, found, tickers = [], [], set()
    for filer in filers(asker.companies).itertuples(index=False):
        url = card["url"].format(cik=filer.cik)
        try:
            content, before = asker.bytes_of(url, update), asker.before(url)
            listed = read_submissions(content, filer.cik)
        except NotThere:
            absent.append(filer.ticker)
            continue
        except DataRefused as error:
            update.addresses.pop(url, None)
            update.problems.append(DataRefused(f"{filer.ticker}: {error}"))
            continue
        if content != before:
            update.notes += differences(filer, listed, asker.today, before)
        tickers.add(filer.ticker)
        found += _to_read(filer, listed, asker.today, update)
    if absent:
        update.problems.append(NotThere(f"no list of filings of {', '.join(absent)} at {card['url']}"))
    return sorted(found, key=lambda one: (one.filed_date, one.accession), reverse=True), tickers


def _to_read(filer, listed: Submissions, today: str, update: Update) -> list[Filing]:
    """The filings of one filer with a headcount to look for; what cannot be read is set aside with the reason."""
    rows = listed.filings
    first = pd.Timestamp(today) - pd.Timedelta(days=WINDOW_DAYS)
    results = (rows["form"] == RELEASE) & rows["items"].str.split(",").map(lambda items: RESULTS in items)
    rows = rows[(rows["form"].isin(ANNUAL) | results) & ~(rows["filed_date"] < first)]
    good = []
    for row in rows.itertuples(index=False):
        reason = _why_not(row, pd.Timestamp(today))
        if reason:
            update.set_aside.append({
                "table": "facts", "key": f"{filer.ticker}.{row.accession}",
                "reason": reason, "row": f"{row.form} {str(row.filed_date)[:10]} {row.document}"})
        else:
            good.append(Filing(filer.ticker, filer.cik, row.form, row.accession, row.filed_date, row.report_date,
                               row.document))
    return good


def _why_not(row, today: pd.Timestamp) -> str:
    if not ACCESSION.fullmatch(row.accession):
        return "no accession number"
    if pd.isna(row.filed_date):
        return "no filing date"
    if row.filed_date > today:
        return "filed in the future"
    if row.form in ANNUAL and not row.report_date < row.filed_date:
        return "an annual report without a last day before its filing"
    return "" if PLAIN_NAME.fullmatch(row.document) else "the document has no plain file name"


def differences(filer, listed: Submissions, today: str, before: bytes | None) -> list[str]:
    """Where a filer's list has another ticker or name than the table companies, or than it had; a person decides.

    A filer is often listed under a longer name than ours: only a name that shares no word with ours is told, and
    one that changed since the list was read last, or within the window when it was not.
    """
    notes = []
    if filer.ticker not in listed.tickers:
        given = ", ".join(listed.tickers) or "none"
        notes.append(f"{filer.ticker}: the SEC lists the filer {filer.cik} with the tickers: {given}; look it up "
                     "before you change companies.csv")
    known = None if before is None else read_submissions(before, filer.cik)
    if known is None and not set(spelling(filer.name).split()) & set(spelling(listed.name).split()):
        notes.append(f"{filer.ticker}: {filer.name} in companies.csv, {listed.name[:80]} in the SEC's list")
    first = pd.Timestamp(today) - pd.Timedelta(days=WINDOW_DAYS)
    renamed = [name for name, until in listed.former_names if until >= first] if known is None else (
        [known.name] if known.name != listed.name else [])
    notes += [f"{filer.ticker}: now called {listed.name[:80]}, before {name[:80]}" for name in renamed]
    return notes + _foreign(filer, listed, known)


def _foreign(filer, listed: Submissions, known: Submissions | None) -> list[str]:
    old = set() if known is None else set(known.filings["accession"])
    rows = listed.filings
    new = rows[rows["form"].isin(FOREIGN) & ~rows["accession"].isin(old)]
    if new.empty or rows["form"].isin(ANNUAL).any():
        return []
    return [f"{filer.ticker}: a foreign filer ({', '.join(sorted(new['form'].unique()))}); its reports are not read"]
