"""A folder that the service's sandbox keeps closed, or that is our own, is refused when it is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import UsageError
from sync.home import Home
from sync.ingest.check import judge_here
from sync.open_roots import OPEN, refuse_closed, refuse_own
from sync.settings.edit import add_inbox, add_root, put_server
from sync.settings.ingest import Inbox
from sync.settings.tree import Settings

UNIT = Path(__file__).parents[2] / "systemd" / "units" / "mantelpiece-sync.service"


@pytest.mark.parametrize("folder", ["/srv/photos", "/mnt", "/media/usb/a b"])
def test_where_disks_are_mounted_it_may_write(home: Home, tmp_path: Path, folder: str) -> None:
    refuse_closed(home, Path(folder), drop_ins=tmp_path, service_home=home.root)


@pytest.mark.parametrize("folder", ["/home/anna/photos", "/srv2", "/mnt/../home/anna", "/"])
def test_elsewhere_the_answer_names_what_opens_it(home: Home, tmp_path: Path, folder: str) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_closed(home, Path(folder), drop_ins=tmp_path, service_home=home.root)
    assert "sudo systemd/install --root /" in refused.value.advice
    refuse_closed(home, Path(folder), drop_ins=tmp_path)  # at a desk


def test_a_drop_in_opens_its_folder(home: Home, tmp_path: Path) -> None:
    (tmp_path / "root-1.conf").write_text("[Service]\n# why\nReadWritePaths=/home/anna/photos\n")
    refuse_closed(home, Path("/home/anna/photos/2024"), drop_ins=tmp_path, service_home=home.root)
    with pytest.raises(UsageError):
        refuse_closed(home, Path("/home/anna"), drop_ins=tmp_path, service_home=home.root)


def test_it_is_what_the_unit_opens() -> None:
    assert f"ReadWritePaths={' '.join('-' + place for place in OPEN)}" in UNIT.read_text()


OWN = {"published": "published/albums", "private": "private/uploads", "itself": "", "what holds it": ".."}


@pytest.mark.parametrize("folder", OWN.values(), ids=OWN)
def test_mantelpieces_own_folders_are_neither_originals_nor_inboxes(home: Home, folder: str) -> None:
    put_server(home, "home", {"url": "http://192.0.2.1"})
    before = home.settings.read_text()
    path = str(home.root / folder)
    with pytest.raises(UsageError, match="mantelpiece's own folder"):
        add_root(home, {"name": "archive", "server": "home", "prefix": "/photos", "folder": path})
    for key in ("folder", "landing", "move_to"):
        with pytest.raises(UsageError, match="mantelpiece's own folder"):
            add_inbox(home, {"name": "phone", "server": "home", "folder": "/srv/inbox", key: path})
    assert home.settings.read_text() == before
    inbox = Inbox(name="by hand", server="home", folder=path)
    assert any("mantelpiece's own folder" in told for told in judge_here(inbox, Settings(), home))


def test_a_folder_beside_it_is_free(home: Home) -> None:
    refuse_own(home, home.root.parent / f"{home.root.name}-photos")
