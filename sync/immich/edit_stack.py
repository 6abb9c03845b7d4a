"""Stacks of ours: which there are, making one, taking one apart. Assets stay.

Immich merges a stack into a new one only when its primary is named; a member named alone leaves the rest of its stack
behind. Whoever stacks names all members of every stack that is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from sync.errors import SchemaDrift
from sync.immich.answers import AssetId, Id
from sync.immich.arrays import read_list
from sync.immich.transport import Transport, in_path


class StackInfo(Struct, frozen=True, rename="camel"):
    """One stack; `assets` are its members, the primary among them."""

    id: Id
    primary_asset_id: Id
    assets: tuple[AssetId, ...]

    @property
    def members(self) -> tuple[str, ...]:
        """Ids, the primary first."""
        rest = (one.id for one in self.assets if one.id != self.primary_asset_id)
        return (self.primary_asset_id, *rest)


def read_stacks(transport: Transport) -> Iterator[StackInfo]:
    """Every stack of ours, one request, never held whole. Raises PermissionMissing."""
    reply = transport.ask("GET", "/stacks", what="stacks", head_seconds=60.0)
    yield from read_list(reply.stored("stacks").pieces(), StackInfo, what="stacks")


def read_stack(transport: Transport, stack_id: str) -> StackInfo:
    """Raises NotAvailable where it is gone."""
    return transport.read("GET", f"/stacks/{in_path(stack_id)}", StackInfo, what=f"stack {stack_id}")


def create_stack(transport: Transport, asset_ids: Sequence[str]) -> StackInfo:
    """A stack of these, the first on top. A lost answer may leave it made: asking again merges it into a new one."""
    body = {"assetIds": list(asset_ids)}
    made, _ = transport.tell("POST", "/stacks", StackInfo, what="new stack", body=body, again=True)
    if made.primary_asset_id != asset_ids[0]:
        raise SchemaDrift("The server's answer for a new stack is about another one.", field="primaryAssetId")
    return made


def delete_stack(transport: Transport, stack_id: str) -> None:
    """Take a stack apart. Raises NotAvailable where it is gone."""
    transport.order("DELETE", f"/stacks/{in_path(stack_id)}", what=f"stack {stack_id}")
