"""No spelling of a secret, and no part of one, is left in what Azure says; what it says besides can still be read."""

from __future__ import annotations

import gzip
import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import effort
from vmssbuilder.azure.blotting import PART, Blotter
from vmssbuilder.scaleset.secrets import MASK

PASSWORD: Final = 'Tulip&%41"\\Row-é+9'
TOKEN: Final = "kZ81xQ0vB3nT7mLw5Ry2Ds6Hf4"
SCRIPT: Final = f"""#!/bin/bash
set -e
apt-get update
apt-get install -y nginx
curl -fsSL https://downloads.example.org/agent/setup.sh -o /opt/agent/setup.sh
/opt/agent/setup.sh --token {TOKEN} --quiet
echo "the vault is behind the third door" > /etc/motd
mysql -uroot --password=marigold
"""


def document(password: str = "", *, data: str = "", settings: Any = None) -> dict[str, Any]:
    profile: dict[str, Any] = {"osProfile": {"adminPassword": password, "customData": data}}
    extension = {"name": "run", "properties": {"protectedSettings": settings or {}}}
    profile["extensionProfile"] = {"extensions": [extension]}
    return {"properties": {"virtualMachineProfile": profile}}


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def dotnet(text: str) -> str:
    return "".join(each if each.isalnum() else "".join(f"\\u{ord(each):04X}") for each in text)


FORMS: Final[dict[str, Callable[[str], str]]] = {
    "as it is": str,
    "JSON": json.dumps,
    "JSON with letters of all scripts": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON in JSON": lambda text: json.dumps(json.dumps(json.dumps(text))),
    "JSON of .NET": dotnet,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded in small letters": lambda text: quote(text, safe="").lower() if text.islower() else quote(text),
    "a form's field": quote_plus,
    "percent-encoded twice, in JSON": lambda text: json.dumps(quote(quote(text, safe=""), safe="")),
    "HTML": html.escape,
    "base64": encoded,
    "base64 of addresses": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 of JSON that holds it": lambda text: encoded(json.dumps({"a": text}, ensure_ascii=False)),
    "base64 with something before": lambda text: encoded(f"ab{text}c"),
    "base64 of PowerShell": lambda text: b64encode(f"x {text}".encode("utf-16-le")).decode(),
    "base64, percent-encoded": lambda text: quote(encoded(text), safe=""),
}  # fmt: skip

secret = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["Cc", "Cf", "Zs"]), min_size=8, max_size=40)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("password", [PASSWORD, TOKEN, "ends-in\\", "c%2Bc%252Bc%2Bc", "&amp;&quot;&amp;"])
def test_no_form_of_a_secret_is_left(form: str, password: str) -> None:
    written = FORMS[form](password)
    said = f"The value {written} is not allowed. Choose another one."
    left = Blotter(document(password)).clean(said)
    assert left.startswith("The value ")
    assert left.endswith(" is not allowed. Choose another one.")
    middle = left.removeprefix("The value ").removesuffix(" is not allowed. Choose another one.")
    assert MASK in middle
    # What stands around the secret in the same base64 may stay.
    assert max(map(len, middle.split(MASK))) < PART, middle


@given(secret, st.sampled_from(sorted(FORMS)), st.data())
def test_no_form_of_any_secret_is_left(password: str, form: str, data: st.DataObject) -> None:
    before, after = (data.draw(st.text("abc \"'{}\\n.,", max_size=20)) for _ in range(2))
    said = json.dumps({"message": f"{before} {FORMS[form](password)} {after}"})
    assert FORMS[form](password) not in json.loads(json.dumps(Blotter(document(password)).clean(said)))
    assert MASK in Blotter(document(password)).clean(said)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=PART, max_size=60), st.data())
def test_no_part_of_a_secret_without_spaces_is_left(value: str, data: st.DataObject) -> None:
    value = f"Q{value.replace('/', 'x').replace(';', 'y')}"
    start = data.draw(st.integers(0, len(value) - PART))
    part = value[start : data.draw(st.integers(start + PART, len(value)))]
    left = Blotter(document(settings={"any": value})).clean(f"It begins with\n{part}\n")
    assert left == f"It begins with\n{MASK}\n"


