"""The mutants of the modules that must never fail: what is changed, and those that are known to mean the same."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import equivalent_mutants  # noqa: E402 - the path to it is set above
import mutants  # noqa: E402 - as above

SOURCE = '''
LIMIT = 3

def save(user, draft):
    """Saves."""
    require(user, draft, 2)
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.head != draft.head or locked.gone:
            raise Stale
        record(user, "saved", how="by hand")
        return locked if not draft.quiet else None
'''

CHANGES = {
    "permission: without require(user, draft, 2)": "    pass\n    with transaction",
    "transaction: without transaction.atomic()": "    if True:\n        locked = Draft",
    "lock: Draft.objects.select_for_update() -> all()": "Draft.objects.all().get(pk=draft.pk)",
    "record: without record(user, 'saved', how='by hand')": "raise Stale\n        pass",
    "refusal: without if locked.head != draft.head or locked.gone": "pk)\n        pass",
    "refusal: locked.head != draft.head or locked.gone -> without locked.gone": "!= draft.head or locked.head",
    "refusal: locked.head != draft.head or locked.gone -> And": "!= draft.head and locked.gone",
    "refusal: locked.head != draft.head -> Eq": "locked.head == draft.head",
    "keyword: Draft.objects.select_for_update().get(pk=draft.pk) -> without pk": "().get()",
    "keyword: record(user, 'saved', how='by hand') -> without how": "record(user, 'saved')",
    "condition: not draft.quiet -> without not": "not not draft.quiet",
    "value: return locked if not draft.quiet else None -> None": "return None",
    "constant: 3 -> 4": "LIMIT = 4",
}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = tmp_path / "sample.py"
    path.write_text(SOURCE)
    monkeypatch.setattr(mutants, "path_of", lambda _module: path)
    return "sample"


@pytest.mark.parametrize(("name", "text"), CHANGES.items())
def test_each_kind_of_change_is_made(module: str, name: str, text: str) -> None:
    kind, _, words = name.partition(": ")
    (found,) = [each for each in mutants.of(module) if each.kind == kind and each.name.endswith(f": {words}")]
    assert text in mutants.text(found)
    assert found.is_guard == (kind in ("permission", "transaction", "lock", "record", "refusal"))


def test_names_tell_mutants_apart_and_each_changes_something(module: str) -> None:
    found = mutants.of(module)
    assert len({each.name for each in found}) == len(found)
    texts = Counter(mutants.text(each) for each in found)
    assert max(texts.values()) == 1


def test_a_mutant_takes_the_place_of_the_real_code() -> None:
    """In a process of its own, which it spoils."""
    program = (
        "import mutants\n"
        "from vmssbuilder.scaleset import paths\n"
        "kept = paths.text\n"
        "found = [each for each in mutants.of('vmssbuilder.scaleset.paths')"
        " if each.function == 'text' and each.kind == 'value']\n"
        "before = kept(('zones', 0))\n"
        "mutants.apply(found[-1])\n"
        "assert (before, kept(('zones', 1))) == ('zones[0]', None), kept(('zones', 1))\n"
    )
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_what_is_known_to_mean_the_same_is_still_there() -> None:
    known = equivalent_mutants.EQUIVALENT
    modules = {name.partition(": ")[0].rpartition(".")[0] for name in known}
    files = {each for each in modules if mutants.path_of(each).exists()}
    files |= {each.rpartition(".")[0] for each in modules - files}
    there = {each.name for module in files for each in mutants.of(module)}
    assert set(known) <= there
    assert all(reason.strip() for reason in known.values())
