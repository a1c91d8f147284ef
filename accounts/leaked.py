"""Leaked passwords of 12 characters and more, which are the first that somebody who guesses tries.

The list is a set of hashes, accounts/data/leaked_passwords.bin; leaked_passwords.json beside it says of what,
and bench/make_leaked_passwords.py makes both. A password is found by the first 4 bytes of the SHA-256 of
its small letters. The upper 14 bits of these name one of 16,384 buckets; the lower 18 stand in the bucket,
sorted, as differences in Rice code: as many ones as whole 2048s, a zero, and 11 bits of what is left. The
file is a table of 4-byte addresses, one for the beginning of each bucket and one for the end of the last,
and then the buckets, each filled up with ones to whole bytes.

Another password has the same 4 bytes by chance: one in 3,000 is refused though it never leaked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from itertools import groupby, pairwise
from pathlib import Path

LIST = Path(__file__).parent / "data" / "leaked_passwords.bin"
BUCKETS = 1 << 14
IN_BUCKET = 18
RICE = 11
ADDRESS = 4


def number_of(password: str) -> int:
    """32 bits. Raises UnicodeEncodeError for half a character."""
    return int.from_bytes(sha256(password.lower().encode()).digest()[:4])


def is_listed(password: str) -> bool:
    bucket, rest = divmod(number_of(password), 1 << IN_BUCKET)
    return rest in _decoded(_bucket(_content(), bucket))


@cache
def _content() -> bytes:
    """Read once, into each process that judges passwords."""
    return LIST.read_bytes()


def _bucket(content: bytes, number: int) -> bytes:
    place = number * ADDRESS
    start, end = (int.from_bytes(content[at : at + ADDRESS]) for at in (place, place + ADDRESS))
    return content[start:end]


def _decoded(code: bytes) -> Iterator[int]:
    bits = f"{int.from_bytes(code):0{len(code) * 8}b}" if code else ""
    value, at = -1, 0
    while (zero := bits.find("0", at)) >= 0:
        end = zero + 1 + RICE
        value += 1 + ((zero - at) << RICE) + int(bits[zero + 1 : end], 2)
        yield value
        at = end


def _encoded(values: Iterable[int]) -> bytes:
    """Of sorted values without repetition."""
    gaps = [after - before - 1 for before, after in pairwise([-1, *values])]
    bits = "".join("1" * (gap >> RICE) + "0" + f"{gap % (1 << RICE):0{RICE}b}" for gap in gaps)
    bits += "1" * (-len(bits) % 8)
    return int(bits or "0", 2).to_bytes(len(bits) // 8)


def packed(numbers: Iterable[int]) -> bytes:
    """The file that holds these."""
    groups = groupby(sorted(set(numbers)), lambda number: number >> IN_BUCKET)
    codes = {
        bucket: _encoded([number % (1 << IN_BUCKET) for number in members]) for bucket, members in groups
    }
    addresses = [(BUCKETS + 1) * ADDRESS]
    for bucket in range(BUCKETS):
        addresses.append(addresses[-1] + len(codes.get(bucket, b"")))
    table = b"".join(address.to_bytes(ADDRESS) for address in addresses)
    return table + b"".join(codes[bucket] for bucket in sorted(codes))
