"""A client against a real server that misbehaves: whole content, nothing new, or one clear error."""

import gzip
import socket
import time
from email.utils import formatdate

import httpx
import pytest

from analysis.errors import DataRefused, NotThere, SourceUnavailable
from analysis.sources.client import Client, Limits
from tests.publisher import body, bomb, silence, status

QUICK = Limits(tries=3, first_wait_seconds=0.01, longest_wait_seconds=0.3, read_seconds=0.3, whole_seconds=2,
               most_bytes=1_000_000, requests_a_second=1000)


@pytest.fixture
def client():
    with Client("Test test@example.org", QUICK) as one:
        yield one


def test_the_whole_content_comes_with_its_etag_and_the_contact_is_sent(publisher, client):
    publisher.pages["/a"] = b"content"
    answer = client.ask(publisher.url + "/a")
    assert answer.content == b"content" and answer.etag
    assert publisher.asked[0][1]["User-Agent"] == "Test test@example.org"


def test_nothing_new_is_told_from_no_content(publisher, client):
    publisher.pages["/a"] = b"content"
    etag = client.ask(publisher.url + "/a").etag
    assert client.ask(publisher.url + "/a", etag=etag).content is None
    publisher.pages["/a"] = b"newer"
    assert client.ask(publisher.url + "/a", etag=etag).content == b"newer"


@pytest.mark.parametrize("mood", [status(429), status(500), status(503), status(403), silence(0.5),
                                  body(b"half", claimed=100)], ids=["429", "500", "503", "403", "timeout", "truncated"])
def test_a_fault_that_passes_is_waited_out(publisher, client, mood):
    publisher.pages["/a"] = b"content"
    publisher.moods["/a"] = [mood, mood]
    assert client.ask(publisher.url + "/a").content == b"content"
    assert len(publisher.asked) == 3


@pytest.mark.parametrize(("mood", "says"), [
    (status(429), "429"), (status(500), "500"), (status(403), "403"), (silence(0.5), "no answer in time"),
    (body(b"half", claimed=100), "no whole answer"),
], ids=["429", "500", "403", "timeout", "truncated"])
def test_a_fault_that_stays_is_an_error_that_says_what_and_how_often(publisher, client, mood, says):
    publisher.moods["/a"] = [mood] * 10
    with pytest.raises(SourceUnavailable, match=rf"/a: .*{says}.*3 tries"):
        client.ask(publisher.url + "/a")
    assert len(publisher.asked) == 3


@pytest.mark.parametrize("after", ["0.2", formatdate(time.time() + 3600, usegmt=True), "soon"])
def test_retry_after_is_kept_up_to_the_longest_wait(publisher, client, after):
    publisher.pages["/a"] = b"content"
    publisher.moods["/a"] = [status(429, Retry_After=after)]
    begun = time.monotonic()
    assert client.ask(publisher.url + "/a").content == b"content"
    assert time.monotonic() - begun >= (0.2 if after == "0.2" else 0.3 if after != "soon" else 0.01)


def test_a_page_that_is_not_there_is_not_asked_for_again(publisher, client):
    with pytest.raises(NotThere, match="404"):
        client.ask(publisher.url + "/none")
    assert len(publisher.asked) == 1


def test_a_refused_connection_is_named(client):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceUnavailable, match="no whole answer"):
        client.ask(f"http://127.0.0.1:{port}/a")


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(publisher, client):
    publisher.moods["/a"] = [bomb(300_000_000)]
    with pytest.raises(DataRefused, match="more than 1,000,000 bytes"):
        client.ask(publisher.url + "/a")


def test_a_broken_gzip_is_refused(publisher, client):
    publisher.moods["/a"] = [body(b"not gzip at all", Content_Encoding="gzip")]
    with pytest.raises(DataRefused, match="cannot be read"):
        client.ask(publisher.url + "/a")


def test_a_small_answer_that_unpacks_for_ever_takes_no_memory(publisher, client):
    bombs = gzip.compress(bytes(3_000_000)) * 2
    publisher.moods["/a"] = [body(bombs, Content_Encoding="gzip")]
    with pytest.raises(DataRefused, match="more than 1,000,000 bytes|something follows the end"):
        client.ask(publisher.url + "/a")
    publisher.moods["/a"] = [body(gzip.compress(b"content") + b"more", Content_Encoding="gzip")]
    with pytest.raises(DataRefused, match="something follows the end"):
        client.ask(publisher.url + "/a")


def test_packed_content_comes_unpacked(publisher, client):
    publisher.moods["/a"] = [body(gzip.compress(b"content" * 50_000), Content_Encoding="gzip")]
    assert client.ask(publisher.url + "/a").content == b"content" * 50_000


def test_a_version_that_cannot_be_sent_back_is_not_kept(publisher, client):
    publisher.moods["/a"] = [body(b"content", etag='"\xe9"')]
    assert client.ask(publisher.url + "/a").etag == ""


def test_where_an_address_leads_is_followed_but_never_from_https_to_http(publisher, client):
    publisher.pages["/b"] = b"content"
    publisher.moods["/a"] = [status(302, Location=publisher.url + "/b")]
    assert client.ask(publisher.url + "/a").content == b"content"

    def leads_down(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": publisher.url + "/b"})

    client._http = httpx.Client(transport=httpx.MockTransport(leads_down))  # no certificate is at hand for a real one
    with pytest.raises(DataRefused, match="leads from https to 'http://"):
        client.ask("https://127.0.0.1/a")


def test_only_web_addresses_are_asked(client):
    for url in ("file:///etc/passwd", "ftp://example.org/a", "javascript:alert(1)", "data:text/plain,a"):
        with pytest.raises(DataRefused, match="only http and https addresses"):
            client.ask(url)


def test_requests_keep_their_distance(publisher):
    publisher.pages["/a"] = b"content"
    with Client("Test test@example.org", Limits(requests_a_second=20)) as client:
        begun = time.monotonic()
        for _ in range(5):
            client.ask(publisher.url + "/a")
    assert time.monotonic() - begun >= 4 / 20


def test_another_host_is_not_told_who_asks(publisher, client):
    """localhost and 127.0.0.1 are two names of one machine, and two hosts."""
    publisher.pages["/b"] = b"content"
    publisher.moods["/a"] = [status(302, Location=publisher.url.replace("127.0.0.1", "localhost") + "/b")]
    assert client.ask(publisher.url + "/a").content == b"content"
    assert [headers["User-Agent"] for _, headers in publisher.asked] == ["Test test@example.org", "analysis"]
