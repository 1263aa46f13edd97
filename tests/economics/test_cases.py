"""Published figures through the project's own model, and a reader's file through the same door."""

import re

import pytest

from analysis.economics.cases import CALCULATIONS, cases_report, check_cases
from analysis.errors import AnalysisError
from analysis.paths import root
from analysis.tables.compute import load_published_cases

RECOMPUTED = {
    "lenovo_2025_on_demand_hours": 8556.2442, "lenovo_2025_reserved_1y_hours": 10890.883,
    "lenovo_2025_reserved_3y_hours": 15708.4778, "lenovo_2026_on_demand_hours": 2720.4111,
    "lenovo_2026_on_demand_months": 3.7260, "lenovo_2026_reserved_1y_hours": 4423.374,
    "lenovo_2026_reserved_1y_months": 6.0589, "lenovo_2026_reserved_3y_hours": 6799.1791,
    "lenovo_2026_reserved_3y_months": 9.3151, "lenovo_2026_reserved_5y_hours": 7591.5569,
    "lenovo_2026_reserved_5y_months": 10.3986, "lenovo_2026_maintenance": 3.4266, "lenovo_2026_colocation": 2.0833,
    "lenovo_2026_amortised": 12.081, "lenovo_2026_tokens_owned": 0.10974, "lenovo_2026_tokens_cloud": 0.89322,
    "nvidia_gb300_tokens": 0.12269, "nvidia_h200_tokens": 4.35185, "uptime_2025_at_8_percent": 272.5,
    "uptime_2025_at_40_percent": 54.5, "uptime_2025_at_33_percent": 66.0606,
    "hf_mem_minimax_m2_cache": 24_964_497_408, "lenovo_2026_weights_70b": 140, "lenovo_2026_weights_405b": 810,
    "inferbase_weights_70b_fp32": 260.7703, "inferbase_weights_70b_fp16": 130.3852,
    "inferbase_weights_70b_fp8": 65.1926, "inferbase_weights_70b_int4": 32.5963,
}
"""Worked out by hand from the inputs each source gives."""
INCONSISTENT = {
    "lenovo_2025_reserved_1y_hours", "lenovo_2025_reserved_3y_hours", "lenovo_2026_reserved_3y_hours",
    "lenovo_2026_reserved_5y_hours", "lenovo_2026_maintenance", "nvidia_h200_tokens", "uptime_2025_at_8_percent",
    "uptime_2025_at_40_percent", "lenovo_2026_weights_405b",
}
"""Further than half the last published digit from what their own inputs give."""


@pytest.fixture(scope="module")
def checked():
    return check_cases().set_index("case_id")


def test_every_case_is_listed_once():
    assert len(RECOMPUTED) == 28
    assert sorted(load_published_cases()["case_id"]) == sorted(RECOMPUTED)


@pytest.mark.parametrize("case_id", RECOMPUTED)
def test_each_published_figure_is_worked_out_again(checked, case_id):
    row = checked.loc[case_id]
    assert row["recomputed"] == pytest.approx(RECOMPUTED[case_id], rel=5e-5)
    assert row["verdict"] == ("inconsistent" if case_id in INCONSISTENT else "reproduced")
    if case_id not in INCONSISTENT:
        assert abs(row["recomputed"] - row["published"]) <= row["tolerance"]


def test_the_table_states_the_verdict_that_comes_out(checked):
    stated = load_published_cases().set_index("case_id")["verdict"]
    assert (checked["verdict"] == stated).all()


def test_an_inconsistent_figure_says_why(checked):
    assert checked.loc[sorted(INCONSISTENT), "doubt"].notna().all()


@pytest.mark.parametrize(("text", "tolerance"), [("8556", 0.5), ("3.7", 0.05), ("12.08", 0.005), ("1.1e4", 500)])
def test_the_tolerance_is_half_the_last_published_digit(tmp_path, text, tolerance):
    table = check_cases(written(tmp_path, published=text))
    assert table["tolerance"].iloc[0] == pytest.approx(tolerance)


HEADER = "case_id,output,calculation,inputs,published_value,unit\n"
MONTHS = '"{""hours"": 2720, ""hours_per_month"": 730}"'


def written(folder, calculation="break_even_months", inputs=MONTHS, published="3.7"):
    path = folder / "mine.csv"
    path.write_text(f"{HEADER}mine,months,{calculation},{inputs},{published},months\n", encoding="utf-8")
    return path


def test_a_readers_file_goes_through_the_same_door(tmp_path):
    assert list(check_cases(written(tmp_path))["verdict"]) == ["reproduced"]
    assert list(check_cases(written(tmp_path, published="3.8"))["verdict"]) == ["inconsistent"]


