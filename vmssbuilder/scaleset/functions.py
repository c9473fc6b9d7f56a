"""The functions of ARM templates that follow from the text alone: what each answers for values that are known.

They raise TypeError, ValueError, LookupError or the like where Azure would refuse the call, and TooLarge where the answer
grows beyond what can be read here. Where Azure's documentation and its behaviour are said to differ (whether case counts),
a call is answered only if it does not matter.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, unquote_plus, urljoin, urlsplit

from . import json_text
from .json_text import MAX_SIZE

Function = Callable[..., Any]


class TooLarge(ValueError):
    """The template grows beyond all measure, or nests without end."""


def key_in(holder: Mapping[str, Any], name: str) -> str | None:
    """The object's own spelling of a name; names are compared without regard to case."""
    if name in holder:
        return name
    folded = name.casefold()
    return next((key for key in holder if key.casefold() == folded), None)


class Merged:
    """An object that is being made of others: a name in another case is the same, and keeps its first spelling."""

    def __init__(self) -> None:
        self.members: dict[str, Any] = {}
        self._spelled: dict[str, str] = {}

    def get(self, name: str) -> Any:
        spelled = self._spelled.get(name.casefold())
        return None if spelled is None else self.members[spelled]

    def put(self, name: str, value: Any) -> None:
        self.members[self._spelled.setdefault(name.casefold(), name)] = value


def member(holder: Any, key: Any) -> Any:
    """A member of an object, or an item of a list. LookupError where there is none, TypeError for anything else."""
    if isinstance(holder, dict) and isinstance(key, str):
        spelled = key_in(holder, key)
        if spelled is None:
            raise LookupError(key)
        return holder[spelled]
    if isinstance(holder, list) and type(key) is int:
        if not 0 <= key < len(holder):
            raise LookupError(key)
        return holder[key]
    raise TypeError


# ------------------------------------------------------------------------------------------------------------ type checks


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _within(length: int) -> None:
    if length > MAX_SIZE:
        raise TooLarge("An expression grows beyond what can be read here.")


