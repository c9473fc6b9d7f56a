"""Makes the local accounts of the demo people, for trying the product with its sandbox."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from vmssbuilder.accounts import demo
from vmssbuilder.accounts.models import User
from vmssbuilder.accounts.roles import from_app_roles
from vmssbuilder.sandbox.world import ACCOUNTS


class Command(BaseCommand):
    help = "Makes the local accounts of the sandbox's demo people. Accounts that exist are left as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password", default=demo.PASSWORD, help="password of accounts that are made now (%(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.has_left_the_sandbox():
            raise CommandError("Demo accounts are for the sandbox only: everybody knows their password.")
        with transaction.atomic():
            known = set(User.objects.filter(username__in=ACCOUNTS).values_list("username", flat=True))
            for account in ACCOUNTS.values():
                if account.key not in known:
                    role = from_app_roles(account.app_roles)
                    User.objects.create_user(
                        account.key, password=options["password"], display_name=account.name, role=role
                    )
        self.stdout.write(f"Or sign in with a local account and the password {options['password']}:")
        for account in ACCOUNTS.values():
            self.stdout.write(f"  {account.key:<6} {account.name}")
