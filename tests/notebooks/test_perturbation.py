"""If the sign flips, the sentence flips: change the tables and the words must turn.

Each case names a report, a change of its inputs and pairs of words: the first stands on the page made
from data/, the second on the page made from the changed copy, and not the other way round.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from tests.notebooks.conftest import command, words

Frame = pd.DataFrame
FIVE = ["AMZN", "GOOGL", "META", "MSFT", "ORCL"]


def without_records(folder: Path) -> None:
    """Take the corrections of facts out, so that their guards do not stop the change."""
    change(folder, "corrections.csv", lambda table: table[table["table"] != "facts"])


def change(folder: Path, file: str, act: Callable[[Frame], Frame | None]) -> None:
    """Rewrite one table of a copy of the data; `act` changes the text frame in place or returns another."""
    path = folder / file
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    result = act(table)
    (table if result is None else result).to_csv(path, index=False, lineterminator="\n")


def scale(file: str, factor: float, column: str = "value", **conditions) -> Callable[[Path], None]:
    """Multiply a column where every condition holds: a value, a list of values, or a (low, high) range of text."""

    def act(table: Frame) -> None:
        rows = pd.Series(True, index=table.index)
        for name, wanted in conditions.items():
            cells = table[name]
            rows &= cells.between(*wanted) if isinstance(wanted, tuple) else cells.isin(
                [wanted] if isinstance(wanted, str) else wanted)
        rows &= table[column] != ""
        assert rows.any(), conditions
        table.loc[rows, column] = (table.loc[rows, column].astype(float) * factor).round().astype("int64").astype(str)

    return lambda folder: change(folder, file, act)


def put(file: str, key_column: str, key: str, **cells: str) -> Callable[[Path], None]:
    """Set cells of one row."""

    def act(table: Frame) -> None:
        rows = table[key_column] == key
        assert rows.sum() == 1, key
        for column, value in cells.items():
            table.loc[rows, column] = value

    return lambda folder: change(folder, file, act)


def rents(factor: float, pricing: str) -> Callable[[Path], None]:
    """Multiply the hourly prices of one accelerator in one price class; cents matter, so nothing is rounded off."""

    def act(table: Frame) -> None:
        rows = (table["accelerator_id"] == "h200_sxm") & (table["pricing"] == pricing)
        assert rows.any(), pricing
        column = "price_usd_per_accelerator_hour"
        table.loc[rows, column] = (table.loc[rows, column].astype(float) * factor).round(4).astype(str)

    return lambda folder: change(folder, "compute/compute_prices.csv", act)


def without_rounds(folder: Path) -> None:
    """Take Meta's rounds of 2026 out."""
    change(folder, "layoff_events.csv",
           lambda table: table[~((table["ticker"] == "META") & (table["announced_date"] > "2026"))])


def as_announced(folder: Path) -> None:
    """Take the correction out that makes Oracle's cuts of 2026 an outside estimate."""
    change(folder, "corrections.csv", lambda table: table[
        ~((table["key"] == "2026-03-31.oracle") & table["column"].isin(["record_kind", "count_kind"]))])


def without_doordash(folder: Path) -> None:
    """Take the headcounts of one firm out."""
    change(folder, "facts/instant.csv",
           lambda table: table[~((table["ticker"] == "DASH") & (table["concept"] == "headcount"))])


def without_leases(table: Frame) -> Frame:
    """Take the finance leases of one firm out."""
    return table[~((table["ticker"] == "META") & (table["concept"] == "finance_lease_principal"))]


def steady_layoffs(folder: Path) -> None:
    """Let every month of the tracker hold a little more than the one before."""
    def act(table: Frame) -> None:
        for _, place in table.groupby("scope").groups.items():
            people = [str(round(100_000 * 1.02 ** month)) for month in range(len(place))]
            table.loc[place, "employees_cut_persons"] = people

    change(folder, "industry_monthly.csv", act)


def filed_earlier(table: Frame) -> Frame:
    """Let one filing of July have come in June."""
    return table.assign(filed_date=table["filed_date"].replace("2026-07-23", "2026-06-29"))


LAST_YEAR = ("2025-12-31", "2026-06-30")  # fiscal years whose midpoint lies in 2025

