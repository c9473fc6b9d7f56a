"""Addresses of the lists to choose from; they lie below those of drafts."""

from django.urls import path

from . import views

urlpatterns = [
    path("new/suggest/<str:kind>/", views.suggest_anew, name="picker-suggest-anew"),
    path("<str:code>/choose/<path:place>/", views.choose, name="picker"),
    path("<str:code>/suggest/<path:place>/", views.suggest, name="picker-suggest"),
]
