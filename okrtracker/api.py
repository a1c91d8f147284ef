"""The addresses of the API, its OpenAPI document and the page that shows it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from accounts.api.base import Endpoint
from accounts.api.record import RecordViewSet
from accounts.api.tokens import TokenViewSet
from goals.api import alignment_views as alignments
from goals.api import progress_views as progress
from goals.api import views as goals
from goals.api.absence_views import AbsenceViewSet
from goals.api.activity_views import ActivityViewSet
from goals.api.area_views import AreaViewSet
from goals.api.bulk_views import BulkCheckInView
from goals.api.change_views import ChangesView
from goals.api.comment_views import (
    AcknowledgementViewSet,
    CheckInCommentViewSet,
    CommentViewSet,
    ObjectiveCommentViewSet,
)
from goals.api.copy_views import KeyResultCopyView, ObjectiveCopyView, RoadmapCopyView
from goals.api.cycle_views import CycleViewSet
from goals.api.dashboard_views import DashboardViewSet
from goals.api.dependency_views import DependencyViewSet, NeededByViewSet, NeedsViewSet
from goals.api.document_views import RoadmapDocumentView
from goals.api.draft_views import CheckInDraftViewSet, KeyResultDraftSendView, KeyResultDraftView
from goals.api.follow_views import FollowViewSet
from goals.api.initiative_views import InitiativeViewSet, KeyResultInitiativeViewSet
from goals.api.kpi_views import KpiEntryViewSet, KpiSeriesView, KpiViewSet
from goals.api.me_views import DueView, MeView
from goals.api.move_views import KeyResultMoveView, ObjectiveMoveView
from goals.api.pause_views import KeyResultPauseView, KeyResultResumeView
from goals.api.plan_part_views import ObjectiveKeyResultViewSet, RoadmapObjectiveViewSet
from goals.api.review_views import ReviewViewSet
from goals.api.rhythm_views import AreaRhythmView, CycleRhythmView, KeyResultRhythmView
from goals.api.risk_part_views import (
    MitigationViewSet,
    RiskConcernsViewSet,
    RiskConcernViewSet,
    RiskMitigationViewSet,
)
from goals.api.risk_trend_views import RiskTrendView
from goals.api.risk_views import ObjectiveRiskViewSet, RiskViewSet
from goals.api.score_views import KeyResultScoreView, ObjectivePostMortemView
from goals.api.share_views import ObjectiveSharesViewSet, ShareViewSet
from goals.api.tag_views import TagRenameView, TagsView
from goals.api.template_views import TemplateViewSet
from goals.api.webhook_views import WebhookDeliveryViewSet, WebhookViewSet

app_name = "api"

router = SimpleRouter()
router.register("areas", AreaViewSet, basename="area")
router.register("cycles", CycleViewSet, basename="cycle")
router.register("roadmaps", goals.RoadmapViewSet, basename="roadmap")
router.register("objectives", goals.ObjectiveViewSet, basename="objective")
router.register("key-results", goals.KeyResultViewSet, basename="key-result")
router.register("check-ins", goals.CheckInViewSet, basename="check-in")
router.register("comments", CommentViewSet, basename="comment")
router.register("initiatives", InitiativeViewSet, basename="initiative")

router.register("alignments", alignments.AlignmentViewSet, basename="alignment")
router.register("shares", ShareViewSet, basename="share")
router.register("dependencies", DependencyViewSet, basename="dependency")

router.register("risks", RiskViewSet, basename="risk")
router.register("mitigations", MitigationViewSet, basename="mitigation")
router.register("kpis", KpiViewSet, basename="kpi")

router.register("activity", ActivityViewSet, basename="activity")
router.register("follows", FollowViewSet, basename="follow")
router.register("absences", AbsenceViewSet, basename="absence")
router.register("dashboards", DashboardViewSet, basename="dashboard")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("templates", TemplateViewSet, basename="template")
router.register("drafts", CheckInDraftViewSet, basename="draft")
router.register("reviews", ReviewViewSet, basename="review")
router.register("record", RecordViewSet, basename="record")
router.register("tokens", TokenViewSet, basename="token")

supports = alignments.SupportsViewSet.as_view({"get": "list", "post": "create"}, detail=False)
supporters = alignments.SupportersViewSet.as_view({"get": "list"}, detail=False)
LIST_AND_ADD: dict[str, Any] = {"get": "list", "post": "create"}
check_ins_of_one = goals.KeyResultCheckInViewSet.as_view(LIST_AND_ADD, detail=False)
ONE_CHECK_IN = rf"^key-results/(?P<code>{goals.CODE})/check-ins/(?P<sequence>[1-9][0-9]{{0,8}})/"

initiatives_of_one = KeyResultInitiativeViewSet.as_view({"get": "list", "post": "create"}, detail=False)


@cache
def openapi_document() -> dict[str, Any]:
    """Made once in a process: that takes seconds, and it is the same for every reader."""
    return SchemaGenerator().get_schema(request=None, public=True)


class KeptGenerator(SchemaGenerator):
    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return openapi_document()


class SchemaView(Endpoint, SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON; for whoever may read the rest. In English, as all of the API."""

    generator_class = KeptGenerator


