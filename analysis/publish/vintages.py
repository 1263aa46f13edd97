"""Published editions kept: what each said, without its pages, in a folder named by the day its data reach.

`reports/vintages/<day>/published/` holds the numbers and the record of the edition that was published with data to
that day; `reports/vintages/<day>/` itself is an edition made for that day later (`--as-of`), with today's corrections.
"""

import datetime
import shutil
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish.edition import RECORD, WRITING, Edition

PUBLISHED = "published"
LATEST = "latest"


def keep(edition: Path) -> Path | None:
    """Keep what an edition says (`*.numbers.csv`, `run.json`) under its data date; returns where, None if it is none.

    Of several editions with the same data date the last is kept. AnalysisError while another run writes to it.
    """
    if not (edition / RECORD).exists():
        return None
    with Edition(edition) as locked:
        days = {one.get("said", {}).get("data_date", "") for one in locked.record()["reports"].values()}
        day = max(days, default="")
        if not day:
            return None
        folder = paths.reports_dir() / "vintages" / day / PUBLISHED
        waiting = folder.with_name(f"{WRITING}{PUBLISHED}")
        shutil.rmtree(waiting, ignore_errors=True)
        waiting.mkdir(parents=True)
        for path in [*edition.glob("*.numbers.csv"), edition / RECORD]:
            shutil.copyfile(path, waiting / path.name)
    shutil.rmtree(folder, ignore_errors=True)
    waiting.rename(folder)
    return folder


def find(name: str) -> Path:
    """The folder of an edition: `latest`, the day of a kept or an as-of edition, or a path.

    For a day, what was published then comes before what was made for it later. AnalysisError names what there is.
    """
    for folder in _candidates(name):
        if (folder / RECORD).is_file():
            return folder
    there = ", ".join(editions()) or "none; run `make report` first"
    raise AnalysisError(f"{name!r} is no edition: a folder with {RECORD}, `{LATEST}`, or the day of one. Kept: {there}")


def _candidates(name: str) -> list[Path]:
    if name == LATEST:
        return [paths.reports_dir() / LATEST]
    try:
        day = datetime.date.fromisoformat(name).isoformat()
    except ValueError:
        return [Path(name)]
    folder = paths.reports_dir() / "vintages" / day
    return [folder / PUBLISHED, folder]


def editions() -> list[str]:
    """The names `find` knows: `latest` and the days of `reports/vintages/`, in order."""
    folder = paths.reports_dir()
    days = sorted({path.relative_to(folder / "vintages").parts[0] for path in folder.glob(f"vintages/**/{RECORD}")})
    return days + [LATEST] * (folder / LATEST / RECORD).is_file()
