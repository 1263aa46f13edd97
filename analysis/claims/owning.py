"""Claims on owning and renting compute: which is cheaper, what is paid first, when it is earned back, and levers.

One workload (a model on an accelerator, so many tokens a day, for some years) stands for the claim; its inputs are
drawn as on the page of owned and rented compute.
"""


from analysis.claims.finding import BOUNDS, Finding, agreed, at_least, between, bounds_of, claimed, range_at_least
from analysis.claims.known import Known
from analysis.claims.registry import computation
from analysis.economics.budget_case import budget_case
from analysis.economics.budget_results import judged_coverages
from analysis.economics.comparison import inference
from analysis.economics.lever_case import lever_case, shared_inputs
from analysis.economics.lever_tables import levers_of, worth_in
from analysis.economics.margin import margin_outlook
from analysis.economics.options import OPTIONS, Comparison, Outcome, simulate
from analysis.economics.owned_or_rented import one_accelerator, paid_back_in_time
from analysis.economics.tco import HOURS_A_YEAR
from analysis.errors import require_known
from analysis.models.verdict_rows import cash_row, profit_row
from analysis.quantity import Quantity
from analysis.tables.companies import company_name
from analysis.tables.compute import load_accelerators, load_language_models

Case = tuple[str, str, str, float, str, float]


def _comparison(case: Case) -> Comparison:
    return inference(*case, 0.0)


def _outcome(case: Case) -> Outcome:
    return simulate(_comparison(case))


def _words(case: Case) -> dict[str, Quantity | str]:
    model, accelerator, precision, tokens, profile, years = case
    return {"model": load_language_models().loc[model, "name"], "chip": load_accelerators().loc[accelerator, "name"],
            "precision": precision, "tokens": claimed(tokens, "count"), "traffic": profile.replace("_", " "),
            "years": claimed(years, "years")}


def _points(one: Quantity) -> Quantity:
    return Quantity(one.value, "points", one.basis, one.documents)


LOAD = "{tokens} million tokens a day of {model} ({precision}) on {chip}, {traffic} traffic, {years}"


@computation("of the draws")
def owning_is_cheaper(known: Known, *, model: str, accelerator: str, precision: str, million_tokens_per_day: float,
                      profile: str, horizon_years: float, pricing: str, at_most_ratio: float, at_least_ratio: float
                      ) -> Finding:
    """Owning costs less than renting for one workload, in a share of the draws."""
    case = (model, accelerator, precision, float(million_tokens_per_day), profile, float(horizon_years))
    outcome = known.once(_outcome, case)
    option = outcome.comparison.cloud_option(pricing)
    share = outcome.owned_wins(option)
    return Finding(between(share, at_most_ratio, at_least_ratio),
                   "Owning is cheaper than {option} in {share} of the draws (" + LOAD + "); " + BOUNDS,
                   _words(case) | {"option": OPTIONS[option], "share": share}
                   | bounds_of(at_most_ratio, at_least_ratio), "share")


@computation("of the draws")
def predictable_load_favours_owning(known: Known, *, model: str, accelerator: str, precision: str,
                                    million_tokens_per_day: float, profile: str, other_profile: str,
                                    horizon_years: float, pricing: str, at_least_ratio: float,
                                    at_least_points: float) -> Finding:
    """Owning wins in a share of the draws for one shape of traffic, and in more than for another by so much (a ratio).

    Supported when both hold, contradicted when neither does, mixed when one does.
    """
    cases = [(model, accelerator, precision, float(million_tokens_per_day), shape, float(horizon_years))
             for shape in (profile, other_profile)]
    found = [known.once(_outcome, case) for case in cases]
    option = found[0].comparison.cloud_option(pricing)
    shares = [one.owned_wins(option) for one in found]
    lead = shares[0] - shares[1]
    return Finding(agreed([at_least(shares[0], at_least_ratio), at_least(lead, at_least_points)]),
                   "Owning is cheaper than {option} in {share} of the draws with {traffic} traffic (the claim needs "
                   "{needed}) and in {other} with {second} traffic: {lead} (the claim needs {apart}).",
                   {"option": OPTIONS[option], "share": shares[0], "traffic": profile.replace("_", " "),
                    "other": shares[1], "second": other_profile.replace("_", " "), "lead": _points(lead),
                    "needed": claimed(at_least_ratio, "ratio"), "apart": claimed(at_least_points, "points")},
                   "share")


