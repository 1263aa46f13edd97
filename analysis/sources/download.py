"""Fetch one large file to disk in a stream; a fetch that was cut off goes on where it stopped.

Beside the file stands what its publisher called this version (etag or date), so that an unchanged file is not
fetched again and the rest of an older version is never joined to a newer one.
"""

import os
from pathlib import Path

import httpx

from analysis.errors import DataRefused
from analysis.sources.client import Client, mark, refuse_status

MOST_BYTES = 10_000_000_000


def download(client: Client, url: str, path: Path, most_bytes: int = MOST_BYTES) -> bool:
    """Bring the file at `path` up to date with the address; False when it already was.

    The file is replaced only when the new one is whole; what came before a failure stays beside it as `.part`.
    SourceUnavailable when the publisher does not give it; DataRefused when it is larger than the limit.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return client.trying(url, lambda: _once(client, url, path, most_bytes))


def _once(client: Client, url: str, path: Path, most_bytes: int) -> bool:
    part = path.with_name(f"{path.name}.part")
    asking = _asking(path, part)
    with client.opened(url, {"Accept-Encoding": "identity", **asking}) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED and asking and path.exists():
            return False
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            return _once(client, url, path, most_bytes)
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT and "Range" in asking
        if resumed:
            _refuse_other_part(url, part, response.headers.get("content-range", ""))
        else:
            refuse_status(url, response)
            _note(part, mark(response, "etag") or mark(response, "last-modified"))
        _write(response, part, resumed, most_bytes)
    os.replace(part, path)
    os.replace(_note_of(part), _note_of(path))
    return True


def _asking(path: Path, part: Path) -> dict[str, str]:
    """The headers for the rest of a part, else for a newer version of the whole."""
    if part.exists() and _version(part):
        return {"Range": f"bytes={part.stat().st_size}-", "If-Range": _version(part)}
    if path.exists() and _version(path):
        named = _version(path).startswith(('"', "W/"))
        return {"If-None-Match" if named else "If-Modified-Since": _version(path)}
    return {}


def _refuse_other_part(url: str, part: Path, given: str) -> None:
    size = part.stat().st_size
    if not given.startswith(f"bytes {size}-"):
        part.unlink()
        raise DataRefused(f"{url}: asked for what follows byte {size:,}, got {given[:40]!r}; run again")


def _write(response: httpx.Response, part: Path, resumed: bool, most_bytes: int) -> None:
    size = part.stat().st_size if resumed else 0
    with part.open("ab" if resumed else "wb") as stream:
        for chunk in response.iter_raw():  # unbuffered, so that a cut loses nothing
            size += len(chunk)
            if size > most_bytes:
                part.unlink()
                raise DataRefused(f"{response.url}: more than {most_bytes:,} bytes; nothing was taken in")
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.version")


def _note(path: Path, version: str) -> None:
    _note_of(path).write_text(version, encoding="utf-8")


def _version(path: Path) -> str:
    note = _note_of(path)
    return note.read_text(encoding="utf-8") if note.exists() else ""
