"""Where things stand, by mail: for whoever looks at the whole and asked for it in the preferences.

What stands in it is what its reader sees on the pages, by the same figures: `cycle_figures` for the reader,
whose queries are as many for a thousand key results as for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from areas.permissions import can_manage_cycles
from goals.figures import AreaFigures, CycleFigures, KeyResultFigures, cycle_figures
from goals.figures.attention import attention_list, silent_list
from goals.models import CheckIn, Cycle, OutboxMail, Risk
from goals.progress import clamp, completion
from goals.reminders.asked import away_on
from goals.reminders.due import BATCH, batches, local_time, without_mail, write_mails
from goals.reminders.letters import address_of, letter, one_line
from goals.reminders.periods import is_snoozed, is_time, mail_period
from goals.sentences import points_text
from goals.values import format_share

KIND = OutboxMail.Kind.DIGEST
MOVED_SINCE = timedelta(days=7)
# Of what moved, and of what needs attention: a mail is read, a list is looked through.
MOST = 5
# Of who is silent: all have a name, up to a mail's length.
MOST_SILENT = 20
BAR = 20  # letters of a bar in plain text


@dataclass(frozen=True)
class Bar:
    """An area beside what is expected of it, in whole percent of the width."""

    name: str
    url: str
    depth: int
    done: int
    expected: int
    figures: str
    expected_figures: str
    word: str

    @property
    def indent(self) -> int:
        """In pixels, of HTML."""
        return 12 * self.depth

    @property
    def rest(self) -> int:
        return 100 - self.done

    @property
    def rest_expected(self) -> int:
        return 100 - self.expected

    @property
    def text(self) -> str:
        """As letters; the expected share is marked in it."""
        letters = ["#" if place * 100 < self.done * BAR else "." for place in range(BAR)]
        letters[min(self.expected * BAR // 100, BAR - 1)] = "|"
        return "".join(letters)


@dataclass(frozen=True)
class Line:
    """A key result or risk, and what is said about it."""

    code: str
    title: str
    url: str
    told: str


@dataclass(frozen=True)
class Standing:
    """One cycle as its reader sees it."""

    name: str
    bars: list[Bar]
    moved: list[Line]
    attention: list[Line]
    more_attention: int
    silent: list[Line]
    more_silent: int
    occurred: list[Line]


def find_digests(*, now: datetime, batch: int = BATCH) -> None:
    """Writes the mail for everybody who wants it, whose hour has come and who is here. Once in a period."""
    wanting = User.objects.filter(is_active=True, digest_enabled=True)
    for people in batches(wanting, batch):
        days = {user.pk: local.date() for user in people if is_time(user, local := local_time(user, now))}
        away = away_on(days)
        periods = {user.pk: mail_period(user, days[user.pk]) for user in people if user.pk in days}
        without = without_mail(periods, kind=KIND) - away
        write_mails(without, periods, now=now, kind=KIND)


def build_digest(mail: OutboxMail, *, now: datetime) -> EmailMultiAlternatives | None:
    """The mail as it is right at this moment; None when there is no open cycle in which they see anything,
    when they want it no more, now or at all, and when the mail of a later period has been written.
    """
    user = mail.user
    wants_it = user.is_active and user.digest_enabled and not is_snoozed(user, local_time(user, now))
    later = OutboxMail.objects.filter(user=user, kind=mail.kind, period__gt=mail.period)
    if not wants_it or later.exists():
        return None
    today = local_time(user, now).date()
    with translation.override(user.language):
        standings = standings_for(user, today=today)
        return _compose(mail, standings) if standings else None


def standings_for(user: User, *, today: date) -> list[Standing]:
    """Every open cycle in which the person sees a key result, in the words of the language spoken now."""
    cycles = Cycle.objects.open_for_check_ins().order_by("starts_on", "key")
    found = [(cycle, cycle_figures(cycle, user=user, today=today)) for cycle in cycles]
    return [
        _standing(cycle, figures, user, today=today)
        for cycle, figures in found
        if any(True for _row in figures.key_results())
    ]


def _standing(cycle: Cycle, figures: CycleFigures, user: User, *, today: date) -> Standing:
    attention = attention_list(figures)
    # Who is silent is told to those who manage (areas.permissions).
    silent = silent_list(figures) if can_manage_cycles(user) else []
    return Standing(
        name=one_line(cycle.name),
        bars=[bar for area in figures.areas for bar in _bars(area, cycle)],
        moved=_moved(figures, since=today - MOVED_SINCE),
        attention=[_line(row, row.reason) for row in attention[:MOST]],
        more_attention=max(len(attention) - MOST, 0),
        silent=[_line(row, _silence(row)) for row in silent[:MOST_SILENT]],
        more_silent=max(len(silent) - MOST_SILENT, 0),
        occurred=_occurred(cycle, user),
    )


def _bars(area: AreaFigures, cycle: Cycle, depth: int = 0) -> list[Bar]:
    """Of an area and of those below it, as far as there is anything to measure."""
    mean = area.mean
    below = [bar for team in area.teams for bar in _bars(team, cycle, depth + 1)]
    if mean.completion is None:
        return below
    bar = Bar(
        name=one_line(area.area.name),
        url=address_of("areas:area_detail", area.area.key),
        depth=depth,
        done=_whole(mean.completion),
        expected=_whole(mean.expected),
        figures=format_share(mean.completion),
        expected_figures=format_share(mean.expected),
        word=mean.word,
    )
    return [bar, *below]


def _whole(ratio: Decimal | None) -> int:
    return int(clamp(ratio) * 100) if ratio is not None else 0


def _moved(figures: CycleFigures, *, since: date) -> list[Line]:
    """What moved most since a day, by how far its completion went either way. One query."""
    rows = {row.key_result.pk: row for row in figures.key_results() if row.completion is not None}
    check_ins = CheckIn.objects.filter(key_result__in=rows, effective_on__gt=since).order_by("sequence")
    first: dict[int, CheckIn] = {}
    for check_in in check_ins:
        first.setdefault(check_in.key_result_id, check_in)
    moves: list[tuple[Decimal, KeyResultFigures]] = []
    for pk, check_in in first.items():
        before = completion(check_in.start_value, check_in.target_value, check_in.previous_value)
        now = rows[pk].completion
        if now is not None and now != (before or 0):
            moves.append((now - (before or Decimal(0)), rows[pk]))
    moves.sort(key=lambda move: (-abs(move[0]), move[1].key_result.code))
    return [_line(row, f"{points_text(moved)} · {format_share(row.progress)}") for moved, row in moves[:MOST]]


def _occurred(cycle: Cycle, user: User) -> list[Line]:
    rows = Risk.objects.open().of_cycle(cycle).visible_to(user).filter(state=Risk.State.OCCURRED)
    return [
        Line(
            risk.code,
            one_line(risk.title),
            address_of("goals:risk_detail", risk.code),
            one_line(risk.objective.title),
        )
        for risk in rows.select_related("objective").order_by("-occurred_on", "code")
    ]


def _silence(row: KeyResultFigures) -> str:
    owner = row.key_result.owner
    name = one_line(owner.name) if owner else _("no owner")
    days = ngettext("no check-in for %(days)s day", "no check-in for %(days)s days", row.silent_days)
    return f"{name} · {days % {'days': row.silent_days}}"


def _line(row: KeyResultFigures, told: str) -> Line:
    key_result = row.key_result
    url = address_of("goals:key_result_detail", key_result.code)
    return Line(key_result.code, one_line(key_result.title), url, one_line(told))


def _compose(mail: OutboxMail, standings: Sequence[Standing]) -> EmailMultiAlternatives:
    context = {
        "standings": standings,
        "cycles": ", ".join(standing.name for standing in standings),
        "overview_url": address_of("goals:overview"),
    }
    return letter(mail, "digest", context)