def test_an_unknown_calculation_is_a_verdict_and_not_an_error(tmp_path):
    row = check_cases(written(tmp_path, calculation="break_even_month")).iloc[0]
    assert row["verdict"] == "unknown calculation" and "break_even_months" in row["doubt"]


@pytest.mark.parametrize(("changes", "words"), [
    ({"published": "about 4"}, "line 2: published_value 'about 4' is not a number"),
    ({"published": "nan"}, "line 2: published_value 'nan' is not a finite number"),
    ({"published": "1e400"}, "line 2: published_value '1e400' is not a finite number"),
    ({"published": "1e-400"}, "line 2: published_value '1e-400' is not a finite number"),
    ({"published": "1e99999999"}, "line 2: published_value '1e99999999' is not a finite number"),
    ({"inputs": f'"{{""hours"": {"9" * 400}, ""hours_per_month"": 730}}"'}, "line 2: inputs: hours is not a finite"),
    ({"inputs": f'"{{""hours"": {"9" * 5000}, ""hours_per_month"": 730}}"'}, "line 2: inputs are not JSON that can"),
    ({"inputs": '"{""hours"": 1, ""hours_per_month"": Infinity}"'}, "line 2: inputs: hours_per_month is not a finite"),
    ({"inputs": '"{""hours"": 1e18, ""hours_per_month"": 730}"'}, "line 2: inputs: hours is 1e+18, outside 0 to 1e+09"),
    ({"inputs": '"{hours: 1}"'}, "line 2: inputs are not JSON"),
    ({"inputs": "3"}, "line 2: inputs are not a JSON object"),
    ({"inputs": '"{""hours"": 2720}"'}, "line 2: inputs: 'hours_per_month' is missing"),
    ({"inputs": '"{""hours"": 1, ""hours_per_month"": 1, ""days"": 2}"'}, "line 2: inputs: 'days' is not one"),
    ({"inputs": '"{""hours"": ""x"", ""hours_per_month"": 730}"'}, "line 2: inputs: hours is 'x', not a number"),
])
def test_a_malformed_case_is_refused_with_its_line_and_field(tmp_path, changes, words):
    with pytest.raises(AnalysisError, match=re.escape(words)):
        check_cases(written(tmp_path, **changes))


@pytest.mark.parametrize("used", [-0.1, 1.2])
def test_a_utilisation_outside_nothing_to_one_is_refused_by_name(tmp_path, used):
    inputs = f'"{{""fixed_usd_per_hour"": 21.8, ""utilisation_ratio"": {used}}}"'
    with pytest.raises(AnalysisError, match=f"line 2: inputs: utilisation_ratio is {used}, outside 0 to 1"):
        check_cases(written(tmp_path, "dedicated_cost_per_used_hour", inputs, "54.5"))


def test_a_file_without_a_column_or_with_an_empty_cell_is_refused(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("case_id,calculation,inputs,published_value\nx,y,z,1\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match="no column unit"):
        check_cases(path)
    with pytest.raises(AnalysisError, match="line 2: published_value is empty"):
        check_cases(written(tmp_path, published=""))


def test_inputs_that_divide_by_nothing_are_inconsistent(tmp_path):
    path = written(tmp_path, inputs='"{""hours"": 2720, ""hours_per_month"": 0}"')
    row = check_cases(path).iloc[0]
    assert row["verdict"] == "inconsistent" and "no finite result" in row["doubt"]


def test_rent_below_the_running_cost_never_breaks_even(tmp_path):
    path = written(tmp_path, "break_even_hours",
                   '"{""capex_usd"": 1000, ""cloud_usd_per_hour"": 1, ""running_usd_per_hour"": 2}"', "500")
    assert "no finite result" in check_cases(path)["doubt"].iloc[0]


def test_the_report_counts_its_verdicts(tmp_path):
    words = cases_report(written(tmp_path))
    assert "reproduced           mine: published 3.7, recomputed 3.72602739726" in words
    assert words.endswith("1 case: 1 reproduced")


def test_the_document_shows_a_file_that_works(tmp_path):
    page = (root() / "docs" / "CASES.md").read_text(encoding="utf-8")
    example = re.search(r"```csv\n(.*?)```", page, re.DOTALL)[1]
    path = tmp_path / "example.csv"
    path.write_text(example, encoding="utf-8")
    verdicts = check_cases(path).set_index("case_id")["verdict"]
    assert set(verdicts) == {"reproduced", "inconsistent", "unknown calculation"}
    shown = re.search(r"```text\n(.*?)```", page, re.DOTALL)[1]
    assert shown.strip() == cases_report(path)


def test_the_document_names_every_calculation():
    page = (root() / "docs" / "CASES.md").read_text(encoding="utf-8")
    assert [name for name in CALCULATIONS if f"`{name}`" not in page] == []
