"""Compares one album with its source and writes down what follows: the cheap proof first, else a whole listing.

A listing that raises leaves library and disk as they were, to the byte. The first listing of another server version
or another account only adds: what looks gone then may only look so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b

import msgspec

from sync import secrets
from sync.errors import RuleError
from sync.immich.facts import Probe, Wanted
from sync.immich.listing import Listing
from sync.immich.reader import Reader
from sync.library import albums, held, memberships, meta, servers
from sync.library.albums import AlbumRow
from sync.library.servers import ServerRow
from sync.mirror import plan as planning
from sync.mirror.apply import apply, remember
from sync.mirror.folders import FolderSource
from sync.mirror.guard import Verdict, doubt, hold_all, is_stranger, judge
from sync.mirror.moment import Moment
from sync.mirror.plan import Member, Plan
from sync.mirror.sources import identity_of, read_identity, wanted_of
from sync.mirror.stage import Stage
from sync.settings.tree import Album, Source
from sync.today import moment_in
from sync.work import Work

FULL_LISTING_DAYS = 7


@dataclass
class Compared:
    """What comparing came to."""

    plan: Plan = field(default_factory=lambda: Plan(complete=False))
    complete: bool = False
    """Whether this run proved what is in the source."""
    removed: int = 0
    held: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sentence: str | None = None


@dataclass(frozen=True)
class Same:
    """The source is as it was when the album's row was written."""

    row: AlbumRow
    """What is to be remembered from now on."""


@dataclass(frozen=True)
class Looked:
    """What a listing means for an album; nothing of it is written yet."""

    before: AlbumRow
    plan: Plan
    verdict: Verdict
    doubtful: str
    """Why this run only adds; '' where it does not."""
    proof: str
    who: ServerRow | None
    """The server as it is now, where that is news."""
    version: str
    me: str | None
    token: str | None
    mark: str | None


def compare(work: Work, album: Album, server: Reader | FolderSource, *, now: Moment, today: date) -> Compared:
    """Bring the album's rows up to date. Raises ServerError (nothing was changed then), DiskError, Cancelled."""
    with Stage(work.home.parts) as stage:
        looked = look(work, album, server, stage, now=now, today=today)
        if isinstance(looked, Same):
            remember(work.library, looked.row)
            count = memberships.count(work.library, album.name)
            return Compared(Plan(complete=True, keep=count), left_out=looked.row.left_out)
        plan = looked.plan
        settled = plan.complete and looked.verdict.judged == len(plan.gone)
        row = msgspec.structs.replace(
            looked.before,
            identity=identity_of(album).text() if plan.complete else looked.before.identity,
            token=looked.token if settled else None,
            mark=looked.mark if settled else None,
            listed_at=now.wall.isoformat() if plan.complete else looked.before.listed_at,
            server_version=looked.version,
            account=looked.me,
            listed=stage.count,
            complete=plan.complete,
            proof=looked.proof,
            left_out=plan.left_out,
        )
        if looked.who is not None:
            with work.library.transaction() as db:
                servers.put(db, looked.who)
                meta.put(db, _mark_name(album.server), _mark_of_key(work, album.server))
        apply(
            work.library, work.home, album=album, plan=plan, verdict=looked.verdict, stage=stage, row=row, now=now
        )  # fmt: skip
    return _compared(looked)


def look(
    work: Work, album: Album, server: Reader | FolderSource, stage: Stage, *, now: Moment, today: date,
    anew: bool = False,
) -> Looked | Same:  # fmt: skip
    """List the album into `stage` and plan; writes nothing. Same where the server proves that nothing changed, unless
    it is to be looked at `anew` in any case."""
    before = albums.get(work.library, album.name) or AlbumRow(name=album.name)
    wanted = wanted_of(album, today=today)
    version, me, who = _who(work, album, server)
    settled = not anew and not album.rule and _is_settled(work, album, before, version=version, me=me)
    token = before.token if settled and _is_fresh(work, before) else None
    unchanged, next_token = server.unchanged(wanted, token)
    if unchanged:
        return Same(before)
    listing = _listing(work, album, server, wanted, before, known=before.mark if settled else None)
    stage.fill(listing, library=work.library, album=album, me=me, check=work.check)
    if listing.same:
        return Same(msgspec.structs.replace(before, token=next_token, listed_at=now.wall.isoformat()))
    doubtful = _doubt(work, album, before, version=version, me=me) if listing.complete else ""
    stranger = is_stranger(account=me or "", last_account=before.account)
    plan = planning.make(
        (Member(*member) for member in memberships.members(work.library, album.name)),
        stage.staged(),
        complete=listing.complete and (stranger or not doubtful),
        chosen=planning.choose(stage.staged(), limit=album.limit, pick=album.pick),
        absence_explained=_absence_explained(album, before),
    )
    plan, verdict = hold_all(plan) if stranger else (plan, _judge(work, album, plan))
    return Looked(before, plan, verdict, doubtful, listing.proof, who, version, me, next_token, listing.mark)


