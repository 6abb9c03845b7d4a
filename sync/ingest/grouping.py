"""Which files are one photo: an original with its variants and its live video. Pure.

Apple's content identifier decides where both files have one; then the moment (icloudpd gives all files of a photo the
same whole second); a name joins only where exactly one photo can be meant. Two photos that share a name are told
apart or stay alone: strangers are never joined. Files of different folders never are one photo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sync.ingest.group import Found, Group, Member, Role
from sync.ingest.kinship import Kin, kinship
from sync.ingest.names import HEIF, JPEG, RAW, Name, key_of, parse, stripped, unedited, without_id7

_ROLES = {role.value: role for role in Role}
_PLAIN = ("", "original")


@dataclass
class _Cluster:
    """A group in the making; its first member is what others are compared with first."""

    members: list[tuple[_Named, Role, str]] = field(default_factory=list)

    @property
    def head(self) -> _Named:
        return self.members[0][0]

    @property
    def is_video(self) -> bool:
        return all(named.name.video for named, _, _ in self.members)

    def has(self, role: Role) -> bool:
        return any(role is taken for _, taken, _ in self.members)

    def identifiers(self) -> set[str]:
        return {named.found.facts.identifier for named, _, _ in self.members} - {""}


@dataclass(frozen=True)
class _Named:
    found: Found
    name: Name

    @property
    def key(self) -> str:
        return key_of(self.name.stem)

    @property
    def satellite(self) -> bool:
        """Named as the variant of another file, or as a live photo's video."""
        return self.name.live or self.name.variant not in _PLAIN


ALL_SIZES = frozenset(Role) - {Role.LIVE}


def group(files: Iterable[Found], *, sizes: frozenset[Role] = ALL_SIZES) -> list[Group]:
    """The groups of these files, each file in exactly one; the same for every order of the files.

    `sizes` are those that icloudpd was told to download: it gives some of them the same names.
    """
    folders: dict[str, list[_Named]] = {}
    for found in sorted(files, key=lambda found: found.path):
        named = _Named(found, parse(PurePosixPath(found.path).name, found.size_bytes))
        folders.setdefault(found.folder, []).append(named)
    clusters = [cluster for named in folders.values() for cluster in _Folder(named).clusters()]
    return sorted((_finish(cluster, sizes) for cluster in clusters), key=lambda each: each.key)


class _Folder:
    """The files of one folder, on their way into clusters."""

    def __init__(self, files: list[_Named]) -> None:
        self._families: dict[str, list[_Cluster]] = {}
        self._numbered = {named.key for named in files if named.name.number is not None}
        self._bases: dict[str, list[str]] = {}
        for key, stem in {named.key: named.name.stem for named in files}.items():
            if base := without_id7(stem):
                self._bases.setdefault(key_of(base), []).append(key)
        for named in sorted(files, key=_precedence):
            self._place(named)

    def clusters(self) -> list[_Cluster]:
        self._join_edits()
        self._join_identified()
        return [cluster for family in self._families.values() for cluster in family]

    def _place(self, named: _Named) -> None:
        family = self._families.setdefault(named.key, [])
        candidates = [cluster for cluster in self._candidates(named) if _may_hold(cluster, named)]
        # Where lengths tell files of one name apart, every variant has a length of its own: names pair nothing.
        chosen, why = _choose(candidates, named, trusted=named.key not in self._numbered)
        if chosen is None:
            family.append(_Cluster([(named, _own_role(named), "")]))
        else:
            chosen.members.append((named, _role_in(chosen, named), why.value))

    def _candidates(self, named: _Named) -> list[_Cluster]:
        """Clusters that the name could mean; icloudpd writes `-adjusted` without id and with letters beyond ASCII."""
        keys = [named.key]
        if named.name.variant in ("adjusted", "alternative"):
            plain = key_of(stripped(named.name.stem))
            keys += [plain, *self._bases.get(named.key, ()), *self._bases.get(plain, ())]
        return [cluster for key in dict.fromkeys(keys) for cluster in self._families.get(key, ())]

    def _join_edits(self) -> None:
        for key in list(self._families):
            for cluster in list(self._families[key]):
                base = unedited(cluster.head.name.stem)
                if base is None or cluster.head.satellite:
                    continue
                others = [each for each in self._families.get(key_of(base), ()) if each.is_video == cluster.is_video]
                chosen, why = _choose(others, cluster.head, trusted=len(others) == 1, edited=True)
                if chosen is not None and chosen is not cluster and not _strangers(chosen, cluster):
                    _merge(chosen, cluster, why.value)
                    self._families[key].remove(cluster)

    def _join_identified(self) -> None:
        by_identifier: dict[str, list[_Cluster]] = {}
        for family in self._families.values():
            for cluster in family:
                for identifier in cluster.identifiers():
                    by_identifier.setdefault(identifier, []).append(cluster)
        for clusters in by_identifier.values():
            clusters.sort(key=lambda cluster: _precedence(cluster.head))
            first, *rest = clusters
            # Two stills that are both originals are a photo and its duplicate: whose the others are, nobody can tell.
            if any(cluster.has(Role.ORIGINAL) and not cluster.is_video for cluster in rest):
                continue
            for cluster in rest:
                if not (cluster.is_video and (first.is_video or first.has(Role.LIVE))):
                    _merge(first, cluster, Kin.IDENTIFIED.value)
                    next(family for family in self._families.values() if cluster in family).remove(cluster)


def _precedence(named: _Named) -> tuple[bool, int, bool, int, str]:
    """Who is looked at first: stills before videos, plain names before variants, likely originals before others."""
    name = named.name
    variant = list(_ROLES).index(name.variant or Role.ORIGINAL)
    return name.video, variant, name.number is not None, _kind(name), named.found.path


