"""Stacks: listed, made, given another primary, taken apart."""

from __future__ import annotations

from typing import Any

from tests.fakes.immich.model import Asset, Stack, make_id
from tests.fakes.immich.refusal import Refusal, bad_uuid, invalid, no_access
from tests.fakes.immich.routing import Answer, Call, Empty, Json, is_uuid, route, uuid_of
from tests.fakes.immich.shapes import asset_shape


def _stack_shape(call: Call, stack: Stack, form: str) -> dict[str, Any]:
    """Its primary comes first."""
    ids = [stack.primary_id, *(i for i in stack.asset_ids if i != stack.primary_id)]
    shapes = [
        asset_shape(call.library, call.library.assets[i], call.version, form, with_exif=True)
        for i in ids if i in call.library.assets
    ]  # fmt: skip
    return {"id": stack.id, "primaryAssetId": stack.primary_id, "assets": shapes}


@route("GET", "/stacks", "stack.read")
def list_stacks(call: Call) -> Answer:
    mine = [s for s in call.library.stacks.values() if s.owner_id == call.me.id]
    if "primaryAssetId" in call.query:
        mine = [s for s in mine if s.primary_id == call.query["primaryAssetId"]]
    return Json([_stack_shape(call, stack, "stacks") for stack in mine])


def _stack(call: Call, permission: str) -> Stack:
    stack = call.library.stacks.get(uuid_of(call))
    if stack is None or stack.owner_id != call.me.id:
        raise no_access(permission)
    return stack


@route("GET", "/stacks/:id", "stack.read")
def get_stack(call: Call) -> Answer:
    return Json(_stack_shape(call, _stack(call, "stack.read"), "stack"))


@route("POST", "/stacks", "stack.create")
def create_stack(call: Call) -> Answer:
    """A stack whose primary is among the assets is merged whole; a member alone leaves its own stack behind."""
    wanted = (call.body or {}).get("assetIds", [])
    if len(wanted) < 2:
        error = {
            "origin": "array", "code": "too_small", "minimum": 2, "inclusive": True, "path": ["assetIds"],
            "message": "Too small: expected array to have >=2 items",
        }  # fmt: skip
        raise invalid(call.version, ["assetIds must contain at least 2 elements"], error)
    members: dict[str, Asset] = {}
    for index, asset_id in enumerate(wanted):
        if not is_uuid(asset_id):
            raise bad_uuid(call.version, "assetIds", index=index)
        asset = call.library.assets.get(asset_id)
        if asset is None or asset.owner_id != call.me.id or asset.visibility == "locked":
            raise no_access("asset.update")
        members[asset.id] = asset
    for asset_id in list(members):
        for old in [s for s in call.library.stacks.values() if s.primary_id == asset_id]:
            members |= {i: call.library.assets[i] for i in old.asset_ids if i in call.library.assets}
            del call.library.stacks[old.id]
    for stack in call.library.stacks.values():
        stack.asset_ids = [i for i in stack.asset_ids if i not in members]
    made = Stack(make_id("stack", call.library.tick_us()), call.me.id, wanted[0], list(members))
    call.library.stacks[made.id] = made
    for asset in members.values():
        asset.stack_id = made.id
        call.library.touch(asset)
    return Json(_stack_shape(call, made, "stacks"), status=201)


@route("PUT", "/stacks/:id", "stack.update")
def change_stack(call: Call) -> Answer:
    stack = _stack(call, "stack.update")
    primary = (call.body or {}).get("primaryAssetId")
    if primary is not None and primary not in stack.asset_ids:
        raise Refusal(400, "Primary asset must be in the stack")
    stack.primary_id = primary or stack.primary_id
    call.library.changed()
    return Json(_stack_shape(call, stack, "stack"))


def _take_apart(call: Call, stack: Stack) -> None:
    del call.library.stacks[stack.id]
    for asset_id in stack.asset_ids:
        if asset_id in call.library.assets:
            call.library.assets[asset_id].stack_id = None
    call.library.changed()


@route("DELETE", "/stacks/:id", "stack.delete")
def delete_stack(call: Call) -> Answer:
    _take_apart(call, _stack(call, "stack.delete"))
    return Empty()


@route("DELETE", "/stacks", "stack.delete")
def delete_stacks(call: Call) -> Answer:
    wanted = (call.body or {}).get("ids", [])
    chosen = [s for s in call.library.stacks.values() if s.id in wanted and s.owner_id == call.me.id]
    if len(chosen) != len(set(wanted)):
        raise no_access("stack.delete")
    for stack in chosen:
        _take_apart(call, stack)
    return Empty()


@route("DELETE", "/stacks/:id/assets/:assetId", "stack.update", versions=(2, 3))
def leave_stack(call: Call) -> Answer:
    stack, asset_id = _stack(call, "stack.update"), uuid_of(call, "assetId")
    if asset_id == stack.primary_id:
        raise Refusal(400, "Cannot remove stack's primary asset")
    if asset_id not in stack.asset_ids:
        raise Refusal(400, "Asset not in stack")
    stack.asset_ids.remove(asset_id)
    call.library.assets[asset_id].stack_id = None
    call.library.touch(call.library.assets[asset_id])
    return Empty()
