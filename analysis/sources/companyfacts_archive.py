"""Read the SEC's archive of all company facts, one member at a time: a zip with one CIK##########.json per filer.

Nothing is unpacked to disk and only one member is in memory, so the size of the archive does not matter.
"""

import re
import zipfile
import zlib
from pathlib import Path

from analysis.errors import DataRefused, NotThere

MEMBER = re.compile(r"CIK(\d{10})\.json")
MOST_BYTES = 50_000_000
"""A member may unpack to this size. Parsed, a file takes some ten times its bytes in memory."""


class Archive:
    """An open archive: `ciks` are the filers it holds, in order; `content` unpacks one. A context manager.

    DataRefused when the file is no whole zip archive or holds anything but files of filers.
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES):
        self.path, self._most = path, most_bytes
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise NotThere(f"no file {path}") from None
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise DataRefused(f"{path.name}: {_what_it_is(path)} ({error})") from None
        try:
            self._members = _by_cik(path, self._zip)
        except DataRefused:
            self._zip.close()
            raise
        self.ciks = sorted(self._members)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def content(self, cik: str) -> bytes:
        """The file of one filer; NotThere when it has none, DataRefused when it is damaged or too large."""
        member = self._members.get(cik)
        if member is None:
            raise NotThere(f"{self.path.name} has no file of the filer {cik}")
        try:
            with self._zip.open(member) as stream:
                content = stream.read(self._most + 1)  # what the header says of the size may be wrong
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise DataRefused(f"{member.filename}: damaged ({error})") from None
        if len(content) > self._most:
            raise DataRefused(f"{member.filename}: unpacks to more than {self._most:,} bytes")
        return content


def _by_cik(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for one in archive.infolist():
        found = MEMBER.fullmatch(one.orig_filename)
        if found is None:
            name = one.orig_filename[:80]
            raise DataRefused(f"{path.name}: holds {name!r}; every name must be like CIK0000320193.json")
        if found.group(1) in members:
            raise DataRefused(f"{path.name}: holds {one.filename} twice; it is not the SEC's archive")
        members[found.group(1)] = one
    return members


def _what_it_is(path: Path) -> str:
    with path.open("rb") as stream:
        begin = stream.read(500).lstrip().lower()
    if begin.startswith(b"pk"):
        return "a zip archive that is not whole; fetch it again"
    if begin.startswith((b"<!doctype", b"<html")):
        return "a web page, not a zip archive"
    return "not a zip archive"
