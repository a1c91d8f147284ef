"""How often something was guessed wrong of late, and how long the next guess has to wait."""

import datetime as dt
from collections.abc import Iterable

from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

FREE_GUESSES = 5
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(hours=1)


def brake_key(*parts: object) -> str:
    """Hex, 64 characters. Nobody reads from the table who tried to sign in, or from where."""
    text = "\0".join(str(part) for part in parts)
    return salted_hmac("accounts.brake", text, algorithm="sha256").hexdigest()


class Brake(models.Model):
    """The guesses at one thing: the password of an account from one address, or the codes of an account."""

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    guesses = models.PositiveIntegerField(_("guesses"), default=0)
    free_at = models.DateTimeField(_("free again at"))
    # Read whenever a row is made, by forgetting what is over.
    forgotten_at = models.DateTimeField(_("forgotten at"), db_index=True)

    class Meta:
        verbose_name = _("brake")
        verbose_name_plural = _("brakes")

    @classmethod
    def take(
        cls,
        parts: Iterable[object],
        *,
        now: dt.datetime,
        free: int = FREE_GUESSES,
        first_wait: dt.timedelta = FIRST_WAIT,
        longest_wait: dt.timedelta = LONGEST_WAIT,
    ) -> dt.timedelta:
        """Counts a guess before it is judged; answers how long it has to wait instead, zero when it need not.

        `free` guesses go through at once; each one after them doubles the wait. The row is locked meanwhile,
        so that of any number of guesses at once, in any number of processes, no more than these are judged.
        """
        with transaction.atomic():
            row = cls._locked(brake_key(*parts), now)
            if row.forgotten_at <= now:
                row.guesses, row.free_at = 0, now
            if row.free_at > now:
                return row.free_at - now
            row.guesses += 1
            if row.guesses >= free:
                row.free_at = now + min(first_wait * 2 ** min(row.guesses - free, 20), longest_wait)
            row.forgotten_at = row.free_at + FORGOTTEN_AFTER
            row.save()
        return dt.timedelta(0)

    @classmethod
    def _locked(cls, key: str, now: dt.datetime) -> "Brake":
        rows = cls.objects.select_for_update()
        row, is_new = rows.get_or_create(key=key, defaults={"free_at": now, "forgotten_at": now})
        if is_new:
            cls.objects.filter(forgotten_at__lt=now).exclude(key=key).delete()
        return row

    @classmethod
    def release(cls, parts: Iterable[object]) -> None:
        """Forgets the guesses: the last one was right."""
        cls.objects.filter(key=brake_key(*parts)).delete()