version_1: list[URLPattern | URLResolver] = [
    *router.urls,
    re_path(
        rf"^key-results/(?P<code>{goals.CODE})/check-ins/$", check_ins_of_one, name="key-result-check-ins"
    ),
    re_path(
        rf"^objectives/(?P<code>{goals.CODE})/comments/$",
        ObjectiveCommentViewSet.as_view(LIST_AND_ADD, detail=False),
        name="objective-comments",
    ),
    re_path(
        rf"{ONE_CHECK_IN}comments/$",
        CheckInCommentViewSet.as_view(LIST_AND_ADD, detail=False),
        name="check-in-comments",
    ),
    re_path(
        rf"{ONE_CHECK_IN}acknowledgements/$",
        AcknowledgementViewSet.as_view(LIST_AND_ADD, detail=False),
        name="check-in-acknowledgements",
    ),
    re_path(
        rf"{ONE_CHECK_IN}acknowledgements/me/$",
        AcknowledgementViewSet.as_view({"delete": "destroy"}, detail=True),
        name="check-in-acknowledgement-me",
    ),
    re_path(
        rf"^key-results/(?P<code>{goals.CODE})/initiatives/$",
        initiatives_of_one,
        name="key-result-initiatives",
    ),
    re_path(
        rf"^key-results/(?P<code>{goals.CODE})/draft/send/$",
        KeyResultDraftSendView.as_view(),
        name="key-result-draft-send",
    ),
    re_path(
        rf"^kpis/(?P<code>{goals.CODE})/entries/$",
        KpiEntryViewSet.as_view(LIST_AND_ADD, detail=False),
        name="kpi-entries",
    ),
    re_path(rf"^kpis/(?P<code>{goals.CODE})/series/$", KpiSeriesView.as_view(), name="kpi-series"),
    re_path(rf"^objectives/(?P<code>{goals.CODE})/supports/$", supports, name="objective-supports"),
    re_path(rf"^objectives/(?P<code>{goals.CODE})/supporters/$", supporters, name="objective-supporters"),
    re_path(
        rf"^objectives/(?P<code>{goals.CODE})/shares/$",
        ObjectiveSharesViewSet.as_view(LIST_AND_ADD, detail=False),
        name="objective-shares",
    ),
    re_path(
        rf"^objectives/(?P<code>{goals.CODE})/needs/$",
        NeedsViewSet.as_view(LIST_AND_ADD, detail=False),
        name="objective-needs",
    ),
    re_path(
        rf"^objectives/(?P<code>{goals.CODE})/needed-by/$",
        NeededByViewSet.as_view({"get": "list"}, detail=False),
        name="objective-needed-by",
    ),
    re_path(
        rf"^roadmaps/(?P<code>{goals.CODE})/objectives/$",
        RoadmapObjectiveViewSet.as_view(LIST_AND_ADD, detail=False),
        name="roadmap-objectives",
    ),
    re_path(
        rf"^objectives/(?P<code>{goals.CODE})/key-results/$",
        ObjectiveKeyResultViewSet.as_view(LIST_AND_ADD, detail=False),
        name="objective-key-results",
    ),
    re_path(
        rf"^objectives/(?P<code>{goals.CODE})/risks/$",
        ObjectiveRiskViewSet.as_view(LIST_AND_ADD, detail=False),
        name="objective-risks",
    ),
    re_path(
        rf"^risks/(?P<code>{goals.CODE})/mitigations/$",
        RiskMitigationViewSet.as_view(LIST_AND_ADD, detail=False),
        name="risk-mitigations",
    ),
    re_path(
        rf"^risks/(?P<code>{goals.CODE})/concerns/$",
        RiskConcernsViewSet.as_view(LIST_AND_ADD, detail=False),
        name="risk-concerns",
    ),
    re_path(
        rf"^risks/(?P<code>{goals.CODE})/concerns/(?P<objective>{goals.CODE})/$",
        RiskConcernViewSet.as_view({"get": "retrieve", "delete": "destroy"}, detail=True),
        name="risk-concern",
    ),
    re_path(
        r"^webhooks/(?P<webhook_id>[0-9]{1,18})/deliveries/$",
        WebhookDeliveryViewSet.as_view({"get": "list"}, detail=False),
        name="webhook-deliveries",
    ),
    re_path(
        r"^webhooks/(?P<webhook_id>[0-9]{1,18})/deliveries/(?P<delivery_id>[0-9]{1,18})/replay/$",
        WebhookDeliveryViewSet.as_view({"post": "replay"}, detail=True),
        name="webhook-delivery-replay",
    ),
    path("check-ins/bulk/", BulkCheckInView.as_view(), name="check-in-bulk"),
    path("tags/", TagsView.as_view(), name="tags"),
    re_path(r"^tags/(?P<tag>[^/]{1,30})/rename/$", TagRenameView.as_view(), name="tag-rename"),
    path("changes/", ChangesView.as_view(), name="changes"),
    path("me/", MeView.as_view(), name="me"),
    path("me/due/", DueView.as_view(), name="me-due"),
    path("progress/", progress.ProgressView.as_view(), name="progress"),
    path("progress/explain/", progress.ProgressExplainView.as_view(), name="progress-explain"),
    re_path(r"^areas/(?P<key>[A-Z0-9]+)/series/$", progress.AreaSeriesView.as_view(), name="area-series"),
    re_path(r"^areas/(?P<key>[A-Z0-9]+)/rhythm/$", AreaRhythmView.as_view(), name="area-rhythm"),
    re_path(r"^cycles/(?P<key>[A-Z0-9]+)/rhythm/$", CycleRhythmView.as_view(), name="cycle-rhythm"),
    re_path(r"^cycles/(?P<key>[A-Z0-9]+)/risk-trend/$", RiskTrendView.as_view(), name="risk-trend"),
    re_path(r"^areas/(?P<key>[A-Z0-9]+)/explain/$", progress.AreaExplainView.as_view(), name="area-explain"),
    *(
        re_path(rf"^{plural}/(?P<code>{goals.CODE})/{what}/$", view.as_view(), name=f"{singular}-{what}")
        for plural, singular, what, view in (
            ("key-results", "key-result", "series", progress.KeyResultSeriesView),
            ("objectives", "objective", "series", progress.ObjectiveSeriesView),
            ("objectives", "objective", "explain", progress.ObjectiveExplainView),
            ("roadmaps", "roadmap", "explain", progress.RoadmapExplainView),
            ("roadmaps", "roadmap", "document", RoadmapDocumentView),
            ("key-results", "key-result", "score", KeyResultScoreView),
            ("key-results", "key-result", "draft", KeyResultDraftView),
            ("key-results", "key-result", "pause", KeyResultPauseView),
            ("key-results", "key-result", "resume", KeyResultResumeView),
            ("key-results", "key-result", "move", KeyResultMoveView),
            ("objectives", "objective", "move", ObjectiveMoveView),
            ("key-results", "key-result", "copy", KeyResultCopyView),
            ("objectives", "objective", "copy", ObjectiveCopyView),
            ("roadmaps", "roadmap", "copy", RoadmapCopyView),
            ("key-results", "key-result", "rhythm", KeyResultRhythmView),
            ("objectives", "objective", "post-mortem", ObjectivePostMortemView),
        )
    ),
]

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", SchemaView.as_view(), name="schema"),
    # A plain view: LoginRequiredMiddleware sends visitors to the sign-in page.
    path("docs/", TemplateView.as_view(template_name="api_docs.html"), name="docs"),
]
