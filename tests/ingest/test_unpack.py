"""Content encodings: every form that senders use, and what is no valid form of it."""

from __future__ import annotations

import gzip
import sys
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import limits
from ingest.errors import Malformed, TooLarge, Unsupported
from ingest.unpack import Unpacker, encoding_of, unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS = {"gzip": gzip.compress, "zlib": zlib.compress, "raw": raw_deflate, "zstd": zstd.compress}
ENCODING = {"gzip": "gzip", "zlib": "deflate", "raw": "deflate", "zstd": "zstd"}
EVERY = pytest.mark.parametrize("packer", PACKERS)


@EVERY
@given(body=st.binary(max_size=2000), repeat=st.integers(1, 300))
def test_it_unpacks_what_was_packed(packer: str, body: bytes, repeat: int) -> None:
    assert unpack(ENCODING[packer], PACKERS[packer](body * repeat)) == body * repeat


@EVERY
def test_it_unpacks_megabytes(packer: str) -> None:
    body = bytes(range(256)) * 20_000
    assert unpack(ENCODING[packer], PACKERS[packer](body)) == body


@EVERY
def test_it_stops_at_the_limit(packer: str) -> None:
    packed = PACKERS[packer](bytes(10_001))
    assert len(unpack(ENCODING[packer], packed, 10_001)) == 10_001
    with pytest.raises(TooLarge, match="unpacks to more than 10,000 bytes"):
        unpack(ENCODING[packer], packed, 10_000)


@EVERY
def test_it_keeps_little_of_a_bomb(packer: str) -> None:
    unpacker = Unpacker(ENCODING[packer], PACKERS[packer](bytes(50 * limits.MIB)))
    assert not unpacker.run(limits.MIB)
    assert unpacker.size <= limits.MIB + 1


@EVERY
def test_it_goes_on_where_it_stopped(packer: str) -> None:
    body = bytes(range(256)) * 4000
    unpacker = Unpacker(ENCODING[packer], PACKERS[packer](body))
    stops = [unpacker.run(stop) for stop in (10, 5000, 5000, 300_000, len(body))]
    assert (stops, unpacker.result()) == ([False, False, False, False, True], body)


@EVERY
def test_it_says_that_data_is_cut_off(packer: str) -> None:
    packed = PACKERS[packer](bytes(range(256)) * 100)
    for length in (0, 1, 5, len(packed) - 1):
        with pytest.raises(Malformed, match=ENCODING[packer]):
            unpack(ENCODING[packer], packed[:length])


@EVERY
@given(body=st.binary(min_size=1, max_size=200))
def test_garbage_is_malformed_or_data(packer: str, body: bytes) -> None:
    with suppress(Malformed, TooLarge):
        assert isinstance(unpack(ENCODING[packer], body, limits.MIB), bytes)


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_it_joins_members(packer: str) -> None:
    pack = PACKERS[packer]
    assert unpack(packer, pack(b"one ") + pack(b"") + pack(b"two")) == b"one two"
    assert unpack(packer, pack(b"one") + bytes(10)) == b"one"
    with pytest.raises(Malformed):
        unpack(packer, pack(b"one") + b"rubbish")


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_a_flood_of_empty_members_ends(packer: str) -> None:
    with pytest.raises(Malformed, match="more than 10,000 members"):
        unpack(packer, PACKERS[packer](b"") * 11_000)


def test_it_names_the_encodings_it_knows() -> None:
    assert [encoding_of(name) for name in ("", "Identity", " GZIP ", "x-gzip", "deflate", "zstd")] == [
        *("identity", "identity", "gzip", "gzip", "deflate", "zstd")
    ]
    with pytest.raises(Unsupported, match=r'"br" is not known\. Known are identity, gzip, deflate, zstd'):
        encoding_of("br")
    with pytest.raises(Unsupported, match="only one encoding"):
        encoding_of("gzip, gzip")
