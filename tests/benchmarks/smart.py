"""Smart albums beside the listing of the whole library, `python -m tests.benchmarks.smart [VERSION…]`.

100,000 assets, 300 people, 20 rules. Twice: twenty rules that the server can narrow, and twenty of all kinds, one of
which needs the whole library. Printed are requests beside those that the union of the narrowed listings needs, own
CPU, memory (PSS), and what a second run without news asks and writes; beside it the same rules with everything listed,
as the replaced tool did in each run; then one person's favourites alone.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import requests

from sync import secrets
from sync.clock import SystemClock
from sync.connect import open_server
from sync.home import Home, prepare
from sync.library.database import Library
from sync.settings.tree import Server, Settings, Smart
from sync.smart import gather
from sync.smart.bind import Directory, bind
from sync.smart.gather import Asked, searches
from sync.smart.keep import keep
from sync.smart.written import rule_of
from sync.today import today
from sync.work import Work
from tests.benchmarks.memory import Memory
from tests.benchmarks.program import in_child, stand_in
from tests.benchmarks.report import report
from tests.fakes.immich import FakeImmich, synthetic_library
from tests.fakes.immich.model import Exif, Face

ASSETS, PEOPLE = 100_000, 300
_ME = "tests.benchmarks.smart"
_CITIES = [("Vienna", "Austria"), ("Graz", "Austria"), ("Lima", "Peru"), ("Oslo", "Norway")]

NARROW: list[dict[str, Any]] = [
    *({"people": [f"P{n}"], "favourite": True} for n in range(5)),
    *({"people": [f"P{n}", f"P{n + 1}"], "operator": "AND"} for n in range(5, 9)),
    *({"people": [f"P{n}", f"P{n + 1}"]} for n in range(10, 14)),
    {"people": ["P20"], "operator": "ONLY"},
    {"people": ["P21", "P22"], "operator": "ONLY_ANY", "unnamed": False},
    {"rating": 5, "favourite": True},
    {"city": "Oslo", "rating": 4},
    {"tags": ["Trips"], "favourite": True},
    {"between": ["2019-03-05", "2019-03-06"]},
    {"all": [{"people": ["P30"]}, {"none": [{"people": ["P31", "P32"]}]}]},
]
KINDS: list[dict[str, Any]] = [
    *NARROW[:14],
    {"people": ["P40", "P41"], "operator": "NOT", "rating": 5},
    {"this_day": True},
    {"near": {"latitude": 48.2, "longitude": 16.4, "km": 20}, "favourite": True},
    {"file_name": "*00.jpg", "orientation": "landscape"},
    {"all": [{"camera": "EOS*"}, {"none": [{"tags": ["Trips"]}]}, {"rating": {"min": 5}}]},
    {"nobody": True, "rating": 3},
]


def serve(version: int) -> None:
    """The stand-in, until standard input closes."""
    chance = random.Random(4)
    with tempfile.TemporaryDirectory(prefix="bench-smart-") as folder:
        library = synthetic_library(Path(folder), ASSETS, distinct=False)
        people = [library.add_person(f"P{number}") for number in range(PEOPLE)]
        tag = library.add_tag("Trips")
        places = [Exif("Canon", "EOS R6", city=city, country=country, latitude=48.2, longitude=16.4)
                  for city, country in _CITIES]  # fmt: skip
        for number, asset in enumerate(library.assets.values()):
            who = chance.sample(people, chance.choice((0, 0, 1, 1, 2)))
            asset.faces = tuple(Face(f"{number}-{n}", one.id, (1, 1, 9, 9), 640, 480) for n, one in enumerate(who))
            asset.favourite, asset.rating = chance.random() < 0.05, chance.choice((None, None, 3, 4, 5))
            asset.exif, asset.tag_ids = chance.choice(places), (tag.id,) if chance.random() < 0.1 else ()
        library.changed()
        with FakeImmich(version=version, library=library) as server:
            print(json.dumps({"url": server.url, "api_key": server.api_key}), flush=True)
            sys.stdin.read()


def child(order: dict[str, Any]) -> dict[str, Any]:
    """One run in this process: what it took."""
    server = order["server"]
    home = Home(root=Path(order["root"]) / "home", runtime=Path(order["root"]) / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", "home", key=server["api_key"])
    smart = tuple(Smart(name=f"{order['name']} {n}", server="home", rule=rule) for n, rule in enumerate(order["rules"]))
    settings = Settings(servers={"home": Server(url=server["url"])}, smart=smart)
    work = Work(home=home, settings=settings, settings_whole=True, library=Library(home.library), clock=SystemClock())
    log = f"{server['url']}/__log__"
    if order.get("union"):
        return {"union": _union(work, smart, log)}
    requests.delete(log, timeout=60)
    before = work.home.library.read_bytes()
    if order.get("everything"):
        gather.narrow = lambda _rule, _today: None
    memory = Memory()
    with memory:
        cpu, started = time.process_time(), time.monotonic()
        result = keep(work, {"albums": None})
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    work.library.checkpoint()
    assert result.exit_code == 0, result
    asked = requests.get(log, timeout=60).json()
    work.library.close()
    return {
        "seconds": seconds,
        "cpu": cpu,
        "pss_mb": memory.most_mb,
        "requests": len(asked),
        "listing": sum(entry["path"].endswith(("/metadata", "/statistics")) for entry in asked),
        "changes": sum(entry["method"] != "GET" and "/search/" not in entry["path"] for entry in asked),
        "added": sum(one["added"] for one in result.facts["albums"].values()),
        "listed": sum(bool(one["listed"]) for one in result.facts["albums"].values()),
        "wrote": before != work.home.library.read_bytes(),
    }


def _union(work: Work, smart: tuple[Smart, ...], log: str) -> int:
    """The requests of the fewest searches by themselves: their pages, and a count before and after each; and those of
    the lists of tags, which no photo of a search tells."""
    immich = open_server(work, "home")
    directory = Directory(immich)
    asked = [Asked(one.name, bind(rule_of(one), directory)) for one in smart]
    found = searches(asked, today(work))
    requests.delete(log, timeout=60)
    for search in found:
        for _ in immich.find(search.question):
            pass
    gather._sets(immich, directory, gather._needed(found))
    return sum("/search/" in entry["path"] for entry in requests.get(log, timeout=60).json())


def bench(version: str) -> None:
    with stand_in(_ME, version) as server, tempfile.TemporaryDirectory(prefix="bench-smart-") as folder:
        for name, rules in (("narrow", NARROW), ("all kinds", KINDS), ("one person's favourites", NARROW[:1])):
            order = {"name": name, "server": server, "root": f"{folder}/{len(rules)}-{name}", "rules": rules}
            union = in_child(_ME, order | {"union": True})["union"]
            first, second = in_child(_ME, order), in_child(_ME, order)
            whole = in_child(_ME, order | {"root": f"{folder}/{len(rules)}-{name}-whole", "everything": True})
            figures(name, union, first, second)
            print(
                f"smart v{version}, {len(rules)} rules, {name}: {first['listing']} requests list (their union needs "
                f"{union}), "
                f"{first['requests']} in all for {first['added']} photos; {first['seconds']:.1f} s, own CPU "
                f"{first['cpu']:.1f} s (wanted 8), most memory {first['pss_mb']:.0f} MB PSS (wanted 120)"
            )
            each = len(rules) * (ASSETS // 1000 + 2)
            print(
                f"  everything listed in every run, and the albums: {whole['listing']} requests list "
                f"({whole['listing'] / first['listing']:.1f} ×; by each rule for itself {each}), "
                f"{whole['seconds']:.1f} s, own CPU {whole['cpu']:.1f} s with nothing to change"
            )
            print(
                f"  again, without news: {second['changes']} changes, wrote: {second['wrote']}, {second['requests']} "
                f"requests, {second['listed']} of {len(rules)} albums listed, "
                f"own CPU {second['cpu']:.1f} s, most memory {second['pss_mb']:.0f} MB PSS",
                flush=True,
            )


def figures(name: str, union: int, first: dict[str, Any], second: dict[str, Any]) -> None:
    """The goals: no more listing than the union needs, little CPU and memory, and a second run that changes nothing."""
    report(f"smart, {name}: requests that list", f"{first['listing']}", f"≤ {union}", good=first["listing"] <= union)
    report(f"smart, {name}: own CPU", f"{first['cpu']:.1f} s", "≤ 8 s", good=first["cpu"] <= 8)
    most = max(first["pss_mb"], second["pss_mb"])
    report(f"smart, {name}: memory at the peak", f"{most:.0f} MB", "≤ 120 MB PSS", good=most <= 120)
    quiet = not second["changes"] and not second["wrote"]
    told = f"{second['changes']} changes, wrote: {second['wrote']}"
    report(f"smart, {name}: again without news", told, "nothing", good=quiet)


def main(words: list[str]) -> None:
    if words[:1] == ["--serve"]:
        serve(int(words[1]))
    elif words == ["--child"]:
        print(msgspec.json.encode(child(json.load(sys.stdin))).decode())
    else:
        for version in words or ["3", "1"]:
            bench(version)


if __name__ == "__main__":
    main(sys.argv[1:])
