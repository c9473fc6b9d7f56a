"""Addresses of signing in and out."""

from django.urls import path

from . import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/start/", views.start, name="sign-in-start"),
    path("sign-in/callback/", views.callback, name="sign-in-callback"),
    path("sign-in/lasting/", views.lasting_now, name="sign-in-lasting"),
    path("sign-in/renewed/", views.renewed, name="sign-in-renewed"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sign-out/microsoft/", views.leave_microsoft, name="sign-out-microsoft"),
    path("sign-out/front-channel/", views.front_channel, name="sign-out-front-channel"),
]
