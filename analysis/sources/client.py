"""Ask one address, politely and within limits: the only module that opens a connection.

A publisher may be slow, busy, broken or somebody else: each answer is either the whole content, "nothing
new", or one error that says what happened. Nothing is kept here; `raw_store` keeps bytes.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import tenacity

from analysis.errors import DataRefused, NotThere, SourceUnavailable
from analysis.sources.packing import ASKED_FOR, Unpacker

BUSY = {403, 408, 425, 429, 500, 502, 503, 504}
"""Answers worth another try. The SEC answers 403 to a caller it finds too fast."""
GONE = {404, 410}
FORBIDDEN = 403
MOST_REDIRECTS = 5
TO_STRANGERS = "analysis"
"""The User-Agent for another host than the one asked, which a redirect may name: the contact is not its business."""
Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """How long to wait and how much to take: seconds, tries and bytes (after decompression)."""

    tries: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    read_seconds: float = 30.0
    whole_seconds: float = 300.0
    most_bytes: int = 200_000_000
    requests_a_second: float = 9.0  # the SEC allows ten


@dataclass(frozen=True)
class Answer:
    """What an address gave: `content` is None when nothing is new since the etag or date that was sent."""

    url: str
    content: bytes | None
    etag: str = ""
    last_modified: str = ""


class _Busy(Exception):
    """An answer worth another try, with the seconds the publisher asked to wait."""

    def __init__(self, why: str, wait_seconds: float | None = None):
        super().__init__(why)
        self.wait_seconds = wait_seconds


class Client:
    """Asks addresses one after another, with the caller's contact in the User-Agent.

    Only http and https addresses are asked. Use as a context manager.
    SourceUnavailable when the machine's settings for proxies or certificates cannot be used.
    """

    def __init__(self, user_agent: str, limits: Limits | None = None):
        self.limits = limits or Limits()
        headers = {"User-Agent": user_agent, "Accept-Encoding": ASKED_FOR}
        try:
            self._http = httpx.Client(headers=headers, timeout=httpx.Timeout(self.limits.read_seconds))
        except (OSError, ValueError) as error:
            raise SourceUnavailable("the proxy or the certificates set on this machine cannot be used "
                                    f"({error}): look at HTTPS_PROXY and SSL_CERT_FILE") from None
        self._last = 0.0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, url: str, etag: str = "", last_modified: str = "") -> Answer:
        """The answer of one address; with an etag or date the publisher may say that nothing is new.

        SourceUnavailable when it cannot be reached or stays busy after all tries, or has no such page;
        DataRefused when the answer is larger than the limit or cannot be decompressed.
        """
        sent = {"If-None-Match": etag} if etag else {"If-Modified-Since": last_modified} if last_modified else {}
        return self.trying(url, lambda: self._once(url, sent))

    def trying(self, url: str, once: Callable[[], Result]) -> Result:
        """What `once` gives, tried again while the publisher is busy; SourceUnavailable after the last try."""
        tries = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Busy), stop=tenacity.stop_after_attempt(self.limits.tries),
            wait=self._wait_seconds, reraise=True)
        try:
            return tries(once)
        except _Busy as error:
            raise SourceUnavailable(f"{url}: {error} ({self.limits.tries} tries); try again later") from None

    def _wait_seconds(self, state: tenacity.RetryCallState) -> float:
        asked = getattr(state.outcome.exception(), "wait_seconds", None) if state.outcome else None
        usual = self.limits.first_wait_seconds * 2 ** (state.attempt_number - 1)
        return min(usual if asked is None else asked, self.limits.longest_wait_seconds)

    def _once(self, url: str, sent: dict[str, str]) -> Answer:
        with self.opened(url, sent) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED and sent:
                return Answer(url, None)
            refuse_status(url, response)
            content = b"".join(self._chunks(url, response))
            return Answer(url, content, mark(response, "etag"), mark(response, "last-modified"))

    @contextmanager
    def opened(self, url: str, sent: dict[str, str]) -> Iterator[httpx.Response]:
        """One request whose answer is read inside the block; what breaks there is worth another try.

        DataRefused for what is no http or https address, and for an address that leads to one.
        """
        self._pause()
        try:
            response = self._followed(url, sent)
        except (httpx.InvalidURL, ValueError) as error:  # ValueError: a name that no host can have
            raise DataRefused(f"{url!r} cannot be asked ({error}); only http and https addresses are") from None
        try:
            with _busy_when_it_breaks():
                yield response
        finally:
            response.close()

    def _followed(self, url: str, sent: dict[str, str]) -> httpx.Response:
        """The answer, its content unread, of the address or of where it leads; never from https to http."""
        request = self._http.build_request("GET", url, headers=sent)
        for _ in range(MOST_REDIRECTS):
            if request.url.scheme not in ("http", "https"):
                raise ValueError(f"that is {str(request.url)[:80]!r}")
            with _busy_when_it_breaks():
                response = self._http.send(request, stream=True)
            after = response.next_request
            if after is None:
                return response
            response.close()
            if request.url.scheme == "https" and after.url.scheme == "http":
                raise ValueError(f"it leads from https to {str(after.url)[:80]!r}")
            if after.url.host != request.url.host:
                after.headers["User-Agent"] = TO_STRANGERS
            request = after
        raise SourceUnavailable(f"{url}: leads on more than {MOST_REDIRECTS} times; check the address")

    def _chunks(self, url: str, response: httpx.Response) -> Iterator[bytes]:
        taken, begun = 0, time.monotonic()
        unpacker = Unpacker(url, response.headers.get("content-encoding", ""))
        for raw in response.iter_raw():
            if time.monotonic() - begun > self.limits.whole_seconds:
                raise _Busy(f"still sending after {self.limits.whole_seconds:g} seconds")
            for piece in unpacker.pieces(raw):
                taken += len(piece)
                if taken > self.limits.most_bytes:
                    raise DataRefused(f"{url}: more than {self.limits.most_bytes:,} bytes; nothing was taken in")
                yield piece
        if not unpacker.is_whole:
            raise _Busy("no whole answer: the packed content is cut off")

    def _pause(self) -> None:
        wait = self._last + 1 / self.limits.requests_a_second - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last = time.monotonic()


@contextmanager
def _busy_when_it_breaks() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise _Busy("no answer in time") from None
    except httpx.HTTPError as error:
        raise _Busy(f"no whole answer ({error})") from None


def refuse_status(url: str, response: httpx.Response) -> None:
    """Raise for any status but 200: worth another try, nothing there, or an address that is wrong."""
    code = response.status_code
    if code in BUSY:
        hint = " (it refuses this caller or finds it too fast: check the contact you give)" * (code == FORBIDDEN)
        raise _Busy(f"the publisher answered {code}{hint}", _retry_after(response.headers.get("retry-after", "")))
    if code in GONE:
        raise NotThere(f"{url}: the publisher answered {code}: nothing is there")
    if code != httpx.codes.OK:
        raise SourceUnavailable(f"{url}: the publisher answered {code}; check the address")


def mark(response: httpx.Response, name: str) -> str:
    """What the publisher calls this version; blank when it is nothing that can be sent back as it came."""
    text = response.headers.get(name, "")
    return text if text.isascii() and text.isprintable() else ""


def _retry_after(text: str) -> float | None:
    """Seconds to wait, from a Retry-After header in seconds or as a date; None when there is none."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return None if math.isnan(seconds) else max(seconds, 0.0)
