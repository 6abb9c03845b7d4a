"""One Immich account: the only door to sync/immich. Every answer is typed, every fault is an error of sync/errors.py.

Made by jobs, one object a job; it may be used from several threads. Makes no request until asked. Never gives an empty
or partial answer in place of an error.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sync.clock import Clock
from sync.errors import UsageError
from sync.immich import (
    assets,
    edit_album,
    edit_assets,
    edit_stack,
    found,
    libraries,
    people,
    reread,
    since,
    tags,
    unchanged,
)
from sync.immich.address import parse_address
from sync.immich.albums import list_album, read_album, read_albums, read_own_albums, to_album
from sync.immich.answers import MarkedPerson, Me, Person, ServerVersion
from sync.immich.arrivals import EVERYWHERE, Arrival, arrivals
from sync.immich.choose import choose
from sync.immich.deadline import Patience
from sync.immich.details import read_details
from sync.immich.edit_album import Changed
from sync.immich.edit_stack import StackInfo
from sync.immich.facts import (
    AlbumDress,
    AlbumInfo,
    Asset,
    Details,
    Downloaded,
    Found,
    PersonInPhoto,
    Probe,
    TagInfo,
    Version,
    Visibility,
    Wanted,
)
from sync.immich.favourite import Favourite, read_favourite, set_favourite
from sync.immich.found import Question
from sync.immich.libraries import LibraryInfo
from sync.immich.link import read_link
from sync.immich.listing import Listing
from sync.immich.members import album_members
from sync.immich.memories import list_memories
from sync.immich.probe import probe_key, probe_link
from sync.immich.searches import filters_of, list_search
from sync.immich.sender import Sender
from sync.immich.shapes import Shapes, shapes_of
from sync.immich.slots import Slots
from sync.immich.stacks import ask_stacks, own_stacks
from sync.immich.thumbnail import read_thumbnail
from sync.immich.transport import Transport
from sync.immich.upload import Known, Upload, Uploaded, known_uploads, upload
from sync.secrets import LinkSecrets, Secret, ServerSecrets
from sync.settings import Server, Source


def _never() -> bool:
    return False


def _deaf(_token: str) -> None:
    return


class Immich:
    """A named server with its key, or (with `link`) a shared link and no key at all."""

    def __init__(
        self,
        name: str,
        server: Server,
        secrets: ServerSecrets,
        *,
        locks: Path,
        clock: Clock,
        link: LinkSecrets | None = None,
        patience: Patience | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> None:
        """UsageError where the address or the key cannot be used. `cancelled` ends every request but downloads, which
        are given their own."""
        self.name = name
        address = parse_address(server.url)
        slots = Slots(locks, address.origin, server.requests)
        self._clock = clock
        self._by_link = link is not None
        self._password = link.password if link else Secret("")
        patience = patience or Patience()
        sender = Sender(address, server, secrets, link, clock=clock, patience=patience)
        self._transport = Transport(sender, slots=slots, clock=clock, patience=patience, cancelled=cancelled)
        self._version: Version | None = None
        self._me: Me | None = None
        self._link_id = ""

    def version(self) -> Version:
        """Which Immich this is; asked once per object."""
        if self._version is None:
            found = self._transport.read("GET", "/server/version", ServerVersion, what="version")
            self._version = Version(found.major, found.minor, found.patch)
        return self._version

    def probe(self) -> Probe:
        """Version, whose key, its permissions, and what the main job lacks, in Immich's words."""
        version = self.version()
        if self._by_link:
            return probe_link(read_link(self._transport, version, self._password), version)
        return probe_key(self._transport, version)

    def albums(self) -> list[AlbumInfo]:
        """Every album I own or that is shared with me, each once."""
        return read_albums(self._transport, self._shapes())

    def find_album(self, name_or_id: str) -> AlbumInfo:
        """The album of that id or name. UsageError: unknown (with the nearest names), ambiguous (with the ids)."""
        known = {album.id: album for album in self.albums()}
        album_id, _ = choose(name_or_id, [(album.id, album.name) for album in known.values()], what="album")
        return known[album_id]

    def find_person(self, name_or_id: str) -> tuple[str, str]:
        """Id and name of a person. UsageError as `find_album`."""
        known = [(person.id, person.name) for person in people.read_people(self._transport)]
        return choose(name_or_id, known, what="person")

    def link_album(self) -> AlbumInfo:
        """The album of the shared link. UsageError where it shares single photos."""
        album = read_album(self._transport, self._shapes(), self._linked_id())
        return to_album(album, owned=False)

    def unchanged(self, wanted: Wanted, token: str | None) -> tuple[bool, str | None]:
        """Whether nothing changed since `token`, and a token of now to store after the coming complete listing.

        What a yes can miss is told in sync/immich/unchanged.py: list in full once a week. Persons and memories cannot
        be proved and always say no, without a request.
        """
        if wanted.source in (Source.ALBUM, Source.LINK):
            return unchanged.album_unchanged(self._transport, self._shapes(), self._album_id(wanted), token)
        if wanted.source in (Source.ALL, Source.FAVOURITES):
            return unchanged.searches_unchanged(self._transport, filters_of(wanted), token)
        return False, None

    def listing(self, wanted: Wanted, *, known: str | None = None) -> Listing:
        """What the server says is in a source, page by page, before all filters but that of partners. `known` is the
        mark of an earlier listing: one that would be the same hands nothing out and says so."""
        shapes = self._shapes()
        if wanted.source in (Source.ALBUM, Source.LINK):
            return list_album(self._transport, shapes, self._album_id(wanted), by_link=self._by_link, known=known)
        if wanted.source is Source.MEMORIES:
            return list_memories(self._transport, shapes, wanted.on or self._clock.now().date())
        if wanted.source in (Source.FOLDER, Source.RULE):
            raise UsageError("Neither a local folder nor a rule is listed by a server itself.")
        theirs_too = wanted.partners or wanted.source is Source.PERSON
        return list_search(self._transport, shapes, wanted, owner_id=None if theirs_too else self._my_id(), known=known)

    def details(self, asset: Asset) -> Details:
        """Tags and, with one more request in 3.x where the asset has people, faces."""
        return read_details(self._transport, self._shapes(), asset)

    def download_original(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None:
        """Write the original into `part`. None: not modified. Raises BadTransfer, NotAvailable, Cancelled."""
        return assets.original(self._transport, asset, part, etag=etag, cancelled=cancelled)

    def download_display(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None:
        """Write Immich's preview (of the edited picture, where there is one) into `part`; NotAvailable without one."""
        return assets.display(self._transport, asset, part, etag=etag, cancelled=cancelled)

    def thumbnail(self, asset_id: str, *, cancelled: Callable[[], bool]) -> bytes:
        """Immich's small picture of an asset, as it came. Raises NotAvailable, BadTransfer, Cancelled."""
        return read_thumbnail(self._transport, asset_id, cancelled)

    def favourite(self, asset_id: str) -> Favourite:
        """Whether an asset is a favourite of its owner. Raises NotAvailable."""
        return read_favourite(self._transport, asset_id)

    def set_favourite(self, asset_id: str, *, value: bool) -> None:
        """Make an asset of mine a favourite, or none. Raises PermissionMissing, NotAvailable."""
        set_favourite(self._transport, asset_id, value=value)

    # what rules of smart albums ask, and what they change

    def me(self) -> str:
        """The user id of the key."""
        return self._my_id()

    def people(self) -> list[Person]:
        """Everybody, hidden ones too."""
        return list(people.read_people(self._transport))

    def person(self, person_id: str) -> Person:
        """One person, also one whom no list shows. Raises NotAvailable."""
        return people.read_person(self._transport, person_id)

    def partners(self) -> list[tuple[str, str]]:
        """Id and name of everybody who shares all photos with me."""
        return people.read_partners(self._transport)

    def users(self) -> list[tuple[str, str]]:
        """Id and name of everybody with whom an album can be shared."""
        return people.read_users(self._transport)

    def tags(self) -> list[TagInfo]:
        """Every tag of mine."""
        return tags.read_tags(self._transport)

    def album(self, album_id: str) -> AlbumInfo:
        """One album, mine or shared with me. Raises NotAvailable."""
        album = read_album(self._transport, self._shapes(), album_id)
        whose = to_album(album, owned=False)
        return to_album(album, owned=whose.owner_id == self._my_id())

    def album_members(self, album_id: str) -> frozenset[str]:
        """The ids of all that is in an album. Raises Incomplete, NotAvailable."""
        return album_members(self._transport, self._shapes(), album_id)

    def stacked(self) -> dict[str, str]:
        """The primary's id by every member's, of my own stacks; empty where the key may not read them."""
        return own_stacks(ask_stacks(self._transport))

    def people_in_album(self, album_id: str) -> dict[str, tuple[PersonInPhoto, ...]]:
        """Who is in my own photos of an album, by asset id, where the album's listing does not say so (1.x and 2.x);
        empty where it does. Raises Incomplete."""
        if self._shapes().embedded is None:
            return {}
        questions = [{"albumIds": [album_id], "visibility": value} for value in ("timeline", "archive")]
        pages = (page for question in questions for page in self.find(question))
        return {one.asset.id: one.asset.people for page in pages for one in page if one.asset.people}

    def find(
        self, question: Question, *, measured: bool = False, keys: Collection[str] = (),
        told: Callable[[str], None] = _deaf,
    ) -> Iterator[list[Found]]:  # fmt: skip
        """What a search finds, page by page; Incomplete after the last page where it is not proved whole. `told` is
        given a token for `search_unchanged`."""
        return found.find(self._transport, self._shapes(), question, measured=measured, keys=keys, told=told)

    def search_unchanged(self, question: Question, token: str) -> bool:
        """Whether as many photos are found as then, and none of them was updated since: two small requests. Who is in
        which photo shows only where the search asks for persons, and there as a count."""
        return unchanged.searches_unchanged(self._transport, [dict(question)], token)[0]

    def find_ids(self, questions: Sequence[Question]) -> frozenset[str]:
        """The ids that any of these searches finds. Raises Incomplete."""
        return found.find_ids(self._transport, list(questions))

    def find_alike(self, text: str, top: int) -> frozenset[str]:
        """The first `top` of smart search. Raises NotAvailable where the server has none."""
        return found.find_alike(self._transport, text, top)

    def find_named(self, file_name: str) -> list[Asset]:
        """Up to a thousand assets whose file name contains this, whatever the album; not proved to be all."""
        return found.find_named(self._transport, self._shapes(), file_name)

    def look_up(self, asset_id: str) -> tuple[Found, Details]:
        """One asset, whatever lists show of it. Raises NotAvailable."""
        return found.look_up(self._transport, self._shapes(), asset_id)

    def add_to_album(self, album_id: str, asset_ids: Sequence[str]) -> Changed:
        """Put at most a thousand assets into an album. Raises NotAvailable, PermissionMissing."""
        return edit_album.add(self._transport, album_id, asset_ids)

    def take_from_album(self, album_id: str, asset_ids: Sequence[str]) -> Changed:
        """Take at most a thousand assets out of an album; they stay in the library."""
        return edit_album.take(self._transport, album_id, asset_ids)

    def create_album(self, name: str, description: str = "") -> AlbumInfo:
        """Make an empty album. A lost answer is an error; the album may be there then."""
        return edit_album.create(self._transport, self._shapes(), name, description)

    def delete_album(self, album_id: str) -> None:
        """Take an album of mine away; what was in it stays in the library. Raises PermissionMissing, NotAvailable."""
        edit_album.delete(self._transport, album_id)

    def album_dress(self, album_id: str) -> AlbumDress:
        """What an album's owner chose for it. Raises NotAvailable."""
        return edit_album.dress_of(self._transport, album_id)

    def change_album(self, album_id: str, values: dict[str, str]) -> None:
        """Set description, order (asc, desc) or albumThumbnailAssetId; for the owner alone."""
        edit_album.change(self._transport, self._shapes(), album_id, values)

    def share_album(self, album_id: str, roles: dict[str, str]) -> None:
        """Share with these users as viewer or editor, beside those who have it already."""
        edit_album.share(self._transport, self._shapes(), album_id, roles)

    # what write-back asks, and what it has read again

    def own_albums(self) -> list[AlbumInfo]:
        """Every album I own, in one request."""
        return read_own_albums(self._transport, self._shapes())

    def marked_people(self) -> list[MarkedPerson]:
        """Everybody with the time of their last change."""
        return list(people.read_marked_people(self._transport))

    def pages(self, question: Question) -> Iterator[tuple[list[Asset], datetime | None]]:
        """The pages of a search, not proved whole, and the server's time at each."""
        return since.pages(self._transport, self._shapes(), question)

    def faces(self, asset_id: str) -> tuple[PersonInPhoto, ...]:
        """Who is in one picture, and where. Raises NotAvailable, PermissionMissing."""
        return since.read_faces(self._transport, asset_id)

    def boxes_come_with_people(self) -> bool:
        """Whether every list of photos says where their faces are (1.x and 2.x), so that none is asked for alone."""
        return self._shapes().embedded is not None

    def refresh_metadata(self, asset_ids: Sequence[str]) -> None:
        """Have at most a thousand assets read again. Raises PermissionMissing, NotAvailable."""
        reread.refresh_metadata(self._transport, asset_ids)

    # what ingest asks, and what it changes

    def libraries(self) -> list[LibraryInfo]:
        """Every external library of the server. Raises PermissionMissing where the key is no administrator's."""
        return libraries.read_libraries(self._transport)

    def library(self, library_id: str) -> LibraryInfo:
        """One external library. Raises PermissionMissing, NotAvailable."""
        return libraries.read_library(self._transport, library_id)

    def scan_library(self, library_id: str) -> None:
        """Have an external library scanned; it is done some time later. Raises PermissionMissing, NotAvailable."""
        libraries.scan_library(self._transport, library_id)

    def arrivals(
        self, library_id: str, *, since: datetime | None, where: Sequence[Visibility] = EVERYWHERE
    ) -> Iterator[list[Arrival]]:
        """What of an external library changed since then (None: all of it), page by page; not proved whole."""
        return arrivals(self._transport, library_id, since=since, where=where)

    def upload(self, what: Upload) -> Uploaded:
        """Send a file up. Raises BadTransfer, NotAvailable, PermissionMissing."""
        return upload(self._transport, what)

    def known_uploads(self, sha1s: Sequence[str]) -> dict[str, Known]:
        """Which of these contents (SHA-1 in hex) are uploads of ours, in the trash or not."""
        return known_uploads(self._transport, sha1s)

    def stacks(self) -> Iterator[StackInfo]:
        """Every stack of ours."""
        return edit_stack.read_stacks(self._transport)

    def stack(self, stack_id: str) -> StackInfo:
        """One stack. Raises NotAvailable where it is gone."""
        return edit_stack.read_stack(self._transport, stack_id)

    def create_stack(self, asset_ids: Sequence[str]) -> StackInfo:
        """Stack these, the first on top; stacks whose primary is among them become one with it."""
        return edit_stack.create_stack(self._transport, asset_ids)

    def delete_stack(self, stack_id: str) -> None:
        """Take a stack apart; its assets stay. Raises NotAvailable where it is gone."""
        edit_stack.delete_stack(self._transport, stack_id)

    def set_favourites(self, asset_ids: Sequence[str], *, value: bool) -> None:
        """At most a thousand at once. NotAvailable: one of them is not ours, and none is changed."""
        edit_assets.set_favourites(self._transport, asset_ids, value=value)

    def set_visibility(self, asset_ids: Sequence[str], value: Visibility) -> None:
        """At most a thousand at once. NotAvailable: one of them is not ours, and none is changed."""
        edit_assets.set_visibility(self._transport, asset_ids, value)

    def link_live_video(self, asset_id: str, video_id: str | None) -> None:
        """Let a photo play this video, or (None) none. Raises NotAvailable."""
        edit_assets.link_live_video(self._transport, asset_id, video_id)

    def _shapes(self) -> Shapes:
        return shapes_of(self.version())

    def _my_id(self) -> str:
        if self._me is None:
            self._me = self._transport.read("GET", "/users/me", Me, what="user")
        return self._me.id

    def _album_id(self, wanted: Wanted) -> str:
        return wanted.id or self._linked_id()

    def _linked_id(self) -> str:
        if self._link_id:
            return self._link_id
        link = read_link(self._transport, self.version(), self._password)
        if link.album is None:
            raise UsageError(
                "This link shares single photos, not an album.", advice="Share an album by link in Immich."
            )
        self._link_id = link.album.id
        return self._link_id
