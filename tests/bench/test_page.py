"""The bench sends forms as a browser would, and counts what a page loads."""

from __future__ import annotations

import gzip

import brotli
import pytest

from bench.client import Client, parsed
from bench.page import Page

HTML = """
<link rel="stylesheet" href="/a.css"><link rel="canonical" href="/not-loaded"><script src="/a.js"></script>
<form><input name="other" value="form"></form>
<form method="post">
  <input type="hidden" name="base" value="3">
  <input name="text" value="one &amp; two"><input name="off" value="x" disabled>
  <input type="checkbox" name="list" value="a" checked><input type="checkbox" name="list" value="b">
  <input type="radio" name="yes" value="1"><input type="radio" name="yes" value="2" checked>
  <select name="plain"><option value="first">1<option value="second">2</select>
  <select name="chosen"><option value="first">1<option value="second" selected>2</select>
  <textarea name="long">
line 1
line 2</textarea>
  <input type="file" name="file"><button name="act" value="add">Add</button>
</form>
<img src="/b.svg">
"""


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    page = Page.of(parsed(answer(HTML.encode())))
    assert page.form == [
        ("base", "3"),
        ("text", "one & two"),
        ("list", "a"),
        ("yes", "2"),
        ("plain", "first"),
        ("chosen", "second"),
        ("long", "line 1\nline 2"),
    ]
    assert page.names == {"text", "list", "yes", "plain", "chosen", "long", "file"}
    assert page.resources == ["/a.css", "/a.js", "/b.svg"]


def test_a_page_that_did_not_come_is_not_measured() -> None:
    with pytest.raises(SystemExit, match="404"):
        Page.of(parsed(answer(b"", status="404 Not Found")))


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Encoding: br", brotli.compress("grün".encode())),
        ("Content-Encoding: gzip", gzip.compress("grün".encode())),
        ("Content-Length: 5", "grün".encode()),
        ("Transfer-Encoding: chunked", b"2\r\ngr\r\n3\r\n\xc3\xbcn\r\n0\r\n\r\n"),
    ],
    ids=["brotli", "gzip", "plain", "chunked"],
)
def test_an_answer_is_taken_apart(header: str, body: bytes) -> None:
    received = answer(body, header)
    taken = parsed(received)
    assert (taken.status, taken.text, taken.size) == (200, "grün", len(received))


def test_a_form_is_sent_with_cookies_and_its_length() -> None:
    request = Client(1234, "a=b").prepared("/x/", [("name", "ü&1")], {"HX-Request": "true"})
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /x/ HTTP/1.1"
    assert b"Cookie: a=b" in head
    assert b"HX-Request: true" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert body == b"name=%C3%BC%261"
