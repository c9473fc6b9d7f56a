"""Django's admin site with the product's own way of signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from vmssbuilder.web.middleware import safe_path, sign_in_url

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Admin(AdminConfig):
    default_site = "vmssbuilder.home.admin_site.Site"


class Site(AdminSite):
    """The pages under /admin/: for administrators only, who are signed in like everywhere else."""

    site_header = "vmssbuilder administration"
    site_title = "vmssbuilder"
    index_title = "What is stored"
    enable_nav_sidebar = False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Refuses people without the right at once, rather than by way of a sign-in page."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def checked(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied("Only administrators may see these pages.")
            return inner(request, *args, **named)

        return cast(View, checked)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The one sign-in page of the product."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("Only administrators may see these pages.")
        return redirect(sign_in_url(safe_path(request, request.GET.get("next", ""), reverse("admin:index"))))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override] # Django's stubs expect a TemplateResponse
        """The one way out. Imported late: this module is loaded before there are models."""
        from vmssbuilder.accounts.views import sign_out

        return sign_out(request)
