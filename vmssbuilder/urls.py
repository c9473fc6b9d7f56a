"""Addresses of the product; each app owns those below its name."""

from django.contrib import admin
from django.urls import include, path

from vmssbuilder.drafts.views import sharing
from vmssbuilder.pages import views as pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("", include("vmssbuilder.accounts.urls")),
    # Before the steps of drafts, which take every word in this place.
    path("drafts/", include("vmssbuilder.pickers.urls")),
    path("drafts/", include("vmssbuilder.preflight.urls")),
    path("drafts/", include("vmssbuilder.background.urls")),
    path("drafts/", include("vmssbuilder.updates.urls")),
    path("drafts/", include("vmssbuilder.drafts.urls")),
    path("s/<str:token>/", sharing.shared, name="shared"),
    path("reviews/", include("vmssbuilder.reviews.urls")),
    path("submissions/", include("vmssbuilder.submissions.urls")),
    path("reference/", include("vmssbuilder.reference.urls")),
    path("explain/", include("vmssbuilder.explain.urls")),
    path("theme/", pages.theme, name="theme"),
    path("admin/", admin.site.urls),
]

handler400 = "vmssbuilder.pages.views.bad_request"
handler403 = "vmssbuilder.pages.views.forbidden"
handler404 = "vmssbuilder.pages.views.not_found"
handler500 = "vmssbuilder.pages.views.server_error"
