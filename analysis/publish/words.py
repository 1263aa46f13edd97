"""Words computed from numbers, so that a sentence turns when its number does.

`within` is the largest distance from zero that still counts as no change, in the unit of the
quantity. It is zero unless the caller says otherwise. A missing quantity raises AnalysisError.
"""

from collections.abc import Sequence

from analysis.errors import AnalysisError, require_known
from analysis.numerals import finite
from analysis.quantity import Quantity

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def direction(change: Quantity, *, up: str, down: str, flat: str, within: float = 0.0) -> str:
    """`up`, `down` or `flat`, by the sign of a change."""
    value = finite(change.value)
    if abs(value) <= within:
        return flat
    return up if value > 0 else down


def rose_or_fell(change: Quantity, *, within: float = 0.0) -> str:
    """"rose", "fell" or "was unchanged"."""
    return direction(change, up="rose", down="fell", flat="was unchanged", within=within)


def more_or_less(difference: Quantity, *, within: float = 0.0) -> str:
    """"more than", "less than" or "as much as", by the sign of (this - that)."""
    return direction(difference, up="more than", down="less than", flat="as much as", within=within)


def rank_word(position: int, superlative: str = "largest") -> str:
    """A place in an order that starts at 1: "the largest", "the second largest", "the 11th largest"."""
    if int(position) != position or position < 1:
        raise AnalysisError(f"a position starts at 1, not {position!r}")
    if position == 1:
        return f"the {superlative}"
    return f"the {ordinal(int(position))} {superlative}"


def ordinal(position: int) -> str:
    """"first" to "tenth", then "11th", "21st"."""
    if 1 <= position <= len(ORDINALS):
        return ORDINALS[position - 1]
    teens = position % 100 in (11, 12, 13)
    suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{suffix}"


NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_word(number: int) -> str:
    """"one" to "ten" in words, larger numbers in digits."""
    return NUMBER_WORDS[number] if 0 < number < len(NUMBER_WORDS) else str(number)


def and_list(items: Sequence[str], joiner: str = "and") -> str:
    """"A", "A and B", "A, B and C"; AnalysisError when empty, because "" would hide a gap."""
    names = [str(item) for item in items]
    if not names:
        raise AnalysisError("nothing to list; say so in words")
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {joiner} {names[-1]}"


def plural(number: int | Quantity, one: str, many: str | None = None) -> str:
    """The noun that goes with a number: "firm" for 1, "firms" otherwise."""
    value = finite(number.value if isinstance(number, Quantity) else number)
    return one if value == 1 else (many or one + "s")


def tally(items: Sequence[str], forms: dict[str, tuple[str, str]]) -> str:
    """How often each word stands among `items`: "two come out mixed and one is supported".

    `forms`: for each word its clause for one and for several, in the order of the sentence. UnknownName for an item
    without a form; AnalysisError when there are no items.
    """
    counts = {word: list(items).count(word) for word in items if require_known("word", word, forms)}
    return and_list([f"{number_word(counts[word])} {clauses[counts[word] > 1]}" for word, clauses in forms.items()
                     if word in counts])