def _listing(
    work: Work, album: Album, server: Reader | FolderSource, wanted: Wanted, before: AlbumRow, *, known: str | None
) -> Listing:
    if not album.rule:
        return server.listing(wanted, known=known)
    if work.list_by_rule is None or isinstance(server, FolderSource):
        raise RuleError(f"The album {album.name!r} cannot be listed by a rule here.")
    inner = None if album.source is Source.RULE else server.listing(wanted, known=None)
    listed = datetime.fromisoformat(before.listed_at) if before.listed_at and before.complete else None
    then = None if listed is None else moment_in(listed, work.settings.time_zone).date()
    return work.list_by_rule(work, album, server, inner=inner, then=then)


def _is_settled(work: Work, album: Album, before: AlbumRow, *, version: str, me: str | None) -> bool:
    """Whether 'nothing changed on the server' would mean that nothing is to be done."""
    if not before.complete or before.identity != identity_of(album).text() or before.server_version != version:
        return False
    if is_stranger(account=me or "", last_account=before.account):
        return False
    # These wait for a second listing, or for one that follows a person's word.
    return not memberships.leaving(work.library, album.name) and held.get(work.library, album.name) is None


def _is_fresh(work: Work, before: AlbumRow) -> bool:
    """Whether what a token can miss need not be looked for yet."""
    if before.listed_at is None or not work.clock.trusted():
        return before.listed_at is not None
    age = work.clock.now() - datetime.fromisoformat(before.listed_at)
    return timedelta() <= age < timedelta(days=FULL_LISTING_DAYS)


def _who(work: Work, album: Album, server: Reader | FolderSource) -> tuple[str, str | None, ServerRow | None]:
    """The server's version, whose key we hold, and what is new of it: asked anew when the version changed."""
    version = str(server.version())
    if album.source is Source.LINK or isinstance(server, FolderSource):
        return version, None, None
    known = servers.get(work.library, album.server)
    url = work.settings.servers[album.server].url
    same_key = meta.get(work.library, _mark_name(album.server)) == _mark_of_key(work, album.server)
    if same_key and known is not None and known.version == version and known.url == url and known.probe is not None:
        return version, msgspec.json.decode(known.probe, type=Probe).user_id, None
    probe = server.probe()
    row = ServerRow(
        name=album.server,
        url=url,
        version=version,
        probe=msgspec.json.encode(probe).decode(),
    )
    return version, probe.user_id, row


def _mark_name(server: str) -> str:
    return f"key of {server}"


def _mark_of_key(work: Work, server: str) -> str:
    """Tells one key from another, and nothing of either: with a new key the server may answer for somebody else."""
    key = secrets.of_server(work.home.secrets, server).key.reveal()
    return blake2b(key.encode(), digest_size=8).hexdigest()


def _doubt(work: Work, album: Album, before: AlbumRow, *, version: str, me: str | None) -> str:
    if album.source is Source.MEMORIES and not work.clock.trusted():
        return "the clock is not set yet"
    return doubt(
        version=version,
        last_version=before.server_version,
        account=me or "",
        last_account=before.account,
        members=memberships.count(work.library, album.name),
    )


def _absence_explained(album: Album, before: AlbumRow) -> str:
    """Why a photo that is not listed left by our own rule; '' where it did not."""
    if album.source is Source.MEMORIES:
        return "another day's memory"
    last = read_identity(before.identity)
    if last is not None and last.source != identity_of(album).source:
        return "the album has another source now"
    return ""


def _judge(work: Work, album: Album, plan: Plan) -> Verdict:
    holding = held.get(work.library, album.name)
    if holding is None:
        return judge(plan)
    photos = frozenset(holding.photos)
    return judge(plan, allowed=photos) if holding.decision == "remove" else judge(plan, waiting=photos)


def _compared(looked: Looked) -> Compared:
    plan, verdict, doubtful, proof = looked.plan, looked.verdict, looked.doubtful, looked.proof
    done = Compared(plan, complete=plan.complete and not doubtful, left_out=plan.left_out)
    if verdict.hold:
        done.held = len(verdict.hold)
        done.codes.append(4)
        done.sentence = f"{verdict.reason} They stay until somebody says."
    elif doubtful:
        # Not a problem of the album: the next run goes on as always.
        done.problems.append(f"Photos were only added in this run: {doubtful}.")
    elif not plan.complete:
        done.codes.append(1)
        done.sentence = f"The server's list was not complete ({proof}); photos were added, none removed."
    if done.sentence:
        done.problems.append(done.sentence)
    done.removed = len(plan.explained) + len(verdict.remove)
    return done