@computation("of rent")
def outlay_in_years_of_rent(known: Known, *, model: str, accelerator: str, precision: str,
                            million_tokens_per_day: float, profile: str, horizon_years: float, pricing: str,
                            at_least_years: float) -> Finding:
    """Buying an accelerator with its share of server and building costs at least so many years of renting one."""
    case = (model, accelerator, precision, float(million_tokens_per_day), profile, float(horizon_years))
    one = one_accelerator(known.once(_comparison, case), pricing)
    price, rent = one["server_usd"], one["cloud_usd_per_hour"]
    documents = tuple(dict.fromkeys((*price.documents, *rent.documents)))
    yearly = HOURS_A_YEAR * one["utilisation_ratio"].value
    low, high = (Quantity(bought / (asked * yearly), "years", "estimated", documents)
                 for bought, asked in ((price.low, rent.high), (price.high, rent.low)))
    return Finding(range_at_least(low, high, at_least_years),
                   "One {chip} with its share of the server costs as much as {low} to {high} of renting one for the "
                   "hours it works ({option}), the building apart; the claim needs at least {needed}.",
                   {"chip": load_accelerators().loc[accelerator, "name"], "low": low, "high": high,
                    "option": pricing.replace("_", " "), "needed": claimed(at_least_years, "years")}, "low high")


@computation("of the draws")
def rent_overtakes_purchase(known: Known, *, model: str, accelerator: str, precision: str,
                            million_tokens_per_day: float, profile: str, horizon_years: float, pricing: str,
                            at_most_ratio: float, at_least_ratio: float) -> Finding:
    """The rent paid over some years exceeds what owning would have cost to buy and run, in a share of the draws."""
    case = (model, accelerator, precision, float(million_tokens_per_day), profile, float(horizon_years))
    share = paid_back_in_time(one_accelerator(known.once(_comparison, case), pricing))
    return Finding(between(share, at_most_ratio, at_least_ratio),
                   "In {share} of the draws the rent saved pays for the machines within the years planned (" + LOAD
                   + ", {option}); " + BOUNDS,
                   _words(case) | {"share": share, "option": pricing.replace("_", " ")}
                   | bounds_of(at_most_ratio, at_least_ratio), "share")


@computation("a year")
def lever_saves(known: Known, *, ticker: str, lever: str, lens: str, at_least_usd: float) -> Finding:
    """A cost lever on a company's compute saves at least so much a year, over the whole of its range."""
    levers = known.once(_levers, ticker, known.as_of)
    low, middle, high = worth_in(levers, lever, lens)
    label = levers.loc[levers["lever"] == lever, "label"].iloc[0]
    return Finding(range_at_least(_dollars(low), _dollars(high), at_least_usd),
                   "{label} at {company} would save {low} to {high} a year ({lens}); the claim needs a saving of at "
                   "least {needed}.",
                   {"label": label, "company": company_name(ticker), "low": _dollars(low), "high": _dollars(high),
                    "lens": lens.replace("_", " "), "needed": claimed(at_least_usd, "usd")}, "low high")


def _levers(ticker: str, as_of: str):
    return levers_of(lever_case(ticker, as_of, shared=shared_inputs()))


def _dollars(one: Quantity) -> Quantity:
    return Quantity(one.value, "usd", one.basis, one.documents)


WORDS = {"cash_funding": "A year's saving from the cuts at {company} covers {share} of the rise in capital in cash",
         "profit_offset": "Three years' savings from the cuts at {company} cover {share} of three years' charge"}


@computation("covered, by the rules laid down")
def budget_reading(known: Known, *, ticker: str, reading: str) -> Finding:
    """A reading of "the capital is behind the cuts": cash_funding or profit_offset.

    The verdict comes from the frozen decision rules of that reading, not from a threshold of the claim.
    UnknownName for another reading.
    """
    require_known("reading", reading, WORDS)
    judged = known.once(_judged, ticker, known.as_of)
    row = cash_row(judged) if reading == "cash_funding" else profit_row(judged, margin_outlook(ticker, known.as_of))
    share = Quantity(float(row["estimate"]), "ratio", row["estimate_basis"], tuple(row["estimate_documents"].split()))
    return Finding(row["verdict"], WORDS[reading] + ", by the rules laid down for this reading.",
                   {"share": share, "company": company_name(ticker)}, "share")


def _judged(ticker: str, as_of: str):
    return judged_coverages(budget_case(ticker, as_of))
