"""Pages about goals."""

from django.urls import path

from goals.views import check_ins, exports, key_results, objectives, overview, pauses, public, risks, roadmaps

app_name = "goals"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("areas/<str:area_key>/<str:cycle_key>/", roadmaps.roadmap_detail, name="roadmap_detail"),
    path("areas/<str:area_key>/<str:cycle_key>/roadmap.md", exports.roadmap_export, name="roadmap_export"),
    path("objectives/<str:code>/", objectives.objective_detail, name="objective_detail"),
    path("key-results/<str:code>/", key_results.key_result_detail, name="key_result_detail"),
    path("key-results/<str:code>/check-in/", check_ins.check_in_create, name="check_in_create"),
    path("key-results/<str:code>/pause/", pauses.key_result_pause, name="key_result_pause"),
    path("key-results/<str:code>/rhythm/", pauses.key_result_rhythm, name="key_result_rhythm"),
    path("check-ins/", check_ins.my_check_ins, name="my_check_ins"),
    path("check-ins/preview/<str:code>/", check_ins.check_in_preview, name="check_in_preview"),
    path("risks/", risks.risk_list, name="risk_list"),
    path("public/<str:cycle_key>/<str:area_key>/", public.public_roadmap, name="public_roadmap"),
]
