"""A large file comes in a stream and goes on where it was cut off, from a real server that cuts it off."""

from http.server import BaseHTTPRequestHandler

import pytest

from analysis.errors import DataRefused, SourceUnavailable
from analysis.sources.client import Client, Limits
from analysis.sources.download import download
from tests.publisher import Publisher, body, status

CONTENT = bytes(range(256)) * 4000
QUICK = Limits(tries=3, first_wait_seconds=0.01, longest_wait_seconds=0.1, read_seconds=0.5, requests_a_second=1000)


@pytest.fixture
def publisher(publisher):
    publisher.pages["/a.zip"] = CONTENT
    return publisher


@pytest.fixture
def client():
    with Client("Test test@example.org", QUICK) as one:
        yield one


def cut(content: bytes, after: int, etag: str = '"one"'):
    return body(content[:after], etag=etag, claimed=len(content))


def rest(content: bytes, etag: str = '"one"'):
    """Answer with what is missing when the version is still this one, else with the whole."""
    def answer(request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        if not asked or request.headers.get("If-Range") != etag:
            return body(content, etag=etag)(request)
        begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        request.send_response(206)
        request.send_header("Content-Length", str(len(content) - begin))
        request.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        request.end_headers()
        request.wfile.write(content[begin:])
        request.close_connection = True
    return answer


def partial(request: BaseHTTPRequestHandler, answer) -> None:
    """Give an answer with the status of a part."""
    send = request.send_response
    request.send_response = lambda code, message=None: send(206)
    answer(request)


def ranges(publisher: Publisher) -> list[str | None]:
    return [headers.get("Range") for _, headers in publisher.asked]


def test_the_file_comes_whole_and_an_unchanged_one_is_not_fetched_again(publisher, client, tmp_path):
    path = tmp_path / "deep" / "a.zip"
    assert download(client, publisher.url + "/a.zip", path) is True
    assert path.read_bytes() == CONTENT and not path.with_name("a.zip.part").exists()
    assert download(client, publisher.url + "/a.zip", path) is False
    publisher.pages["/a.zip"] = CONTENT[::-1]
    assert download(client, publisher.url + "/a.zip", path) is True and path.read_bytes() == CONTENT[::-1]


def test_a_file_cut_off_goes_on_where_it_stopped(publisher, client, tmp_path):
    publisher.moods["/a.zip"] = [cut(CONTENT, 300_000), status(503), rest(CONTENT)]
    assert download(client, publisher.url + "/a.zip", tmp_path / "a.zip") is True
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert ranges(publisher) == [None, "bytes=300000-", "bytes=300000-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(publisher, client, tmp_path):
    publisher.moods["/a.zip"] = [cut(CONTENT, 300_000), status(503), status(503)]
    with pytest.raises(SourceUnavailable):
        download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    publisher.moods["/a.zip"] = [rest(CONTENT)]
    publisher.asked.clear()
    download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT and ranges(publisher) == ["bytes=300000-"]


def test_the_rest_of_a_newer_version_is_never_joined_to_an_older_part(publisher, client, tmp_path):
    newer = CONTENT[::-1]
    publisher.moods["/a.zip"] = [cut(CONTENT, 300_000), rest(newer, etag='"two"')]
    download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == newer


def test_a_part_without_a_version_is_fetched_anew(publisher, client, tmp_path):
    publisher.moods["/a.zip"] = [cut(CONTENT, 300_000, etag="")]
    download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT and ranges(publisher) == [None, None]


def test_a_part_the_publisher_cannot_go_on_from_is_fetched_anew(publisher, client, tmp_path):
    publisher.moods["/a.zip"] = [cut(CONTENT, 300_000), status(416)]
    download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_part_from_another_place_is_refused_and_the_next_run_begins_anew(publisher, client, tmp_path):
    other = body(CONTENT[9:], Content_Range=f"bytes 9-{len(CONTENT) - 1}/{len(CONTENT)}")
    publisher.moods["/a.zip"] = [cut(CONTENT, 300_000), lambda request: partial(request, other)]
    with pytest.raises(DataRefused, match="asked for what follows byte 300,000, got 'bytes 9-"):
        download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_failure_leaves_the_file_at_hand_as_it_was(publisher, client, tmp_path):
    download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    publisher.moods["/a.zip"] = [status(500)] * 3
    with pytest.raises(SourceUnavailable, match="500"):
        download(client, publisher.url + "/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_nothing_new_is_no_answer_when_no_file_is_at_hand(publisher, client, tmp_path):
    publisher.moods["/a.zip"] = [status(304)]
    with pytest.raises(SourceUnavailable, match="304"):
        download(client, publisher.url + "/a.zip", tmp_path / "a.zip")


def test_more_than_the_limit_is_refused_and_not_kept(publisher, client, tmp_path):
    with pytest.raises(DataRefused, match="more than 1,000 bytes"):
        download(client, publisher.url + "/a.zip", tmp_path / "a.zip", most_bytes=1000)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".version"] == []
