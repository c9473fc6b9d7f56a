from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from tests.web.strict import Page, problems_of
from vmssbuilder.accounts.models import User
from vmssbuilder.web.middleware import RefuseBadInput, with_plain_charset

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "frontier"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def refused(response: Any, status: int, *words: str) -> None:
    """A clear page of that status, with these words."""
    assert response.status_code == status, response.content.decode()
    assert problems_of(response) == []
    page = Page(response)
    for word in words:
        assert word in page.text


def part(name: str, value: bytes, file: str | None = None) -> bytes:
    kind = f'; filename="{file}"\r\nContent-Type: application/json' if file is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n'
    return head.encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


# --- Text that cannot be stored --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/reviews/%00/", "/drafts/a%00b/", "/s/x%00/", "/%00"])
def test_nul_in_the_address(client: Client, path: str) -> None:
    refused(client.get(path), 400, "The address holds a character")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("next=%00", "The field “next” of the address holds a NUL character"),
        ("a=1&page=x%00y", "The field “page” of the address holds a NUL character"),
        ("%00=1", "The name of a field of the address"),
        ("next=%ff", "not in UTF-8"),
        ("next=%ed%a0%80", "not in UTF-8"),
        ("%c3=1", "not in UTF-8"),
    ],
)
def test_query(client: Client, query: str, words: str) -> None:
    refused(client.get(f"/sign-in/?{query}"), 400, words)


def test_a_path_that_is_not_utf8_is_just_not_found(client: Client) -> None:
    assert client.get("/%ff%fe/").status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"username=%00&password=x", "The field “username” of the form holds a NUL character"),
        (b"user%00name=x", "The name of a field of the form holds a NUL"),
        (b"username=%ff", "not in UTF-8"),
        (b"username=\xff", "not in UTF-8"),
        (b"username=%ed%a0%80", "not in UTF-8"),
    ],
)
def test_forms(client: Client, body: bytes, words: str) -> None:
    refused(client.post("/sign-in/", body, content_type=FORM), 400, words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (part("text", b"a\x00b") + END, "The field “text” of the form holds a NUL character"),
        (part("text", b"\xff\xfe") + END, "not in UTF-8"),
        (part("text", b"\xed\xa0\x80") + END, "not in UTF-8"),
        (part("t\x00", b"x") + END, "The name of a field"),
    ],
)
def test_multipart_forms(client: Client, body: bytes, words: str) -> None:
    refused(client.post("/sign-in/", body, content_type=MULTIPART), 400, words)


def test_text_that_only_looks_broken_goes_through(client: Client) -> None:
    """U+FFFD itself, typed by somebody, is text like any other."""
    text = "\ufffd".encode()
    assert client.post("/sign-in/", b"username=" + text, content_type=FORM).status_code == 422
    assert client.post("/sign-in/", part("username", text) + END, content_type=MULTIPART).status_code == 422


def test_a_file_may_hold_any_bytes(client: Client) -> None:
    body = part("file", b"\xff\x00\xfe", file="request.json") + END
    assert client.post("/sign-in/", body, content_type=MULTIPART).status_code == 422


def test_a_charset_other_than_utf8_is_refused(client: Client) -> None:
    for charset in ("utf-16", "raw_unicode_escape", "latin-1", "utf-7"):
        body = part("username", rb"\ud800") + END
        refused(client.post("/sign-in/", body, content_type=f"{MULTIPART}; charset={charset}"), 400, "UTF-8")
        refused(client.post("/sign-in/", b"a=1", content_type=f"{FORM}; charset={charset}"), 400, "UTF-8")


@pytest.mark.parametrize("charset", ["rot13", "hex", "base64", "idna", "punycode", "undefined", '"zip"'])
def test_a_charset_that_is_for_no_text_is_refused_too(charset: str) -> None:
    """Django reads the address with it before any middleware is asked, so it is settled before Django."""
    kind = with_plain_charset(f"{FORM}; charset={charset}; x=y")
    assert kind == f"{FORM}; charset=latin-1; x=y"
    request = RequestFactory().generic("POST", "/?" + "a" * 70 + ".=1", b"a=b", kind)
    assert RefuseBadInput(lambda _request: HttpResponse())(request).status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf8"', "us-ascii"])
def test_a_charset_that_is_ours_stays(charset: str) -> None:
    assert with_plain_charset(f"{FORM}; charset={charset}") == f"{FORM}; charset={charset}"


def test_the_server_asks_for_the_charset_first() -> None:
    """What gunicorn calls, with a charset that Django cannot even make a request of."""
    from vmssbuilder.wsgi import application

    environ = RequestFactory().get("/sign-in/?a=b").environ | {"CONTENT_TYPE": f"{FORM}; charset=rot13"}
    found: list[str] = []
    b"".join(application(environ, lambda status, _headers, *_error: found.append(status)))
    assert found == ["400 Bad Request"]


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "theme", "other"])
def test_a_cookie_that_cannot_be_stored_is_ignored(as_requester: Client, name: str) -> None:
    """In quotes, cookies may hold any character as an octal number; PostgreSQL would fail on NUL in a session key."""
    as_requester.cookies[name] = "x"
    as_requester.cookies[name].set(name, "x", '"\\000aaaaaaaa"')
    response = as_requester.get("/")
    assert response.status_code == (302 if name == "sessionid" else 200)


