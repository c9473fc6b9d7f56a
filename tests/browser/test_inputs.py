"""Inputs that help while they are filled in: keys, passwords, searches, free JSON, durations, files."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Locator, Page, Request, expect

from tests.scaleset.test_resource_ids import NAMED, UNNAMED

from .conftest import People, axe_violations
from .person import Person

VERSION = "2024-07-01"
PROFILE = "properties.virtualMachineProfile"
OS = f"{PROFILE}.osProfile"
KEY = f"{OS}.linuxConfiguration.ssh.publicKeys[0]"
EXTENSION = f"{PROFILE}.extensionProfile.extensions[0]"
MAKING = 30_000
"""Milliseconds for a key to be made and saved: a browser looks for large primes, beside whatever else the machine does."""
PRIVATE_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----\n"


def at(person: Person, step: str, **document: object) -> Page:
    """A step's page of a new draft, everything unfolded."""
    code = person.paste({"$target": {"name": "web"}}, {"location": "uksouth"} | document, VERSION)
    person.open(f"/drafts/{code}/{step}/")
    person.unfold()
    return person.page


def below(box: Locator) -> Locator:
    """The words that stand below a box."""
    return box.page.locator(f"[id='{box.get_attribute('id')}-reading']")


def everything_sent(page: Page) -> list[str]:
    """Fills with all that leaves the page: addresses, headers and bodies of its requests."""
    sent: list[str] = []

    def note(request: Request) -> None:
        body = request.post_data_buffer or b""
        sent.append(f"{request.url} {request.headers} {body.decode(errors='replace')}")

    page.context.on("request", note)
    return sent


KEPT = """async () => {
  const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
    for (const store of database.objectStoreNames) {
      kept.push(JSON.stringify(await new Promise((done) => {
        const asked = database.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      })));
    }
    database.close();
  }
  return kept.join(" ");
}"""


# --- SSH keys ---------------------------------------------------------------------------------------------------------

NO_ED25519 = """
const make = crypto.subtle.generateKey.bind(crypto.subtle);
crypto.subtle.generateKey = (kind, ...rest) => kind.name === "Ed25519" ? Promise.reject(new Error("not here")) : make(kind, ...rest);
"""


# As the server draws the fields: without what the browser added to them.
DRAWN_ANEW = """() => {
  const fields = document.getElementById("fields"), fresh = fields.cloneNode(true);
  for (const added of fresh.querySelectorAll(".field__tools, .callout")) added.remove();
  for (const below of fresh.querySelectorAll("[data-tools]")) delete below.dataset.tools;
  fields.replaceWith(fresh);
}"""


ASKED_BEFORE_LEAVING = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_key_pair_is_made_and_the_private_key_stays_in_the_browser(
    people: People, tmp_path: Path, kind: str
) -> None:
    rita = people("Rita")
    if kind == "rsa":
        rita.page.add_init_script(NO_ED25519)
    page = at(rita, "image")
    sent = everything_sent(page)
    rita._named(f"{OS}.adminUsername").fill("rita")
    page.get_by_role("button", name="Make a key pair").first.click()
    link = page.get_by_role("link", name=re.compile("Download the private key"))
    expect(link).to_be_visible(timeout=MAKING)
    box = rita._named(f"{KEY}.keyData")
    expect(below(box)).to_have_text(
        "Ed25519 key, rita@scale-set" if kind == "ed25519" else "RSA key of 4,096 bits, rita@scale-set",
        timeout=MAKING,
    )
    assert rita._named(f"{KEY}.path").input_value() == "/home/rita/.ssh/authorized_keys"
    # Saving draws the list of keys anew; the only copy of the private key stays on offer.
    expect(page.locator("#save-status")).to_contain_text("Saved", timeout=MAKING)
    page.evaluate(DRAWN_ANEW)
    with page.expect_download() as downloading:
        link.click()
    file = tmp_path / f"id_{kind}"
    downloading.value.save_as(file)
    assert downloading.value.suggested_filename == file.name
    private = file.read_text()
    public = box.input_value()
    expect(page.locator("#save-status")).to_contain_text("Saved", timeout=MAKING)
    kept = page.evaluate(KEPT)
    rita.press(re.compile("^Save and"))
    rita.open("/")

    assert any(
        public.split()[1] in line.replace("%2F", "/").replace("%2B", "+").replace("%3D", "=") for line in sent
    )
    decoded = base64.b64decode("".join(private.splitlines()[1:-1]))
    # The seed or the prime numbers stand behind what is public: any piece of it would give the key away.
    pieces = [decoded[start : start + 18] for start in range(len(decoded) - 90, len(decoded) - 60)]
    for line in [*sent, kept]:
        assert "PRIVATE" not in line
        for written in private.splitlines()[3:-1]:
            assert written not in line
        for piece in pieces:
            assert piece.hex() not in line
            assert base64.b64encode(piece).decode() not in line
    told = serialization.load_ssh_private_key(private.encode(), password=None).public_key()
    line = told.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    assert line.split() == public.split()[:2]


