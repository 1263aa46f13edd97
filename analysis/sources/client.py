"""Ask one address, politely and within limits: the only module that opens a connection.

A publisher may be slow, busy, broken or somebody else: each answer is either the whole content, "nothing
new", or one error that says what happened. Nothing is kept here; `raw_store` keeps bytes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import tenacity

from analysis.errors import DataRefused, NotThere, SourceUnavailable

BUSY = {403, 408, 425, 429, 500, 502, 503, 504}
"""Answers worth another try. The SEC answers 403 to a caller it finds too fast."""
GONE = {404, 410}
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
    """

    def __init__(self, user_agent: str, limits: Limits | None = None):
        self.limits = limits or Limits()
        timeout = httpx.Timeout(self.limits.read_seconds)
        self._http = httpx.Client(headers={"User-Agent": user_agent}, timeout=timeout, follow_redirects=True)
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
        if urlsplit(url).scheme not in ("http", "https"):
            raise DataRefused(f"{url!r} is not an http or https address")
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
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Answer(url, None)
            refuse_status(url, response)
            content = b"".join(self._chunks(url, response))
            return Answer(url, content, response.headers.get("etag", ""), response.headers.get("last-modified", ""))

    @contextmanager
    def opened(self, url: str, sent: dict[str, str]) -> Iterator[httpx.Response]:
        """One request whose answer is read inside the block; what breaks there is worth another try."""
        self._pause()
        try:
            with self._http.stream("GET", url, headers=sent) as response:
                yield response
        except httpx.DecodingError as error:
            raise DataRefused(f"{url}: the compressed answer cannot be read ({error})") from None
        except httpx.TimeoutException:
            raise _Busy("no answer in time") from None
        except httpx.HTTPError as error:
            raise _Busy(f"no whole answer ({error})") from None

    def _chunks(self, url: str, response: httpx.Response) -> Iterator[bytes]:
        taken, begun = 0, time.monotonic()
        for chunk in response.iter_bytes():
            taken += len(chunk)
            if taken > self.limits.most_bytes:
                raise DataRefused(f"{url}: more than {self.limits.most_bytes:,} bytes; nothing was taken in")
            if time.monotonic() - begun > self.limits.whole_seconds:
                raise _Busy(f"still sending after {self.limits.whole_seconds:g} seconds")
            yield chunk

    def _pause(self) -> None:
        wait = self._last + 1 / self.limits.requests_a_second - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last = time.monotonic()


def refuse_status(url: str, response: httpx.Response) -> None:
    """Raise for any status but 200: worth another try, nothing there, or an address that is wrong."""
    code = response.status_code
    if code in BUSY:
        raise _Busy(f"the publisher answered {code}", _retry_after(response.headers.get("retry-after", "")))
    if code in GONE:
        raise NotThere(f"{url}: the publisher answered {code}: nothing is there")
    if code != httpx.codes.OK:
        raise SourceUnavailable(f"{url}: the publisher answered {code}; check the address")


def _retry_after(text: str) -> float | None:
    """Seconds to wait, from a Retry-After header in seconds or as a date; None when there is none."""
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except ValueError:
        return None
