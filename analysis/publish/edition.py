"""The folder an edition lives in: whole reports replace whole reports, and a record says what was run.

A report is several files. They are written into a waiting folder, which one rename declares complete;
then they move into place. A run that was cut off is completed by the next one.
"""

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any, Self

import nbformat

from analysis.errors import AnalysisError

READY = ".ready-"
WRITING = ".writing-"
LOCK = ".lock"
FAILED = "failed"
RECORD = "run.json"


def write(path: Path, text: str) -> None:
    """Replace one file at once: a reader sees the old text or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, waiting = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
    os.chmod(waiting, 0o644)
    os.replace(waiting, path)


def _lock(path: Path) -> IO[str]:
    """Hold the folder as long as the file is open; AnalysisError when another run holds it."""
    handle = path.open("w", encoding="utf-8")
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return handle  # Windows has no such lock; two runs at once are the caller's to avoid
    except OSError:
        handle.close()
        raise AnalysisError(f"another run is writing to {path.parent}; wait for it, or name another --out") from None
    return handle


class Edition:
    """One output folder: the reports in it, the failures beside them, and `run.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def __enter__(self) -> Self:
        """Take the folder for this run, and mend what a run that was cut off left behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.folder / LOCK)
        for ready in sorted(self.folder.glob(f"{READY}*")):
            self._move_in(ready)
        for unfinished in self.folder.glob(f"{WRITING}*"):
            shutil.rmtree(unfinished) if unfinished.is_dir() else unfinished.unlink()
        return self

    def __exit__(self, *error: object) -> None:
        self._lock.close()

    def publish(self, report_id: str, files: dict[str, str]) -> None:
        """Replace the files of a report by these, all together; forget its failure."""
        waiting = Path(tempfile.mkdtemp(dir=self.folder, prefix=WRITING))
        for name, text in files.items():
            write(waiting / name, text)
        ready = self.folder / f"{READY}{report_id}"
        waiting.rename(ready)
        self._move_in(ready)
        for path in self._failure(report_id):
            path.unlink(missing_ok=True)

    def _move_in(self, ready: Path) -> None:
        report_id = ready.name.removeprefix(READY)
        new = {path.name for path in ready.iterdir()}
        for path in sorted(ready.iterdir(), key=lambda one: one.suffix == ".html"):
            os.replace(path, self.folder / path.name)
        for name in set(self.files(report_id)) - new:
            (self.folder / name).unlink()
        ready.rmdir()

    def files(self, report_id: str) -> list[str]:
        """The names of the files a report has here; its page comes first."""
        page = [f"{report_id}.html"] if (self.folder / f"{report_id}.html").exists() else []
        table = re.compile(re.escape(report_id) + r"\.[a-z0-9_-]+\.csv")
        return page + sorted(path.name for path in self.folder.iterdir() if table.fullmatch(path.name))

    def keep_failure(self, report_id: str, notebook: Any, details: str) -> None:
        """Keep the notebook as far as it came, and the story of its failure."""
        kept, story = self._failure(report_id)
        write(story, details.rstrip() + "\n")
        if notebook is not None:
            write(kept, nbformat.writes(notebook) + "\n")

    def _failure(self, report_id: str) -> tuple[Path, Path]:
        folder = self.folder / FAILED
        return folder / f"{report_id}.ipynb", folder / f"{report_id}.txt"

    def record(self) -> dict[str, Any]:
        """What `run.json` says; an unreadable record counts as none, since the next run rewrites it."""
        try:
            content = json.loads((self.folder / RECORD).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {"reports": {}}
        return content if isinstance(content.get("reports"), dict) else {"reports": {}}

    def write_record(self, facts: dict[str, Any], reports: dict[str, Any]) -> None:
        """Merge the outcome of this run into `run.json`; reports not run keep their entry."""
        merged = dict(sorted((self.record()["reports"] | reports).items()))
        write(self.folder / RECORD, json.dumps(facts | {"reports": merged}, indent=1, ensure_ascii=False) + "\n")

    def retire(self, current: set[str]) -> list[str]:
        """Remove the reports the record names that are no longer published; returns their ids."""
        record = self.record()
        gone = sorted(set(record["reports"]) - current)
        for report_id in gone:
            for path in [*(self.folder / name for name in self.files(report_id)), *self._failure(report_id)]:
                path.unlink(missing_ok=True)
            del record["reports"][report_id]
        if gone:
            write(self.folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
        if (self.folder / FAILED).is_dir() and not any((self.folder / FAILED).iterdir()):
            shutil.rmtree(self.folder / FAILED)
        return gone
