"""The archive of all filers is read member by member; what is no such archive is refused before anything is read."""

import zipfile
from pathlib import Path

import pytest

from analysis.errors import DataRefused, NotThere
from analysis.sources.companyfacts_archive import Archive
from tests.sources.full_size import write_archive

FILER = b'{"cik": 7, "entityName": "Firm", "facts": {}}'
NAME = "CIK0000000007.json"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "companyfacts.zip"


def archive_of(path: Path, *names: str, content: bytes = FILER) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return path


def test_a_filers_file_is_found_by_its_key(path):
    write_archive(path, [(7, FILER), (320193, b"{}")])
    with Archive(path) as archive:
        assert archive.ciks == ["0000000007", "0000320193"]
        assert archive.content("0000000007") == FILER
        with pytest.raises(NotThere, match="no file of the filer 0000000008"):
            archive.content("0000000008")


@pytest.mark.parametrize(("content", "says"), [
    (b"<!DOCTYPE html><html>Undeclared automated tool</html>", "a web page, not a zip"), (b"", "not a zip archive"),
    (b"PK\x03\x04 and then nothing", "not whole; fetch it again"), (b'{"cik": 1}', "not a zip archive"),
], ids=["html", "empty", "cut", "json"])
def test_what_is_no_archive_is_refused_and_said_what_it_is(path, content, says):
    path.write_bytes(content)
    with pytest.raises(DataRefused, match=says):
        Archive(path)


def test_an_archive_cut_off_anywhere_is_refused(path):
    write_archive(path, [(cik, FILER) for cik in range(1, 30)])
    whole = path.read_bytes()
    for share in (0.2, 0.5, 0.9, 0.999):
        path.write_bytes(whole[:int(len(whole) * share)])
        with pytest.raises(DataRefused, match="not whole; fetch it again"):
            Archive(path)


def test_a_file_that_is_not_there_is_said(path):
    with pytest.raises(NotThere, match=r"no file .*companyfacts\.zip"):
        Archive(path)


@pytest.mark.parametrize("name", ["../CIK0000000007.json", "/CIK0000000007.json", "a/CIK0000000007.json", "notes.txt",
                                  "CIK7.json", "CIK0000000007.json\n", "..\\" + NAME])
def test_a_name_that_is_no_filers_refuses_the_archive(path, name):
    archive_of(path, "CIK0000000001.json", name)
    with pytest.raises(DataRefused, match=r"every name must be like CIK0000320193\.json"):
        Archive(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_filer_that_is_there_twice_refuses_the_archive(path):
    with pytest.raises(DataRefused, match="holds CIK0000000007.json twice"):
        Archive(archive_of(path, NAME, NAME))


def test_a_member_that_unpacks_to_too_much_is_refused_and_not_unpacked_whole(path):
    archive_of(path, NAME, content=b" " * 3_000_000)
    says = "unpacks to more than 1,000,000 bytes"
    with Archive(path, most_bytes=1_000_000) as archive, pytest.raises(DataRefused, match=says):
        archive.content("0000000007")


def test_a_damaged_member_is_refused_and_the_others_are_read(path):
    write_archive(path, [(7, FILER * 50), (8, FILER)])
    content = bytearray(path.read_bytes())
    content[45:60] = bytes(15)
    path.write_bytes(content)
    with Archive(path) as archive:
        with pytest.raises(DataRefused, match="CIK0000000007.json: damaged"):
            archive.content("0000000007")
        assert archive.content("0000000008") == FILER


def test_an_encrypted_member_is_refused(path):
    content = bytearray(archive_of(path, NAME).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    with Archive(path) as archive, pytest.raises(DataRefused, match="encrypted"):
        archive.content("0000000007")
