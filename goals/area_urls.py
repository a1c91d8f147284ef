"""Pages about areas, under the areas' own names; they show goals, so they cannot live below them."""

from django.urls import path

from goals.views import areas, pauses, subscriptions

app_name = "areas"

urlpatterns = [
    path("areas/", areas.area_list, name="area_list"),
    path("areas/<str:area_key>/", areas.area_detail, name="area_detail"),
    path("areas/<str:area_key>/follow/", subscriptions.area_follow, name="area_follow"),
    path("areas/<str:area_key>/rhythm/", pauses.area_rhythm, name="area_rhythm"),
]
