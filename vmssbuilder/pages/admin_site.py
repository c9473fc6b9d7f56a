"""Django's admin site with the product's own way of signing in."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .middleware import sign_in_url


class Admin(AdminConfig):
    default_site = "vmssbuilder.pages.admin_site.Site"


class Site(AdminSite):
    """The pages under /admin/: for administrators only, who are signed in like everywhere else."""

    site_header = "vmssbuilder administration"
    site_title = "vmssbuilder"
    index_title = "What is stored"
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Where Django sends whoever may not see an admin page."""
        if request.user.is_authenticated:
            raise PermissionDenied("Only administrators may see these pages.")
        return redirect(sign_in_url(request.GET.get("next", "/admin/")))
