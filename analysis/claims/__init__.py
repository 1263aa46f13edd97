"""Who said what, and does it hold: named computations that decide claims, and judgements marked as such.

A computation reads the data of one day (`Known`), compares a measured number with the thresholds written beside
the claim, and returns a `Finding`. No threshold lives in a function.
"""
