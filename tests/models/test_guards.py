"""Guards that fail the build: traps of timing, made-up headcounts, and words of cause where only association is.

The first two are tested on the numbers: a headcount is changed or removed, and what moves with it is looked at. The
third reads every notebook that stands on the models.
"""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest

from analysis import load_facts, load_layoffs, load_panel
from analysis.models.drivers import Settings, driver_panel
from analysis.models.multiverse import CONTROLS
from analysis.models.race import LABELS
from analysis.models.sample import CAPITAL
from analysis.models.trade_panel import DEFINITIONS, HEADCOUNTS, shifted, trade_panel
from analysis.models.tradeoff import SPECIFICATIONS
from analysis.paths import notebooks_dir, root

CAUSAL = re.compile(
    r"\b(because of|caus(?:ed|es|ing)|dr(?:ove|iven by|ives)|le(?:d|ads) to|impacts? of|results? from|resulted in|"
    r"due to|effects? of(?! interest| the design| \{)|thanks to|owing to|as a result of|consequences? of)\b",
    re.IGNORECASE)
"""Words that claim a cause. Not the smallest effect of interest, the fixed effects of the design, or an effect of a
size put into made-up data."""
MADE_UP = re.compile(
    r"\.(interpolate|ffill|bfill|backfill)\(|(?<!np)\.pad\(|fillna\(method|headcount.*interp\(|interp\(.*headcount")


def regressors() -> set[str]:
    """Every column that some specification of the trade-off sets beside headcount growth."""
    named = set().union(*(set(one.capital) | set(one.controls) for one in SPECIFICATIONS))
    return named | set(CAPITAL) | {name for names in CONTROLS.values() for name in names}


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return load_panel("year")


def changed_headcounts(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """The panel with every headcount of one calendar year a tenth higher."""
    higher = panel["headcount_persons"].where(panel["calendar_year"] != year, panel["headcount_persons"] * 1.1)
    return panel.assign(headcount_persons=higher)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_no_regressor_of_a_year_moves_with_the_headcount_of_that_year(panel, definition):
    """Revenue or operating income per employee of the year would: it holds the outcome with the sign turned."""
    year = 2021
    one, other = (trade_panel(rows, definition=definition, winsor=None)
                  for rows in (panel, changed_headcounts(panel, year)))
    inside = one["calendar_year"] == year
    moved = [name for name in sorted(regressors()) if not one.loc[inside, name].equals(other.loc[inside, name])]
    assert moved == []
    known = one.loc[inside, "d_log_headcount"].dropna()
    shift = (other["d_log_headcount"] - one["d_log_headcount"])[known.index]
    np.testing.assert_allclose(shift, np.log(1.1))  # so that the test would see a regressor that does move


def test_the_guard_sees_productivity_of_the_same_year(panel):
    """What the guard is for: revenue per employee of the year, set beside headcount growth of the year, moves."""
    one, other = ((rows["revenue_usd"] / rows["headcount_persons"])[rows["calendar_year"] == 2021].dropna()
                  for rows in (panel, changed_headcounts(panel, 2021)))
    assert not one.equals(other)


def test_no_driver_of_a_half_year_moves_with_accounts_that_close_later(panel):
    """Blocks and controls are dated before the half-year: accounts that close after its start may not reach them."""
    events, start = load_layoffs(), pd.Timestamp("2023-01-01")
    late = panel["period_end"] > start + pd.Timedelta(days=10)
    money = ["headcount_persons", "revenue_usd", "operating_income_usd", "capex_usd", "operating_cash_flow_usd"]
    changed = panel.assign(**{name: panel[name].where(~late, panel[name] * 1.3) for name in money})
    one, other = (driver_panel(rows, events, Settings()) for rows in (panel, changed))
    columns = [name for name in LABELS if name in one]
    inside = one["half"] == "2023H1"
    assert inside.sum() > 20 and len(columns) > 4
    pd.testing.assert_frame_equal(one.loc[inside, columns], other.loc[other["half"] == "2023H1", columns])


def test_every_headcount_of_the_panel_is_a_reading_of_a_fact(panel):
    facts = load_facts(concepts=["headcount"]).set_index(["ticker", "period_end"])["value"]
    known = panel[panel["headcount_persons"].notna()].set_index(["ticker", "period_end"])["headcount_persons"]
    assert len(known) > 500 and known.index.isin(facts.index).all()
    assert (known == facts[known.index]).all()


@pytest.mark.parametrize("rule", HEADCOUNTS)
def test_a_missing_headcount_stays_missing_and_spoils_both_changes(panel, rule):
    whole = trade_panel(panel, headcounts=rule, winsor=None)
    seen = whole["d_log_headcount"].notna() & shifted(whole, "d_log_headcount", -1).notna()
    at = whole[seen & (whole["calendar_year"] == 2020)].iloc[0]
    gap = panel.assign(headcount_persons=panel["headcount_persons"].mask(
        (panel["ticker"] == at["ticker"]) & (panel["calendar_year"] == 2020)))
    after = trade_panel(gap, headcounts=rule, winsor=None).set_index(["ticker", "calendar_year"])["d_log_headcount"]
    assert after.loc[(at["ticker"], 2020)] != after.loc[(at["ticker"], 2020)]
    assert np.isnan(after.loc[(at["ticker"], 2021)])


def sources() -> list[tuple[str, str]]:
    """Name and text of every module of the package, and of every code cell of a notebook."""
    modules = [(str(path.relative_to(root())), path.read_text(encoding="utf-8"))
               for path in sorted((root() / "analysis").rglob("*.py"))]
    cells = [(path.name, cell.source) for path in sorted(notebooks_dir().glob("*.ipynb"))
             for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return modules + cells


def test_nothing_fills_gaps_between_observations():
    assert [name for name, text in sources() if MADE_UP.search(text)] == []
    assert MADE_UP.search("panel['headcount_persons'].interpolate()")


def associational() -> dict[str, list[str]]:
    """The prose of every notebook that imports the models: markdown cells and the strings of code cells."""
    found = {}
    for path in sorted(notebooks_dir().glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        if any("from analysis.models" in text for text in code):
            strings = [text for source in code for text in re.findall(r'"([^"]{12,})"', source)]
            found[path.name] = [cell.source for cell in cells if cell.cell_type == "markdown"] + strings
    return found


def test_no_notebook_that_shows_associations_claims_a_cause():
    prose = associational()
    assert len(prose) >= 1
    wrong = [f"{name}: {match[0]!r} in {text[:80]!r}" for name, texts in prose.items() for text in texts
             for match in CAUSAL.finditer(text)]
    assert wrong == []


@pytest.mark.parametrize(("text", "is_causal"), [
    ("Cuts were caused by spending", True), ("Spending led to cuts", True), ("the effect of capital", True),
    ("Capital drove the cuts", True), ("the smallest effect of interest", False), ("firms that spend more", False)])
def test_the_guard_knows_words_of_cause(text, is_causal):
    assert bool(CAUSAL.search(text)) is is_causal
