"""The address of what a draft costs; it lies below that of its draft."""

from django.urls import path

from . import views

urlpatterns = [path("<str:code>/cost/", views.cost, name="draft-cost")]