def test_a_press_reaches_its_button_where_that_is_drawn_anew_meanwhile(people: People) -> None:
    page = at(people("Rita"), "disks")
    page.evaluate(f"() => {{ document.querySelector('#fields [name=act]').click(); ({DRAWN_ANEW})(); }}")
    expect(page).to_have_url(re.compile("dataDisks/0/"))


def test_a_private_key_that_is_pasted_is_neither_sent_nor_kept(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "image")
    sent = everything_sent(page)
    box = page.locator(f"[id='{rita._named(f'{KEY}.keyData').get_attribute('id')}']")
    box.fill(PRIVATE_KEY)
    warning = page.get_by_role("alert").filter(has_text="This is a private key")
    expect(warning).to_be_visible()
    rita._named(f"{OS}.computerNamePrefix").fill("web")
    expect(page.locator("#save-status")).to_contain_text("Saved", timeout=5_000)
    page.get_by_role("button", name=re.compile("^Save and")).last.click()
    expect(box).to_be_focused()
    assert box.input_value() == PRIVATE_KEY
    assert "PRIVATE" not in page.evaluate(KEPT)
    page.get_by_role("button", name="Empty the box").click()
    expect(warning).to_have_count(0)
    expect(box).to_be_focused()
    box.fill("ssh-ed25519 AAAA")
    expect(below(box)).to_have_text("Not a whole public key yet")
    rita.press(re.compile("^Save and"))
    assert not any("PRIVATE" in line or "b3BlbnNza" in line for line in sent)
    assert any("ssh-ed25519" in line for line in sent)


def test_without_scripts_the_server_refuses_a_private_key(people: People) -> None:
    rita = people("Rita", scripts=False)
    page = at(rita, "image")
    rita._named(f"{KEY}.keyData").fill(PRIVATE_KEY)
    rita.press(re.compile("^Save and"))
    expect(page.locator("#error-summary")).to_contain_text("This holds a private key, so it was not saved.")
    page.reload()
    rita.open(page.url.removeprefix(rita.base))
    assert rita._named(f"{KEY}.keyData").input_value() == ""


def test_a_row_that_is_added_makes_a_key_of_its_own(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "image")
    rita._named(f"{KEY}.keyData").fill("ssh-ed25519 AAAA")
    page.get_by_role("button", name="Add another SSH public key").click()
    second = rita._named(KEY.replace("[0]", "[1]") + ".keyData")
    expect(below(second)).to_have_text("")
    page.get_by_role("button", name="Make a key pair").click()
    expect(below(second)).to_have_text(re.compile("^Ed25519 key"), timeout=MAKING)
    assert rita._named(f"{KEY}.keyData").input_value() == "ssh-ed25519 AAAA"
    page.get_by_role("button", name="Add another SSH public key").click()
    third = rita._named(KEY.replace("[0]", "[2]") + ".keyData")
    in_third = page.get_by_role("group", name="SSH public key 3")
    in_third.get_by_role("button", name="Make a key pair").click()
    expect(below(third)).to_have_text(re.compile("^Ed25519 key"), timeout=MAKING)
    expect(page.locator("#save-status")).to_contain_text("Saved", timeout=MAKING)
    page.evaluate(DRAWN_ANEW)
    links = page.get_by_role("link", name=re.compile("Download the private key"))
    expect(links).to_have_count(2)
    for number, is_asked in ((1, True), (0, False)):
        links.nth(number).click()
        assert page.evaluate(ASKED_BEFORE_LEAVING) == is_asked


# --- Passwords and names ----------------------------------------------------------------------------------------------


def test_a_password_is_ticked_off_shown_and_made(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "image")
    box = page.locator(f"[name='{OS}.adminPassword']")
    checks = page.locator(f"[id='{box.get_attribute('id')}-checks']")
    colour = checks.locator("li").first.evaluate("line => getComputedStyle(line).color")
    rita._named(f"{OS}.adminUsername").fill("rita")
    box.fill("short")
    assert checks.locator("li").first.evaluate("line => getComputedStyle(line).color") == colour
    met = checks.locator(".checklist__met")
    expect(met).to_have_text([re.compile("that Azure refuses"), re.compile("Without the admin user name")])
    expect(page.locator("[role=status]").filter(has_text="2 of 4 met. Still: ")).to_have_count(1)
    box.fill("A-long-password-of-rita")
    expect(met).to_have_count(3)
    rita._named(f"{OS}.adminUsername").fill("azureuser")
    expect(met).to_have_count(4)
    page.get_by_role("button", name="Show Admin password").click()
    assert box.get_attribute("type") == "text"
    page.get_by_role("button", name="Hide Admin password").click()
    assert box.get_attribute("type") == "password"
    page.get_by_role("button", name="Make one: Admin password").click()
    made = box.input_value()
    assert len(made) == 20
    assert made != "A-long-password-of-rita"
    expect(met).to_have_count(4)
    rita.press(re.compile("^Save and"))
    expect(page.locator("#json")).not_to_contain_text(made)


