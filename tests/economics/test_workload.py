"""A workload decides how many accelerators must be owned and how many hours suffice when rented."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics.workload import (
    accelerators_needed,
    check_utilisation,
    inference_load,
    levels,
    most_tokens_per_day,
    profile,
    training_load,
)
from analysis.errors import AnalysisError, UnknownName


def test_levels_keep_the_average():
    busy, quiet = levels(100.0, 0.25, 0.75)
    assert (busy, quiet) == (300, pytest.approx(100 / 3))
    assert 0.25 * busy + 0.75 * quiet == pytest.approx(100)
    assert levels(100.0, 1.0, 1.0) == (100, 0)


def test_accelerators_come_in_whole_copies_of_the_model():
    assert accelerators_needed(1000.0, 300.0) == 4
    assert accelerators_needed(900.0, 300.0) == 3
    assert accelerators_needed(1000.0, 300.0, group_count=4) == 4
    assert accelerators_needed(1300.0, 300.0, group_count=4) == 8
    assert accelerators_needed(0.0, 300.0) == 0


def test_a_flat_load_by_hand():
    # 86.4m tokens a day are 1000 a second: two accelerators at 500
    load = inference_load(tokens_per_day=86.4e6, horizon_years=1.5, benchmark_tokens_per_second=1000.0,
                          achieved_speed_ratio=0.5)
    assert load.peak_count.tolist() == [2, 2]
    assert load.hours.tolist() == [2 * 8760, 8760]
    assert load.tokens.tolist() == [86.4e6 * 365, 86.4e6 * 365 / 2]
    assert load.utilisation(np.array([8.0, 8.0])) == 0.25


def test_bursts_need_more_accelerators_and_no_more_hours():
    flat, bursts = (inference_load(tokens_per_day=86.4e7, horizon_years=1, benchmark_tokens_per_second=100.0,
                                   busy_hours_ratio=share, busy_tokens_ratio=tokens)
                    for share, tokens in ((1.0, 1.0), (0.1, 0.5)))
    assert bursts.peak_count[0] == 5 * flat.peak_count[0]
    assert bursts.hours.sum() == pytest.approx(flat.hours.sum(), rel=0.01)


def test_growth_adds_up_by_year():
    load = inference_load(tokens_per_day=86.4e6, horizon_years=3, benchmark_tokens_per_second=1000.0,
                          workload_growth_ratio=1.0)
    assert load.peak_count.tolist() == [1, 2, 4]
    assert load.present("tokens", 0.0) == pytest.approx(86.4e6 * 365 * 7)


def test_training_by_the_hour():
    load = training_load(accelerator_hours_per_year=8760 * 4, accelerators_count=8.0, horizon_years=2)
    assert load.peak_count.tolist() == [8, 8] and load.hours.tolist() == [35_040, 35_040]
    assert load.utilisation(load.peak_count) == 0.5
    assert np.isnan(load.tokens).all()


def test_profiles_are_named_and_bounded():
    assert profile("flat")["busy_hours_ratio"].value == 1
    for name in ("office_hours", "bursty"):
        shape = profile(name)
        assert 0 < shape["busy_hours_ratio"].value < shape["busy_tokens_ratio"].value <= 1
    with pytest.raises(UnknownName, match="office_hours"):
        profile("office")


def test_a_utilisation_above_one_is_refused_with_the_nearest_possible():
    with pytest.raises(AnalysisError, match="nearest possible: 1"):
        check_utilisation(1.2)


def test_machines_that_never_work_are_refused():
    with pytest.raises(AnalysisError, match="utilisation_ratio is 0.*without work.*nearest possible: 0.001"):
        check_utilisation(0.0)
    assert check_utilisation(1.0) == 1


def test_most_tokens_a_day():
    assert most_tokens_per_day(8, 1000) == pytest.approx(691.2)


@settings(deadline=None, max_examples=60)
@given(tokens=st.floats(1e3, 1e13), speed=st.floats(1, 1e5), hours=st.floats(0.01, 0.99), more=st.floats(0, 0.99))
def test_rented_hours_always_serve_the_tokens_and_the_peak_bounds_them(tokens, speed, hours, more):
    busy = hours + (1 - hours) * more
    load = inference_load(tokens_per_day=tokens, horizon_years=1, benchmark_tokens_per_second=speed,
                          busy_hours_ratio=hours, busy_tokens_ratio=busy)
    assert load.hours[0] * speed * 3600 >= load.tokens[0] * (1 - 1e-6)
    assert load.hours[0] <= load.peak_count[0] * 8760 * (1 + 1e-9)
