"""Every address."""

from django.contrib import admin
from django.urls import include, path

from trainings.views.outcomes import certificate_public
from trainings.views.planning import home

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.forbidden"
handler404 = "core.views.errors.not_found"
handler500 = "core.views.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("registry.accounts.addresses")),
    path("admin/", admin.site.urls),
    # Short, because it is printed as a QR code on certificates.
    path("c/<slug:token>/", certificate_public, name="certificate-public"),
    path("trainings/", include("trainings.urls")),
    path("groups/", include("savings_groups.urls")),
    path("cascades/", include("cascades.urls")),
    path("indicators/", include("reports.urls")),
    path("", include("registry.urls")),
]
