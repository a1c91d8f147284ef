"""Who may read what stands somewhere, for what comes from one place of the plan to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from areas.models import Area
from goals.models import KeyResult, Objective, Risk, Roadmap, Visibility


@dataclass(frozen=True)
class Place:
    """An objective or a roadmap, as what comes there finds it."""

    area_id: int
    is_restricted: bool
    is_public: bool

    @classmethod
    def of(cls, where: Objective | Roadmap) -> Place:
        roadmap = where.roadmap if isinstance(where, Objective) else where
        is_open = not isinstance(where, Objective) or where.visibility == Visibility.PUBLIC
        return cls(
            area_id=roadmap.area_id,
            is_restricted=Visibility.RESTRICTED in (where.visibility, roadmap.visibility),
            is_public=is_open and roadmap.is_public,
        )

    def shows_to(self, person: Any) -> bool:
        """Whether a person sees what stands here, other than for owning it."""
        if not self.is_restricted or person.is_manager:
            return True
        return Area.objects.member_of(person).filter(pk=self.area_id).exists()


def visibility_there(row: KeyResult | Objective | Risk, before: Place, after: Place) -> str:
    """What was restricted stays so, and the world reads nothing that it could not read before."""
    if before.is_restricted and not after.is_restricted:
        return Visibility.RESTRICTED
    shows = KeyResult.Visibility.INHERIT if isinstance(row, KeyResult) else Visibility.PUBLIC
    if after.is_public and not before.is_public and row.visibility == shows:
        return Visibility.INTERNAL
    return row.visibility
