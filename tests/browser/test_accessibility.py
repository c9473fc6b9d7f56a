"""No page shuts anybody out: axe and our own measures find nothing, in either theme, from a phone to a desk."""

from __future__ import annotations

from .measures import axe_violations
from .people import People
from .tour import tour


def test_no_page_shuts_anybody_out(people: People) -> None:
    violations = [line for _title, person in tour(people, "axe") for line in axe_violations(person.page)]
    assert not violations, "\n".join(violations)


PLANTED = {
    "image-alt": "document.querySelector('main').append(new Image(10, 10))",
    "px wide in": "document.querySelector('main').append(document.createElement('hr')); document.querySelector('main').lastChild.style.width = '3000px'",
    "target-size": """for (const letter of 'ab') {
        const button = Object.assign(document.createElement('button'), {textContent: letter});
        button.style.cssText = 'padding: 0; border: 0; font-size: 8px; min-height: 0; min-width: 0; height: 8px; width: 8px';
        document.querySelector('main').append(button);
    }""",
    "shows no focus": """{
        const button = Object.assign(document.createElement('button'), {textContent: 'A button'});
        button.style.cssText = 'outline: none; box-shadow: none; transition: none';
        document.querySelector('main').append(button);
    }""",
    "hidden while it has the focus": """{
        const cover = document.createElement('div');
        cover.style.cssText = 'position: fixed; inset: 0; background: canvas';
        document.querySelector('main').append(cover);
    }""",
    "dark: color-contrast": """{
        const text = Object.assign(document.createElement('p'), {textContent: 'As dark as the page.'});
        text.style.color = '#111';
        document.querySelector('main').append(text);
    }""",
    "an error that no control is tied to": """{
        const error = Object.assign(document.createElement('p'), {id: 'x-findings', textContent: 'Wrong.'});
        document.querySelector('main').append(error);
    }""",
}


ALONE = "hidden while it has the focus"
"""What hides all others."""


def test_planted_faults_are_found(people: People) -> None:
    rita = people("Rita")
    for planted in ([fault for fault in PLANTED if fault != ALONE], [ALONE]):
        rita.open("/")
        for fault in planted:
            rita.page.evaluate(f"() => {{ {PLANTED[fault]} }}")
        found = axe_violations(rita.page, (768,))
        assert not [fault for fault in planted if not any(fault in line for line in found)], found
