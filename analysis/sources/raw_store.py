"""Keep the bytes that publishers gave, once, under the hash of their content (`data/raw`, ignored by git).

A tidy table can be made again from here without asking anybody. A file appears under its name only when it
is whole, so an interrupted run leaves nothing half-written.
"""

import hashlib
import json
import os
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.paths import data_dir


def raw_dir() -> Path:
    """The folder of raw bytes."""
    return data_dir() / "raw"


def keep(content: bytes) -> str:
    """Store the bytes under their sha256 and return it; storing them again writes nothing."""
    digest = hashlib.sha256(content).hexdigest()
    path = raw_path(digest)
    if not path.exists():
        write_whole(path, content)
    return digest


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


def notes() -> dict[str, dict[str, str]]:
    """What is remembered of each address: sha256, etag, last_modified, retrieved_date, before (an older sha256)."""
    path = raw_dir() / "addresses.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def remember(url: str, note: dict[str, str]) -> None:
    """Replace what is remembered of one address; the content it had before stays named."""
    known = notes()
    old = known.get(url, {})
    before = old.get("before", "") if old.get("sha256", note["sha256"]) == note["sha256"] else old["sha256"]
    text = json.dumps(known | {url: note | {"before": before}}, indent=1, sort_keys=True)
    write_whole(raw_dir() / "addresses.json", text.encode())