# --- Forms that break off, are too much or too large ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--wrong\r\n\r\n", "multipart/form-data; boundary="),
        (b"nothing", "multipart/form-data"),
        (part("a", b"x") + END, "multipart/form-data; boundary=" + "x" * 300),
        (b"x", "multipart/form-data; boundary=\xe9"),
    ],
)
def test_a_broken_multipart_form(client: Client, body: bytes, kind: str) -> None:
    refused(client.post("/sign-in/", body, content_type=kind), 400, "is not a form")


def test_a_body_that_breaks_off(client: Client) -> None:
    class Breaks:
        def read(self, *_size: int) -> bytes:
            raise OSError("connection reset")

        readline = read

    response = client.post("/sign-in/", content_type=FORM, CONTENT_LENGTH="10", **{"wsgi.input": Breaks()})  # type: ignore[arg-type] # extra values go into the WSGI environment, of any type
    refused(response, 400, "breaks off")


@pytest.mark.parametrize("kind", [FORM, MULTIPART])
def test_too_many_fields(client: Client, kind: str) -> None:
    many = range(5_001)
    body = (
        "&".join(f"f{number}=" for number in many).encode()
        if kind == FORM
        else b"".join(part(f"f{number}", b"") for number in many) + END
    )
    refused(client.post("/sign-in/", body, content_type=kind), 400, "too many fields")


def test_too_many_fields_in_the_address(client: Client) -> None:
    refused(client.get("/sign-in/?" + "&".join(["a=1"] * 5_001)), 400, "too many fields")


def test_too_many_files(client: Client) -> None:
    body = b"".join(part(f"f{number}", b"", file="x") for number in range(101)) + END
    refused(client.post("/sign-in/", body, content_type=MULTIPART), 400, "too many files")


class Untouched:
    """A body that must not be read."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("kind", [FORM, MULTIPART, "application/json"])
@pytest.mark.parametrize("method", ["post", "put", "get"])
def test_ten_megabytes_are_refused_before_they_are_read(client: Client, kind: str, method: str) -> None:
    send: Callable[..., Any] = getattr(client, method)
    response = send(
        "/sign-in/", **{"CONTENT_LENGTH": "10000000", "CONTENT_TYPE": kind, "wsgi.input": Untouched()}
    )
    refused(response, 413, "At most 2 MB are accepted.")


def test_just_within_the_limit(client: Client) -> None:
    body = b"username=" + b"x" * (2_000_000 - 9)
    assert client.post("/sign-in/", body, content_type=FORM).status_code == 422
    refused(client.post("/sign-in/", body + b"x", content_type=FORM), 413)


@pytest.mark.parametrize("length", ["", "x", "-1", "1e9", "٣"])
def test_a_length_that_is_no_number_is_no_length(client: Client, length: str) -> None:
    assert client.get("/sign-in/", CONTENT_LENGTH=length).status_code in (200, 400)


def test_a_body_in_pieces_is_refused(client: Client) -> None:
    refused(
        client.post("/sign-in/", b"", content_type=FORM, HTTP_TRANSFER_ENCODING="chunked"),
        411,
        "Content-Length",
    )


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1:80:80", "a b", "testserver."])
def test_a_host_that_is_not_ours(client: Client, host: str) -> None:
    for path in ("/", "/sign-in/", "/nowhere/"):
        response = client.get(path, HTTP_HOST=host)
        if host != "testserver.":
            refused(response, 400, "does not answer under this host name")
        assert "evil.example" not in response.content.decode()


def test_refusals_stand_before_everything_else(requester: User, settings: Settings) -> None:
    """Not even the session is looked at."""

    def never(_request: HttpRequest) -> HttpResponse:
        raise AssertionError("the request went through")

    request = RequestFactory().post("/", b"a=%00", content_type=FORM)
    assert RefuseBadInput(never)(request).status_code == 400


# --- CSRF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "x", "x" * 64, "\x01", "ü" * 32])
def test_a_form_without_a_valid_token_changes_nothing(requester: User, token: str | None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    data = {"username": "rita", "password": "correct-horse"} | (
        {"csrfmiddlewaretoken": token} if token else {}
    )
    refused(client.post("/sign-in/", data), 403, "Nothing was changed", "reload the page")
    assert "_auth_user_id" not in client.session


def test_a_form_of_ours_is_accepted(requester: User) -> None:
    client = Client(enforce_csrf_checks=True)
    page = Page(client.get("/sign-in/"))
    token = page.all("input", name="csrfmiddlewaretoken")[0].get("value")
    data = {"username": "rita", "password": "correct-horse", "csrfmiddlewaretoken": token}
    assert client.post("/sign-in/", data).status_code == 302


def test_a_method_that_is_unknown(client: Client, as_requester: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"):
        assert client.generic(method, "/sign-in/").status_code == 405
        assert as_requester.generic(method, "/").status_code == 405
