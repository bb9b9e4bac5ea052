"""Gzip from parts that were compressed before: a member's deflate stream may be put together from whatever ends on a full flush."""

import zlib
from collections.abc import Sequence

from isal import isal_zlib

_LEVEL = 6
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""RFC 1952, 2.3: deflate, no flags, no time, made by nobody knows what: the same everywhere."""
_END = b"\x03\x00"
"""RFC 1951, 3.2.6: a last block with nothing in it."""


def packed(body: bytes) -> bytes:
    """Raw deflate with a full flush at its end: it ends with a byte, and nothing after it looks back behind it."""
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush(zlib.Z_FULL_FLUSH)


def joined(parts: Sequence[bytes], bodies: Sequence[bytes]) -> tuple[bytes, ...]:
    """The gzip file of `bodies`, one after the other, which the parts are, packed."""
    checksum = 0
    for body in bodies:
        checksum = isal_zlib.crc32(body, checksum)  # several times as fast as zlib's
    trailer = checksum.to_bytes(4, "little") + (sum(map(len, bodies)) % 2**32).to_bytes(4, "little")
    return (_HEADER, *parts, _END, trailer)
