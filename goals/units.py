"""Units: how a value with one is shown, and in which words it may be reported.

A unit is what the plan says, in its own words: whatever is not in the table stands behind the number. The
table knows those that are written otherwise, or that have several names or sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from goals.notation import NARROW_SPACE, Notation

BYTES = {
    **{name: Decimal(1) for name in ("B", "byte", "bytes")},
    **{f"{letter}B": Decimal(1000) ** step for step, letter in enumerate("kMGTP", start=1)},
    "KB": Decimal(1000),
    **{f"{letter}iB": Decimal(1024) ** step for step, letter in enumerate("KMGTP", start=1)},
}
SECONDS = {
    **dict.fromkeys(("µs", "us", "microseconds"), Decimal("0.000001")),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), Decimal("0.001")),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Decimal(1)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), Decimal(60)),
    **dict.fromkeys(("h", "hour", "hours"), Decimal(3600)),
    **dict.fromkeys(("d", "day", "days"), Decimal(86400)),
}
MONEY = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "CHF": "CHF"}


@dataclass(frozen=True)
class Unit:
    """One unit: `sign` is shown, `names` are other words for it; `sizes` are what it is converted from."""

    sign: str
    names: tuple[str, ...] = ()
    is_money: bool = False
    sizes: Mapping[str, Decimal] = field(default_factory=dict)

    def show(self, number: str, notation: Notation) -> str:
        """The written number with its unit.

        >>> from goals.notation import ENGLISH, GERMAN
        >>> unit_of("EUR").show("1,400", ENGLISH), unit_of("EUR").show("1.400", GERMAN)
        ('€ 1,400', '1.400 €')
        """
        if not self.sign:
            return number
        if self.is_money and notation.is_money_sign_first:
            return f"{self.sign} {number}"
        space = NARROW_SPACE if self.sign == "%" else " "
        return f"{number}{space}{self.sign}"

    def sizes_by_word(self) -> Iterator[tuple[str, Fraction]]:
        """Every word that may stand beside a number, the longest first, and what it counts in this unit."""
        own = {word: Fraction(1) for word in (self.sign, *self.names) if word}
        words = self._converted() | own
        yield from sorted(words.items(), key=lambda entry: -len(entry[0]))

    def _converted(self) -> dict[str, Fraction]:
        return {word: Fraction(size) / Fraction(self.sizes[self.sign]) for word, size in self.sizes.items()}


UNITS = (
    Unit("", ("count", "number", "ratio")),  # a number says it all
    Unit("%", ("percent", "per cent", "pct")),
    Unit("x", ("×", "times")),
    *(Unit(sign, (code,), is_money=True) for sign, code in MONEY.items()),
)
_BY_NAME = {name: unit for unit in UNITS for name in (unit.sign, *unit.names)}


def unit_of(name: str) -> Unit:
    """The unit that a plan calls so.

    >>> unit_of("percent").sign, unit_of("tok/s").sign, unit_of("ratio").sign
    ('%', 'tok/s', '')
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    return Unit(name, sizes=next((sizes for sizes in (BYTES, SECONDS) if name in sizes), {}))
