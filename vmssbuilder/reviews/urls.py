"""Addresses of reviews."""

from django.urls import path

from . import views
from .away import views as away

urlpatterns = [
    path("", views.queue, name="review-list"),
    path("<int:number>/", views.detail, name="review-detail"),
    path("request/<str:code>/", views.request_review, name="review-request"),
    path("<int:number>/decide/", views.decide, name="review-decide"),
    path("<int:number>/revoke/", views.revoke, name="review-revoke"),
    path("away/", away.away, name="review-away"),
    path("away/<int:number>/end/", away.end, name="review-away-end"),
    path("<int:number>/withdraw/", views.withdraw, name="review-withdraw"),
    path("<int:number>/scripts/", views.open_script, name="review-script-open"),
    path("<int:number>/scripts/<int:which>/", views.script, name="review-script"),
    path("<int:number>/scripts/<int:which>/close/", views.close_script, name="review-script-close"),
]