def _bounded(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise OverflowError
    return value


def identity(value: Any) -> Any:
    """What tells the value from others, to be compared and hashed: 1 is not true, names are in no order."""
    return value if isinstance(value, str) else (type(value).__name__, json.dumps(value, sort_keys=True))


# ------------------------------------------------------------------------------------------------------------------ texts


def string(value: Any) -> str:
    """The value as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _concat(*parts: Any) -> Any:
    if parts and all(isinstance(part, list) for part in parts):
        return [item for part in parts for item in part]
    if any(isinstance(part, dict | list | float) for part in parts):
        raise TypeError
    _within(sum(len(part) for part in parts if isinstance(part, str)))
    return "".join(map(string, parts))


_HOLE = re.compile(r"\{\{|\}\}|\{([0-9]{1,2})(?:,(-?[0-9]{1,4}))?(?::([^{}]*))?\}")
_STANDARD = re.compile(r"([DdXxNnFfGg])([0-9]{0,2})")


def _format(pattern: Any, *parts: Any) -> str:
    if re.search(r"[{}]", _HOLE.sub("", _text(pattern))):
        raise ValueError
    texts: dict[str, str] = {}
    length = len(pattern)
    for hole in _HOLE.finditer(pattern):
        if hole[1]:
            texts[hole[0]] = _padded(_formatted(parts[int(hole[1])], hole[3] or ""), int(hole[2] or 0))
            length += len(texts[hole[0]])
            _within(length)
    return _HOLE.sub(lambda hole: texts[hole[0]] if hole[1] else hole[0][0], pattern)


def _formatted(value: Any, form: str) -> str:
    if isinstance(value, dict | list):
        return string(value).replace('"', "'")
    if not form or type(value) is not int:
        if isinstance(value, float):
            raise TypeError
        return string(value)
    sign, size = ("-", -value) if value < 0 else ("", value)
    if form.strip("0") == "":
        return f"{sign}{size:0{len(form)}d}"
    standard = _STANDARD.fullmatch(form)
    if standard is None:
        raise ValueError
    kind, places = standard[1].upper(), standard[2]
    digits = int(places) if places else 0
    if kind == "D":
        return f"{sign}{size:0{digits}d}"
    if kind == "X":
        written = f"{value if value >= 0 else value + 2**64:0{digits}x}"
        return written.upper() if standard[1] == "X" else written
    if kind == "G":
        if places:
            raise ValueError
        return str(value)
    fraction = int(places) if places else 2
    whole = f"{size:,}" if kind == "N" else str(size)
    return f"{sign}{whole}.{'0' * fraction}" if fraction else f"{sign}{whole}"


def _padded(text: str, width: int) -> str:
    return text.rjust(width) if width >= 0 else text.ljust(-width)


def _replace(text: Any, old: Any, new: Any) -> str:
    if not _text(old):
        raise ValueError
    _within(len(_text(text)) + text.count(old) * len(_text(new)))
    if len(re.findall(re.escape(old), text, re.IGNORECASE)) != text.count(old):
        raise ValueError  # only if case counts is there one answer
    return str(text.replace(old, new))


def _split(text: Any, marks: Any) -> list[str]:
    several = [marks] if isinstance(marks, str) else [_text(mark) for mark in _list(marks)]
    pattern = "|".join(re.escape(mark) for mark in several if mark)
    return re.split(pattern, _text(text)) if pattern else [_text(text)]


def _join(items: Any, mark: Any) -> str:
    texts = [_text(item) for item in _list(items)]
    _within(sum(map(len, texts)) + len(texts) * len(_text(mark)))
    return str(mark.join(texts))


def _substring(text: Any, start: Any, length: Any = None) -> str:
    end = len(_text(text)) if length is None else _number(start) + _number(length)
    if not 0 <= _number(start) <= end <= len(text):
        raise ValueError
    return str(text[start:end])


def _pad_left(text: Any, width: Any, fill: Any = " ") -> str:
    if isinstance(text, bool) or not isinstance(text, str | int) or not 0 < _number(width) <= 16:
        raise TypeError
    return string(text).rjust(width, _text(fill))


def _trim(text: Any) -> str:
    return _text(text).strip()


def _starts(text: Any, start: Any) -> bool:
    return _text(text).casefold().startswith(_text(start).casefold())


def _ends(text: Any, end: Any) -> bool:
    return _text(text).casefold().endswith(_text(end).casefold())


def _index_of(holder: Any, value: Any) -> int:
    if isinstance(holder, list):
        return next((place for place, item in enumerate(holder) if identity(item) == identity(value)), -1)
    return _text(holder).casefold().find(_text(value).casefold())


def _last_index_of(holder: Any, value: Any) -> int:
    if isinstance(holder, list):
        places = (place for place, item in enumerate(holder) if identity(item) == identity(value))
        return max(places, default=-1)
    return _text(holder).casefold().rfind(_text(value).casefold())


def _base64(text: Any) -> str:
    return base64.b64encode(_text(text).encode()).decode()


def _from_base64(text: Any) -> str:
    return base64.b64decode(_text(text), validate=True).decode()


def _data_uri(value: Any) -> str:
    kind = "text/plain" if isinstance(value, str) else "application/json"
    return f"data:{kind};charset=utf8;base64,{_base64(string(value))}"


_DATA_URI = re.compile(r"data:([^,]*),(.*)", re.IGNORECASE | re.DOTALL)


def _from_data_uri(text: Any) -> str:
    found = _DATA_URI.fullmatch(_text(text))
    if found is None:
        raise ValueError
    parts = found[1].split(";")
    charsets = [part for part in parts if part.casefold().startswith("charset=")]
    if any(charset.casefold() not in ("charset=utf8", "charset=utf-8") for charset in charsets):
        raise ValueError
    return _from_base64(found[2]) if parts[-1].casefold() == "base64" else unquote_plus(found[2])


def _from_uri_component(text: Any) -> str:
    # Azure is said to read + as a space here, its documentation does not say so.
    if "+" in _text(text):
        raise ValueError
    return unquote(text, errors="strict")


def _uri(base: Any, relative: Any) -> str:
    parts = urlsplit(_text(base))
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s\\<>\"{}|^`]", base):
        raise ValueError
    joined = urlsplit(urljoin(base if parts.path else base + "/", _text(relative)))
    if joined.scheme not in ("http", "https") or not joined.netloc:
        raise ValueError
    return quote(joined.geturl(), safe="!#$%&'()*+,/:;=?@[]~")


_GUIDS: Final = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""The namespace that Azure documents for `guid`."""


def _guid(*parts: Any) -> str:
    if not parts:
        raise TypeError
    return str(uuid.uuid5(_GUIDS, "-".join(map(_text, parts))))


_WORD: Final = 0xFFFFFFFF
_ONE, _OTHER = 0x239B961B, 0xAB0E9789


def _rotated(word: int, by: int) -> int:
    return (word << by | word >> (32 - by)) & _WORD


def _mixed(word: int) -> int:
    word = (word ^ word >> 16) * 0x85EBCA6B & _WORD
    word = (word ^ word >> 13) * 0xC2B2AE35 & _WORD
    return word ^ word >> 16


def _unique_string(*parts: Any) -> str:
    """Azure's own 64-bit variant of MurmurHash3 over the texts, in base 32."""
    if not parts:
        raise TypeError
    content = "-".join(map(_text, parts)).encode()
    low = high = 0
    for start in range(0, len(content), 8):
        first, second = (
            int.from_bytes(content[at : at + 4], "little") for at in (start, start + 4)
        )  # what is missing at the end counts as zeros
        low ^= _rotated(first * _ONE & _WORD, 15) * _OTHER & _WORD
        high_part = _rotated(second * _OTHER & _WORD, 17) * _ONE & _WORD
        if start + 8 <= len(content):
            low = ((_rotated(low, 19) + high) * 5 + 0x561CCD1B) & _WORD
            high = ((_rotated(high ^ high_part, 13) + low) * 5 + 0x0BCAA747) & _WORD
        else:
            high ^= high_part
    low, high = low ^ len(content), high ^ len(content)
    low = (low + high) & _WORD
    high = (high + low) & _WORD
    low, high = _mixed(low), _mixed(high)
    low = (low + high) & _WORD
    number = ((high + low) & _WORD) << 32 | low
    return "".join(_LETTERS[number << 5 * place >> 59 & 31] for place in range(13))


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"


# ------------------------------------------------------------------------------------------------------- lists and objects


def _take(value: Any, count: Any) -> Any:
    return _sequence(value)[: max(_number(count), 0)]


def _skip(value: Any, count: Any) -> Any:
    return _sequence(value)[max(_number(count), 0) :]


def _sequence(value: Any) -> Any:
    if not isinstance(value, str | list):
        raise TypeError
    return value


def _first(value: Any) -> Any:
    return value[0] if _sequence(value) else "" if isinstance(value, str) else None


def _last(value: Any) -> Any:
    return value[-1] if _sequence(value) else "" if isinstance(value, str) else None


def _length(value: Any) -> int:
    return 0 if value is None else len(value)


def _empty(value: Any) -> bool:
    return value is None or len(value) == 0


def _contains(holder: Any, value: Any) -> bool:
    if isinstance(holder, dict):
        return key_in(holder, _text(value)) is not None
    if isinstance(holder, list):
        return any(identity(item) == identity(value) for item in holder)
    exact = _text(value) in _text(holder)
    if not exact and value.casefold() in holder.casefold():
        raise ValueError  # only if case counts is the answer no
    return exact


def _range(start: Any, count: Any) -> list[int]:
    if not 0 <= _number(count) <= 10_000 or _number(start) + count - 1 > 2**31 - 1:
        raise ValueError
    return list(range(start, start + count))


def _union(*parts: Any) -> Any:
    if len(parts) < 2:
        raise TypeError
    if all(isinstance(part, dict) for part in parts):
        merged = Merged()
        for part in parts:
            for name, value in part.items():
                below = merged.get(name)
                both = isinstance(below, dict) and isinstance(value, dict)
                merged.put(name, _union(below, value) if both else value)
        return merged.members
    united: dict[Any, Any] = {}
    for part in parts:
        for item in _list(part):
            united.setdefault(identity(item), item)
    return list(united.values())


def _intersection(*parts: Any) -> Any:
    if len(parts) < 2:
        raise TypeError
    if isinstance(parts[0], dict):
        return {
            name: value
            for name, value in parts[0].items()
            if all(name in _object(part) and identity(part[name]) == identity(value) for part in parts[1:])
        }
    others = [{identity(item) for item in _list(part)} for part in parts[1:]]
    common = {identity(item): item for item in reversed(_list(parts[0]))}
    kept = [key for key in common if all(key in other for other in others)]
    return [common[key] for key in reversed(kept)]


def _flatten(lists: Any) -> list[Any]:
    return [item for inner in _list(lists) for item in _list(inner)]


def _create_object(*parts: Any) -> dict[str, Any]:
    made = {_text(name): value for name, value in zip(parts[::2], parts[1::2], strict=True)}
    if len(made) * 2 != len(parts):
        raise ValueError
    return made


def _keys(holder: Any) -> list[str]:
    return sorted(_object(holder), key=lambda name: (name.casefold(), name))


def _items(holder: Any) -> list[dict[str, Any]]:
    return [{"key": name, "value": holder[name]} for name in _keys(holder)]


def _shallow_merge(objects: Any) -> dict[str, Any]:
    merged = Merged()
    for each in _list(objects):
        for name, value in _object(each).items():
            merged.put(name, value)
    return merged.members


def _try_get(holder: Any, key: Any, *more: Any) -> Any:
    try:
        found = member(holder, key)
    except (LookupError, TypeError):
        return None
    return _deeper(found, more)


def _deeper(found: Any, keys: tuple[Any, ...]) -> Any:
    for key in keys if found is not None else ():
        found = member(found, key)
    return found


def _from_end(items: Any, position: Any) -> Any:
    if not 0 < _number(position) <= len(_list(items)):
        raise LookupError(position)
    return items[-position]


def _try_from_end(items: Any, position: Any, *more: Any) -> Any:
    try:
        found = _from_end(items, position)
    except (LookupError, TypeError):
        return None
    return _deeper(found, more)


# ------------------------------------------------------------------------------------------------- numbers and comparisons


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}[value.strip().casefold()]
    return bool(_number(value)) if not isinstance(value, bool) else value


