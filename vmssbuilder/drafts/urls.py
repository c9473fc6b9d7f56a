"""Addresses of drafts."""

from django.urls import path

from . import views

urlpatterns = [
    path("new/", views.new, name="draft-new"),
    path("<str:code>/", views.overview, name="draft"),
    path("<str:code>/json/", views.edit_json, name="draft-json"),
    path("<str:code>/document.json", views.document, name="draft-document"),
    path("<str:code>/check/", views.check, name="draft-check"),
    path("<str:code>/fix/", views.fix, name="draft-fix"),
    path("<str:code>/history/", views.history, name="draft-history"),
    path("<str:code>/share/", views.share, name="draft-share"),
    path("<str:code>/share/<str:link>/revoke/", views.revoke, name="draft-share-revoke"),
    path("<str:code>/discard/", views.discard, name="draft-discard"),
    path("<str:code>/<str:step>/", views.step, name="draft-step"),
    path("<str:code>/<str:step>/<path:item>/", views.item, name="draft-item"),
]
