"""Pages about cycles: their life, scores, comparison and rollover."""

from django.urls import path

from goals.views import cycle_comparison, cycle_rollover, cycle_scores, cycle_steps, cycles

app_name = "cycles"

urlpatterns = [
    path("cycles/", cycles.cycle_list, name="cycle_list"),
    path("cycles/add/", cycles.cycle_add, name="cycle_add"),
    path("cycles/<str:cycle_key>/", cycles.cycle_detail, name="cycle_detail"),
    path("cycles/<str:cycle_key>/edit/", cycles.cycle_edit, name="cycle_edit"),
    path("cycles/<str:cycle_key>/activate/", cycle_steps.cycle_activate, name="cycle_activate"),
    path(
        "cycles/<str:cycle_key>/begin-closing/", cycle_steps.cycle_begin_closing, name="cycle_begin_closing"
    ),
    path("cycles/<str:cycle_key>/close/", cycle_steps.cycle_close, name="cycle_close"),
    path("cycles/<str:cycle_key>/reopen/", cycle_steps.cycle_reopen, name="cycle_reopen"),
    path("cycles/<str:cycle_key>/scores/", cycle_scores.cycle_scores, name="cycle_scores"),
    path("cycles/<str:cycle_key>/scores/<str:area_key>/", cycle_scores.roadmap_scores, name="roadmap_scores"),
    path("cycles/<str:cycle_key>/compare/", cycle_comparison.cycle_compare, name="cycle_compare"),
    path("cycles/<str:cycle_key>/compare.csv", cycle_comparison.cycle_compare_csv, name="cycle_compare_csv"),
    path("cycles/<str:cycle_key>/roll-over/", cycle_rollover.cycle_roll_over, name="cycle_roll_over"),
]
