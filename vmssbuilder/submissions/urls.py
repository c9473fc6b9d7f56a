"""Addresses of submissions."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.index, name="submission-list"),
    path("new/<str:code>/", views.create, name="submission-create"),
    path("<str:code>/", views.detail, name="submission-detail"),
    path("<str:code>/instances/", views.instances, name="submission-instances"),
    path("<str:code>/continue/", views.resume, name="submission-continue"),
    path("<str:code>/check/", views.check_now, name="submission-check"),
    path("<str:code>/stop/", views.stop, name="submission-stop"),
    path("<str:code>/answer/", views.answer, name="submission-answer"),
]
