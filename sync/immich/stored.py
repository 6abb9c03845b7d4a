"""An answer's body, taken off the wire whole and kept small: gzip as it came, unpacked only as it is read.

So the connection and its slot are free at once, the reader may take its time, and the JSON of 100,000 photos never
lies unpacked in memory. Stops a body that unpacks to more than its cap.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from hashlib import blake2b

from sync.errors import BadTransfer

CAP_BYTES = 512 * 1024 * 1024
"""No answer of JSON is larger, unpacked."""
WHOLE_CAP_BYTES = 48 * 1024 * 1024
"""A page of 1000 assets with everybody in them is a tenth of this."""
_PACKED_CAP_BYTES = 128 * 1024 * 1024
_PLAIN_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
_GZIP = 31


class Stored:
    """Filled by `add`, then read by `whole` or `pieces`."""

    def __init__(self, *, gzipped: bool) -> None:
        self._gzipped = gzipped
        self._cap_bytes = CAP_BYTES
        self._chunks: list[bytes] = []
        self._bytes = 0
        self._packer: Callable[[bytes], bytes] | None = None
        self._finish: Callable[[], bytes] = bytes

    def add(self, chunk: bytes) -> None:
        """The next bytes from the wire. Raises BadTransfer when they grow beyond all reason."""
        self._bytes += len(chunk)
        if self._bytes > (_PACKED_CAP_BYTES if self._gzipped else self._cap_bytes):
            raise BadTransfer("The server's answer is far too large.", bytes=self._bytes)
        if not self._gzipped and self._packer is None and self._bytes > _PLAIN_BYTES:
            self._pack()
        self._chunks.append(self._packer(chunk) if self._packer else chunk)

    def close(self) -> None:
        """No more bytes come."""
        self._chunks.append(self._finish())
        if self._packer:
            self._gzipped = True

    def digest(self) -> bytes:
        """Of the bytes as they are kept: the same where the same answer came packed the same way."""
        digest = blake2b(digest_size=16)
        for chunk in self._chunks:
            digest.update(chunk)
        return digest.digest()

    def whole(self) -> bytes:
        """The body unpacked at once; for answers of bounded size, such as a page. Raises BadTransfer."""
        self._cap_bytes = min(self._cap_bytes, WHOLE_CAP_BYTES)
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The body unpacked piece by piece. Raises BadTransfer for broken gzip and for a bomb."""
        if not self._gzipped:
            yield from self._chunks
            return
        unpack = zlib.decompressobj(_GZIP)
        total = 0
        for chunk in self._chunks:
            while chunk and not unpack.eof:
                try:
                    piece = unpack.decompress(chunk, _PIECE_BYTES)
                except zlib.error:
                    raise BadTransfer("The server's answer is broken inside its compression.") from None
                chunk = unpack.unconsumed_tail
                total += len(piece)
                if total > self._cap_bytes:
                    raise BadTransfer("The server's answer unpacks to far too much.", bytes=total)
                yield piece
        if not unpack.eof:
            raise BadTransfer("The server's answer ends early.")

    def _pack(self) -> None:
        """Who answers without gzip gets its answer packed here: memory is short, and loopback or LAN is fast."""
        packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
        self._packer, self._finish = packer.compress, packer.flush
        self._chunks = [packer.compress(chunk) for chunk in self._chunks]
