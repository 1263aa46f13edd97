"""Read the SEC's list of a filer's filings, and the page that names the documents of one filing.

File names in both come from outside: only a plain name is ever put into an address.
"""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from analysis.errors import DataRefused

FOLDER = "https://www.sec.gov/Archives/edgar/data/{filer}/{accession}/"
"""Where the documents of one filing are: the key without leading zeros, the accession number without dashes."""
FIELDS = {"accessionNumber": "accession", "filingDate": "filed_date", "reportDate": "report_date", "form": "form",
          "items": "items", "primaryDocument": "document"}
DATES = ["filed_date", "report_date"]
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}\.(?:htm|html|txt)")
RELEASE = re.compile(r"EX-99(?:\.0?1)?")
"""The type of a results release among the documents of an 8-K."""
NOTICES = ("Request Rate Threshold Exceeded", "Undeclared Automated Tool")
"""What the SEC says, with a status of success, to a caller it finds too fast or who does not say who they are."""
ANNUAL = re.compile(r"10(?:-|‑|–|&#45;|&#8209;|&#8211;)\s?K\b")


@dataclass(frozen=True)
class Submissions:
    """A filer's list: its name and tickers there, names it had with their last day, and its recent filings.

    `filings` has the columns of FIELDS, newest first as given; dates are timestamps, missing where they are none.
    """

    name: str
    tickers: tuple[str, ...]
    former_names: tuple[tuple[str, pd.Timestamp], ...]
    filings: pd.DataFrame


def read_submissions(content: bytes, cik: str) -> Submissions:
    """The list as the SEC gives it: `filings.recent` holds one list per field, read side by side.

    Source: https://data.sec.gov/submissions/CIK##########.json. DataRefused for another layout or another filer.
    Misleads: it holds the last thousand filings or the last year, whichever is more; older ones are elsewhere.
    """
    whole = _parsed(content)
    try:
        key, recent = str(whole["cik"]).zfill(10), whole["filings"]["recent"]
        columns = {ours: list(_texts(recent[theirs])) for theirs, ours in FIELDS.items()}
        name, tickers = str(whole["name"]), tuple(_texts(whole["tickers"]))
        former = tuple((str(one["name"]), pd.to_datetime(str(one["to"])[:10], errors="coerce"))
                       for one in whole.get("formerNames") or [])
    except (KeyError, TypeError, AttributeError) as error:
        raise DataRefused(f"not the layout of a list of filings ({error})") from None
    if key != cik.zfill(10):
        raise DataRefused(f"asked for the filer {cik}, got {key} ({name[:80]!r})")
    if len({len(column) for column in columns.values()}) != 1:
        raise DataRefused("the fields of the filings have different lengths: not the layout of a list of filings")
    filings = pd.DataFrame(columns, dtype="str").drop_duplicates("accession", ignore_index=True)
    for column in DATES:
        filings[column] = pd.to_datetime(filings[column], format="%Y-%m-%d", errors="coerce")
    return Submissions(name, tickers, former, filings)


def folder_address(cik: str, accession: str) -> str:
    """The address of a filing's folder, with its slash; AnalysisError never: both are checked before."""
    return FOLDER.format(filer=int(cik), accession=accession.replace("-", ""))


def release_name(content: bytes, cik: str, accession: str) -> str | None:
    """The file name of the results release (exhibit 99.1) on a filing's index page; None when it lists none.

    Source: <accession>-index.htm in the filing's folder. A link that leaves that folder, or whose name is not
    plain, is passed over. DataRefused when the page lists no document at all.
    """
    reader = _Index()
    reader.feed(content.decode("utf-8", errors="replace"))
    if not reader.rows:
        raise DataRefused("the page lists no documents: not the index of a filing")
    front = f"/Archives/edgar/data/{int(cik)}/{accession.replace('-', '')}/"
    links = [link.removeprefix("/ix?doc=") for kind, link in reader.rows if RELEASE.fullmatch(kind)]
    names = [link.removeprefix(front) for link in links if link.startswith(front)]
    return next((name for name in names if PLAIN_NAME.fullmatch(name)), None)


def document_text(content: bytes, is_annual: bool) -> str:
    """A filing's document as text; DataRefused for a notice of the SEC, a PDF, or an annual report that is none."""
    text = content.decode("utf-8", errors="replace")
    if any(notice in text[:5000] for notice in NOTICES):
        raise DataRefused("a notice of the SEC came instead of the document; run again later")
    if not text.strip() or content.startswith((b"%PDF", b"PK")):
        raise DataRefused(f"no text of a filing ({len(content):,} bytes)")
    if is_annual and not ANNUAL.search(text):
        raise DataRefused(f"no annual report: it does not name its form ({len(content):,} bytes)")
    return text


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        page = content[:500].lstrip().lower().startswith((b"<!doctype", b"<html"))
        raise DataRefused(f"not JSON{': a web page came instead' if page else ''} ({len(content):,} bytes)") from None
    if not isinstance(whole, dict):
        raise DataRefused("not the layout of a list of filings")
    return whole


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("a field is no list of texts")
    return values


class _Index(HTMLParser):
    """Collects the documents of an index page: (type, address of the link) of each row of five cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[str, str]] = []
        self._cells: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._cells, self._link = [], ""
        elif tag == "td":
            self._cells.append("")
        elif tag == "a" and self._cells and not self._link:
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and len(self._cells) == 5 and self._link:
            self.rows.append((self._cells[3].strip(), self._link))

    def handle_data(self, data: str) -> None:
        if self._cells:
            self._cells[-1] += data
