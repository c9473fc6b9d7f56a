"""Cases of scaleset/rules/tags.py."""

from __future__ import annotations

from typing import Any, Final

from . import Case, Cases, linux, patch


def _tags(**tags: Any) -> Case:
    return linux({"tags": tags})


def _many(count: int) -> Case:
    return linux({"tags": {f"tag{number}": "x" for number in range(count)}})


CASES: Final = {
    "tags-object": Cases(
        breaks=[
            ("tags", linux({"tags": ["a"]})),
            ("tags", linux({"tags": "a=b"})),
            ("tags.count", _tags(owner="me", count=3)),
            ("tags.live", _tags(live=True)),
            ("tags.of", _tags(of={"a": "b"})),
        ],
        fine=[_tags(count="3"), _tags(), linux(), linux({"location": 3})],
        fixes=[
            (_tags(live=True), ("tags.live", "true")),
            (_tags(count=3), ("tags.count", "3")),
            (_tags(of={}), None),
        ],
    ),
    "tags-max-50": Cases(breaks=[("tags", _many(51))], fine=[_many(50)]),
    "tags-legacy-15": Cases(breaks=[("tags", _many(16)), ("tags", _many(50))], fine=[_many(15), _many(51)]),
    "tag-name-length": Cases(
        breaks=[("tags['']", linux({"tags": {"": "x"}})), (f"tags.{'n' * 513}", _tags(**{"n" * 513: "x"}))],
        fine=[_tags(**{"n" * 512: "x"}), _tags(n="x")],
    ),
    "tag-value-length": Cases(
        breaks=[("tags.owner", _tags(owner="x" * 257))], fine=[_tags(owner="x" * 256), _tags(owner="")]
    ),
    "tag-name-chars": Cases(
        breaks=[
            (f"tags['{name}']", _tags(**{name: "x"})) for name in ("a<b", "a>b", "50%", "a&b", "why?", "a/b")
        ]
        + [("tags['a\\\\b']", _tags(**{"a\\b": "x"}))],
        fine=[_tags(**{"cost.centre: a_b-c": "<>%&\\?/"})],
    ),
    "tag-name-case-dup": Cases(
        breaks=[("tags.env", _tags(Env="x", env="y"))], fine=[_tags(Env="x", env2="x"), _tags(env="x")]
    ),
    "tag-secret": Cases(
        breaks=[
            ("tags.adminPassword", _tags(adminPassword="x")),
            ("tags.note", _tags(note="DefaultEndpointsProtocol=https;AccountKey=abc")),
            ("tags.link", _tags(link="https://shop.blob.core.windows.net/a?sv=1&sig=abc")),
        ],
        fine=[_tags(owner="platform team", password="")],
    ),
    "tags-patch-replaces-all": Cases(
        breaks=[("tags", patch({"tags": {"a": "b"}})), ("tags", patch({"tags": {}}))],
        fine=[patch({"sku.capacity": 3}), _tags(a="b")],
    ),
}
