"""Cut a company-facts file of the SEC down to the tags we use, in the SEC's own layout.

    python -m tests.sources.trim_companyfacts CIK0001326801.json data/recorded/companyfacts

Kept: every tag of the table xbrl_tags and three that no row names, each reading whole.
"""

import json
import sys
from pathlib import Path

from analysis.tables.read import read_table

OTHER_TAGS = ("Assets", "Liabilities", "StockholdersEquity")


def trimmed(whole: dict) -> dict:
    """The same file with fewer tags."""
    keep = {*read_table("xbrl_tags")["tag"], *OTHER_TAGS}
    facts = {taxonomy: {tag: fact for tag, fact in tags.items() if tag in keep}
             for taxonomy, tags in whole["facts"].items()}
    return whole | {"facts": facts}


if __name__ == "__main__":
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    text = json.dumps(trimmed(json.loads(source.read_text(encoding="utf-8"))), separators=(",", ":"))
    (folder / source.name).write_text(text + "\n", encoding="utf-8")
