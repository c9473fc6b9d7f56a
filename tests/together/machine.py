"""The machine: every act of the product as a rule, done by anybody, in any order, with time going on in between.

After each step it looks at what left for Azure, at all rows and all lines of the log; at pages it looks all the time.
What may happen is said by `model` alone.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import hashlib
import io
import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.architecture.test_routes import TABLE, Row
from tests.architecture.world import PEOPLE as COLUMNS
from tests.reviews.making import CUSTOM_DATA as SCRIPT
from tests.reviews.making import SUBSCRIPTION
from tests.reviews.making import document as whole
from tests.together.model import (
    MARK,
    MARKS,
    Approval,
    Asked,
    Level,
    Link,
    Sent,
    Shared,
    Someone,
    Wanted,
    difference,
    get,
    in_clear,
    put,
    secrets_of,
)
from tests.together.passing import passed, passing
from vmssbuilder.accounts import arm
from vmssbuilder.accounts.models import User
from vmssbuilder.accounts.throttling import PersonsGate
from vmssbuilder.audit import chaining
from vmssbuilder.audit.verifying import Verification
from vmssbuilder.azure import ScaleSetAddress
from vmssbuilder.background import actions as background
from vmssbuilder.background.models import WorkKind
from vmssbuilder.comments import actions as commenting
from vmssbuilder.comments.models import Comment, CommentThread
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, DraftRole, Invitation, Member, ShareLink
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.preflight import actions as preflight
from vmssbuilder.reviews import actions as reviewing
from vmssbuilder.reviews.models import OpenedScript, Review
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import Request, Target
from vmssbuilder.scaleset.exports import FORMATS
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.submissions import actions as sending
from vmssbuilder.submissions import transitions
from vmssbuilder.submissions.models import Submission
from vmssbuilder.updates import actions as updating
from vmssbuilder.updates import live
from vmssbuilder.updates.live import Live

ROLES: Final = {Level.EDIT: DraftRole.EDIT, Level.COMMENT: DraftRole.COMMENT, Level.VIEW: DraftRole.VIEW}
LEVELS: Final = {role: level for level, role in ROLES.items()}

CAST: Final = {
    "olga": Someone("olga"),
    "eve": Someone("eve"),
    "carl": Someone("carl"),
    "vera": Someone("vera"),
    "lea": Someone("lea"),
    "lou": Someone("lou"),
    "lin": Someone("lin", tenant="elsewhere"),
    "sam": Someone("sam"),
    "rolf": Someone("rolf", reviews=True),
    "rosa": Someone("rosa", reviews=True),
    "ada": Someone("ada", reviews=True, administers=True),
    "arno": Someone("arno", reviews=True, administers=True),
}
"""Owner, the same three roles by name and by link, a stranger, reviewers and administrators: at first."""

REFUSED: Final = (
    reviewing.ReviewRefused,
    sending.SubmissionRefused,
    commenting.CommentRefused,
    commenting.SuggestionOvertaken,
    editing.EditConflict,
    editing.StaleRevision,
    editing.UnderWay,
    people.PeopleRefused,
    preflight.PreflightRefused,
    updating.UpdateRefused,
)
"""How acts say in words that they are not done, to somebody who may do them."""

PROFILE: Final = ("properties", "virtualMachineProfile", "osProfile")
PASSWORD: Final = (*PROFILE, "adminPassword")
CUSTOM_DATA: Final = (*PROFILE, "customData")
CAPACITY: Final = ("sku", "capacity")

COLUMN_OF: Final = {
    Level.OWN: "owner",
    Level.EDIT: "editor",
    Level.COMMENT: "commenter",
    Level.VIEW: "viewer",
    Level.NONE: "stranger",
}

NOT_LOOKED_AT: Final = {
    "sign-in": "it is for who is not signed in",
    "sign-in-start": "it leads to Microsoft",
    "sign-in-callback": "it is no page",
    "sign-in-lasting": "it is no page",
    "sign-out-microsoft": "it leads to Microsoft",
    "sign-out-front-channel": "it ends a session",
    "picker": "it asks Azure in a thread",
    "picker-suggest": "it asks Azure in a thread",
    "picker-suggest-anew": "it asks Azure in a thread",
    "update-open": "it asks Azure in a thread",
    "submission-instances": "it asks Azure in a thread",
    "shared": "a rule of its own opens links",
}
"""Pages that the machine does not open, and why."""

PAGES: Final = [row for row in TABLE if row.name not in NOT_LOOKED_AT and "405" not in row.get]

_TABLES_WITHOUT_TEXT: Final = frozenset({"django_migrations", "django_content_type", "auth_permission"})
_Answer = TypeVar("_Answer")

known_acts: Final[set[str]] = set()
"""The acts of tests/actions/table.py that the machine does."""


def does(*acts: str) -> Callable[[_Answer], _Answer]:
    """Names the acts of the table that a rule does."""
    known_acts.update(acts)
    return lambda method: method


class Said(logging.Handler):
    """What the product says to the log stream."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Together(RuleBasedStateMachine):
    """People at work. sandbox: the Azure that they send to; done: counts what came about over all runs."""

    def __init__(self, sandbox: Running, done: Counter[str]) -> None:
        super().__init__()
        self.sandbox, self.done = sandbox, done
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.stack.enter_context(passing())
        self.stack.callback(setattr, settings, "VMSSBUILDER_SECRET_KEYS", settings.VMSSBUILDER_SECRET_KEYS)
        sandbox.sandbox.memory.reset()
        self.said = Said()
        logging.getLogger().addHandler(self.said)
        self.stack.callback(logging.getLogger().removeHandler, self.said)
        self.cast = copy.deepcopy(CAST)
        self.users = {user.username: user for user in User.objects.filter(username__in=self.cast)}
        self.drafts: list[Shared] = []
        self.known: dict[str, str] = {}
        self.browsers: dict[str, Client] = {}
        self.counted = 0
        self.keys = 0
        self.there: set[str] = set()
        self.looked = 0
        self.every_key = list(settings.VMSSBUILDER_SECRET_KEYS)

    def teardown(self) -> None:
        """What has to hold at the end of a run; then all of it is undone."""
        try:
            # What an older key made holds as long as that key is here.
            settings.VMSSBUILDER_SECRET_KEYS = self.every_key
            chaining.catch_up()
            assert list(Verification().problems()) == []
        finally:
            self.sandbox.sandbox.memory.faults.clear()
            self.stack.close()

    # --- helpers ------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(UTC) + passed()

    def user(self, name: str) -> User:
        return User.objects.get(pk=self.users[name].pk)

    def draft(self, of: Shared) -> Draft:
        return Draft.objects.get(code=of.code)

    def document(self, of: Shared, number: int = 0) -> Any:
        """What the draft or one of its revisions holds, by no function of the product."""
        with connection.cursor() as cursor:
            if number:
                cursor.execute(
                    "SELECT r.document FROM drafts_revision r JOIN drafts_draft d ON d.id = r.draft_id"
                    " WHERE d.code = %s AND r.number = %s",
                    [of.code, number],
                )
            else:
                cursor.execute("SELECT document FROM drafts_draft WHERE code = %s", [of.code])
            return json.loads(cursor.fetchone()[0])

    def active(self) -> list[str]:
        return [name for name, person in self.cast.items() if person.active]

    def able(self, of: Shared, level: Level) -> list[str]:
        now = self.now()
        return [name for name in self.active() if of.level(self.cast[name], now) >= level]

    def one(self, data: st.DataObject, able: list[str]) -> str:
        """Somebody: more often than not one of those who may."""
        anybody = st.sampled_from(self.active())
        if not able:
            return data.draw(anybody)
        chosen = st.sampled_from(able)
        return data.draw(st.one_of(chosen, chosen, anybody))

    def some(self, data: st.DataObject) -> Shared:
        return data.draw(st.sampled_from(range(len(self.drafts))).map(lambda at: self.drafts[at]))

    def named(self) -> list[Shared]:
        """Those that can go to Azure. Copies have no name yet, and are for looking after secrets."""
        return [of for of in self.drafts if of.name and not of.discarded] or self.drafts[:1]

    def secret(self) -> str:
        """A value that nobody may ever read."""
        self.counted += 1
        return f"{MARK}{self.counted:05d}-Zq"

    def attempt(
        self, of: Shared, who: str, needs: Level, act: Callable[[User, Draft], _Answer], *, may: bool = True
    ) -> _Answer | None:
        """What the act answers; None where it was refused, which it has to be, and how, by the model alone.

        may: whether the person may by what is not their level.
        """
        level = of.level(self.cast[who], self.now())
        user, draft = self.user(who), self.draft(of)
        wanted: tuple[type[Exception], ...] = ()
        if level == Level.NONE or (of.discarded and needs > Level.VIEW):
            wanted = (Http404,)
        elif level < needs or not may:
            wanted = (PermissionDenied,)
        told: Exception | None = None
        answer: _Answer | None = None
        try:
            with transaction.atomic():
                answer = act(user, draft)
        except (Http404, PermissionDenied, *REFUSED) as refused:
            told = refused
            self.read(str(refused))
        if told is None:
            assert not wanted, f"{who}, {level.name}, did what is for {needs.name}"
            return answer
        if isinstance(told, REFUSED):
            assert not wanted, f"{who} was told more than that they may not: {told!r}"
            self.done[f"refused: {type(told).__name__}"] += 1
        else:
            assert isinstance(told, wanted), f"{who} may do this to {of.name}, and was told: {told!r}"
        return None

    def read(self, *texts: str) -> None:
        """Somebody or something reads this."""
        for text in texts:
            for mark in MARKS:
                assert mark not in text, f"a secret in clear: …{text[max(0, text.find(mark) - 300) :][:400]}"

    def saved(
        self,
        of: Shared,
        who: str,
        before: int,
        *,
        secret: tuple[tuple[Any, ...], str] | None = None,
        base: Any = None,
    ) -> None:
        """What an edit came to. secret: which one stands where now. base: what the draft changes from now on."""
        head = self.draft(of).head
        assert head - before in (0, 1)
        if head > before:
            of.authors.append(who)
            of.bases.append(of.bases[before - 1] if base is None else base)
            self.done["saved"] += 1
        if secret is not None:
            code = get(self.document(of), secret[0])["$secret"]
            assert code not in self.known, "a secret in the place of another"
            self.known[code] = secret[1]

    # --- the beginning ------------------------------------------------------------------------------------------------

    @initialize(data=st.data())
    def there_is_a_draft_with_all_kinds_of_people(self, data: st.DataObject) -> None:
        self.looked = data.draw(st.integers(0, 9_999))
        of = self.begun("olga")
        edits = data.draw(st.sampled_from(["eve", "rosa"]))
        for name, level in ((edits, Level.EDIT), ("carl", Level.COMMENT), ("vera", Level.VIEW)):
            people.add(self.user("olga"), self.draft(of), self.user(name), ROLES[level])
            of.members[name] = level
        for name, level in (("lea", Level.EDIT), ("lou", Level.COMMENT), ("lin", Level.VIEW)):
            link = self.makes_a_link(of, "olga", level, 30, "")
            assert link is not None
            self.opened(of, link, name)
        if data.draw(st.booleans()):
            self.carried_on(of, data)
            self.works(data, data.draw(st.integers(0, 4)))

    def begun(self, who: str) -> Shared:
        secret = self.secret()
        name = f"hidden-{len(self.drafts):02d}-set"
        request = Request(
            Target(SUBSCRIPTION, "rg-shop", name), "create", "2024-07-01", put(whole(), PASSWORD, secret)
        )
        with transaction.atomic():
            draft = editing.create(self.user(who), request, "pasted")
        of = Shared(draft.code, name, who, authors=[who], bases=[None])
        self.drafts.append(of)
        self.saved(of, who, 1, secret=(PASSWORD, secret))
        return of

    def carried_on(self, of: Shared, data: st.DataObject, *, submits: bool = True) -> None:
        """Asked for, approved and submitted, as far as that goes."""
        self.asks(of, of.owner)
        able = [
            name for name in self.able(of, Level.VIEW) if self.cast[name].reviews and name not in of.authors
        ]
        if able:
            self.decides(of, data.draw(st.sampled_from(sorted(able))), "approve")
        if submits:
            self.submits(of, of.owner)

    # --- drafts -------------------------------------------------------------------------------------------------------

    @does("create")
    @precondition(lambda self: len(self.drafts) < 5)
    @rule(data=st.data())
    def begin_a_draft(self, data: st.DataObject) -> None:
        self.begun(data.draw(st.sampled_from(self.active())))

    @does("copy")
    @precondition(lambda self: len(self.drafts) < 5)
    @rule(data=st.data())
    def copy_a_draft(self, data: st.DataObject) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.VIEW))
        made = self.attempt(of, who, Level.VIEW, editing.copy_draft)
        if made is not None:
            copied = Shared(made.code, "", who, authors=[who], bases=[None])
            assert list(secrets_of(self.document(copied))) == [], "secrets stay with their draft"
            self.drafts.append(copied)

    @does("save")
    @rule(data=st.data(), capacity=st.integers(1, 9))
    def change_a_value(self, data: st.DataObject, capacity: int) -> None:
        of = self.some(data)
        self.changes(data, of, CAPACITY, capacity)

    @does("save")
    @rule(data=st.data(), what=st.sampled_from([PASSWORD, CUSTOM_DATA]))
    def change_a_secret(self, data: st.DataObject, what: tuple[str, ...]) -> None:
        of = self.some(data)
        value = self.secret()
        if what == CUSTOM_DATA:
            value = base64.b64encode(value.encode()).decode()
        self.changes(data, of, what, value, secret=True)

    def changes(
        self, data: st.DataObject, of: Shared, path: tuple[str, ...], value: Any, *, secret: bool = False
    ) -> None:
        who = self.one(data, self.able(of, Level.EDIT))
        self.change(of, who, path, value, secret=secret, behind=data.draw(st.sampled_from([0, 0, 0, 1])))

    def change(
        self,
        of: Shared,
        who: str,
        path: tuple[str, ...],
        value: Any,
        *,
        secret: bool = False,
        behind: int = 0,
    ) -> None:
        head = self.draft(of).head
        base = max(1, head - behind)
        held = get(self.document(of, base), path)
        change = Changed(path, MISSING if held is None else held, value, secret=secret)
        saved = self.attempt(
            of, who, Level.EDIT, lambda user, draft: editing.save(user, draft, base, [change])
        )
        if saved is not None:
            self.saved(of, who, head, secret=(path, value) if secret else None)

    @does("edit a list")
    @rule(data=st.data())
    def change_a_list(self, data: st.DataObject) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        head, zones = self.draft(of).head, get(self.document(of), ("zones",)) or []
        act, path, item = (
            ("add", ("zones",), str(len(zones) + 1)) if len(zones) < 3 else ("remove", ("zones", 2), None)
        )
        saved = self.attempt(
            of,
            who,
            Level.EDIT,
            # A zone is no object.
            lambda user, draft: editing.edit_list(user, draft, head, act, path, cast(Any, item)),
        )
        if saved is not None:
            self.saved(of, who, head)

    @does("replace the document")
    @rule(data=st.data(), number=st.integers(0, 99), anew=st.booleans())
    def write_json(self, data: st.DataObject, number: int, anew: bool) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        head, secret = self.draft(of).head, self.secret()
        document = put(self.document(of), ("tags",), {"number": str(number)})
        anew = anew and get(document, PROFILE) is not None
        if anew:
            document = put(document, PASSWORD, secret)
        saved = self.attempt(
            of, who, Level.EDIT, lambda user, draft: editing.replace_document(user, draft, head, document)
        )
        if saved is not None:
            self.saved(of, who, head, secret=(PASSWORD, secret) if anew else None)

    @does("fix", "save all fixes")
    @rule(data=st.data(), number=st.integers(0, 99), every=st.booleans())
    def apply_fixes(self, data: st.DataObject, number: int, every: bool) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        head = self.draft(of).head

        def fixed(now: dict[str, Any]) -> dict[str, Any]:
            changed: dict[str, Any] = put(now, ("tags",), {"fixed": str(number)})
            return changed

        def act(user: User, draft: Draft) -> Any:
            if every:
                return editing.apply_fixes(user, draft, head, fixed(editing.shown_at(draft, head)))
            return editing.apply_fix(user, draft, head, fixed)

        if self.attempt(of, who, Level.EDIT, act) is not None:
            self.saved(of, who, head)

    @does("begin heavy work", "stop heavy work")
    @rule(data=st.data(), stops=st.booleans())
    def have_heavy_work_done(self, data: st.DataObject, stops: bool) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        self.attempt(
            of,
            who,
            Level.EDIT,
            lambda user, draft: (
                background.stop(user, draft) if stops else background.start(user, draft, WorkKind.FIXES)
            ),
        )

    @does("restore")
    @rule(data=st.data())
    def bring_a_revision_back(self, data: st.DataObject) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        head = self.draft(of).head
        number = data.draw(st.integers(1, max(1, head)))
        if self.attempt(of, who, Level.EDIT, lambda user, draft: editing.restore(user, draft, head, number)):
            self.saved(of, who, head, base=of.bases[number - 1])

    @does("choose the system")
    @rule(data=st.data(), system=st.sampled_from(["Linux", "Windows", ""]))
    def say_the_system(self, data: st.DataObject, system: str) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        self.attempt(of, who, Level.EDIT, lambda user, draft: editing.choose_system(user, draft, system))

    @does("discard")
    @precondition(lambda self: len(self.drafts) > 2)
    @rule(data=st.data())
    def discard_a_draft(self, data: st.DataObject) -> None:
        of = self.some(data)
        self.discards(of, self.one(data, self.able(of, Level.OWN)))

    def discards(self, of: Shared, who: str) -> None:
        def act(user: User, draft: Draft) -> bool:
            editing.discard(user, draft)
            return True

        if self.attempt(of, who, Level.OWN, act):
            of.discarded = True
            assert not self.draft(of).secrets.exists()

    # --- comments -----------------------------------------------------------------------------------------------------

    @does("begin a thread")
    @rule(data=st.data(), place=st.sampled_from(["", "sku.capacity", "zones"]), suggests=st.booleans())
    def begin_a_thread(self, data: st.DataObject, place: str, suggests: bool) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.COMMENT))
        suggested = str(1 + self.draft(of).head % 9) if suggests and place == "sku.capacity" else ""
        self.attempt(
            of,
            who,
            Level.COMMENT,
            lambda user, draft: commenting.begin(
                user, draft, draft.head, place, "Is this enough?", suggested
            ),
        )

    @does("reply", "resolve a thread", "open a thread again")
    @rule(data=st.data(), act=st.sampled_from(["reply", "resolve", "reopen"]))
    def go_on_in_a_thread(self, data: st.DataObject, act: str) -> None:
        of = self.some(data)
        threads = CommentThread.objects.filter(draft__code=of.code).order_by("pk")
        if not threads:
            return
        at = data.draw(st.integers(0, len(threads) - 1))
        who = self.one(data, self.able(of, Level.COMMENT))
        level = of.level(self.cast[who], self.now())
        began = threads[at].author.username == who
        may = act == "reply" or level >= Level.EDIT or began

        def done(user: User, draft: Draft) -> Any:
            thread = CommentThread.objects.select_related("draft").get(pk=threads[at].pk)
            if act == "reply":
                return commenting.reply(user, thread, "It is.")
            return commenting.resolve(user, thread) if act == "resolve" else commenting.reopen(user, thread)

        self.attempt(of, who, Level.COMMENT, done, may=may)

    @does("edit a comment", "delete a comment")
    @rule(data=st.data(), deletes=st.booleans())
    def take_a_comment_back(self, data: st.DataObject, deletes: bool) -> None:
        of = self.some(data)
        found = Comment.objects.filter(thread__draft__code=of.code).select_related("author").order_by("pk")
        if not found:
            return
        comment = found[data.draw(st.integers(0, len(found) - 1))]
        who = self.one(data, [comment.author.username] if self.cast[comment.author.username].active else [])

        def act(user: User, draft: Draft) -> Any:
            of_now = Comment.objects.select_related("thread__draft").get(pk=comment.pk)
            return commenting.delete(user, of_now) if deletes else commenting.edit(user, of_now, "Is it?")

        self.attempt(of, who, Level.COMMENT, act, may=comment.author.username == who)

    @does("accept a suggestion")
    @rule(data=st.data())
    def accept_a_suggestion(self, data: st.DataObject) -> None:
        of = self.some(data)
        found = Comment.objects.filter(thread__draft__code=of.code).exclude(suggests=None).order_by("-pk")
        if not found:
            return
        who = self.one(data, self.able(of, Level.EDIT))
        head = self.draft(of).head

        def act(user: User, draft: Draft) -> Draft:
            return commenting.accept(
                user, Comment.objects.select_related("thread__draft").get(pk=found[0].pk)
            )

        if self.attempt(of, who, Level.EDIT, act) is not None:
            self.saved(of, who, head)
            self.done["suggestion accepted"] += 1

    # --- people -------------------------------------------------------------------------------------------------------

    @does("add somebody", "give a role")
    @rule(data=st.data(), level=st.sampled_from(sorted(ROLES)))
    def let_somebody_in(self, data: st.DataObject, level: Level) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.OWN))
        self.let_in(of, who, data.draw(st.sampled_from(sorted(self.cast))), level)

    def let_in(self, of: Shared, who: str, name: str, level: Level) -> None:
        member = Member.objects.filter(draft__code=of.code, link=None, user__username=name).first()
        before = of.members.get(name)

        def act(user: User, draft: Draft) -> bool:
            if member is not None:
                people.change_role(user, Member.objects.get(pk=member.pk), ROLES[level])
            else:
                people.add(user, draft, self.user(name), ROLES[level])
            return True

        assert (member is None) == (before is None)
        if self.attempt(of, who, Level.OWN, act):
            assert self.cast[name].active or before is not None, "somebody who cannot sign in was let in"
            of.members[name] = level

    @does("invite somebody", "take an invitation back", "come by an invitation")
    @rule(
        data=st.data(),
        level=st.sampled_from(sorted(ROLES)),
        act=st.sampled_from(["invite", "take back", "come"]),
    )
    def invite_somebody(self, data: st.DataObject, level: Level, act: str) -> None:
        """By the address that Entra ID vouches for when they sign in."""
        of, name = self.some(data), data.draw(st.sampled_from(self.active()))
        mail = f"{name}@example.org"
        if act == "come":
            people.accept_invitations(self.user(name), mail)
            for each in self.drafts:
                invited = each.invited.get(name)
                if invited is None or each.discarded or invited[1] <= self.now():
                    continue
                del each.invited[name]
                if name != each.owner:
                    each.members.setdefault(name, invited[0])
            return
        who = self.one(data, self.able(of, Level.OWN))
        known = Invitation.objects.filter(draft__code=of.code, mail=mail).first()
        assert (known is None) == (name not in of.invited)

        def done(user: User, draft: Draft) -> bool:
            if act == "invite" or known is None:
                people.invite(user, draft, mail, ROLES[level])
            else:
                people.take_back(user, Invitation.objects.select_related("draft").get(pk=known.pk))
            return True

        if self.attempt(of, who, Level.OWN, done):
            if act == "invite" or known is None:
                of.invited[name] = (level, self.now() + timedelta(days=people.INVITED_DAYS))
            else:
                del of.invited[name]

    @does("remove somebody")
    @rule(data=st.data())
    def take_somebody_out(self, data: st.DataObject) -> None:
        of = self.some(data)
        rows = Member.objects.filter(draft__code=of.code).select_related("user", "link").order_by("pk")
        if not rows:
            return
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        name = row.user.username
        who = self.one(data, self.able(of, Level.OWN) + [name] * self.cast[name].active)

        def act(user: User, draft: Draft) -> bool:
            people.remove(user, Member.objects.get(pk=row.pk))
            return True

        if self.attempt(of, who, Level.VIEW if who == name else Level.OWN, act):
            if row.link is None:
                del of.members[name]
            else:
                self.link(of, row.link.code).came.discard(name)

    def link(self, of: Shared, code: str) -> Link:
        return next(link for link in of.links if link.code == code)

    @does("share")
    @rule(
        data=st.data(),
        level=st.sampled_from(sorted(ROLES)),
        days=st.sampled_from([1, 7, 30, 90, 91]),
        tenant=st.sampled_from(["", "", "home"]),
    )
    def make_a_link(self, data: st.DataObject, level: Level, days: int, tenant: str) -> None:
        of = self.some(data)
        self.makes_a_link(of, self.one(data, self.able(of, Level.OWN)), level, days, tenant)

    def makes_a_link(self, of: Shared, who: str, level: Level, days: int, tenant: str) -> Link | None:
        made = self.attempt(
            of,
            who,
            Level.OWN,
            lambda user, draft: people.share(user, draft, ROLES[level], days=days, tenant=tenant),
        )
        if made is None:
            return None
        assert days <= 90, "a link that lasts longer than the installation allows"
        of.links.append(Link(made.code, level, self.now() + timedelta(days=days), tenant))
        return of.links[-1]

    @does("revoke")
    @rule(data=st.data())
    def revoke_a_link(self, data: st.DataObject) -> None:
        of = self.some(data)
        if not of.links:
            return
        link = of.links[data.draw(st.integers(0, len(of.links) - 1))]
        self.closes(of, link, self.one(data, self.able(of, Level.OWN)))

    def closes(self, of: Shared, link: Link, who: str) -> None:
        def act(user: User, _draft: Draft) -> bool:
            people.revoke(user, ShareLink.objects.select_related("draft").get(code=link.code))
            return True

        if self.attempt(of, who, Level.OWN, act):
            link.revoked = True

    @does("come by a link")
    @rule(data=st.data())
    def come_by_a_link(self, data: st.DataObject) -> None:
        of = self.some(data)
        if of.links:
            at = data.draw(st.integers(0, len(of.links) - 1))
            self.opened(of, of.links[at], data.draw(st.sampled_from(self.active())))

    def opened(self, of: Shared, link: Link, who: str) -> None:
        """Somebody follows the link, in their browser."""
        token = ShareLink.objects.get(code=link.code).token
        answer = self.browser(who).get(reverse("shared", args=[token]))
        takes = link.takes(self.cast[who], self.now()) and not of.discarded
        assert answer.status_code == (302 if takes or who == of.owner else 410), answer.status_code
        self.read(answer.content.decode())
        if takes and who != of.owner:
            link.came.add(who)

    @does("hand over")
    @rule(data=st.data(), stays=st.booleans(), reason=st.sampled_from(["On leave", ""]))
    def hand_a_draft_over(self, data: st.DataObject, stays: bool, reason: str) -> None:
        of = self.some(data)
        owners = [name for name in self.active() if self.cast[name].administers or name == of.owner]
        self.give(
            of,
            self.one(data, owners),
            data.draw(st.sampled_from(sorted(self.cast))),
            stays=stays,
            reason=reason,
        )

    def give(self, of: Shared, who: str, name: str, *, stays: bool, reason: str = "") -> None:
        owners = [each for each in self.active() if self.cast[each].administers or each == of.owner]

        def act(user: User, draft: Draft) -> bool:
            people.hand_over(user, draft, self.user(name), stays=stays, reason=reason)
            return True

        may = who in owners and not of.discarded
        if self.attempt(
            of, who, Level.VIEW, act, may=may or (who in owners and not reason and who != of.owner)
        ):
            assert self.cast[name].active, "a draft was given to somebody who cannot sign in"
            assert reason or who == of.owner, "an administrator said no reason"
            of.members.pop(name, None)
            if stays:
                of.members[of.owner] = Level.EDIT
            of.owner = name
            self.done["handed over"] += 1

    # --- reviews ------------------------------------------------------------------------------------------------------

    @does("request a review")
    @rule(data=st.data())
    def ask_for_a_review(self, data: st.DataObject) -> None:
        of = self.some(data)
        self.asks(of, self.one(data, self.able(of, Level.OWN)))

    def asks(self, of: Shared, who: str) -> None:
        fresh = Asked(0, 0, who)
        able = [self.cast[name] for name in ("rolf", "rosa") if self.cast[name].active]
        names = [person.name for person in able if of.may_decide(person, fresh)]
        ids = [self.users[name].pk for name in names]
        made = self.attempt(
            of,
            who,
            Level.OWN,
            lambda user, draft: reviewing.request_review(user, draft, "Please", draft.head, people=ids),
        )
        if made is not None:
            of.asked.append(Asked(made.pk, self.draft(of).head, who, names=frozenset(names)))
            self.done["review asked for"] += 1

    @does("decide")
    @rule(
        data=st.data(),
        verdict=st.sampled_from(["approve", "approve", "approve", "request-changes", "reject"]),
    )
    def decide_about_a_review(self, data: st.DataObject, verdict: str) -> None:
        waiting = [each for each in self.drafts if each.asked]
        if waiting:
            of = data.draw(st.sampled_from(range(len(waiting))).map(lambda at: waiting[at]))
            able = [name for name in self.active() if self.cast[name].reviews]
            self.decides(of, self.one(data, able), verdict)

    @does("decide")
    @rule(data=st.data(), way=st.sampled_from(["edited", "owns", "asked", "account"]))
    def approve_what_one_has_a_part_in(self, data: st.DataObject, way: str) -> None:
        """Somebody who reviews takes a part in a draft on purpose, and then tries to approve it."""
        of = data.draw(st.sampled_from(range(len(self.named()))).map(self.named().__getitem__))
        reviewers = [name for name in self.active() if self.cast[name].reviews and name != of.owner]
        if of.discarded or not self.cast[of.owner].active or not reviewers:
            return
        who = data.draw(st.sampled_from(reviewers))
        if way == "edited":
            self.let_in(of, of.owner, who, Level.EDIT)
            self.change(of, who, CAPACITY, 1 + self.draft(of).head % 9)
        if way in ("asked", "account"):
            self.give(of, of.owner, who, stays=True)
        self.asks(of, of.owner)
        if way == "account" and self.cast[who].administers:
            name = data.draw(
                st.sampled_from([each for each in sorted(self.cast) if each not in (who, "ada")])
            )
            self.switches(who, name)
            if not self.cast[name].active:
                self.switches(who, name)
            self.decides(of, name, "approve")
        if way == "owns":
            self.give(of, of.owner, who, stays=True)
        if way == "asked":
            self.give(of, of.owner, "sam", stays=False)
        self.decides(of, who, "approve")

    @rule(data=st.data(), secret=st.booleans())
    def edit_what_was_approved(self, data: st.DataObject, secret: bool) -> None:
        """And have it sent nevertheless."""
        of = data.draw(st.sampled_from(range(len(self.named()))).map(self.named().__getitem__))
        if of.discarded or not self.cast[of.owner].active:
            return
        self.carried_on(of, data, submits=False)
        value: Any = self.secret() if secret else 1 + self.draft(of).head % 9
        self.change(of, of.owner, PASSWORD if secret else CAPACITY, value, secret=secret)
        self.submits(of, of.owner)
        self.works(data, 3)

    @rule(data=st.data(), how=st.sampled_from(["revoked", "expired"]))
    def come_back_by_a_link_that_is_closed(self, data: st.DataObject, how: str) -> None:
        """Somebody came by a link that then ends, and goes on with what was open."""
        of, who = self.some(data), data.draw(st.sampled_from(self.active()))
        if of.discarded or who == of.owner or not self.cast[of.owner].active:
            return
        link = self.makes_a_link(of, of.owner, Level.EDIT, 1, "")
        assert link is not None
        self.opened(of, link, who)
        if how == "expired":
            self.time_goes_on(timedelta(days=2))
        else:
            self.closes(of, link, of.owner)
        self.change(of, who, CAPACITY, 1 + self.draft(of).head % 9)
        for name in ("draft-document", "draft-check"):
            self.looks(of, who, next(row for row in PAGES if row.name == name))

    @rule(data=st.data(), how=st.sampled_from(["revoked", "account", "handed over", "discarded"]))
    def think_better_of_what_is_on_its_way(self, data: st.DataObject, how: str) -> None:
        """What approved a request ends after it was submitted, and before it leaves."""
        of = data.draw(st.sampled_from(range(len(self.named()))).map(self.named().__getitem__))
        if of.discarded or not self.cast[of.owner].active:
            return
        self.carried_on(of, data)
        under_way = Submission.objects.filter(draft__code=of.code, state__in=("queued", "sending"))
        if of.sent is None or not under_way.exists():
            return
        approval = of.sent.approval
        if how == "revoked" and self.cast[approval.by].active:
            self.revokes(of, approval, approval.by, "Too early.")
        elif how == "account" and approval.by != "ada":
            self.switches("ada", approval.by)
        elif how == "handed over" and self.cast[of.owner].active:
            self.give(of, of.owner, approval.by, stays=True)
        elif how == "discarded" and self.cast[of.owner].active:
            self.discards(of, of.owner)
        self.works(data, 3)

    def decides(self, of: Shared, who: str, verdict: str) -> None:
        if not of.asked:
            return
        asked = of.asked[-1]

        def act(user: User, draft: Draft) -> Any:
            return reviewing.decide(user, Review.objects.get(pk=asked.review), verdict, "Fits the plan.")

        made = self.attempt(of, who, Level.VIEW, act, may=of.may_decide(self.cast[who], asked))
        asked.over |= made is not None
        if made is not None and verdict == "approve":
            assert asked.revision == self.draft(of).head, "another revision than the newest was approved"
            ends = self.now() + timedelta(days=settings.VMSSBUILDER_APPROVAL_DAYS)
            of.approvals.append(Approval(who, asked, ends, frozenset(of.authors), self.wanted(of)))
            self.done["approved"] += 1

    def wanted(self, of: Shared) -> Wanted:
        """What may leave for the draft as it stands."""
        draft = self.draft(of)
        path = (
            f"/subscriptions/{draft.subscription}/resourceGroups/{draft.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{draft.name}"
        )
        document, base = self.document(of), of.bases[draft.head - 1]
        if base is None:
            return Wanted("PUT", path, draft.api_version, in_clear(document, self.known))
        return Wanted("PATCH", path, draft.api_version, in_clear(difference(base, document), self.known))

    @does("withdraw")
    @rule(data=st.data())
    def withdraw_a_review(self, data: st.DataObject) -> None:
        of = self.some(data)
        if of.asked:
            who = self.one(data, self.able(of, Level.OWN))
            asked = of.asked[-1]

            def act(user: User, _draft: Draft) -> bool:
                reviewing.withdraw(user, Review.objects.get(pk=asked.review))
                return True

            asked.over |= bool(self.attempt(of, who, Level.OWN, act))

    @does("open a script", "close a script")
    @rule(data=st.data(), closes=st.booleans())
    def open_or_close_a_script(self, data: st.DataObject, closes: bool) -> None:
        of = self.some(data)
        if of.asked:
            self.turns_script(of, self.one(data, self.able(of, Level.OWN)), closes=closes)

    def turns_script(self, of: Shared, who: str, *, closes: bool) -> None:
        asked = of.asked[-1]
        row = OpenedScript.objects.filter(review=asked.review).order_by("pk").last()

        def act(user: User, _draft: Draft) -> bool:
            if closes and row is not None:
                reviewing.close_script(
                    user, OpenedScript.objects.select_related("review__draft").get(pk=row.pk)
                )
            else:
                reviewing.open_script(user, Review.objects.get(pk=asked.review), SCRIPT)
            return True

        if self.attempt(of, who, Level.OWN, act):
            asked.opened = not (closes and row is not None)

    @does("read a script")
    @rule(data=st.data(), opens=st.booleans())
    def read_a_script(self, data: st.DataObject, opens: bool) -> None:
        """Its owner enters one and opens it, perhaps; then somebody reads, who may or may not."""
        named = self.named()
        of = named[data.draw(st.integers(0, len(named) - 1))]
        if opens and not of.discarded and self.cast[of.owner].active:
            value = base64.b64encode(self.secret().encode()).decode()
            self.change(of, of.owner, CUSTOM_DATA, value, secret=True)
            self.asks(of, of.owner)
            if of.asked:
                self.turns_script(of, of.owner, closes=False)
        rows = OpenedScript.objects.filter(review__draft__code=of.code).order_by("-pk")
        if not rows:
            return
        asked = next(each for each in of.asked if each.review == rows[0].review_id)
        who = self.one(data, sorted(asked.names.intersection(self.active())))
        opened = OpenedScript.objects.select_related("review__draft", "review__revision").get(pk=rows[0].pk)
        may = of.may_read_script(self.cast[who], asked)
        try:
            with transaction.atomic():
                text = reviewing.read_script(self.user(who), opened)
        except (Http404, PermissionDenied, reviewing.ReviewRefused) as refused:
            text = ""
            self.read(str(refused))
        assert may == bool(text), f"{who} {'cannot read' if may else 'reads'} the script of {of.name}"
        self.done["script read"] += bool(text)

    @does("revoke an approval")
    @rule(data=st.data(), reason=st.sampled_from(["Too early.", ""]))
    def revoke_an_approval(self, data: st.DataObject, reason: str) -> None:
        given = [(of, approval) for of in self.drafts for approval in of.approvals]
        if not given:
            return
        of, approval = given[data.draw(st.integers(0, len(given) - 1))]
        able = [name for name in self.active() if name == approval.by or self.cast[name].administers]
        self.revokes(of, approval, self.one(data, able), reason)

    def revokes(self, of: Shared, approval: Approval, who: str, reason: str) -> None:
        may = who == approval.by or self.cast[who].administers

        def act(user: User, _draft: Draft) -> bool:
            reviewing.revoke(user, Review.objects.get(pk=approval.asked.review), reason)
            return True

        if self.attempt(of, who, Level.VIEW, act, may=may):
            assert reason, "an approval was revoked for no reason"
            approval.void = True

    @does("void approvals")
    @rule(data=st.data())
    def switch_an_account_off_or_on(self, data: st.DataObject) -> None:
        """On the page of the administration, which voids what the account approved."""
        who = self.one(data, [name for name in self.active() if self.cast[name].administers])
        others = sorted(set(self.cast) - {who, "ada"})
        off = [name for name in others if not self.cast[name].active]
        self.switches(who, data.draw(st.sampled_from(off or others)))

    def switches(self, who: str, name: str) -> None:
        turned = self.cast[name]
        active = {} if turned.active else {"is_active": "on"}
        answer = self.browser(who).post(f"/admin/accounts/user/{self.users[name].pk}/change/", active)
        assert answer.status_code == (302 if self.cast[who].administers else 403), answer.status_code
        if not self.cast[who].administers:
            return
        turned.active = not turned.active
        assert self.user(name).is_active == turned.active
        for of in self.drafts:
            for approval in of.approvals:
                approval.void |= approval.by == name
            for asked in of.asked:
                asked.touched.setdefault(name, set()).add(who)
        self.done["account switched"] += 1

    @rule(data=st.data(), about_the_newest=st.booleans())
    def go_on_with_a_draft(self, data: st.DataObject, about_the_newest: bool) -> None:
        """What comes next on the road to Azure, more often than not by somebody who may."""
        of = self.named()[-1] if about_the_newest else self.some(data)
        draft, now = self.draft(of), self.now()
        approved = [each for each in of.approvals if each.asked.revision == draft.head and each.counts(now)]
        waiting = Review.objects.filter(draft=draft, state="waiting", revision__number=draft.head).exists()
        if Submission.objects.filter(draft=draft, state__in=Submission.MOVING).exists():
            self.works(data, 4)
        elif Submission.objects.filter(draft=draft, revision__number=draft.head, state="succeeded").exists():
            self.changes(data, of, CAPACITY, 1 + draft.head % 9)
        elif approved:
            self.submits(of, self.one(data, self.able(of, Level.OWN)))
        elif waiting:
            able = [name for name in self.active() if of.may_decide(self.cast[name], of.asked[-1])]
            self.decides(of, self.one(data, able), "approve")
        else:
            self.asks(of, self.one(data, self.able(of, Level.OWN)))

    @rule(data=st.data())
    def a_draft_goes_on(self, data: st.DataObject) -> None:
        """The same, by the name that comes first: the simplest run, which Hypothesis always makes, is nothing but this."""
        self.go_on_with_a_draft(data, about_the_newest=True)

    # --- sending ------------------------------------------------------------------------------------------------------

    @does("pre-flight", "let the check ask by itself")
    @rule(data=st.data(), switches=st.booleans())
    def ask_for_a_preflight(self, data: st.DataObject, switches: bool) -> None:
        of = self.some(data)
        who = self.one(data, self.able(of, Level.EDIT))
        if switches:
            preflight.switch(self.user(who), by_itself=False)
        else:
            self.attempt(of, who, Level.EDIT, preflight.start)

    @does("submit")
    @rule(data=st.data())
    def send_a_draft(self, data: st.DataObject) -> None:
        of = self.some(data)
        self.submits(of, self.one(data, self.able(of, Level.OWN)))

    def submits(self, of: Shared, who: str) -> None:
        made = self.attempt(of, who, Level.OWN, sending.submit)
        if made is None:
            return
        head = self.draft(of).head
        part = (who, of.owner, *of.authors)
        fitting = [
            each
            for each in of.approvals
            if each.asked.revision == head and each.counts(self.now()) and each.by not in part
        ]
        assert fitting, f"{who} sends {of.name} as nobody else approved it"
        of.sent = Sent(who, fitting[-1])
        of.submitters.add(who)
        self.done["submitted"] += 1

    @does("end a step")
    @rule(data=st.data(), steps=st.integers(1, 5))
    def let_the_worker_work(self, data: st.DataObject, steps: int) -> None:
        self.works(data, steps)

    def works(self, data: st.DataObject, steps: int) -> None:
        for _ in range(steps):
            moving = list(Submission.objects.filter(state__in=Submission.MOVING).order_by("pk"))
            if not moving:
                return
            due = moving[data.draw(st.integers(0, len(moving) - 1))]
            Submission.objects.filter(pk=due.pk).update(next_step=self.now() - timedelta(seconds=1))
            transitions.run(due.pk)
            due.refresh_from_db()
            self.done[f"a step to {due.state}"] += 1

    @does("resume", "check", "stop", "stop following")
    @rule(data=st.data(), act=st.sampled_from(["resume", "check", "stop"]))
    def turn_to_what_is_on_its_way(self, data: st.DataObject, act: str) -> None:
        of = self.some(data)
        submission = Submission.objects.filter(draft__code=of.code).first()
        if submission is None:
            return
        by = submission.submitter.username
        who = self.one(data, [name for name in self.active() if name == by or self.cast[name].administers])
        may = (
            who == by
            or (act != "resume" and self.cast[who].administers)
            or (act == "stop" and who == of.owner)
        )

        def done(user: User, draft: Draft) -> Any:
            own = Submission.objects.select_related("draft", "revision", "submitter").get(pk=submission.pk)
            return {"resume": sending.resume, "check": sending.check_now, "stop": sending.stop}[act](
                user, own
            )

        if who == by and act != "resume":
            # Whoever sent it follows it, whoever the draft belongs to by then.
            with contextlib.suppress(*REFUSED), transaction.atomic():
                done(self.user(who), self.draft(of))
        else:
            self.attempt(of, who, Level.VIEW, done, may=may)

    @rule(kind=st.sampled_from(["lost-answer", "reset", "failed-operation", "expired-token"]))
    def azure_has_trouble(self, kind: str) -> None:
        self.sandbox.sandbox.memory.faults.clear()
        self.sandbox.fault(kind, method="PUT", path="virtualMachineScaleSets")

    # --- changing what runs -------------------------------------------------------------------------------------------

    def read_live(self, who: str, name: str) -> Live | None:
        """The scale set of that name as Azure has it."""
        client = arm.client_for_thread(self.user(who), PersonsGate(self.users[who].pk))
        found = client.get(ScaleSetAddress(SUBSCRIPTION, "rg-shop", name), "2024-07-01")
        return None if found is None else live.of(found, self.now())

    @does("open a live set")
    @precondition(lambda self: self.there and len(self.drafts) < 6)
    @rule(data=st.data())
    def change_what_runs(self, data: st.DataObject) -> None:
        who, name = data.draw(st.sampled_from(self.active())), data.draw(st.sampled_from(sorted(self.there)))
        found = self.read_live(who, name)
        assert found is not None
        with transaction.atomic():
            made = updating.open_live(self.user(who), found)
        of = Shared(made.code, name, who, authors=[who], bases=[found.document])
        self.drafts.append(of)
        self.done["opened what runs"] += 1

    @does("compare anew", "put back", "leave out")
    @precondition(lambda self: any(each.bases[0] is not None for each in self.drafts))
    @rule(data=st.data(), act=st.sampled_from(["compare anew", "put back", "leave out"]))
    def go_on_with_an_update(self, data: st.DataObject, act: str) -> None:
        updates = [each for each in self.drafts if each.bases[0] is not None]
        of = updates[data.draw(st.integers(0, len(updates) - 1))]
        who = self.one(data, self.able(of, Level.EDIT))
        head, document = self.draft(of).head, self.document(of)
        found = self.read_live(who, of.name)
        assert found is not None
        if act == "compare anew":
            compared = self.attempt(
                of,
                who,
                Level.EDIT,
                lambda user, draft: updating.compare_anew(user, draft, head, found, document),
            )
            if compared is not None:
                self.saved(of, who, head, base=found.document)
            return
        does = updating.put_back if act == "put back" else updating.leave_out
        if self.attempt(of, who, Level.EDIT, lambda user, draft: does(user, draft, CAPACITY)) is not None:
            self.saved(of, who, head)

    # --- time and keys ------------------------------------------------------------------------------------------------

    @rule(on=st.sampled_from([timedelta(hours=3), timedelta(days=2), timedelta(days=8), timedelta(days=31)]))
    def time_goes_on(self, on: timedelta) -> None:
        # Some minutes more, so that nothing ends at the very moment that somebody looks.
        passed(on + timedelta(minutes=7))
        self.browsers.clear()

    @rule(again=st.booleans())
    def change_keys(self, again: bool) -> None:
        """A new one in front, then all written anew, then the old one taken away; so many steps of that."""
        for _ in range(1 + again):
            self.change_key()

    def change_key(self) -> None:
        keys = list(settings.VMSSBUILDER_SECRET_KEYS)
        if self.keys % 3 == 0:
            made = hashlib.sha256(f"key {self.keys}".encode()).digest()
            settings.VMSSBUILDER_SECRET_KEYS = [base64.urlsafe_b64encode(made).decode(), *keys]
            self.every_key = [settings.VMSSBUILDER_SECRET_KEYS[0], *self.every_key]
        elif self.keys % 3 == 1:
            call_command("rotate_keys", stdout=io.StringIO())
        else:
            settings.VMSSBUILDER_SECRET_KEYS = keys[:1]
        self.keys += 1

    # --- looking ------------------------------------------------------------------------------------------------------

    def browser(self, who: str) -> Client:
        if who not in self.browsers:
            self.browsers[who] = Client(raise_request_exception=True)
            self.browsers[who].force_login(
                self.user(who), backend="vmssbuilder.accounts.backends.EntraAccounts"
            )
        return self.browsers[who]

    @rule(
        data=st.data(), who=st.sampled_from(sorted(CAST)), name=st.sampled_from([row.name for row in PAGES])
    )
    def look_at_a_page(self, data: st.DataObject, who: str, name: str) -> None:
        self.looks(self.some(data), who, next(row for row in PAGES if row.name == name))

    @rule(data=st.data(), who=st.sampled_from(sorted(CAST)), format=st.sampled_from(sorted(FORMATS)))
    def export_a_draft(self, data: st.DataObject, who: str, format: str) -> None:
        row = next(each for each in TABLE if each.name == "draft-export")
        self.looks(self.some(data), who, Row(row.name, ("draft", f"={format}"), row.get, row.post))

    def looks(self, of: Shared, who: str, row: Row) -> None:
        """Somebody opens a page: what they are answered is for them."""
        names = self.names(of)
        if not all(word[0] == "=" or word in names for word in row.where):
            return
        answer = self.browser(who).get(row.address(names))
        text = answer.content.decode(errors="replace")
        self.read(text)
        person, now = self.cast[who], self.now()
        if not person.active:
            assert answer.status_code == int(row.get[:3]), f"{who}, who is switched off, opens {row.name}"
            self.browsers.pop(who)
            return
        theirs = {each.name for each in self.drafts if each.level(person, now) or who in each.submitters}
        for name in {each.name for each in self.drafts} - theirs - {""}:
            assert name not in text, f"{who} reads of {name} at {row.name}"
        if row.where and not row.where[0].startswith("="):
            wanted = row.get.split()[COLUMNS.index(COLUMN_OF[of.level(person, now)])]
            got = str(answer.status_code)
            closed = got in ("403", "404")
            assert (
                closed == (wanted in ("403", "404"))
                or (of.discarded and got == "404")
                or row.name in STATEFUL
            ), f"{who} gets {got} at {row.name} of {of.name}"
            assert of.level(person, now) > Level.NONE or got == "404"

    def names(self, of: Shared) -> dict[str, str | int]:
        """What stands in addresses, as far as there is one."""
        found: dict[str, Any] = {"draft": of.code, "approved": of.code}
        threads = CommentThread.objects.filter(draft__code=of.code)
        comments = Comment.objects.filter(thread__draft__code=of.code)
        rows = {
            "thread": threads.values_list("pk", flat=True),
            "comment": comments.values_list("pk", flat=True),
            "suggestion": comments.exclude(suggests=None).values_list("pk", flat=True),
            "submission": Submission.objects.filter(draft__code=of.code).values_list("code", flat=True),
            "review": Review.objects.filter(draft__code=of.code).values_list("pk", flat=True),
        }
        return found | {name: first for name, each in rows.items() if (first := each.first()) is not None}

    @rule(data=st.data(), to=st.sampled_from(["csv", "jsonl"]))
    def export_the_log(self, data: st.DataObject, to: str) -> None:
        who = self.one(data, ["ada"])
        answer = self.browser(who).post(f"/admin/audit/event/export/{to}/")
        assert (answer.status_code == 200) == self.cast[who].administers
        self.read(answer.getvalue().decode())

    # --- what must never be -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_sent_that_was_not_approved(self) -> None:
        memory = self.sandbox.sandbox.memory
        received = self.sandbox.requests()
        memory.requests.clear()
        for each in received:
            if each["method"] not in ("GET", "HEAD"):
                self.arrived(Wanted(each["method"], each["path"], each["apiVersion"], each["body"]))

    def arrived(self, request: Wanted) -> None:
        asked_for = [
            each for each in self.drafts if each.sent and each.sent.approval.wanted.path == request.path
        ]
        assert asked_for, f"{request.path} was sent though nobody asked for it"
        fitting = [each for each in asked_for if each.sent and each.sent.approval.wanted == request]
        assert fitting, "something else left than what was approved"
        of = fitting[-1]
        assert of.sent is not None
        approval = of.sent.approval
        self.there.add(of.name)
        assert approval.counts(self.now()), "it left though its approval does not count any more"
        part = {of.sent.by, of.owner, approval.asked.by, *approval.authors}
        assert approval.by not in part, f"{approval.by} approved what they have a part in"
        assert not approval.asked.touched.get(approval.by, set()) & part, (
            "somebody else used the approver's account"
        )
        assert self.cast[of.sent.by].active, "it left in the name of an account that is switched off"
        self.done["left for Azure"] += 1

    @invariant()
    def what_somebody_looks_at_is_for_them(self) -> None:
        """After every other step, each time at something else."""
        self.looked += 1
        self.done["steps"] += 1
        at, names = self.looked // 2, sorted(self.cast)
        if self.looked % 2:
            self.looks(
                self.drafts[at % len(self.drafts)], names[at * 5 % len(names)], PAGES[at * 7 % len(PAGES)]
            )

    @invariant()
    def no_secret_is_in_the_database_or_the_log(self) -> None:
        self.read(*self.said.lines)
        self.said.lines.clear()
        for table in _tables():
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
                self.read(*map(_text, cursor.fetchall()))


STATEFUL: Final = frozenset({"submission-answer"})
"""Pages whose answer says something of what there is rather than of who asks."""


def _tables() -> list[str]:
    found = connection.introspection.table_names()
    return [name for name in found if name not in _TABLES_WITHOUT_TEXT]


def _text(row: tuple[Any, ...]) -> str:
    return " ".join(
        bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
        for value in row
    )