_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,19}\s*")


def _integer(value: Any) -> int:
    if isinstance(value, str):
        if _WHOLE.fullmatch(value) is None:
            raise ValueError
        return _bounded(int(value))
    return _number(value)


_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")


def _float(value: Any) -> float:
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value) is None:
            raise ValueError
        return float(value)
    return float(value if isinstance(value, float) else _number(value))


def _divide(first: Any, second: Any) -> int:
    quotient = abs(_number(first)) // abs(_number(second))
    return _bounded(quotient if (first < 0) == (second < 0) else -quotient)


def _remainder(first: Any, second: Any) -> int:
    return _number(first) - _divide(first, second) * _number(second)


def _numbers(values: tuple[Any, ...]) -> list[int]:
    listed = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return [_number(value) for value in listed]


def _equals(first: Any, second: Any) -> bool:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in (first, second)):
        return bool(first == second)
    return bool(identity(first) == identity(second))


_ORDERED = re.compile(r"[0-9a-z]*|[0-9A-Z]*")


def _compared(first: Any, second: Any) -> int:
    """-1, 0 or 1. Texts are compared as a dictionary does, so only those where that is plain."""
    if isinstance(first, str) and isinstance(second, str):
        if any(_ORDERED.fullmatch(text) is None for text in (first, second)) or (
            first != second and first.casefold() == second.casefold()
        ):
            raise ValueError
        first, second = first.casefold(), second.casefold()
    else:
        first, second = (value if isinstance(value, float) else _number(value) for value in (first, second))
    return int(first > second) - int(first < second)


