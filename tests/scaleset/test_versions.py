"""The API versions and their order."""

from __future__ import annotations

import pytest

from vmssbuilder.scaleset.versions import API_VERSIONS, FIRST, LATEST, UnknownVersion, before, order, within


def test_there_are_thirty_versions_oldest_first() -> None:
    assert len(API_VERSIONS) == 30
    assert list(API_VERSIONS) == sorted(API_VERSIONS)
    assert (API_VERSIONS[0], API_VERSIONS[-1]) == (FIRST, LATEST)


def test_each_version_but_the_first_has_one_before_it() -> None:
    assert before(FIRST) is None
    assert [before(version) for version in API_VERSIONS[1:]] == list(API_VERSIONS[:-1])


def test_a_span_holds_both_its_ends() -> None:
    assert within("2017-03-30", "2017-03-30", "2017-03-30")
    assert within(LATEST, "2017-03-30")
    assert not within("2016-04-30-preview", "2017-03-30")
    assert not within("2017-12-01", FIRST, "2017-03-30")


@pytest.mark.parametrize("version", ["", "2016-04-30", "latest", None, 5, []])
def test_a_version_that_is_none_of_ours_is_refused(version: str) -> None:
    with pytest.raises(UnknownVersion):
        order(version)
