"""Where every address of the product begins."""

from django.contrib import admin
from django.urls import include, path

from okrtracker import metrics, views, well_known

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.MetricsView.as_view(), name="metrics"),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path(".well-known/change-password", well_known.change_password, name="well_known_change_password"),
    path("admin/", admin.site.urls),
    path("api/", include("okrtracker.api")),
    path("", include("accounts.urls")),
    path("", include("accounts.sign_in.urls")),
    path("", include("goals.area_urls")),
    path("", include("goals.cycle_urls")),
    path("", include("goals.people_urls")),
    path("", include("goals.urls")),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
