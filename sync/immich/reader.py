"""Everything that is asked of one Immich account, typed. It changes nothing there, and no code that is given it can.

Made by jobs, one object a job; it may be used from several threads. Never gives an empty or partial answer in place of
an error; every fault is an error of sync/errors.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from sync.errors import UsageError
from sync.immich import assets, edit_album, edit_stack, find, libraries, people, since, tags, unchanged
from sync.immich.account import Account
from sync.immich.albums import list_album, read_album, read_albums, read_own_albums, to_album
from sync.immich.answers import MarkedPerson, Person
from sync.immich.arrivals import EVERYWHERE, Arrival, arrivals
from sync.immich.choose import choose
from sync.immich.details import read_details
from sync.immich.edit_stack import StackInfo
from sync.immich.facts import (
    AlbumDress,
    AlbumInfo,
    Asset,
    Details,
    Downloaded,
    Found,
    PersonInPhoto,
    TagInfo,
    Visibility,
    Wanted,
)
from sync.immich.favourite import Favourite, read_favourite
from sync.immich.find import Question
from sync.immich.libraries import LibraryInfo
from sync.immich.listing import Listing
from sync.immich.members import album_members
from sync.immich.memories import list_memories
from sync.immich.searches import filters_of, list_search
from sync.immich.stacks import ask_stacks, own_stacks
from sync.immich.thumbnail import read_thumbnail
from sync.immich.upload import Known, known_uploads
from sync.settings.tree import Source


def _deaf(_token: str) -> None:
    return


class Reader(Account):
    """An account, to be asked."""

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
            return unchanged.album_unchanged(self._transport, self._shapes(), wanted.id or self._linked_id(), token)
        if wanted.source in (Source.ALL, Source.FAVOURITES):
            return unchanged.searches_unchanged(self._transport, filters_of(wanted), token)
        return False, None

    def listing(self, wanted: Wanted, *, known: str | None = None) -> Listing:
        """What the server says is in a source, page by page, before all filters but that of partners. `known` is the
        mark of an earlier listing: one that would be the same hands nothing out and says so."""
        shapes = self._shapes()
        if wanted.source in (Source.ALBUM, Source.LINK):
            album_id = wanted.id or self._linked_id()
            return list_album(self._transport, shapes, album_id, by_link=self._by_link, known=known)
        if wanted.source is Source.MEMORIES:
            return list_memories(self._transport, shapes, wanted.on or self._clock.now().date())
        if wanted.source in (Source.FOLDER, Source.RULE):
            raise UsageError("Neither a local folder nor a rule is listed by a server itself.")
        theirs_too = wanted.partners or wanted.source is Source.PERSON
        return list_search(self._transport, shapes, wanted, owner_id=None if theirs_too else self.me(), known=known)

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

    # what rules of smart albums ask

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
        return to_album(album, owned=whose.owner_id == self.me())

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
        return find.find(self._transport, self._shapes(), question, measured=measured, keys=keys, told=told)

    def search_unchanged(self, question: Question, token: str) -> bool:
        """Whether as many photos are found as then, and none of them was updated since: two small requests. Who is in
        which photo shows only where the search asks for persons, and there as a count."""
        return unchanged.searches_unchanged(self._transport, [dict(question)], token)[0]

    def find_ids(self, questions: Sequence[Question]) -> frozenset[str]:
        """The ids that any of these searches finds. Raises Incomplete."""
        return find.find_ids(self._transport, list(questions))

    def find_alike(self, text: str, top: int) -> frozenset[str]:
        """The first `top` of smart search. Raises NotAvailable where the server has none."""
        return find.find_alike(self._transport, text, top)

    def find_named(self, file_name: str) -> list[Asset]:
        """Up to a thousand assets whose file name contains this, whatever the album; not proved to be all."""
        return find.find_named(self._transport, self._shapes(), file_name)

    def look_up(self, asset_id: str) -> tuple[Found, Details]:
        """One asset, whatever lists show of it. Raises NotAvailable."""
        return find.look_up(self._transport, self._shapes(), asset_id)

    def album_dress(self, album_id: str) -> AlbumDress:
        """What an album's owner chose for it. Raises NotAvailable."""
        return edit_album.dress_of(self._transport, album_id)

    # what write-back asks

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

    # what ingest asks

    def libraries(self) -> list[LibraryInfo]:
        """Every external library of the server. Raises PermissionMissing where the key is no administrator's."""
        return libraries.read_libraries(self._transport)

    def library(self, library_id: str) -> LibraryInfo:
        """One external library. Raises PermissionMissing, NotAvailable."""
        return libraries.read_library(self._transport, library_id)

    def arrivals(
        self, library_id: str, *, since: datetime | None, where: Sequence[Visibility] = EVERYWHERE
    ) -> Iterator[list[Arrival]]:
        """What of an external library changed since then (None: all of it), page by page; not proved whole."""
        return arrivals(self._transport, library_id, since=since, where=where)

    def known_uploads(self, sha1s: Sequence[str]) -> dict[str, Known]:
        """Which of these contents (SHA-1 in hex) are uploads of ours, in the trash or not."""
        return known_uploads(self._transport, sha1s)

    def stacks(self) -> Iterator[StackInfo]:
        """Every stack of ours."""
        return edit_stack.read_stacks(self._transport)

    def stack(self, stack_id: str) -> StackInfo:
        """One stack. Raises NotAvailable where it is gone."""
        return edit_stack.read_stack(self._transport, stack_id)
