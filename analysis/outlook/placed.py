"""What was placed in service each year, by asset class, from the notes: the cash identity.

acquired = capital expenditure + assets obtained by finance lease + rise of purchases not yet paid, or the filer's own
net additions where it gives them. What is acquired is land, goes into construction, or is placed in service; what was
sold or given into a venture before it came into use has left, and is taken off. Classes other than servers take the
rise of their cost; servers take the rest, at least the rise of theirs. What exceeds that rise replaced servers taken
off the books. Between two year-ends that are not neighbours the sum is spread over the years as the acquired amounts
are. No depreciation charge enters.
"""

from dataclasses import dataclass

import numpy as np

from analysis.errors import AnalysisError
from analysis.outlook.filer import Filer

SERVERS, LAND, CONSTRUCTION = "servers", "land", "construction"
Amount = np.ndarray | float


@dataclass(frozen=True)
class Placed:
    """Cost placed in service by class (years along the first axis, from `first_year`), and what it rests on.

    `opening_years` rows in front are vintages before the opening balance. `construction`: cost not yet in service by
    year. `retired`: servers that left the books, by year. `opening_ratio`: reported over computed
    net cost at the opening, by which the opening vintages are scaled: below 1, assets written off are still on the
    books; above 1, the assets are younger or longer-lived than dated here.
    """

    classes: dict[str, np.ndarray]
    first_year: int
    opening_year: int
    construction: dict[int, Amount]
    retired: dict[int, Amount]
    opening_ratio: Amount

    @property
    def last_year(self) -> int:
        """The last fiscal year with placements."""
        return self.first_year + len(next(iter(self.classes.values()))) - 1

    def in_year(self, fiscal_year: int) -> dict[str, Amount]:
        """What was placed in one fiscal year, by class."""
        return {name: cost[fiscal_year - self.first_year] for name, cost in self.classes.items()}


def rises(balances: dict[int, Amount], weights: dict[int, float], last_year: int) -> dict[int, Amount]:
    """Yearly rise of one balance: spread over each gap by weight, carried on by weight after the last balance.

    A fall counts as no rise. AnalysisError with fewer than two balances.
    """
    known = sorted(balances)
    if len(known) < 2:
        raise AnalysisError("a class needs two balances to have a rise")
    found: dict[int, Amount] = {}
    for start, end in zip(known, known[1:], strict=False):
        found |= spread(np.maximum(balances[end] - balances[start], 0.0), range(start + 1, end + 1), weights)
    before, last = known[-2:]
    ratio = np.maximum(balances[last] - balances[before], 0.0) / sum(weights[y] for y in range(before + 1, last + 1))
    return found | {year: ratio * weights[year] for year in range(last + 1, last_year + 1)}


def spread(total: Amount, years: range, weights: dict[int, float]) -> dict[int, Amount]:
    """A sum over several years, spread as the weights are."""
    whole = sum(weights[year] for year in years)
    return {year: total * weights[year] / whole for year in years}


def placed_in_service(filer: Filer, place: dict | None = None) -> Placed:
    """The vintages of one filer. `place` holds drawn inputs: land_share_ratio, construction_multiple_ratio, lives.

    Misleads: a class whose filer re-cut its lines, or whose balance was not found, carries that error into servers.
    """
    balances = filer.balances(place)
    acquired, last = filer.acquired, filer.last_year
    others = {name: rises(rows, acquired, last) for name, rows in balances.items()
              if name not in (SERVERS, CONSTRUCTION)}
    servers, retired = _servers(balances, others, acquired, filer.noted("disposed"))
    rows = {name: found for name, found in (others | {SERVERS: servers}).items() if name != LAND}
    return _with_opening(filer, balances, rows, retired, place)


def _servers(balances: dict, others: dict, acquired: dict[int, float], disposed: dict[int, float]
             ) -> tuple[dict, dict]:
    """Servers placed by year, and those taken off the books, from what the other uses leave of the acquired sum.

    `disposed`: land and construction that left unused, by year.
    """
    built = balances.get(CONSTRUCTION, {})
    known = [year for year in sorted(balances[SERVERS]) if not built or year in built]
    placed: dict[int, Amount] = {}
    retired: dict[int, Amount] = {}
    for start, end in zip(known, known[1:], strict=False):
        years = range(start + 1, end + 1)
        used = sum(rows.get(year, 0.0) for rows in others.values() for year in years)
        kept = sum(acquired[year] - disposed.get(year, 0.0) for year in years)
        rest = kept - used - (built[end] - built[start] if built else 0.0)
        rise = balances[SERVERS][end] - balances[SERVERS][start]
        placed |= spread(np.maximum(rest, rise), years, acquired)
        retired |= spread(np.maximum(rest - rise, 0.0), years, acquired)
    return placed, retired


def _with_opening(filer: Filer, balances: dict, rows: dict, retired: dict, place: dict | None) -> Placed:
    """Put the vintages before the opening balance in front: its cost, dated by capital expenditure of those years."""
    opening, shape = filer.opening_year, np.shape(next(iter((place or {'': 0.0}).values())))
    lives = {name: filer.lives_of(name, place) for name in rows}
    depth = {name: int(np.ceil(np.max(one.at(opening)))) for name, one in lives.items()}
    first = opening - max(depth.values())
    classes = {}
    for name, found in rows.items():
        cost = np.zeros((filer.last_year - first + 1, *shape))
        if opening in balances[name]:
            dated = filer.dated(opening, depth[name])
            cost[opening - first - depth[name]:opening - first + 1] = np.multiply.outer(dated, np.ones(shape)) * (
                balances[name][opening])
        for year, value in found.items():
            cost[year - first] = value
        classes[name] = cost
    scale = filer.opening_ratio(classes, first, lives, balances)
    for cost in classes.values():
        cost[:opening - first + 1] *= scale
    return Placed(classes, first, opening, balances.get(CONSTRUCTION, {}), retired, scale)
