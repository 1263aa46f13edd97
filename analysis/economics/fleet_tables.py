"""Frames over the structures of a fleet: spans without a middle, a table in words, the parts of the money."""

from collections.abc import Callable

import pandas as pd

from analysis.economics.fleet import SCOPE
from analysis.economics.fleet_inputs import PARTS, shares
from analysis.economics.ranges import Range, span
from analysis.errors import require_known
from analysis.numerals import fixed, percent_text, usd_text
from analysis.quantity import Quantity, weakest
from analysis.tables.cells import joined

MILLION, THOUSAND = 1e6, 1e3


def _amount(value: float) -> str:
    """A number of things as money is written, without the sign: 1,769,492 -> "1.77m"."""
    return usd_text(value).replace("$", "")


WORDS: dict[str, tuple[Callable[[float], str], str]] = {
    "gw": (lambda value: fixed(value, 1), " GW"), "twh_per_year": (lambda value: fixed(value, 0), " TWh"),
    "kw": (lambda value: fixed(value, 0), " kW"), "usd": (usd_text, ""), "usd_per_year": (usd_text, ""),
    "count": (_amount, ""), "ratio": (percent_text, ""),
}
"""How a value of each unit is written in a table of many units, and what follows the last of two."""
GENERAL_LABELS = {"accelerators_count": "Accelerators, of the structure's kind"}


def range_words(low: float, high: float, unit: str) -> str:
    """Two ends in words, once when they read alike: "21–43 TWh", "−$3bn to $2bn"."""
    write, suffix = WORDS[require_known("unit", unit, WORDS)]
    ends = list(dict.fromkeys(write(end) for end in (low, high)))
    return (" to " if low < 0 else "–").join(ends) + suffix


def spans(frame: pd.DataFrame) -> pd.DataFrame:
    """Over the structures of `fleets`: term, label, low (the lowest low), high, unit, structures_count, scope.

    Ends carry their basis and documents. No central value: the structures are not readings of one number.
    Structures that do not give a term are left out.
    """
    rows = []
    for term, known in frame.dropna(subset=["value"]).groupby("term", sort=False):
        row = {"term": term, "label": GENERAL_LABELS.get(term, known["label"].iloc[0]), "unit": known["unit"].iloc[0],
               "structures_count": len(known), "scope": SCOPE, "low": known["low"].min(), "high": known["high"].max()}
        basis, documents = weakest(*known["value_basis"]), joined(known["value_documents"])
        row |= {"low_basis": basis, "high_basis": basis, "low_documents": documents, "high_documents": documents}
        rows.append(row)
    return pd.DataFrame(rows)


def ends_of_term(spanned: pd.DataFrame, term: str) -> tuple[Quantity, Quantity]:
    """The two ends of one term of `spans` as quantities."""
    require_known("term", term, spanned["term"])
    row = spanned[spanned["term"] == term].iloc[0]
    low, high = (Quantity(row[end], row["unit"], row[f"{end}_basis"], tuple(row[f"{end}_documents"].split()))
                 for end in ("low", "high"))
    return low, high


def one_term(frame: pd.DataFrame, term: str, scale: float = 1.0) -> pd.DataFrame:
    """The structures that give one term, with low, value and high times `scale`: the rows of `fleets` to draw."""
    require_known("term", term, frame["term"])
    rows = frame[(frame["term"] == term) & frame["value"].notna()].reset_index(drop=True)
    return rows.assign(**{end: rows[end] * scale for end in ("low", "value", "high")})


def in_round_units(low: Quantity, high: Quantity) -> tuple[Quantity, Quantity, str]:
    """Two counts in millions or thousands and the word for it, so that a sentence does not claim seven digits."""
    size, word = (MILLION, "million") if high.value >= MILLION else (THOUSAND, "thousand")
    ends = [Quantity(end.value / size, f"{word}_{end.unit}", end.basis, end.documents) for end in (low, high)]
    return ends[0], ends[1], word


MAGNITUDES = {1e3: "thousands", 1e4: "tens of thousands", 1e5: "hundreds of thousands", 1e6: "millions",
              1e7: "tens of millions"}


def magnitude_word(number: Quantity) -> str:
    """The order of magnitude in words: 3,170,000 -> "millions"."""
    reached = [word for size, word in MAGNITUDES.items() if number.value >= size]
    return reached[-1] if reached else "hundreds or fewer"


def magnitude_verdict(number: Quantity, claimed: str) -> str:
    """Whether a number is of the claimed order: "thousands, as claimed" or "not thousands but millions"."""
    found = magnitude_word(number)
    return f"{claimed}, as claimed" if found == claimed else f"not {claimed} but {found}"


def ratio_of_terms(frame: pd.DataFrame, over: str, under: str) -> tuple[Quantity, Quantity]:
    """Least and most of one term over another within a structure, over the structures that give both: ratios."""
    tops, bottoms = (one_term(frame, term).set_index("structure") for term in (over, under))
    both = [name for name in tops.index if name in bottoms.index]
    ends = {"low": (tops["low"] / bottoms["high"])[both].min(), "high": (tops["high"] / bottoms["low"])[both].max()}
    rows = pd.concat([tops.loc[both], bottoms.loc[both]])
    basis, documents = weakest("derived", *rows["value_basis"]), tuple(joined(rows["value_documents"]).split())
    low, high = (Quantity(float(end), "ratio", basis, documents) for end in ends.values())
    return low, high


def points_only(rows: pd.DataFrame) -> pd.Series:
    """The value of rows without a range, missing elsewhere: a mark for what a bar of no length would hide."""
    return rows["value"].where(rows["low"] == rows["high"])


def by_structure(frame: pd.DataFrame) -> pd.DataFrame:
    """Terms down, structures across (columns named as the structures), each cell a range in words.

    Where a structure is silent the cell says why. Labels of accelerators differ, so the row takes a general one.
    """
    cells = [row["missing"] or range_words(row["low"], row["high"], row["unit"]) for row in frame.to_dict("records")]
    wide = frame.assign(cell=cells).pivot(index="term", columns="structure", values="cell")
    terms, names = list(dict.fromkeys(frame["term"])), list(dict.fromkeys(frame["structure"]))
    labels = dict(zip(frame["term"], frame["label"], strict=True)) | GENERAL_LABELS
    return wide.loc[terms, names].reset_index().assign(label=[labels[term] for term in terms])


def structure_labels(frame: pd.DataFrame) -> dict[str, str]:
    """The structures of a frame and their labels, in order."""
    return dict(zip(frame["structure"], frame["structure_label"], strict=True))


def parts_of_budget(budget: Range) -> pd.DataFrame:
    """Where the money goes by Bernstein's shares: label, share_ratio and value (usd), each with basis and documents.

    The shares add up to one, because the last is the rest. Misleads: shares of a pure AI site, put on a whole budget.
    """
    rows = []
    for name, share in shares().items():
        money = span(lambda budget, share: budget * share, {"budget": budget, "share": share}, "usd")
        rows.append({"part": name, "label": PARTS.get(name, share.label), "share_ratio": share.value,
                     "share_ratio_basis": share.basis, "share_ratio_documents": " ".join(share.documents),
                     "value": money.value, "value_basis": money.basis, "value_documents": " ".join(money.documents),
                     "scope": SCOPE})
    return pd.DataFrame(rows)