def test_names_are_ticked_off(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "basics")
    box = rita._named("$target.name")
    checks = page.locator(f"[id='{box.get_attribute('id')}-checks']")
    # What the page brought is ticked from the start.
    expect(checks.locator(".checklist__met")).to_have_count(4)
    box.fill("-web prod.")
    expect(checks.locator(".checklist__met")).to_have_count(1)
    box.fill("")
    expect(checks.locator(".checklist__met")).to_have_count(0)


# --- A select that can be searched ------------------------------------------------------------------------------------


def test_many_choices_are_searched_by_keyboard(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "disks")
    select = page.locator("select[name$='osDisk.managedDisk.storageAccountType']")
    box = page.locator(f"[id='{select.get_attribute('data-box')}']")
    box.focus()
    expect(box).to_have_attribute("role", "combobox")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.type("premium")
    options = page.get_by_role("option")
    assert options.count() > 1
    assert all("remium" in text for text in options.all_inner_texts())
    first = options.nth(0).inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    active = box.get_attribute("aria-activedescendant")
    expect(page.locator(f"[id='{active}']")).to_have_text(first)
    page.keyboard.press("Enter")
    assert box.input_value() == first
    chosen = select.input_value()
    assert chosen.startswith("Premium")
    expect(page.locator("#json")).to_contain_text(f'"{chosen}"', timeout=5_000)
    page.keyboard.type("nothing like it")
    expect(options).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert box.input_value() == first
    assert select.input_value() == chosen
    box.click()
    page.get_by_role("option").last.click()
    assert select.input_value() == ""
    assert axe_violations(page) == []


# --- Durations, JSON, files -------------------------------------------------------------------------------------------


def test_a_duration_is_read_out_while_it_is_typed(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "extensions")
    box = rita._named(f"{PROFILE}.extensionProfile.extensionsTimeBudget")
    box.fill("PT1H")
    expect(below(box)).to_have_text("1 hour")
    box.fill("PT1H30M")
    expect(below(box)).to_have_text("1 hour 30 minutes")
    expect(page.locator("[role=status]").filter(has_text="1 hour 30 minutes")).to_have_count(1)
    box.fill("an hour")
    expect(below(box)).to_contain_text("Not a duration yet")
    assert below(box).get_attribute("id") in str(box.get_attribute("aria-describedby")).split()


def test_the_name_in_a_resource_id_is_the_same_while_it_is_typed(people: People) -> None:
    rita = people("Rita")
    at(rita, "upgrades")
    box = rita._named(f"{PROFILE}.networkProfile.healthProbe.id")
    for written, words in [*NAMED, *((each, "") for each in UNNAMED)]:
        box.fill(written.strip())
        expect(below(box)).to_have_text(words)


def extension(person: Person) -> Page:
    extensions = [{"name": "one", "properties": {"publisher": "Contoso", "type": "Agent"}}]
    code = person.paste(
        {"$target": {"name": "web"}},
        {"properties": {"virtualMachineProfile": {"extensionProfile": {"extensions": extensions}}}},
        VERSION,
    )
    person.open(f"/drafts/{code}/extensions/{EXTENSION.replace('.', '/').replace('[0]', '/0')}/")
    person.unfold()
    return person.page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('{"a": 1,\n "b" 2}', "Line 2, column 6: A colon belongs between a name and its value."),
        ('{"a": 1,\n}', "Line 2, column 1: The comma before this is one too many."),
        (
            '{"a": 1,\n "a": 2}',
            "Line 2, column 2: “a” is given twice in the same object. Remove one of the two.",
        ),
        ("{'a': 1}", 'Line 1, column 2: Texts and names are written in straight double quotes (").'),
        ('{"a": [1, 2}', "Line 1, column 12: ] belongs here, not }."),
        ('{"a": "b', "Line 1, column 7: This text is not closed: a straight double quote is missing."),
        ("{", "Line 1, column 2: The object from line 1 is not closed."),
        ("[1]", "This is JSON, but not an object: put braces around names and values"),
        ('{"a": {"b": [1.50, "x", {}]}}', "This is JSON"),
        ("", ""),
    ],
)
def test_free_json_is_checked_while_it_is_typed(people: People, typed: str, said: str) -> None:
    rita = people("Rita")
    extension(rita)
    box = rita._named(f"{EXTENSION}.properties.settings")
    box.fill(typed)
    expect(below(box)).to_have_text(re.compile(f"^{re.escape(said)}( Go there)?$"))


