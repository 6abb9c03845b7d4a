"""Compares one album with its source and writes down what follows: the cheap proof first, else a whole listing.

A listing that raises leaves library and disk as they were, to the byte. The first listing of another server version
or another account only adds: what looks gone then may only look so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from sync.immich.facts import Probe, Wanted
from sync.immich.server import Immich
from sync.library import albums, held, memberships, servers
from sync.library.albums import AlbumRow
from sync.library.servers import ServerRow
from sync.mirror import plan as planning
from sync.mirror.apply import apply
from sync.mirror.guard import Verdict, doubt, judge
from sync.mirror.moment import Moment
from sync.mirror.plan import Member, Plan
from sync.mirror.sources import identity_of, read_identity, wanted_of
from sync.mirror.stage import Stage
from sync.settings import Album, Source
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


def compare(work: Work, album: Album, server: Immich, *, now: Moment, today: date) -> Compared:
    """Bring the album's rows up to date. Raises ServerError (nothing was changed then), DiskError, Cancelled."""
    wanted = wanted_of(album, today=today)
    before = albums.get(work.library, album.name) or AlbumRow(name=album.name)
    version, me = _who(work, album, server)
    token = before.token if _may_trust_token(work, album, before, version) else None
    unchanged, next_token = server.unchanged(wanted, token)
    if unchanged:
        count = memberships.count(work.library, album.name)
        return Compared(Plan(complete=True, keep=count), left_out=before.left_out)
    with Stage(work.home.parts) as stage:
        plan, doubtful, proof = _plan(work, album, server, wanted, stage, before=before, version=version, me=me)
        verdict = _judge(work, album, plan)
        row = AlbumRow(
            name=album.name,
            identity=identity_of(album).text() if plan.complete else before.identity,
            token=next_token if plan.complete else None,
            listed_at=now.wall.isoformat() if plan.complete else before.listed_at,
            server_version=version,
            account=me,
            listed=stage.count,
            complete=plan.complete,
            proof=proof,
            left_out=plan.left_out,
            problem=before.problem,
            problem_since=before.problem_since,
        )
        apply(work.library, work.home, album=album, plan=plan, verdict=verdict, stage=stage, row=row, now=now)
    return _compared(plan, verdict, doubtful=doubtful, proof=proof)


def _may_trust_token(work: Work, album: Album, before: AlbumRow, version: str) -> bool:
    """Whether 'nothing changed on the server' would mean that nothing is to be done."""
    if not before.complete or before.identity != identity_of(album).text() or before.server_version != version:
        return False
    if memberships.leaving(work.library, album.name) or held.get(work.library, album.name) is not None:
        # These wait for a second listing, or for one that follows a person's word.
        return False
    if before.listed_at is None or not work.clock.trusted():
        return before.listed_at is not None
    age = work.clock.now() - datetime.fromisoformat(before.listed_at)
    return timedelta() <= age < timedelta(days=FULL_LISTING_DAYS)


def _who(work: Work, album: Album, server: Immich) -> tuple[str, str | None]:
    """The server's version and whose key we hold; asked anew when the version changed."""
    if album.source in (Source.FOLDER, Source.LINK):
        return str(server.version()), None
    version = str(server.version())
    known = servers.get(work.library, album.server)
    url = work.settings.servers[album.server].url
    if known is not None and known.version == version and known.url == url and known.probe is not None:
        return version, msgspec.json.decode(known.probe, type=Probe).user_id
    probe = server.probe()
    row = ServerRow(
        name=album.server,
        url=url,
        version=version,
        probe=msgspec.json.encode(probe).decode(),
        probed_at=work.clock.now().isoformat(),
    )
    with work.library.transaction() as db:
        servers.put(db, row)
    return version, probe.user_id


def _plan(
    work: Work, album: Album, server: Immich, wanted: Wanted, stage: Stage, *, before: AlbumRow, version: str,
    me: str | None,
) -> tuple[Plan, str, str]:  # fmt: skip
    """The plan, why it only adds ('' where it does not), and how the listing's completeness is known."""
    listing = server.listing(wanted)
    stage.fill(listing, library=work.library, album=album, me=me, check=work.check)
    doubtful = doubt(
        version=version,
        last_version=before.server_version,
        account=me or "",
        last_account=before.account,
        members=memberships.count(work.library, album.name),
    )
    if not doubtful and album.source is Source.MEMORIES and not work.clock.trusted():
        doubtful = "the clock is not set yet"
    plan = planning.make(
        (Member(*member) for member in memberships.members(work.library, album.name)),
        stage.staged(),
        complete=listing.complete and not doubtful,
        chosen=planning.choose(stage.staged(), limit=album.limit, pick=album.pick),
        absence_explained=_absence_explained(album, before),
    )
    return plan, doubtful if listing.complete else "", listing.proof


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
    if holding is None or holding.decision != "remove":
        return judge(plan)
    return judge(plan, allowed=frozenset(holding.photos))


def _compared(plan: Plan, verdict: Verdict, *, doubtful: str, proof: str) -> Compared:
    done = Compared(plan, complete=plan.complete, left_out=plan.left_out)
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
