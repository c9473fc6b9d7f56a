"""What the shell scripts share: secrets come from the environment and reach the body through jq.

They never stand in the arguments of a program, which every user of a machine can list.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Final

from ..paths import Path
from .prepared import Placeholder, Prepared

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def script(prepared: Prepared, what: list[str], required: dict[str, str], command: list[str]) -> str:
    """A script that gives the body to a command on its standard input.

    what: the lines of the comment at its top, empty ones left out. required: variables that must be set, and what they hold. command: its lines.
    """
    variables = required | {each.upper: _wanted(each) for each in prepared.placeholders}
    lines = ["#!/usr/bin/env bash", *(f"# {each}" for each in what if each), "set -euo pipefail"]
    # Quoted, so that nothing in a title is read by the shell; the message is what the shell prints.
    lines += [f': "${{{name}:?{_message(text)}}}"' for name, text in variables.items()]
    body = prepared.json(lambda placeholder: f"${placeholder.upper}")
    joined = " \\\n  ".join(command)
    if prepared.placeholders:
        jq = " | ".join(map(_assignment, prepared.placeholders))
        exported = " ".join(each.upper for each in prepared.placeholders)
        lines += [f"export {exported}", "", f"jq {shlex.quote(jq)} <<'BODY' |"]
        return "\n".join((*lines, body, "BODY", joined)) + "\n"
    lines += ["", f"{joined} <<'BODY'", body, "BODY"]
    return "\n".join(lines) + "\n"


def _wanted(placeholder: Placeholder) -> str:
    return f"{placeholder.title}, as JSON" if placeholder.is_object else placeholder.title


def _message(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9 ,.()-]", "", text)


def _assignment(placeholder: Placeholder) -> str:
    value = f"env.{placeholder.upper}"
    return (
        f"{_jq(placeholder.path)} = ({value} | fromjson)"
        if placeholder.is_object
        else f"{_jq(placeholder.path)} = {value}"
    )


def _jq(path: Path) -> str:
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        elif _IDENTIFIER.match(step):
            written += f".{step}"
        else:
            written += f"[{json.dumps(step)}]" if written else f".[{json.dumps(step)}]"
    return written
