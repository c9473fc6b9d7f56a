from __future__ import annotations

import re

import pytest

from tests.scaleset.faulty_page import blocks
from tests.scaleset.test_reading import NETWORK, OS, PROFILE, SEED, STORAGE, UNATTEND, got, notes
from vmssbuilder.scaleset.reading import read
from vmssbuilder.scaleset.request import Target


@pytest.mark.parametrize(
    ("number", "repaired"),
    [(0, [65, 68, 77, 109, 122, 123]), (1, [193, 196, 205, 237, 254]), (2, [492, 495, 512, 539]), (3, [592])],
)
def test_the_blocks_of_microsofts_page_are_read_with_every_repair_listed(
    page: str, number: int, repaired: list[int]
) -> None:
    before, text = blocks(page)[number]
    reading = read(text, SEED)
    assert [note.line and note.line + before for note in reading.repairs] == repaired


def test_the_first_block_of_microsofts_page_becomes_the_document_that_is_meant(page: str) -> None:
    reading = read(blocks(page)[0][1], SEED)
    assert list(reading.document) == ["tags", "location", "sku", "properties"]
    assert list(reading.document["properties"]) == [
        "singlePlacementGroup",
        "overProvision",
        "upgradePolicy",
        "virtualMachineProfile",
    ]
    assert list(got(reading, PROFILE)) == [
        "osProfile",
        "extensionProfile",
        "storageProfile",
        "networkProfile",
    ]
    assert got(reading, f"{STORAGE}.dataDisks") == [
        {
            "lun": 0,
            "createOption": "Empty",
            "caching": "None",
            "managedDisk": {"storageAccountType": "Standard_LRS"},
            "diskSizeGB": 100,
        }
    ]
    assert got(reading, UNATTEND) == [
        {
            "passName": "OobeSystem",
            "componentName": "Microsoft-Windows-Shell-Setup",
            "settingName": "FirstLogonCommands",
            "content": "<XML unattend content>",
        }
    ]
    assert got(reading, f"{OS}.windowsConfiguration.winRM.listeners[0].protocol") == "Https"
    assert notes(reading, "decide") == [("decide", OS)]


def test_the_second_block_of_microsofts_page_asks_which_source_of_the_os_disk_is_meant(page: str) -> None:
    reading = read(blocks(page)[1][1], SEED)
    assert got(reading, f"{STORAGE}.osDisk.caching") == "ReadWrite"
    assert notes(reading, "decide") == [("decide", OS), ("decide", STORAGE)]


def test_the_third_block_of_microsofts_page_has_its_network_moved_and_its_ids_trimmed(page: str) -> None:
    reading = read(blocks(page)[2][1], SEED)
    assert list(reading.document["properties"]) == ["upgradePolicy", "virtualMachineProfile"]
    ip = got(
        reading, f"{NETWORK}.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties"
    )
    assert "/applicationGateways/appgateway1/" in ip["applicationGatewayBackendAddressPools"][0]["id"]
    assert "moved" in dict(notes(reading))
    assert "trimmed" in dict(notes(reading))


def test_the_fourth_block_of_microsofts_page_is_a_fragment_of_an_answer(page: str) -> None:
    reading = read(blocks(page)[3][1], SEED)
    assert reading.document == {
        "location": "westus",
        "tags": {"department": "finance"},
        "plan": {"name": "imageName", "publisher": "imagePublisher", "product": "imageProduct"},
        "properties": {},
    }
    assert reading.request.target == Target("", "myresourcegroup1", "myvmss1")


def test_the_whole_page_offers_its_samples(page: str) -> None:
    reading = read(page, "2016-04-30-preview")
    assert len(reading.choices) == 4
    lines = [int(found[1]) for each in reading.choices if (found := re.search(r"line (\d+)", each.title))]
    assert [page.splitlines()[line - 1].strip() for line in lines] == ["{"] * 4
    assert "managed disks" in reading.choices[0].title
    for choice in range(4):
        assert read(page, "2016-04-30-preview", choice).document
