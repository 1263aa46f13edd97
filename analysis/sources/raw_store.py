"""Keep the bytes that publishers gave, once, under the hash of their content (`data/raw`, ignored by git).

A tidy table can be made again from here without asking anybody. A file appears under its name only when it
is whole, so an interrupted run leaves nothing half-written.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.paths import data_dir


def raw_dir() -> Path:
    """The folder of raw bytes."""
    return data_dir() / "raw"


def keep(content: bytes) -> str:
    """Store the bytes under their sha256 and return it; storing them again writes nothing."""
    digest = hashlib.sha256(content).hexdigest()
    if not is_kept(digest):
        write_whole(raw_path(digest), content)
    return digest


def is_kept(digest: str) -> bool:
    """Whether the bytes with this sha256 are here, and are still those."""
    path = raw_path(digest)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def raw_path(digest: str) -> Path:
    """Where the bytes with this sha256 are kept."""
    return raw_dir() / digest[:2] / digest


def kept(digest: str) -> bytes:
    """The bytes with this sha256; AnalysisError when they are not here or no longer match their name."""
    try:
        content = raw_path(digest).read_bytes()
    except FileNotFoundError:
        raise AnalysisError(f"no raw bytes {digest[:12]}… in {raw_dir()}; a refresh fetches them again") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise AnalysisError(f"{raw_path(digest)} was changed after it was stored; delete it and refresh")
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even when power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def notes() -> dict[str, dict[str, Any]]:
    """What is remembered of each address: sha256, etag, last_modified, retrieved_date, and `earlier`, the sha256 and
    retrieved_date of each content it gave before, oldest first.

    An unreadable file counts as none: the addresses are then asked anew.
    """
    try:
        known = json.loads((raw_dir() / "addresses.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def remember(url: str, note: dict[str, str]) -> None:
    """Replace what is remembered of one address; the contents it had before stay named. The same: nothing is written.
    """
    known = notes()
    old = known.get(url, note)
    is_new = old["sha256"] != note["sha256"]
    earlier = old.get("earlier", []) + [{name: old[name] for name in ("sha256", "retrieved_date")}] * is_new
    new = note | {"earlier": earlier}
    if known.get(url) != new:
        text = json.dumps(known | {url: new}, indent=1, sort_keys=True)
        write_whole(raw_dir() / "addresses.json", text.encode())