def _json(text: Any) -> Any:
    return json_text.parse(_text(text)).value


# -------------------------------------------------------------------------------------------------- addresses and resources


def _network(text: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(_text(text), strict=False)


def _subnet(network: Any, length: Any, position: Any) -> str:
    outer = _network(network)
    if not outer.prefixlen <= _number(length) <= outer.max_prefixlen:
        raise ValueError
    if not 0 <= _number(position) < 2 ** (length - outer.prefixlen):
        raise ValueError
    start = int(outer.network_address) + position * 2 ** (outer.max_prefixlen - length)
    return f"{type(outer.network_address)(start)}/{length}"


def _host(network: Any, position: Any) -> str:
    outer = _network(network)
    last = outer.num_addresses - (2 if outer.version == 4 and outer.num_addresses > 2 else 1)
    if not 0 <= _number(position) < last:
        raise ValueError
    return str(outer.network_address + position + 1)


def _parse_cidr(network: Any) -> dict[str, Any]:
    outer = _network(network)
    narrow = outer.num_addresses <= 2
    if outer.version == 4:
        return {
            "network": str(outer.network_address),
            "netmask": str(outer.netmask),
            "broadcast": str(outer.broadcast_address),
            "firstUsable": str(outer.network_address + (0 if narrow else 1)),
            "lastUsable": str(outer.broadcast_address - (0 if narrow else 1)),
            "cidr": outer.prefixlen,
        }
    return {
        "network": str(outer.network_address),
        "netmask": str(outer.netmask),
        "firstUsable": str(outer.network_address),
        "lastUsable": str(outer.broadcast_address),
        "cidr": outer.prefixlen,
    }


def _type_and_names(parts: tuple[Any, ...]) -> str:
    """`Microsoft.Network/virtualNetworks/subnets`, `v`, `s` as the end of a resource's id."""
    kind, *names = map(_text, parts)
    provider, *types = kind.rstrip("/").split("/")
    if not types or len(types) != len(names):
        raise ValueError
    pairs = "/".join(f"{each}/{name}" for each, name in zip(types, names, strict=True))
    return f"providers/{provider}/{pairs}"


_SUBSCRIPTION = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def resource_id(*parts: Any, subscription: str = "", group: str = "") -> str:
    """`resourceId`. subscription, group: those of the deployment, which count where the call names none."""
    before = next((place for place, part in enumerate(parts) if "/" in _text(part)), 3)
    if before == 2:
        subscription, group = parts[0], parts[1]
    elif before == 1 and _SUBSCRIPTION.fullmatch(parts[0]) is None:
        group = parts[0]
    elif before:
        raise ValueError
    if not subscription or not group:
        raise LookupError
    return f"/subscriptions/{subscription}/resourceGroups/{group}/{_type_and_names(parts[before:])}"


def subscription_resource_id(*parts: Any, subscription: str = "") -> str:
    """`subscriptionResourceId`. subscription: that of the deployment, which counts where the call names none."""
    if "/" not in _text(parts[0]):
        subscription, parts = parts[0], parts[1:]
    if not subscription:
        raise LookupError
    return f"/subscriptions/{subscription}/{_type_and_names(parts)}"


def _management_group_resource_id(group: Any, *rest: Any) -> str:
    if "/" in _text(group):
        raise ValueError
    return f"/providers/Microsoft.Management/managementGroups/{group}/{_type_and_names(rest)}"


def _extension_resource_id(scope: Any, *rest: Any) -> str:
    if not _text(scope).startswith("/"):
        raise ValueError
    return f"{scope.rstrip('/')}/{_type_and_names(rest)}"


FUNCTIONS: Final[Mapping[str, Function]] = {
    "add": lambda first, second: _bounded(_number(first) + _number(second)),
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": _base64,
    "base64tojson": lambda text: _json(_from_base64(text)),
    "base64tostring": _from_base64,
    "bool": _boolean,
    "cidrhost": _host,
    "cidrsubnet": _subnet,
    "concat": _concat,
    "contains": _contains,
    "createarray": lambda *values: list(values),
    "createobject": _create_object,
    "datauri": _data_uri,
    "datauritostring": _from_data_uri,
    "div": _divide,
    "empty": _empty,
    "endswith": _ends,
    "equals": _equals,
    "extensionresourceid": _extension_resource_id,
    "false": lambda: False,
    "first": _first,
    "flatten": _flatten,
    "float": _float,
    "format": _format,
    "greater": lambda first, second: _compared(first, second) > 0,
    "greaterorequals": lambda first, second: _compared(first, second) >= 0,
    "guid": _guid,
    "indexfromend": _from_end,
    "indexof": _index_of,
    "int": _integer,
    "intersection": _intersection,
    "items": _items,
    "join": _join,
    "json": _json,
    "last": _last,
    "lastindexof": _last_index_of,
    "length": _length,
    "less": lambda first, second: _compared(first, second) < 0,
    "lessorequals": lambda first, second: _compared(first, second) <= 0,
    "managementgroupresourceid": _management_group_resource_id,
    "max": lambda *values: max(_numbers(values)),
    "min": lambda *values: min(_numbers(values)),
    "mod": _remainder,
    "mul": lambda first, second: _bounded(_number(first) * _number(second)),
    "not": lambda value: not _truth(value),
    "null": lambda: None,
    "objectkeys": _keys,
    "padleft": _pad_left,
    "parsecidr": _parse_cidr,
    "range": _range,
    "replace": _replace,
    "resourceid": resource_id,
    "shallowmerge": _shallow_merge,
    "skip": _skip,
    "split": _split,
    "startswith": _starts,
    "string": string,
    "sub": lambda first, second: _bounded(_number(first) - _number(second)),
    "subscriptionresourceid": subscription_resource_id,
    "substring": _substring,
    "take": _take,
    "tenantresourceid": lambda *parts: f"/{_type_and_names(parts)}",
    "tolower": lambda text: _text(text).lower(),
    "toupper": lambda text: _text(text).upper(),
    "trim": _trim,
    "true": lambda: True,
    "tryget": _try_get,
    "tryindexfromend": _try_from_end,
    "union": _union,
    "uniquestring": _unique_string,
    "uri": _uri,
    "uricomponent": lambda text: quote(_text(text), safe="~"),
    "uricomponenttostring": _from_uri_component,
}
"""What can be computed from known values, by folded name."""

STRUCTURAL: Final = frozenset(
    (
        "array", "concat", "createarray", "createobject", "empty", "first", "flatten", "indexfromend", "items", "last",
        "length", "objectkeys", "shallowmerge", "skip", "take", "tryget", "tryindexfromend",
    )
)  # fmt: skip
"""Those that only move parts of lists and objects: they need not know what the parts are."""

FREELY_OPEN: Final = frozenset(("array", "createarray"))
"""Those of them whose own arguments need not be known either; of `createObject`, the values need not."""
