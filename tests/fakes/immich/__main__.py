"""`python -m tests.fakes.immich`: serve a library alone, print one line of JSON, end on a signal."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.fakes.immich.library import Library
from tests.fakes.immich.samples import sample_library, synthetic_library
from tests.fakes.immich.server import FakeImmich
from tests.fakes.immich.special import special_library


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fakes.immich", description=__doc__)
    parser.add_argument("--version", type=int, choices=(1, 2, 3), default=2)
    parser.add_argument("--assets", type=int, default=None, help="so many synthetic assets")
    parser.add_argument("--pictures", type=int, default=4, help="so many different ones among synthetic assets")
    parser.add_argument("--megapixels", type=float, default=None, help="size of synthetic or demo pictures")
    parser.add_argument("--noise", action="store_true", help="grainy pictures, as large as a camera's")
    parser.add_argument("--same-bytes", action="store_true", help="synthetic assets share their bytes")
    parser.add_argument("--sample", choices=("small", "demo", "special"), default="small")
    parser.add_argument("--fault", action="append", default=[], help="do,name=value,… or a JSON object")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=int, default=0, help="on every answer")
    parser.add_argument("--folder", type=Path, default=None, help="where files lie and are kept")
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser.parse_args(arguments)


def build(options: argparse.Namespace, folder: Path) -> Library:
    if options.assets is not None:
        width = round(((options.megapixels or 0.3) * 1_000_000 * 4 / 3) ** 0.5)
        size = (width, round(width * 3 / 4))
        return synthetic_library(
            folder, options.assets, size=size, noise=options.noise, templates=options.pictures,
            distinct=not options.same_bytes,
        )  # fmt: skip
    if options.sample == "demo":
        from tests.fakes.immich.demo import demo_library

        return demo_library(folder, megapixels=options.megapixels or 2.5)
    if options.sample == "special":
        return special_library(folder)
    return sample_library(folder)


def main(arguments: list[str]) -> None:
    options = parse(arguments)
    done = threading.Event()
    _on_signals(lambda *_: sys.exit(0))  # pictures that are drawn still are wanted no more
    with tempfile.TemporaryDirectory(prefix="stand-in-immich-") as temporary:
        library = build(options, options.folder or Path(temporary))
        library.by_wall_clock = True
        _on_signals(lambda *_: done.set())
        server = FakeImmich(version=options.version, library=library, port=options.port, delay_ms=options.delay_ms)
        for fault in options.fault:
            server.faults.add_text(fault)
        with server:
            said = {"url": server.url, "api_key": server.api_key, "albums": server.albums}
            print(json.dumps(said), flush=True)
            if options.until_stdin_closes:
                threading.Thread(target=_wait_for_end, args=(done,), daemon=True).start()
            done.wait()


def _on_signals(do: Callable[[int, FrameType | None], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, do)


def _wait_for_end(done: threading.Event) -> None:
    sys.stdin.read()
    done.set()


if __name__ == "__main__":
    main(sys.argv[1:])
