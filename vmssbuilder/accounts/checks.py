"""What is wrong with the configuration: Django's system checks, and the sentences with which the product does not start.

Errors keep every process from starting; `manage.py check --deploy` also says what is right on a person's own machine
only. `deployment` asks the cloud itself.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import DatabaseError

from vmssbuilder.azure.clouds import cloud, is_loopback
from vmssbuilder.configuration import Problem
from vmssbuilder.encryption import trouble_of_keys

from . import demo, entra

log = logging.getLogger(__name__)

KEY_LENGTH: Final = 50
"""Characters of DJANGO_SECRET_KEY without which it could be guessed."""

_AT_HOME: Final = ("local", "internal", "lan", "home.arpa", "intranet", "test", "invalid", "example")
"""Ends of host names that no public name has."""


def problems(*, deploying: bool = False) -> Iterator[Problem]:
    """Everything that is wrong with the settings, errors (`E`) and warnings (`W`). Asks nobody.

    deploying: also what is no mistake on a person's own machine.
    """
    yield from settings.VMSSBUILDER_PROBLEMS
    yield from _keys()
    try:
        chosen = cloud(settings.VMSSBUILDER_CLOUD)
    except ValueError as error:
        yield _problem("E005", str(error), "Correct VMSSBUILDER_CLOUD.")
        return
    yield from _sandbox() if chosen.is_sandbox else _cloud()
    yield from _sign_in()
    if settings.DEBUG and (deploying or not chosen.is_sandbox or settings.HTTPS or _public()):
        said = "DJANGO_DEBUG is on: everybody who makes an error happen sees internals."
        yield _problem("E007", said, "Remove it, or set it to false.")


def _problem(number: str, text: str, cure: str) -> Problem:
    return Problem(f"vmssbuilder.{number}", text, cure)


def _keys() -> Iterator[Problem]:
    if 0 < len(settings.SECRET_KEY) < KEY_LENGTH:
        said = f"DJANGO_SECRET_KEY is shorter than {KEY_LENGTH} characters."
        yield _problem("E001", said, "Make one as docs/deploying.md says under “Settings”.")
    if trouble := trouble_of_keys(settings.VMSSBUILDER_SECRET_KEYS):
        yield _problem("E002", trouble, "Make keys as docs/deploying.md says under “Settings”.")


def _sandbox() -> Iterator[Problem]:
    """In the sandbox everybody can be anybody, so nobody else may reach it."""
    cure = "Set VMSSBUILDER_CLOUD to the cloud that people are to work with."
    if settings.HTTPS:
        yield _problem("E006", "VMSSBUILDER_CLOUD is the sandbox, and VMSSBUILDER_HTTPS is on.", cure)
    elif public := _public():
        said = f"VMSSBUILDER_CLOUD is the sandbox, and the product answers under {public[0]}, where others can reach it."
        yield _problem("E006", said, cure)
    elif others := [each for each in _hosts() if not is_loopback(each) and not each.endswith(".localhost")]:
        said = (
            f"The product answers under {others[0]}: whoever reaches it there can be anybody in the sandbox."
        )
        yield _problem("W006", said, "Let nobody else reach it, or set VMSSBUILDER_CLOUD.")
    bound = os.environ.get("VMSSBUILDER_BIND", "")
    if bound and not is_loopback(bound.strip("[]")):
        said = f"VMSSBUILDER_BIND is {bound}: whoever reaches this machine can be anybody in the sandbox."
        yield _problem("W006", said, "Let nobody else reach it, or set VMSSBUILDER_CLOUD.")


def _cloud() -> Iterator[Problem]:
    if "*" in settings.ALLOWED_HOSTS:
        said = "DJANGO_ALLOWED_HOSTS is “*”: links in answers lead wherever whoever asks wants them to."
        yield _problem("W007", said, "Name the hosts under which people open the product.")
    if entra.takes_any_tenant():
        said = "VMSSBUILDER_ALLOWED_TENANTS is “*”: people of every tenant get in, as requesters at least."
        yield _problem("W001", said, "Name the tenants whose people are to get in.")


def _sign_in() -> Iterator[Problem]:
    try:
        entra.sign_in()
    except entra.NotSetUp as error:
        cure = (
            "See VMSSBUILDER_TENANT, VMSSBUILDER_CLIENT_ID and the settings around them in docs/deploying.md."
        )
        yield _problem("E009", str(error), cure)


def _hosts() -> list[str]:
    origins = [urlsplit(each).hostname or "" for each in settings.CSRF_TRUSTED_ORIGINS]
    return [each.strip("[]").lower() for each in [*settings.ALLOWED_HOSTS, *origins] if each]


def _public() -> list[str]:
    """The host names of the settings that lead here from anywhere."""
    return [each for each in _hosts() if _is_public(each)]


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    if host == "*":
        return True
    name = host.strip(".")
    return "." in name and not name.endswith(tuple(f".{each}" for each in ("localhost", *_AT_HOME)))


# --- as system checks ------------------------------------------------------------------------------------------------


@checks.register()
def configuration(**_given: Any) -> list[checks.CheckMessage]:
    """What keeps the product from starting, and what is worth a word."""
    return [_message(each) for each in problems()]


@checks.register(checks.Tags.security, deploy=True)
def deployed(**_given: Any) -> list[checks.CheckMessage]:
    """What is wrong for an installation that other people use."""
    known = set(problems())
    return [_message(each) for each in problems(deploying=True) if each not in known]


@checks.register(checks.Tags.database)
def people(databases: Any = None, **_given: Any) -> list[checks.CheckMessage]:
    """Demo people in a database that left the sandbox: asked for by `check --database default`, and at `migrate`."""
    try:
        return [_message(each) for each in demo.problems()] if databases else []
    except DatabaseError:
        # Before the first migration there is nobody.
        return []


def _message(problem: Problem) -> checks.CheckMessage:
    kind = checks.Error if problem.id.rpartition(".")[2].startswith("E") else checks.Warning
    return kind(problem.text, hint=problem.cure, id=problem.id)


# --- at start --------------------------------------------------------------------------------------------------------


def refuse_to_start() -> None:
    """Ends this process with a sentence for each error, before it serves anybody; warnings go to the log."""
    found = list(problems())
    errors = [each for each in found if _message(each).is_serious()]
    if errors:
        sys.exit(
            "\n".join(f"vmssbuilder does not start: {each.text} {each.cure} ({each.id})" for each in errors)
        )
    for each in found:
        log.warning("%s %s (%s)", each.text, each.cure, each.id)