def test_free_json_is_laid_out_without_being_rewritten(people: People) -> None:
    rita = people("Rita")
    page = extension(rita)
    box = rita._named(f"{EXTENSION}.properties.settings")
    button = page.locator(f"[id='{box.get_attribute('id')}-format']")
    box.fill('{"a":')
    expect(button).to_be_disabled()
    go = page.get_by_role("button", name="Go there")
    go.click()
    expect(box).to_be_focused()
    assert box.evaluate("box => box.selectionStart") == 5
    box.fill('{"a":12345678901234567890,"b":[1.50,{}, []],"c":"\\u00e9"}')
    expect(button).to_be_enabled()
    button.click()
    laid = '{\n  "a": 12345678901234567890,\n  "b": [\n    1.50,\n    {},\n    []\n  ],\n  "c": "\\u00e9"\n}'
    assert box.input_value() == laid
    page.keyboard.press("Control+Z")
    assert box.input_value() != laid


def test_the_size_of_custom_data_is_shown_and_a_file_read(people: People, tmp_path: Path) -> None:
    rita = people("Rita")
    page = at(rita, "image")
    box = rita._named(f"{OS}.customData")
    box.fill("grün")
    expect(below(box)).to_have_text("5 of 65,535 bytes, 8 in base64")
    box.fill("a" * 65_536)
    expect(below(box)).to_contain_text("1 too many")
    script = tmp_path / "setup.sh"
    script.write_text("#!/bin/sh\necho grün\n")
    sent = everything_sent(page)

    def choose(file: Path) -> None:
        with page.expect_file_chooser() as choosing:
            page.locator(f"[id='{box.get_attribute('id')}-field']").get_by_role(
                "button", name="Read a file into the box"
            ).click()
        choosing.value.set_files(file)

    choose(script)
    expect(box).to_have_value("#!/bin/sh\necho grün\n")
    assert not any("echo" in line for line in sent)
    binary = tmp_path / "data.gz"
    binary.write_bytes(b"\x1f\x8b\x00\xff")
    choose(binary)
    expect(box).to_have_value(base64.b64encode(binary.read_bytes()).decode())
    expect(rita._named(f"{OS}.customData:encoded")).to_be_checked()
    expect(below(box)).to_have_text("4 of 65,535 bytes, 8 in base64")


# --- What the answer of an autosave brings ----------------------------------------------------------------------------


def test_fields_that_come_anew_are_live_too(people: People) -> None:
    """Another tab changes a field: the answer to this page's autosave brings it, and its helpers with it."""
    rita = people("Rita")
    page = at(rita, "image")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(f"[name='{OS}.computerNamePrefix']").fill("web-1")
    expect(other.locator("#save-status")).to_contain_text("Saved", timeout=5_000)
    other.close()
    rita._named(f"{OS}.adminUsername").fill("azureuser")
    prefix = rita._named(f"{OS}.computerNamePrefix")
    expect(prefix).to_have_value("web-1", timeout=5_000)
    checks = page.locator(f"[id='{prefix.get_attribute('id')}-checks']")
    expect(checks.locator(".checklist__met")).to_have_count(3)
    prefix.fill("1")
    expect(checks.locator(".checklist__met")).to_have_count(2)


def test_what_is_typed_takes_the_place_of_what_was_filled_in_under_the_caret(people: People) -> None:
    rita = people("Rita")
    page = at(rita, "basics")
    for name, before, typed in (
        ("location", "uksouth", "norwayeast"),
        ("$target.resourceGroup", "", "rg-shop"),
    ):
        box = rita._named(name)
        box.focus()
        assert box.input_value() == before
        page.keyboard.press("Control+A")
        page.evaluate(
            """field => {
                const next = field.cloneNode(true);
                next.querySelector("input").setAttribute("value", "filled-in");
                next.setAttribute("hx-swap-oob", "true");
                htmx.swap(document.body, next.outerHTML, {swapStyle: "none"});
            }""",
            page.locator(f"[id='{box.get_attribute('id')}-field']").element_handle(),
        )
        expect(box).to_have_value("filled-in")
        page.keyboard.insert_text(typed)
        expect(box).to_have_value(typed)