@pytest.mark.parametrize(
    "packed", [SCRIPT, encoded(SCRIPT), b64encode(gzip.compress(SCRIPT.encode())).decode()]
)
@pytest.mark.parametrize("line", [0, 5, 6, 7])
def test_a_line_of_a_script_is_not_left(packed: str, line: int) -> None:
    blotter = Blotter(document(data=packed, settings={"script": packed}))
    written = SCRIPT.splitlines()[line]
    for form in ("as it is", "JSON", "JSON in JSON in JSON", "percent-encoded", "HTML"):
        left = blotter.clean(f"Line failed: {FORMS[form](written)}, with code 100.")
        assert left.startswith("Line failed: ")
        assert left.endswith(", with code 100.")
        assert (MASK in left) is (line > 0), "the first line is the same in every script"


def test_a_secret_word_of_a_script_is_not_left() -> None:
    blotter = Blotter(document(data=encoded(SCRIPT)))
    assert blotter.clean(f"Bad token {TOKEN[4:20]}.") == f"Bad token {MASK}."
    assert blotter.clean("Access denied for root with marigold.") == f"Access denied for root with {MASK}."
    assert blotter.clean("https://root:marigold@db.example.org/") == f"https://root:{MASK}@db.example.org/"


def test_the_signature_of_an_address_is_not_left_and_its_host_is() -> None:
    address = f"https://shop.blob.core.windows.net/scripts/setup.sh?sv=2023-01-03&sig={quote(TOKEN)}%3D"
    blotter = Blotter(document(settings={"fileUris": [address]}))
    assert blotter.clean(f"Cannot read {address}.") == f"Cannot read {MASK}."
    left = blotter.clean(f"https://shop.blob.core.windows.net/scripts/setup.sh: bad signature {TOKEN}.")
    assert left == f"https://shop.blob.core.windows.net/scripts/setup.sh: bad signature {MASK}."
    linked = "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=" + encoded(TOKEN) + ";EndpointSuffix=core.windows.net"  # fmt: skip
    left = Blotter(document(settings={"link": linked})).clean(
        f"{encoded(TOKEN)} is no key of shop.blob.core.windows.net"
    )
    assert left == f"{MASK} is no key of shop.blob.core.windows.net"


SENTENCES: Final = [
    "apt-get install failed with exit code 100.",
    "Could not download https://downloads.example.org/agent/setup.sh: not found.",
    "/opt/agent/setup.sh is not there. Run apt-get update first.",
    'The value of parameter adminPassword is invalid: it is true that it\'s "too short" & 50%25 of <nothing>.',
    '{"error": {"code": "InvalidParameter", "message": "The {\\"a\\": \\"b\\"} is not allowed.\\nTry again."}}',
    "The storage account is in core.windows.net, and “set -e” stops the script at the first error.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_ordinary_sentences_stay(sentence: str) -> None:
    settings = {"commandToExecute": SCRIPT, "mode": "true", "port": 443}
    assert Blotter(document(PASSWORD, data=encoded(SCRIPT), settings=settings)).clean(sentence) == sentence


def test_numbers_lists_and_names_are_cleaned_where_they_hold_a_secret() -> None:
    blotter = Blotter(
        document(settings={"pin": 90210777, "deep": [{"said": TOKEN}], "json": '{"key": "Zinnia77"}'})
    )
    said = {"said": ["90210777", TOKEN, 3, None, {"said": "Zinnia77"}]}
    assert blotter.clean(said) == {"said": [MASK, MASK, 3, None, {"said": MASK}]}


@pytest.mark.parametrize("kind", ["sentences", "JSON in JSON", "secrets", "nearly secrets"])
def test_three_megabytes_with_a_hundred_secrets_take_a_bounded_time(kind: str) -> None:
    values = [f"{number:02}{TOKEN[number % 20 :]}!{TOKEN}{number}" for number in range(100)]
    sentence = "The value of “x” isn't allowed where it stands. "
    message = {
        "sentences": sentence * 60_000,
        "JSON in JSON": json.dumps(json.dumps([sentence, '"quoted"'] * 40_000)),
        "secrets": "".join(values) * 250,
        "nearly secrets": "".join(value[: PART - 1] + "~" for value in values) * 800,
    }[kind]
    blotter = Blotter(document(settings={"values": values}))
    left: list[str] = []
    assert effort(lambda: left.append(blotter.clean(message[:3_000_000])), enough=12) <= 12
    assert (MASK in left[0]) is (kind == "secrets")
