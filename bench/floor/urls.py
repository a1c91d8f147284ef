"""Addresses of the floor; they are in no address table of the product."""

from django.urls import path

from bench.floor import exports, pages, rows, writes

urlpatterns = [
    path("healthz", rows.healthz),
    path("key-results/", rows.key_results),
    path("key-results/<str:code>/", rows.key_result),
    path("objectives/<str:code>/", rows.objective),
    path("areas/<str:area_key>/<str:cycle_key>/", rows.area),
    path("progress/<str:cycle_key>/", rows.progress),
    path("check-in/<str:code>/", writes.check_in),
    path("roadmap/<str:code>/", pages.roadmap),
    path("overview/<str:cycle_key>/", pages.overview),
    path("my-check-ins/<int:user_id>/", pages.my_check_ins),
    path("cycle/<str:cycle_key>/", exports.key_results_of_cycle),
    path("check-ins.csv", exports.check_ins),
]
