"""Addresses of the product; each app owns those below its name."""

from django.contrib import admin
from django.urls import include, path

from vmssbuilder.drafts.views import people
from vmssbuilder.home.views import home
from vmssbuilder.web.views import theme

urlpatterns = [
    path("", home, name="home"),
    path("", include("vmssbuilder.accounts.urls")),
    # Before the steps of drafts, which take every word in this place.
    path("drafts/", include("vmssbuilder.pickers.urls")),
    path("drafts/", include("vmssbuilder.costs.urls")),
    path("drafts/", include("vmssbuilder.comments.urls")),
    path("drafts/", include("vmssbuilder.preflight.urls")),
    path("drafts/", include("vmssbuilder.background.urls")),
    path("drafts/", include("vmssbuilder.updates.urls")),
    path("drafts/", include("vmssbuilder.drafts.urls")),
    path("s/<str:token>/", people.shared, name="shared"),
    path("reviews/", include("vmssbuilder.reviews.urls")),
    path("submissions/", include("vmssbuilder.submissions.urls")),
    path("reference/", include("vmssbuilder.reference.urls")),
    path("explain/", include("vmssbuilder.explain.urls")),
    path("theme/", theme, name="theme"),
    path("admin/", admin.site.urls),
]

handler400 = "vmssbuilder.web.views.bad_request"
handler403 = "vmssbuilder.web.views.forbidden"
handler404 = "vmssbuilder.web.views.not_found"
handler500 = "vmssbuilder.web.views.server_error"
