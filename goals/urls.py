"""Pages about goals."""

from django.urls import path

from goals.views import (
    changes,
    check_ins,
    comments,
    exports,
    key_results,
    objectives,
    overview,
    plan,
    plan_risks,
    public,
    risks,
    roadmaps,
    weights,
)

app_name = "goals"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("areas/<str:area_key>/<str:cycle_key>/", roadmaps.roadmap_detail, name="roadmap_detail"),
    path("areas/<str:area_key>/<str:cycle_key>/roadmap.md", exports.roadmap_export, name="roadmap_export"),
    path("objectives/<str:code>/", objectives.objective_detail, name="objective_detail"),
    path("key-results/<str:code>/", key_results.key_result_detail, name="key_result_detail"),
    path("key-results/<str:code>/check-in/", check_ins.check_in_create, name="check_in_create"),
    path("check-ins/", check_ins.my_check_ins, name="my_check_ins"),
    path("check-ins/preview/<str:code>/", check_ins.check_in_preview, name="check_in_preview"),
    path("changes/", changes.change_list, name="change_list"),
    path("changes.csv", changes.change_csv, name="change_csv"),
    path("risks/", risks.risk_list, name="risk_list"),
    path("areas/<str:area_key>/<str:cycle_key>/new/", plan.roadmap_create, name="roadmap_create"),
    path("areas/<str:area_key>/<str:cycle_key>/edit/", plan.roadmap_edit, name="roadmap_edit"),
    path("areas/<str:area_key>/<str:cycle_key>/publish/", plan.roadmap_publish, name="roadmap_publish"),
    path("areas/<str:area_key>/<str:cycle_key>/objectives/", plan.objective_create, name="objective_create"),
    path("objectives/<str:code>/edit/", plan.objective_edit, name="objective_edit"),
    path("objectives/<str:code>/remove/", plan.objective_remove, name="objective_remove"),
    path("objectives/<str:code>/restore/", plan.objective_restore, name="objective_restore"),
    path("objectives/<str:code>/key-results/", plan.key_result_create, name="key_result_create"),
    path("key-results/<str:code>/edit/", plan.key_result_edit, name="key_result_edit"),
    path("key-results/<str:code>/remove/", plan.key_result_remove, name="key_result_remove"),
    path("key-results/<str:code>/restore/", plan.key_result_restore, name="key_result_restore"),
    path("objectives/<str:code>/risks/", plan_risks.risk_create, name="risk_create"),
    path("risks/<str:code>/edit/", plan_risks.risk_edit, name="risk_edit"),
    path("risks/<str:code>/mitigations/", plan_risks.mitigation_create, name="mitigation_create"),
    path("mitigations/<int:mitigation_id>/edit/", plan_risks.mitigation_edit, name="mitigation_edit"),
    path("objectives/<str:code>/needs/", plan_risks.need_create, name="need_create"),
    path("needs/<int:need_id>/edit/", plan_risks.need_edit, name="need_edit"),
    path("objectives/<str:code>/weights/", weights.objective_weights, name="objective_weights"),
    path(
        "objectives/<str:code>/weights/shares/",
        weights.objective_weight_shares,
        name="objective_weight_shares",
    ),
    path("areas/<str:area_key>/<str:cycle_key>/weights/", weights.roadmap_weights, name="roadmap_weights"),
    path(
        "areas/<str:area_key>/<str:cycle_key>/weights/shares/",
        weights.roadmap_weight_shares,
        name="roadmap_weight_shares",
    ),
    path("objectives/<str:code>/comments/", comments.objective_comment, name="objective_comment"),
    path("objectives/<str:code>/people/", comments.objective_people, name="objective_people"),
    path(
        "key-results/<str:code>/check-ins/<int:sequence>/comments/",
        comments.check_in_comment,
        name="check_in_comment",
    ),
    path(
        "key-results/<str:code>/check-ins/<int:sequence>/people/",
        comments.check_in_people,
        name="check_in_people",
    ),
    path(
        "key-results/<str:code>/check-ins/<int:sequence>/acknowledge/",
        comments.check_in_acknowledge,
        name="check_in_acknowledge",
    ),
    path("comments/<int:comment_id>/edit/", comments.comment_edit, name="comment_edit"),
    path("comments/<int:comment_id>/delete/", comments.comment_delete, name="comment_delete"),
    path("public/<str:cycle_key>/<str:area_key>/", public.public_roadmap, name="public_roadmap"),
]
