"""Addresses that a user gives by a setting, because the publisher has none that everybody may ask."""

import os

import pandas as pd

from analysis.errors import SourceUnavailable
from analysis.sources import raw_store


def is_address(card: pd.Series) -> bool:
    """Whether the setting that a source needs is its address (else it is the caller's contact)."""
    return pd.notna(card["needs"]) and f"{{{card['needs']}}}" in card["url"]


def is_address_set(card: pd.Series) -> bool:
    """Whether a source's address is known: its own, or the user's."""
    return not is_address(card) or bool(os.environ.get(card["needs"], "").strip())


def address(card: pd.Series) -> str:
    """The address of a source, with a user's setting filled in; SourceUnavailable when it is not set."""
    if not is_address(card):
        return card["url"]
    if not is_address_set(card):
        raise SourceUnavailable(f"set {card['needs']} to the address of your own copy, or give the file with --file "
                                f"({card['note']})")
    return card["url"].replace(f"{{{card['needs']}}}", os.environ[card["needs"]].strip())


def file_name(card: pd.Series) -> str:
    """The name under which the last file that a user gave for a source is remembered among the addresses."""
    return f"file:{card['live_source_id']}"


def is_set_up(card: pd.Series) -> bool:
    """Whether a source that a user provides can be read: an address is set, or a file was given before."""
    note = raw_store.notes().get(file_name(card))
    return is_address_set(card) or (note is not None and raw_store.raw_path(note["sha256"]).exists())
