"""Cases of scaleset/rules/characters.py."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from . import Case, Cases, linux, windows

_USER_DATA: Final = "properties.virtualMachineProfile.userData"
_CUSTOM_DATA: Final = "properties.virtualMachineProfile.osProfile.customData"
_PASSWORD: Final = "properties.virtualMachineProfile.osProfile.adminPassword"
_EXTENSIONS: Final = "properties.virtualMachineProfile.extensionProfile"
_COMMAND: Final = f"{_EXTENSIONS}.extensions[0].properties.settings.commandToExecute"


def _tags(**tags: Any) -> Case:
    return linux({"tags": tags})


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def _command(text: str) -> Case:
    properties = {
        "publisher": "Microsoft.Azure.Extensions",
        "type": "CustomScript",
        "typeHandlerVersion": "2.1",
        "settings": {"commandToExecute": text},
    }
    return linux({_EXTENSIONS: {"extensions": [{"name": "run", "properties": properties}]}})


CASES: Final = {
    "hidden-characters": Cases(
        breaks=[
            *(
                ("tags.owner", _tags(owner=f"ann{each}a"))
                for each in "\u202a\u202e\u2066\u2069\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u2064"
                "\u115f\u1160\u3164\uffa0\u034f\ufff9\ufe0f\u00a0\u2007\u3000\u2028\u2800\U000e0041\U000e0100"
            ),
            ("tags['ow\\u{202e}ner']", _tags(**{"ow\u202ener": "ann"})),
            (_COMMAND, _command("rm -rf /tmp/x\u202e # safe")),
            (_USER_DATA, linux({_USER_DATA: _encoded("echo\u00a0hello")})),
            (_CUSTOM_DATA, linux({_CUSTOM_DATA: _encoded("echo \u202ehello")})),
            (_PASSWORD, windows({_PASSWORD: "Tulip-Row\u200b-77"})),
            ("location", linux({"location": "uk\u200bsouth"})),
        ],
        fine=[
            _tags(
                owner="Zoë, plain \U0001f469\u200d\U0001f4bb \u2764\ufe0f 1\ufe0f\u20e3 \u0645\u06cc\u200c\u062e\u0648 日本\u3000語 עברית"
            ),
            _tags(owner="ann", team="a “b” c…"),
            _command("rm -rf /tmp/x"),
            linux({_USER_DATA: _encoded("grün")}),
            linux({_USER_DATA: b64encode(b"\xff\xfe\x00").decode()}),
            linux({_USER_DATA: "echo hello, which is no base64"}),
            linux({_USER_DATA: "echo grün, which is no base64"}),
            linux({_USER_DATA: 7}),
        ],
        fixes=[
            (_tags(owner="ann\u202ea\u00a0b"), ("tags.owner", "anna b")),
            (_tags(**{"ow\u202ener": "a\u200bnn"}), ("tags.owner", "ann")),
            (_tags(**{"ow\u200bner": "ann", "owner": "ben"}), None),
            (_tags(**{"\u200b": "ann"}), None),
            (linux({_USER_DATA: _encoded("echo\u00a0hi")}), (_USER_DATA, _encoded("echo hi"))),
            (windows({_PASSWORD: "Tulip-Row\u200b-77"}), None),
        ],
    ),
    "look-alike-letters": Cases(
        breaks=[
            ("tags.owner", _tags(owner="\u0430nna")),
            ("tags.owner", _tags(owner="team-\u0410")),
            ("tags.owner", _tags(owner="\uff41nna")),
            ("tags['\u03bfwner']", _tags(οwner="ann")),
            (_COMMAND, _command("curl https://downl\u043eads.example.org/setup.sh")),
        ],
        fine=[
            _tags(owner="Анна, Team Ångström, 10 μs, Ωmega, Zoë"),
            _tags(owner="Отдел \u0410"),
            _tags(owner="anna"),
        ],
    ),
}
