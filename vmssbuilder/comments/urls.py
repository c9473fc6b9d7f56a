"""Addresses of comments; they lie below that of their draft."""

from django.urls import path

from . import views

urlpatterns = [
    path("<str:code>/comments/", views.comments, name="draft-comments"),
    path("<str:code>/comments/<int:number>/", views.thread, name="comment-thread"),
    path("<str:code>/comments/<int:number>/resolve/", views.resolve, name="comment-resolve"),
    path("<str:code>/comments/<int:number>/reopen/", views.reopen, name="comment-reopen"),
    path("<str:code>/comment/<int:number>/edit/", views.edit, name="comment-edit"),
    path("<str:code>/comment/<int:number>/accept/", views.accept, name="suggestion-accept"),
    path("<str:code>/comment/<int:number>/delete/", views.delete, name="comment-delete"),
]
