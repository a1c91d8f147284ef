"""The card of review remarks by itself, with what takes a while: how long the plan is when printed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.figures.remarks import reviews
from goals.views.exports import keep_lengths, printed_lengths
from goals.views.plan import editable_roadmap


@require_safe
def roadmap_remarks(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """For who can mend the plan; asked for by its page where the length is not known.

    `mark` names what the page showed: as long as that is so, it need not ask again.
    """
    roadmap = editable_roadmap(request, area_key, cycle_key)
    lengths = printed_lengths([roadmap], request.user)
    keep_lengths(roadmap, request.user, request.GET.get("mark", ""), lengths[roadmap.pk])
    [found] = reviews([roadmap], user=request.user, today=timezone.localdate(), lengths=lengths)
    return render(request, "goals/_review.html", {"review": found, "review_page": roadmap.get_absolute_url()})
