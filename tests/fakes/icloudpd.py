"""A stand-in for the program icloudpd 1.32.3: takes its options, asks as it asks, logs as it logs, writes as it writes.

`install(folder, **state)` leaves a program there that starts this file; its state file says what the cloud holds and
what Apple wants. Run by that program alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
import logging
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.fakes.icloud import Asset, Options, download

TOP = Path(__file__).parents[2]
log = logging.getLogger("icloudpd")


def install(folder: Path, assets: list[Asset], **state: Any) -> Path:
    """A program of that behaviour; gives its path. `state.json` beside it may be changed between runs."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [dataclasses.asdict(asset) | {"taken": asset.taken.isoformat()} for asset in assets]
    (folder / "state.json").write_text(json.dumps({"assets": told} | state), encoding="utf-8")
    program = folder / "icloudpd"
    start = f'PYTHONPATH="{TOP}" exec "{sys.executable}" -m tests.fakes.icloudpd "{folder}" "$@"'
    program.write_text(f"#!/bin/sh\n{start}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--username", "--directory", "--cookie-directory", "--library", "--folder-structure",
                 "--file-match-policy", "--live-photo-mov-filename-policy", "--live-photo-size", "--align-raw",
                 "--skip-created-before", "--domain", "--mfa-provider", "--log-level"):  # fmt: skip
        parser.add_argument(name)
    for name in ("--recent", "--until-found"):
        parser.add_argument(name, type=int)
    for name in ("--size", "--album", "--password-provider"):
        parser.add_argument(name, action="append", default=[])
    for name in ("--xmp-sidecar", "--no-progress-bar", "--skip-live-photos", "--skip-videos", "--auto-delete",
                 "--keep-unicode-in-filenames", "--set-exif-datetime", "--force-size"):  # fmt: skip
        parser.add_argument(name, action="store_true")
    return parser


def main(folder: Path, given: list[str]) -> int:
    logging.basicConfig(format="%(asctime)s %(levelname)-8s %(message)s", stream=sys.stdout, level=logging.INFO)
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    options, unknown = _parser().parse_known_args(given)
    if unknown:
        print("unrecognized arguments:", *unknown)
        return 2
    log.info("Processing user: %s", options.username)
    if not (Path(options.cookie_directory) / "session").exists():
        if not _sign_in(state, options.username):
            return 1
        (Path(options.cookie_directory) / "session").write_text("signed in", encoding="utf-8")
    return _download(state, options)


def _sign_in(state: dict[str, Any], account: str) -> bool:
    if getpass.getpass(f"iCloud Password for {account}:") != state.get("password", "apple"):
        log.info("Invalid email/password combination.")
        return False
    log.info("Two-factor authentication is required (2fa)")
    devices = state.get("devices", [])
    for letter, device in zip("abc", devices, strict=False):
        print(f"  {letter}: {device}")
    words = "Please enter two-factor authentication code"
    choice = f" or device index (a..{'abc'[len(devices) - 1]}) to send SMS with a code" if devices else ""
    code = _ask(words + choice, len(devices))
    if len(code) == 1:
        code = _ask(f"{words} that you received over SMS", 0)
    if code != state.get("code", "123456"):
        log.info("Failed to verify two-factor authentication code")
        return False
    log.info("Great, you're all set up. The script can now be run without user interaction until 2FA expires.")
    return True


def _ask(words: str, devices: int) -> str:
    while True:
        given = input(f"{words}: ").strip().lower()
        if (len(given) == 1 and given in "abc"[:devices]) or (len(given) == 6 and given.isdigit()):
            return given
        print("Invalid code, should be six digits. Try again")


def _download(state: dict[str, Any], options: argparse.Namespace) -> int:
    if fault := state.get("fault"):
        log.info(fault)
        return 1
    assets = [Asset(**entry | {"taken": datetime.fromisoformat(entry["taken"]), "keywords": tuple(entry["keywords"]),
                               "place": tuple(entry["place"]) if entry["place"] else None})
              for entry in state["assets"]]  # fmt: skip
    chosen = Options(
        sizes=tuple(options.size or ["original"]), policy=options.file_match_policy,
        live_policy=options.live_photo_mov_filename_policy or "suffix", folders=options.folder_structure,
        live_size=options.live_photo_size or "original", keep_unicode=options.keep_unicode_in_filenames,
        sidecars=options.xmp_sidecar,
    )  # fmt: skip
    log.info("Downloading %d %s photos and videos to %s ...", len(assets), ",".join(chosen.sizes), options.directory)
    for asset in assets:
        if options.skip_live_photos:
            asset = dataclasses.replace(asset, live=False)
        for roles in download([asset], Path(options.directory), chosen).files.values():
            for path in roles.values():
                log.info("Downloaded %s/%s", options.directory, path)
    for line in state.get("trouble", ()):
        log.error(line)
    if state.get("endless"):
        (Path(options.directory) / "MFRA====.part").write_bytes(b"half")
        time.sleep(600)
    log.info("All photos and videos have been downloaded")
    return 0


if __name__ == "__main__":
    # As the packaged program, which never tells its own exit code.
    main(Path(sys.argv[1]), sys.argv[2:])
