"""The page on which people let things go wrong, one route at a time."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlsplit

from . import faults, pages
from .memory import Fault, Memory
from .messages import IncomingRequest, OutgoingResponse, json_answer, redirect

PATH: Final = "/faults"
_METHODS: Final = ("", "GET", "PUT", "PATCH", "POST", "DELETE")
MOST_TIMES: Final = 1_000


def answer(memory: Memory, request: IncomingRequest) -> OutgoingResponse:
    """The page, or what its forms ask for."""
    if not _from_here(request):
        return json_answer(403, {"error": "Not for pages of others."})
    if request.method in {"GET", "HEAD"}:
        return _page(memory, 200)
    if request.method != "POST":
        return json_answer(405, {"error": "Use GET or POST."})
    form = request.form
    with memory.lock:
        if form.get("act") == "clear":
            memory.faults.clear()
        elif form.get("act") == "drop":
            memory.faults[:] = [each for each in memory.faults if str(id(each)) != form.get("fault")]
        else:
            try:
                memory.faults.append(_asked(form))
            except ValueError as error:
                return _page(memory, 422, str(error), form)
    return redirect(PATH)


def _from_here(request: IncomingRequest) -> bool:
    """Whether no page of another site is behind the request."""
    if request.method in {"GET", "HEAD"}:
        return True
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        # Browsers that say so hide the origin: these pages send no referrer.
        return site in {"same-origin", "none"}
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _asked(form: dict[str, str]) -> Fault:
    times, seconds, method = form.get("times", "1"), form.get("seconds") or "0", form.get("method", "")
    if not (times.isascii() and times.isdigit()) or not 1 <= int(times) <= MOST_TIMES:
        raise ValueError(f"How often: a whole number from 1 to {MOST_TIMES}.")
    if not (seconds.isascii() and seconds.isdigit()) or int(seconds) > 60:
        raise ValueError("Seconds: a whole number up to 60.")
    if method not in _METHODS:
        raise ValueError("Choose a method.")
    return faults.offered(
        form.get("fault", ""), form.get("place", ""), method=method, times=int(times), seconds=int(seconds)
    )


def _page(
    memory: Memory, status: int, problem: str = "", form: dict[str, str] | None = None
) -> OutgoingResponse:
    chosen = {
        "fault": "latency",
        "place": "anything",
        "method": "",
        "times": "1",
        "seconds": "5",
        **(form or {}),
    }
    with memory.lock:
        active = [each for each in memory.faults if each.times > 0]
    offers = "\n".join(
        f'<li><input type="radio" id="fault-{name}" name="fault" value="{name}"'
        f'{" checked" if chosen["fault"] == name else ""} aria-describedby="what-{name}">'
        f'<label for="fault-{name}">{escape(fault_offered.title)}</label>'
        f'<span class="quiet" id="what-{name}">{escape(fault_offered.what)}</span></li>'
        for name, fault_offered in faults.OFFERED.items()
    )
    places = "".join(_option(name, title, chosen["place"]) for name, (title, _path) in faults.PLACES.items())
    methods = "".join(_option(each, each or "Any method", chosen["method"]) for each in _METHODS)
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    body = f"""<h1>Let something go wrong</h1>
<p class="quiet">A fault hits the next requests to the routes that you choose, and is gone after them.</p>
{alert}
{_active(active)}
<form method="post" action="{PATH}">
<fieldset><legend>What goes wrong</legend><ul class="wishes">
{offers}
</ul></fieldset>
<p><label for="place">Where</label><select id="place" name="place">{places}</select></p>
<p><label for="method">Method</label><select id="method" name="method">{methods}</select></p>
<p><label for="times">How often</label><input id="times" name="times" inputmode="numeric" value="{escape(chosen["times"])}"></p>
<p><label for="seconds">Seconds, for a slow answer</label><input id="seconds" name="seconds" inputmode="numeric" value="{escape(chosen["seconds"])}"></p>
<p><button class="main" name="act" value="add">Switch it on</button></p>
</form>"""
    return pages.page(status, "Faults", body, site="Sandbox")


def _option(value: str, title: str, chosen: str) -> str:
    return f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(title)}</option>'


def _active(active: list[Fault]) -> str:
    if not active:
        return '<p class="none">Nothing goes wrong at the moment.</p>'
    items = "\n".join(
        f'<li><span><strong>{escape(_title(each))}</strong> <span class="quiet">{escape(_where(each))},'
        f" {each.times} more time{'s' if each.times != 1 else ''}</span></span>"
        f'<form method="post" action="{PATH}"><input type="hidden" name="fault" value="{id(each)}">'
        f'<button name="act" value="drop" aria-label="Switch off: {escape(_title(each))}, {escape(_where(each))}">Switch off</button></form></li>'
        for each in active
    )
    return f"""<h2>On now</h2>
<ul class="active">
{items}
</ul>
<form method="post" action="{PATH}"><p><button name="act" value="clear">Switch all off</button></p></form>
<h2>Another one</h2>"""


def _title(fault: Fault) -> str:
    for fault_offered in faults.OFFERED.values():
        if (
            fault_offered.options["kind"] == fault.kind
            and fault_offered.options.get("status", fault.status) == fault.status
        ):
            return fault_offered.title
    return f"{fault.kind} {fault.status}" if fault.kind == "status" else fault.kind


def _where(fault: Fault) -> str:
    known = {path: title for title, path in faults.PLACES.values()}
    return f"{fault.method} {known.get(fault.path, fault.path)}".strip()