def _kind(name: Name) -> int:
    """The likelier original of two plain files of one stem has the smaller number."""
    return 0 if name.extension in RAW else 1 if name.extension in HEIF else 3 if name.extension in JPEG else 2


def _strangers(one: _Cluster, other: _Cluster) -> bool:
    """Whether identifiers say so: an edit without one may have brought a live video that has another photo's."""
    return len(one.identifiers() | other.identifiers()) > 1


def _may_hold(cluster: _Cluster, named: _Named) -> bool:
    if cluster.is_video:
        return named.name.video and not named.name.live and named.name.variant not in _PLAIN
    if named.name.video or named.satellite:
        return True
    return not cluster.head.satellite


def _choose(
    candidates: list[_Cluster], named: _Named, *, trusted: bool, edited: bool = False
) -> tuple[_Cluster | None, Kin]:
    """The one cluster that the file belongs to, and by what; None where none or several could be meant."""
    verdicts = [(cluster, _kinship(cluster, named, edited=edited)) for cluster in candidates]
    for sure in (Kin.IDENTIFIED, Kin.SAME):
        same = [cluster for cluster, kin in verdicts if kin is sure]
        if same:
            return (same[0], sure) if len(same) == 1 else (None, Kin.UNKNOWN)
    by_name = [(cluster, kin) for cluster, kin in verdicts if not _hides_a_video(named, cluster)]
    if not trusted or len(by_name) != 1 or by_name[0][1] is not Kin.UNKNOWN:
        return None, Kin.UNKNOWN
    cluster = by_name[0][0]
    return (None if not edited and _is_taken(cluster, named) else cluster), Kin.UNKNOWN


def _kinship(cluster: _Cluster, named: _Named, *, edited: bool) -> Kin:
    mine = named.found.facts.identifier
    if mine and cluster.identifiers() and mine not in cluster.identifiers():
        return Kin.STRANGERS
    verdicts = {kinship(other.found, named.found, either_edited=edited) for other, _, _ in cluster.members}
    return next(kin for kin in (Kin.IDENTIFIED, Kin.SAME, Kin.UNKNOWN, Kin.STRANGERS) if kin in verdicts)


def _hides_a_video(named: _Named, cluster: _Cluster) -> bool:
    """Whether only the name speaks for a video being the still's live part: Immich would hide it behind that picture.

    A video with an identifier is some live photo's, and so is one marked `_HEVC`.
    """
    marked = named.name.live or bool(named.found.facts.identifier)
    return named.name.video and not cluster.is_video and not marked


def _is_taken(cluster: _Cluster, named: _Named) -> bool:
    """Whether the name alone would put a second file into a place that has one, or a like file beside its like."""
    alike = not named.satellite and _kind(cluster.head.name) == _kind(named.name) and not named.name.video
    role = _role_in(cluster, named)
    holders = [other for other, taken, _ in cluster.members if taken is role]
    # A plain JPEG beside a RAW gives way to one that is named the alternative: it is the edit.
    gives_way = role is Role.ALTERNATIVE and not any(other.satellite for other in holders)
    return alike or (bool(holders) and not gives_way)


def _own_role(named: _Named) -> Role:
    if named.name.live:
        return Role.LIVE
    return Role.ORIGINAL if not named.satellite else _ROLES[named.name.variant]


def _role_in(cluster: _Cluster, named: _Named) -> Role:
    if named.name.video and not cluster.is_video:
        return Role.LIVE
    if named.satellite:
        return _own_role(named)
    # A plain JPEG beside a RAW is the camera's own; beside anything else, or beside that one, it is the edit.
    beside_raw = cluster.head.name.extension in RAW and not cluster.has(Role.ALTERNATIVE)
    return Role.ALTERNATIVE if beside_raw else Role.ADJUSTED


def _merge(into: _Cluster, other: _Cluster, why: str) -> None:
    for named, role, because in other.members:
        if named.name.video and not into.is_video:
            role = Role.LIVE
        elif role is Role.ORIGINAL:
            role = Role.ADJUSTED
        into.members.append((named, role, because or why))


def _finish(cluster: _Cluster, sizes: frozenset[Role]) -> Group:
    roles = _roles(cluster, sizes)
    members = [Member(named.found, roles(named, role), why) for named, role, why in cluster.members]
    order = list(Role)
    # Of several in one role the newest comes first; of live videos, the largest.
    members.sort(
        key=lambda member: (
            order.index(member.role),
            -(member.found.size_bytes if member.role is Role.LIVE else member.found.changed_ns),
            member.found.path,
        )
    )
    return Group(tuple(members))


def _roles(cluster: _Cluster, sizes: frozenset[Role]) -> Callable[[_Named, Role], Role]:
    """What plain names mean among the sizes that were downloaded."""
    named_so = any(named.name.variant == Role.ALTERNATIVE.value for named, _, _ in cluster.members)
    no_alternative = named_so or Role.ALTERNATIVE not in sizes
    plain = Role.ORIGINAL
    if Role.ORIGINAL not in sizes:
        # Told to leave originals out, icloudpd downloads them as what it was told to, where there is nothing else.
        wanted = [role for role in (Role.ADJUSTED, Role.ALTERNATIVE) if role in sizes and not cluster.has(role)]
        plain = wanted[0] if wanted else plain

    def settled(named: _Named, role: Role) -> Role:
        if role is Role.ALTERNATIVE and no_alternative and not named.satellite:
            return Role.ADJUSTED
        return plain if role is Role.ORIGINAL else role

    return settled
