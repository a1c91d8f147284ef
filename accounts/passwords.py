"""What a good password is: one judge, for every place that sets one and for the word shown while choosing.

Long, not among the leaked ones, and not to be guessed by who knows how people choose: no rule about kinds of
characters. Nothing is asked of another service, and nothing is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from zxcvbn import matching, scoring

from accounts.leaked import is_listed

SHORTEST = 12
# Longer passwords cost time to hash and protect nobody better.
LONGEST = 1000
# What is estimated of a password. The time grows with the square of it, and with each kind of sign that may
# stand for a letter several times: 20 of them took 7 seconds.
ESTIMATED = 48
MOST_SIGNS = 6
SIGNS = frozenset("".join(sign for signs in matching.L33T_TABLE.values() for sign in signs))
NO_SIGN = "~"
# What is left of a password without the words that everybody knows about the person.
MOST_KNOWN = 100
FEWEST_OTHERS = 6
COMMON_PARTS = {"www", "com", "org", "net", "edu", "gov", "mail", "localhost"}

# Guesses it takes, as a power of ten, for each step of the scale; enough is the third: beyond what a brake
# lets through in a lifetime, and with argon2 beyond a machine's years.
STEPS = (3, 6, 8, 10)
ENOUGH = 3
WORDS = (_("very weak"), _("very weak"), _("weak"), _("good"), _("strong"))

ADD_WORDS = _("Four or five words that do not belong together are hard to guess and easy to keep.")
LEAKED = _("This password is among known leaked passwords, which are tried first. Choose another one.")
REASONS = {
    "spatial": _("Keys that lie side by side are easy to guess."),
    "repeat": _("What repeats itself is easy to guess."),
    "sequence": _("Sequences like abc or 6543 are easy to guess."),
    "date": _("Dates and years are easy to guess."),
    "regex": _("Dates and years are easy to guess."),
    "dictionary": _("Common words and names are easy to guess, also with figures after or in them."),
}
KNOWN = _("It is made of your name, your address or the name of this site.")


@dataclass(frozen=True)
class Verdict:
    """`strength` from 0 to 4, its word, and what to do about one that is not enough."""

    strength: int
    advice: tuple[Promise, ...] = ()
    code: str = ""

    @property
    def is_enough(self) -> bool:
        return not self.advice

    @property
    def word(self) -> Promise:
        return WORDS[self.strength]

    @property
    def sentence(self) -> str:
        return " ".join(str(part) for part in self.advice)


def judge(password: str, user: Any = None) -> Verdict:
    """The same answer for the form that refuses and for the meter beside it."""
    if len(password) < SHORTEST:
        return Verdict(0, (_("Use at least 12 characters."), ADD_WORDS), "password_too_short")
    if len(password) > LONGEST:
        return Verdict(0, (_("Use at most 1,000 characters."),), "password_too_long")
    if is_leaked(password):
        return Verdict(1, (LEAKED, ADD_WORDS), "password_leaked")
    words = known_words(user)
    if len(_without(words, password)) < FEWEST_OTHERS:
        return Verdict(1, (KNOWN, ADD_WORDS), "password_known")
    strength, pattern = estimate(password, words)
    if strength < ENOUGH:
        return Verdict(strength, (REASONS.get(pattern, ADD_WORDS), ADD_WORDS), "password_guessable")
    return Verdict(strength)


def is_leaked(password: str) -> bool:
    """Whether the password stands among those that are known from leaks, in capital or small letters."""
    try:
        return is_common(password) or is_listed(password)
    except UnicodeEncodeError:  # half a character
        return False


def is_common(password: str) -> bool:
    return password.lower() in matching.RANKED_DICTIONARIES["passwords"] or password.lower() in _djangos()


@cache
def _djangos() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def known_words(user: Any) -> list[str]:
    """What whoever guesses knows: the person's name and address, and the product and its host."""
    texts = [(settings.SITE_URL and urlsplit(settings.SITE_URL).hostname) or "", "okrtracker"]
    texts += [str(getattr(user, name, "") or "")[:254] for name in ("name", "email")]
    parts = [part for text in texts for part in re.split(r"[^\w]|_", text.lower())]
    words = [word for word in [*texts, *parts] if len(word) > 2 and not word.isdigit()]
    return list(dict.fromkeys(word.lower() for word in words if word.lower() not in COMMON_PARTS))[
        :MOST_KNOWN
    ]


def _without(words: list[str], password: str) -> str:
    """The password, or its letters and digits that belong to none of the words when some of it does."""
    text = password.lower()
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    return re.sub(r"[\W_]", "", text) if text != password.lower() else text


def estimate(password: str, words: list[str]) -> tuple[int, str]:
    """(strength, the pattern that makes up most of it), of as much as is estimated."""
    text = _with_few_signs(password[:ESTIMATED])
    # zxcvbn's own entry keeps the words of one caller in a table that all threads share.
    dictionaries = {**matching.RANKED_DICTIONARIES, "user_inputs": matching.build_ranked_dict(words)}
    found = scoring.most_guessable_match_sequence(text, matching.omnimatch(text, dictionaries))
    strength = sum(found["guesses_log10"] >= step for step in STEPS)
    longest = max(found["sequence"], key=lambda match: len(match["token"]))
    return strength, str(longest["pattern"])


def _with_few_signs(text: str) -> str:
    """Signs beyond the first six kinds stand for no letter: nobody reads such a text as a word."""
    kept = set(list(dict.fromkeys(sign for sign in text if sign in SIGNS))[:MOST_SIGNS])
    return "".join(NO_SIGN if sign in SIGNS and sign not in kept else sign for sign in text)


class Judge:
    """The validator of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        verdict = judge(password, user)
        if not verdict.is_enough:
            raise ValidationError(verdict.sentence, code=verdict.code)

    def get_help_text(self) -> str:
        return str(HELP)


HELP = _("At least 12 characters. Anything goes that is not easy to guess: four or five words, for instance.")
