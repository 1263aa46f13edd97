"""Unpack what a publisher packed, in bounded steps: a few packed bytes may be a million, or never end."""

import zlib
from collections.abc import Iterator

from analysis.errors import DataRefused

ASKED_FOR = "gzip"
WINDOW_BITS = {"gzip": 31, "x-gzip": 31}
"""The packings that are read. Two on top of each other would unpack a million to one; they are refused."""
AT_ONCE_BYTES = 1 << 20


class Unpacker:
    """Gives the content of one answer piece by piece; `is_whole` tells at the end whether all of it came.

    DataRefused when the answer is packed in another way, or cannot be unpacked.
    """

    def __init__(self, url: str, packing: str):
        self._url, packing = url, packing.strip().lower()
        if packing not in ("", "identity", *WINDOW_BITS):
            raise DataRefused(f"{url}: the answer is packed as {packing[:40]!r}, which was not asked for")
        self._unpack = zlib.decompressobj(WINDOW_BITS[packing]) if packing in WINDOW_BITS else None

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """What these bytes hold, at most AT_ONCE_BYTES at once."""
        if self._unpack is None:
            yield raw
            return
        while raw:
            try:
                yield self._unpack.decompress(raw, AT_ONCE_BYTES)
            except zlib.error as error:
                raise DataRefused(f"{self._url}: the compressed answer cannot be read ({error})") from None
            if self._unpack.unused_data:
                raise DataRefused(f"{self._url}: something follows the end of the compressed answer")
            raw = self._unpack.unconsumed_tail

    @property
    def is_whole(self) -> bool:
        """Whether the end of the packed content came; an answer that is not packed does not say."""
        return self._unpack is None or self._unpack.eof
