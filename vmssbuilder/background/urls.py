"""The addresses of heavy work; they lie below those of its draft."""

from django.urls import path

from . import views

urlpatterns = [
    path("<str:code>/heavy-work/", views.work, name="draft-work"),
    path("<str:code>/heavy-work/stop/", views.stop, name="draft-work-stop"),
]
