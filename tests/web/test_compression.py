"""Pages are packed for browsers that take it, and come out whole."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from vmssbuilder.web.compression import ENCODINGS, PADDING, SMALL, Compressed

TEXT = "<p>Größe</p>" * 200


def through(response: HttpResponseBase, accepts: str = "gzip") -> HttpResponseBase:
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accepts)
    return Compressed(lambda _request: response).process_response(request, response)


def answered(response: HttpResponse, accepts: str = "gzip") -> HttpResponse:
    packed = through(response, accepts)
    assert isinstance(packed, HttpResponse)
    return packed


UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("gzip;q=1.0, br;q=0.5", "br")],
)
def test_a_page_comes_out_as_it_went_in(accepts: str, encoding: str) -> None:
    packed = answered(HttpResponse(TEXT), accepts)
    assert packed["Content-Encoding"] == encoding
    assert int(packed["Content-Length"]) == len(packed.content) < len(TEXT)
    assert UNPACKED[encoding](packed.content).decode() == TEXT
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.parametrize("accepts", ENCODINGS)
def test_the_length_of_a_page_does_not_give_its_text_away(accepts: str) -> None:
    packed = [answered(HttpResponse(TEXT), accepts) for _ in range(60)]
    assert len({len(each.content) + len(each[PADDING]) for each in packed}) > 5


@pytest.mark.parametrize("accepts", ["", "deflate", "identity", "abr"])
def test_browsers_that_do_not_take_it_get_it_plain(accepts: str) -> None:
    plain = answered(HttpResponse(TEXT), accepts)
    assert plain.content.decode() == TEXT
    assert "Accept-Encoding" in plain["Vary"]
    assert not plain.has_header(PADDING)


def test_small_answers_stay_as_they_are() -> None:
    assert answered(HttpResponse("x" * (SMALL - 1))).content == b"x" * (SMALL - 1)


def test_streams_and_tagged_answers_are_packed_as_django_does() -> None:
    streamed = through(StreamingHttpResponse([TEXT]))
    assert isinstance(streamed, StreamingHttpResponse)
    assert gzip.decompress(streamed.getvalue()).decode() == TEXT
    tagged = answered(HttpResponse(TEXT, headers={"ETag": '"1"'}))
    assert tagged["ETag"] == 'W/"1"'


def test_what_is_packed_already_is_left_alone() -> None:
    twice = answered(HttpResponse(TEXT, headers={"Content-Encoding": "br"}))
    assert twice.content.decode() == TEXT


@pytest.mark.django_db
def test_the_product_packs_its_pages(client: Client) -> None:
    page = client.get("/sign-in/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert "<h1" in brotli.decompress(page.content).decode()
