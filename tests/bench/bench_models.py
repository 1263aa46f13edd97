"""The long form of the proofs of the trade-off: size, power, recovery and bias with a thousand replications or more.

Every share is printed with its Monte Carlo error. Also the speed of the exchange of capital paths against a plain
loop of library fits. The short forms are in tests/models.
"""

import sys
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.models.cluster import inference
from analysis.models.permutation import exchangeable_rows, path_draws, permutation_test
from analysis.models.plasmode import recovery
from analysis.models.power import Bench, World, rejections, residual_sd
from analysis.models.power_tables import planning_bias, size_table
from analysis.models.sample import CAPITAL, CONTROL, OUTCOME, estimation_rows
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff import cumulated
from analysis.models.tradeoff_result import trade_off
from analysis.tables.panel import load_panel
from tests.models.worlds import world

REPLICATIONS = 1000
SIZE = (0.03, 0.07)
"""Where the size of a sound test must lie."""


def sizes_on_the_data(replications: int = REPLICATIONS) -> bool:
    """Size of every test on the real covariates, with and without a shared shock; the primary design must hold."""
    trade, rows = _real()
    table = size_table(trade, rows, residual_sd(rows), replications, draws=499)
    print(table.round(4).to_string())
    primary = table[(table["design"] == "group by year") & (table["shock"] != "semiconductors")]
    return bool(primary["permutation_ratio"].between(*SIZE).all() and (primary["decisive_ratio"] <= SIZE[1]).all())


def sizes_on_made_up_panels(replications: int = REPLICATIONS) -> bool:
    """The same where the capital paths are drawn anew in every world and the big spenders share a shock."""
    rejected = np.empty((replications, 2))
    for seed in range(replications):
        frame = world(shock_sd=0.06, seed=seed)
        rows, _ = estimation_rows(frame)
        rejected[seed] = (inference(cumulated(rows)).p_value < 0.05,
                          permutation_test(frame, rows, draws=199, seed=seed).p_value < 0.05)
    shares = rejected.mean(axis=0)
    errors = np.sqrt(shares * (1 - shares) / replications)
    print(f"size with a shared shock: CRV3 {shares[0]:.3f} ({errors[0]:.3f}), "
          f"exchange {shares[1]:.3f} ({errors[1]:.3f})")
    return SIZE[0] <= shares[1] <= SIZE[1]


def recovery_of_effects(replications: int = REPLICATIONS) -> bool:
    """An effect put into exchanged real worlds comes back, and intervals hold it as often as they say."""
    trade, rows = _real()
    movers = exchangeable_rows(rows, path_draws(trade, rows, 1))
    found = recovery(movers, path_draws(trade, movers, replications), -0.05)
    print(f"injected {found.injected}, mean {found.mean:.4f} ({found.mean_standard_error:.4f}), "
          f"coverage {found.coverage:.3f} ({found.coverage_standard_error:.3f})")
    return abs(found.mean - found.injected) < 3 * found.mean_standard_error and found.coverage > 0.93


def bias_of_joint_planning(replications: int = REPLICATIONS) -> bool:
    """In a world where prospects drive both, the estimate lies above the truth by what `planning_bias` says."""
    trade, rows = _real()
    bench = Bench(rows, path_draws(trade, rows, 99))
    found = rejections(bench, World(-0.03, residual_sd(rows), planned=0.01), replications, wild=False)
    bias, said = found["bias_ratio"].iloc[0], planning_bias(rows, 0.01)
    print(f"bias {bias:.4f}, reported beforehand {said:.4f}")
    return bias > 0 and abs(bias - said) < 0.005


def noise_is_never_supported(replications: int = REPLICATIONS) -> bool:
    """How often pure noise is called supported: it must be less often than one world in forty."""
    words = []
    for seed in range(replications):
        frame = world(seed=seed)
        rows, _ = estimation_rows(frame)
        words.append(trade_off(frame, rows, permutations=199, bootstrap_draws=1).verdict)
    shares = {word: words.count(word) / replications for word in sorted(set(words))}
    error = np.sqrt(0.025 * 0.975 / replications)
    print(f"verdicts on noise: {shares} (error of a share of one in forty: {error:.3f})")
    return shares.get("supported", 0.0) <= 0.025 + 3 * error


def ratio_to_a_library_loop(draws: int = 999) -> float:
    """How many times faster the matrix products are than one statsmodels fit with dummies per draw."""
    trade, rows = _real()
    begin = time.perf_counter()
    permutation_test(trade, rows, draws=draws)
    fast = (time.perf_counter() - begin) / draws
    few, firm = 20, pd.factorize(rows["ticker"])[0]
    first = rows["calendar_year"].min()
    cells = pd.get_dummies(rows["cell"]).filter(regex=f"^(?!.* {first}$)")  # firms hold the level of each group
    columns = pd.concat([rows[[*CAPITAL, CONTROL]], pd.get_dummies(rows["ticker"]), cells], axis=1).astype(float)
    begin = time.perf_counter()
    for _ in range(few):
        sm.OLS(rows[OUTCOME], columns).fit(cov_type="cluster", cov_kwds={"groups": firm})
    ratio = (time.perf_counter() - begin) / few / fast
    print(f"one library fit over one exchanged world: {ratio:.0f}; {draws} worlds take {fast * draws:.2f} s")
    return ratio


def _real():
    trade = trade_panel(load_panel("year"))
    return trade, estimation_rows(trade)[0]


PROOFS = (sizes_on_the_data, sizes_on_made_up_panels, recovery_of_effects, bias_of_joint_planning,
          noise_is_never_supported)


def main(replications: int = REPLICATIONS) -> int:
    """Run every proof; exit code 1 when one fails."""
    failed = []
    for proof in PROOFS:
        begin = time.perf_counter()
        if not proof(replications):
            failed.append(proof.__name__)
        print(f"  {proof.__name__}: {time.perf_counter() - begin:.0f} s")
    ratio_to_a_library_loop()
    print("all hold" if not failed else f"do not hold: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
