"""What a reading's period is, and the quarters that only cumulative readings hold.

A 10-Q's cash-flow statement reports from the start of the fiscal year, so a single quarter is the difference of
two spans. Whether a span is a fiscal year or a trailing one is told by the filing it is in.
"""

import pandas as pd

LENGTHS_DAYS = {"quarter": (80, 100), "half": (170, 195), "nine_months": (260, 290), "year": (350, 380)}
ANNUAL_FORMS = ("10-K", "10-KT", "20-F", "40-F")
STEPS = {"half": ("quarter", "6M-3M"), "nine_months": ("half", "9M-6M"), "year": ("nine_months", "FY-9M")}
KEY = ["tag", "unit"]


def with_spans(readings: pd.DataFrame) -> pd.DataFrame:
    """The readings with `span`: instant, quarter, half, nine_months or year; others are left out.

    A year counts only when an annual report (10-K, 20-F, 40-F) gives the same period: Amazon's quarterly
    reports hold trailing years, which look like fiscal ones.
    """
    days = (readings["period_end"] - readings["period_start"]).dt.days + 1
    span = pd.Series(pd.NA, index=readings.index, dtype="string").mask(readings["period_start"].isna(), "instant")
    for name, (least, most) in LENGTHS_DAYS.items():
        span = span.mask(days.between(least, most), name)
    annual = readings["form"].fillna("").str.split("/").str[0].isin(ANNUAL_FORMS)
    fiscal = readings.loc[annual & (span == "year"), "period_end"].unique()
    trailing = (span == "year") & ~readings["period_end"].isin(fiscal)
    return readings.assign(span=span)[span.notna() & ~trailing.fillna(False)]


def quarters_by_difference(spans: pd.DataFrame) -> pd.DataFrame:
    """Quarters that follow from cumulative readings, in the columns of `spans` and `derived` (such as FY-9M).

    A longer span is set against the shorter one with the same first day as it was last filed by then, so that
    one vintage is not subtracted from another where both are on file; form, accession and filing date are the
    longer one's. A shorter span that was only filed later makes the quarter known on that later day.
    """
    parts = [_difference(spans, longer, shorter, label) for longer, (shorter, label) in STEPS.items()]
    return pd.concat(parts, ignore_index=True)


def _difference(spans: pd.DataFrame, longer: str, shorter: str, label: str) -> pd.DataFrame:
    on = [*KEY, "period_start"]
    left, right = (spans[spans["span"] == span].sort_values("filed_date", kind="stable") for span in (longer, shorter))
    right = right[[*on, "filed_date", "period_end", "value"]].assign(known_date=right["filed_date"])
    both = pd.merge_asof(left, right, on="filed_date", by=on, suffixes=("", "_shorter"))
    alone = both["value_shorter"].isna()
    later = pd.merge_asof(left[alone.to_numpy()], right, on="filed_date", by=on, suffixes=("", "_shorter"),
                          direction="forward").dropna(subset="value_shorter")
    both = pd.concat([both[~alone], later.assign(filed_date=later["known_date"])])
    start = both["period_end_shorter"] + pd.Timedelta(days=1)
    least, most = LENGTHS_DAYS["quarter"]
    fits = ((both["period_end"] - start).dt.days + 1).between(least, most)
    made = both.assign(value=both["value"] - both["value_shorter"], period_start=start, span="quarter", derived=label)
    return made[fits].drop(columns=["period_end_shorter", "value_shorter", "known_date"])