CASES = {
    "the five spend a third of what they did": (
        "capex_cycle",
        [scale("facts/annual.csv", 0.1, ticker=FIVE, concept="capex", period_end=LAST_YEAR)],
        [("more than the year before", "less than the year before"),
         ("by all five", "by none of the five"),
         ("Taken together, capital intensity rose", "Taken together, capital intensity fell"),
         ("more than the 52.8% of 2024", "less than the 52.8% of 2024"),
         ("Oracle spent more on capital in 2025 than operations brought in", "None of the five spent more on capital"),
         ],
    ),
    "Amazon spends little and the rest of the industry much": (
        "capex_cycle",
        [scale("facts/annual.csv", 0.1, ticker="AMZN", concept="capex", period_end=LAST_YEAR),
         scale("facts/annual.csv", 0.1, ticker="ORCL", concept="capex", period_end=LAST_YEAR),
         scale("facts/annual.csv", 60, ticker="AAPL", concept="capex", period_end="2025-09-27"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", high_usd="150000000000")],
        [("Amazon spent the most in 2025", "Microsoft spent the most in 2025"),
         ("Oracle put 82.6% of its revenue into capital in 2025, the highest", "Microsoft put"),
         ("in capital spending rose from", "in capital spending fell from"),
         ("is $130bn–$145bn", "is $130bn–$150bn")],
    ),
    "Meta's capex halved, guidance cut, an earlier round larger, headcount up": (
        "meta_2026",
        [scale("facts/quarterly.csv", 0.25, ticker="META", concept="capex", period_end="2026-06-30"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", low_usd="100000000000",
             high_usd="120000000000"),
         put("layoff_events.csv", "event_id", "2025-02-10.meta", employees_cut_persons="36000"),
         put("facts/instant.csv", "fact_id", "META.headcount.instant.2026-06-30.2", value="80000")],
        [("Meta's guidance for 2026 was last narrowed", "Meta's guidance for 2026 was last lowered"),
         ("was as large is supported", "was as large is contradicted"),
         ("largest recorded round is that of 9 November 2022", "largest recorded round is that of 10 February 2025"),
         ("headcount fell by 2,514", "headcount rose by 2,014"),
         ("in the quarter to 30 June 2026: 1.8 times", "in the quarter to 30 June 2026: 0.5 times")],
    ),
    "Meta's capex and depreciation cut": (
        "compute_and_people",
        [scale("facts/annual.csv", 0.3, ticker="META", concept="capex", period_end="2025-12-31"),
         scale("facts/annual.csv", 0.2, ticker="META", concept=["depreciation", "depreciation_amortization"],
               period_end="2025-12-31")],
        [("were above the whole of the people-cost range", "were below the whole of the people-cost range"),
         ("the low end of Meta's compute share rose", "the low end of Meta's compute share fell")],
    ),
    "Meta reports no finance leases": (
        "compute_and_people",
        [partial(change, file=f"facts/{span}.csv", act=without_leases) for span in ("annual", "quarterly")],
        [("bn with finance-lease principal, as its guidance counts) were above",
          "property and equipment of $ 69.7bn were above")],
    ),
    "the five spend little on capital": (
        "compute_and_people",
        [scale("facts/annual.csv", 0.1, ticker=FIVE, concept="capex", period_end=LAST_YEAR)],
        [("The industry's capital intensity rose", "The industry's capital intensity fell")],
    ),
    "a larger round at Meta, a larger one at SAP, larger months, Amazon shrunk": (
        "headcount_and_layoffs",
        [put("layoff_events.csv", "event_id", "2025-02-10.meta", employees_cut_persons="9000"),
         put("layoff_events.csv", "event_id", "2024-01-23.sap", employees_cut_persons="80000"),
         scale("industry_monthly.csv", 6, "employees_cut_persons", month="2026-03"),
         put("facts/instant.csv", "fact_id", "AMZN.headcount.instant.2025-12-31.1", value="800000")],
        [("The largest announced round: Intel", "The largest announced round: SAP"),
         ("was below the 89,709 of January 2023", "was above the 89,709 of January 2023"),
         ("their staff rose by", "their staff fell by"),
         ("fewer than the 17,844", "more than the 17,844"),
         ("also fewer than the 8,989", "also more than the 8,989"),
         ("the comparison turns on them", "the comparison does not depend on them"),
         ("announced it would be 11,393 , more than the", "announced it would be 25,101 , more than the")],
    ),
    "Meta hires, and revenue falls": (
        "company_brief-META",
        [put("facts/instant.csv", "fact_id", "META.headcount.instant.2026-06-30.2", value="90000"),
         scale("facts/annual.csv", 0.1, ticker="META", concept="capex", period_end="2025-12-31")],
        [("down from", "up from"), ("above the peers' median", "below the peers' median")],
    ),
    "headcounts vanish and dates return": (
        "data_health",
        [lambda folder: change(folder, "facts/instant.csv", lambda table: table[
            ~((table["concept"] == "headcount") & (table["period_end"] > "2021-06-30")
              & (table["period_end"] < "2022-06-30"))]),
         lambda folder: change(folder, "facts/annual.csv", lambda table: table.assign(
             filed_date=table["filed_date"].mask(table["filed_date"] == "", "2026-08-22")))],
        [("fewer than the 74 of 2021", "more than the")],
    ),
    "a number on file is not the publisher's": (
        "data_health",
        [put("facts/quarterly.csv", "fact_id", "META.capex.quarter.2024-03-31.1", value="6400000001")],
        [("but for those listed below, and the filings explain each", "reads numbers that nothing explains"),
         ("0 still differ", "2 still differ")],
    ),
    "Meta's rise in spending is small and its debt falls": (
        "budget_tradeoff",
        [put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", low_usd="76000000000",
             high_usd="80000000000"),
         scale("facts/instant.csv", 0.1, ticker="META", concept=["total_debt", "long_term_debt"],
               period_end="2025-12-31")],
        [("In cash, only in part:", "In cash, perhaps:"),
         ("By that rule cash is contradicted to mixed", "By that rule cash is supported"),
         ("by the middle of the range alone: in cash mixed", "by the middle of the range alone: in cash supported"),
         ("are inside that range", "are above the whole of that range"),
         ("Debt rose by", "Debt fell by")],
    ),
    "Meta's rounds of 2026 are small and cancel nothing": (
        "budget_tradeoff",
        [put("layoff_events.csv", "event_id", "2026-04-17.meta", employees_cut_persons="200",
             openings_cancelled_count=""),
         put("layoff_events.csv", "event_id", "2026-01-13.meta", employees_cut_persons="100")],
        [("In cash, only in part:", "In cash, no:"),
         ("In the accounts, perhaps at first", "In the accounts, no:"),
         ("By that rule cash is contradicted to mixed", "By that rule cash is contradicted,"),
         ("cuts and 6,000 cancelled openings that", "the 1,000 cuts that")],
    ),
    "no round of Meta in 2026 is counted": (
        "budget_tradeoff", [without_rounds],
        [("In cash, only in part:", "Cannot tell: no count of the cuts at Meta Platforms")],
    ),
    "machines six times as dear": (
        "owned_or_rented",
        [scale("compute/accelerators.csv", 6, column, accelerator_id="h200_sxm")
         for column in ("price_low_usd", "price_high_usd", "server_price_usd")],
        [("six of the seven providers", "none of the seven providers"),
         ("in most draws: cloud spot.", "in most draws: cloud spot, ")],
    ),
    "spot ten times as dear": (
        "owned_or_rented", [rents(10, "spot")],
        [("in most draws: cloud spot.", "in most draws: no other way."),
         ("cloud spot comes out cheapest", "owned comes out cheapest")],
    ),
    "rent a fifth": (
        "owned_or_rented", [rents(0.2, "on_demand")],
        [("owning becomes the cheaper way once they work", "more than there is"),
         ("the rent saved has paid for them after", "the rent saved does not pay for them within the horizon")],
    ),
    "a dear contract, a case that fits, prices that may fall fast": (
        "owned_or_rented",
        [put("assumptions/tco.csv", "assumption_id", "maintenance_ratio", value="0.6", low="0.6", high="0.6"),
         put("compute/published_cases.csv", "case_id", "lenovo_2026_maintenance", published_value="3.43"),
         put("assumptions/tco.csv", "assumption_id", "compute_price_decline_ratio", high="0.9")],
        [("The largest part of owning is servers", "The largest part of owning is maintenance"),
         ("19 come out within half their last digit", "20 come out within half their last digit"),
         ("no single input turns the result", "alone can turn the result")],
    ),
    "eighty thousand cuts": (
        "cost_levers",
        [put("layoff_events.csv", "event_id", "2026-04-17.meta", employees_cut_persons="80000")],
        [("save as much, by the middle of their range. In the accounts", "In cash, no yearly lever")],
    ),
    "eight bits run twice as fast": (
        "cost_levers",
        [scale("compute/inference_latency.csv", 2, "output_tokens_per_second_per_accelerator", precision="fp8")],
        [("times : not faster at all", "times : faster")],
    ),
    "servers at ten thousand times the price": (
        "what_145bn_buys",
        [scale("compute/accelerators.csv", 10_000, "server_price_usd", accelerator_id="h100_sxm")],
        [("not thousands but millions", "not thousands but hundreds or fewer")],
    ),
    "energy ten times as dear": (
        "what_145bn_buys",
        [scale("compute/cost_figures.csv", 10, end, figure_id="energy_largest_opex") for end in ("low", "high")],
        [("two of the eight", "one of the eight")],
    ),
    "no headcounts of DoorDash": (
        "substitution_or_scale", [without_doordash],
        [("% more staff two years later", "% fewer staff two years later")],
    ),
    "sixty thousand cuts": (
        "verdicts",
        [put("layoff_events.csv", "event_id", "2026-04-17.meta", employees_cut_persons="60000")],
        [("fund its capital: mixed; they cover", "fund its capital: supported; they cover")],
    ),
    "total expense guided to grow by an eighth": (
        "verdicts",
        [put("expense_guidance.csv", "guidance_id", "META.2026-12-31.2026-07-29", low_usd="130000000000",
             high_usd="135000000000")],
        [("offset its charge: mixed;", "offset its charge: supported;"),
         ("Guided expense grows faster than revenue", "Guided expense grows slower than revenue")],
    ),
    "Oracle's estimate is an announcement": (
        "what_predicts_layoffs", [as_announced],
        [("goes with 1.14 times the odds", "goes with 1.29 times the odds"),
         ("known from an outside estimate alone", "No outside estimate of cuts would make another round")],
    ),
    "Amazon's second announcement of a round is large and its own, and guidance ends in February 2026": (
        "timing_of_cuts",
        [put("layoff_events.csv", "event_id", "2025-08-04.wondery", employees_cut_persons="5000", unit_of=""),
         lambda folder: change(folder, "guidance.csv", lambda table: table[table["given_date"] < "2026-03"])],
        [("2 of 21 rounds of layoffs began", "3 of 21 rounds of layoffs began"),
         ("the days run past 15 May 2026", "The list of layoffs is complete for all these days")],
    ),
    "sixty thousand cuts, guidance lowered, a later statement": (
        "front_page",
        [put("layoff_events.csv", "event_id", "2026-04-17.meta", employees_cut_persons="60000"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", low_usd="100000000000",
             high_usd="120000000000"),
         put("statements.csv", "statement_id", "2026-05-20.meta-chief-executive", says="further cuts are planned"),
         scale("industry_monthly.csv", 6, "employees_cut_persons", month="2026-03")],
        [("of the rise in its capital spending: mixed", "of the rise in its capital spending: supported"),
         ("readings: two come out mixed and two", "readings: one is supported, one comes out mixed and two"),
         ("mixed, which means a part and not the source", "supported, enough to count as funding"),
         ("to 31 December 2026: narrowed from", "to 31 December 2026: lowered from"),
         ("no other company-wide layoffs expected", "further cuts are planned"),
         ("fewer than the 17,844", "more than the 17,844")],
    ),
    "no round of Meta in 2026 is counted, on the first page": (
        "front_page", [without_rounds],
        [("Platforms save in a year is 8%", "Platforms save in a year is not known: cannot tell"),
         ("What the cuts save in a year would buy", "The rise in capital spending would buy")],
    ),
    "an earlier round as large, guidance for AI alone, no profit": (
        "claims",
        [put("layoff_events.csv", "event_id", "2025-02-10.meta", employees_cut_persons="36000"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-04-29", definition="not_stated"),
         scale("facts/annual.csv", 0.1, ticker="META", concept="operating_income", period_end="2025-12-31")],
        [("Supported: It is Meta's largest single round", "Contradicted: It is Meta's largest single round"),
         ("Contradicted: All of the 145 billion", "Cannot tell: All of the 145 billion"),
         ("Mixed: Meta's profits are a record", "Contradicted: Meta's profits are a record"),
         ("Contradicted: “All of the 145 billion dollars", "Contradicted: “It is Meta's largest single round")],
    ),
    "half as much depreciation again, a life that raised it, and more cash at Oracle": (
        "depreciation_wave",
        [scale("facts/annual.csv", 1.5, ticker="META", concept="depreciation", period_end="2025-12-31"),
         put("useful_lives.csv", "life_id", "META.servers.2025-01-01", effect_usd="2920000000"),
         scale("facts/annual.csv", 5, ticker="ORCL", concept="operating_cash_flow", period_end="2026-05-31")],
        [("depreciation in all three last years", "depreciation in two of the three last years"),
         ("lowered the year's depreciation by", "raised the year's depreciation by"),
         ("At one of the five largest spenders", "At none of the five largest spenders")],
    ),
    "Oracle's cuts of 2025 have a count": (
        "breaks_and_waves",
        [put("layoff_events.csv", "event_id", "2025-09-02.oracle", employees_cut_persons="30000",
             count_kind="as_reported", share_ratio="")],
        [("percentage points a year less, over", "percentage points a year more, over"),
         ("in the earlier depends on how cuts", "in the earlier does not depend on how cuts")],
    ),
    "Meta guides little expense, cuts late and earned unsteadily": (
        "further_cuts",
        [put("expense_guidance.csv", "guidance_id", "META.2026-12-31.2026-07-29", low_usd="100000000000",
             high_usd="105000000000"),
         put("layoff_events.csv", "event_id", "2026-04-17.meta", announced_date="2026-09-17", confirmed_date="",
             confirmed_document_id="", carried_out_date=""),
         scale("facts/annual.csv", 0.1, ticker="META", concept="operating_income",
               period_end=["2017-12-31", "2020-12-31"])],
        [("the operating margin of 2025, 41.4% , is not held", "the operating margin of 2025, 41.4% , is held"),
         ("most often held its operating income", "most often held its free cash flow"),
         ("one asks for fewer people", "leave room for more"),
         ("more than the arithmetic would take", "less than the arithmetic would take"),
         ("announced are below the whole of that range", "announced are above the whole of that range"),
         ("no further round with a count is in the data", "the data hold 1 with a count")],
    ),
    "layoffs climb steadily, two guide less, Alphabet hires without pause": (
        "outlook",
        [steady_layoffs,
         put("guidance.csv", "guidance_id", "GOOGL.year.2026-12-31.2026-07-22", low_usd="90000000000",
             high_usd="95000000000"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", low_usd="75000000000",
             high_usd="80000000000"),
         lambda folder: change(folder, "facts/instant.csv", lambda table: table.assign(value=table["value"].mask(
             (table["ticker"] == "GOOGL") & (table["concept"] == "headcount"),
             (20_000 * 1.5 ** (table["period_end"].str[:4].astype(int) - 2015)).round().astype(int).astype(str))))],
        [("Cannot tell. By 2028", "Some of it can be told. By 2028"),
         ("layoffs across the sector: cannot tell", "layoffs across the sector: rises"),
         ("people to more than were ever counted: it excludes", ": it points one way"),
         ("headcount at none of the five largest", "headcount at one of the five largest"),
         ("the wider band at two of the four", "the wider band at one of the four"),
         ("excludes nothing of use", "points one way")],
    ),
    "all guided and Alphabet filed before the quarter ended": (
        "what_changed",
        [*(put("guidance.csv", "guidance_id", one, given_date="2026-06-29") for one in (
            "META.year.2026-12-31.2026-07-29", "GOOGL.year.2026-12-31.2026-07-22", "AMZN.year.2026-12-31.2026-07-30",
            "MSFT.other_year.2026-12-31.2026-07-29", "MSFT.quarter.2026-09-30.2026-07-29",
            "ORCL.year.2027-05-31.2026-09-10")),
         *(partial(change, file=file, act=filed_earlier) for file in ("facts/quarterly.csv", "facts/instant.csv"))],
        [("Guidance of capital spending came from", "No guidance of capital spending was given"),
         ("these data gained 8 filings", "these data gained 7 filings")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_words_turn_with_the_data(name, edition, data_copy, tmp_path):
    report, changes, pairs = CASES[name]
    for act in [without_records, *changes]:
        act(data_copy)
    done = command("report", report, "--out", tmp_path / "out", ANALYSIS_DATA=str(data_copy))
    assert done.returncode == 0, done.stdout + done.stderr
    before, after = words(edition / f"{report}.html"), words(tmp_path / "out" / f"{report}.html")
    for was, became in pairs:
        assert was in before and was not in after, (was, "should stand before and not after")
        assert became in after and became not in before, (became, "should stand after and not before")
