"""`make demo`: the whole house against the stand-in Immich, with photos the project draws itself.

It changes nothing outside the folder .demo beside the Makefile, and ends with Ctrl-C, or after --seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".demo"
ALBUMS = ("Holidays", "Family")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, help="end by itself after this long")
    parser.add_argument("--version", default="3", choices=["1", "2", "3"], help="which Immich the stand-in plays")
    options = parser.parse_args()
    # Ended by another program it takes its own programs with it, as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    shutil.rmtree(FOLDER / "home", ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    print("Drawing the sample photos and starting the stand-in Immich ...", flush=True)
    command = [sys.executable, "-m", "tests.fakes.immich", "--version", options.version, "--sample", "demo"]
    stand_in = subprocess.Popen(
        [*command, "--folder", str(FOLDER / "immich")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        line = stand_in.stdout.readline() if stand_in.stdout else ""
        if not line:
            print("The stand-in Immich did not start; its message is above.", file=sys.stderr)
            return 1
        return _run(json.loads(line), options.seconds)
    except KeyboardInterrupt:
        return 0
    finally:
        stand_in.terminate()
        stand_in.communicate()


def _run(server: dict[str, str], seconds: float | None) -> int:
    environment = _environment()
    mantelpiece = [sys.executable, "-m", "admin.cli"]
    # Quietly: each verb would say what to do next, and here the next is done.
    print(f"Connecting, and putting up the albums {' and '.join(ALBUMS)} ...", flush=True)
    connect = [*mantelpiece, "server", "add", "demo", "--url", server["url"], "--quiet"]
    _step(connect, environment, answer=server["api_key"])
    for album in ALBUMS:
        _step([*mantelpiece, "album", "add", album, "--server", "demo", "--quiet"], environment)
    password = secrets.token_hex(4)
    _step([*mantelpiece, "password", "--quiet"], environment, answer=password)
    wall = environment.get("MANTELPIECE_WALL_DISPLAY", "")
    print(f"\nAn Immich stand-in answers at {server['url']}")
    if wall.startswith("file:"):
        print(f"This machine shows no window, so the wall is a picture file: {wall[5:]}/current.png")
        print("It changes every 8 seconds; open it with any viewer.")
    else:
        print("The wall opens in a window: space or → next, ← back, p pause, q quit.")
    print(f"The phone page: http://localhost:{environment['MANTELPIECE_ADMIN_PORT']}   password: {password}")
    print(f"The mirrored photos lie in {environment['MANTELPIECE_HOME']}/published/albums")
    print("Ctrl-C ends it.\n", flush=True)
    running = subprocess.Popen([*mantelpiece, "run"], env=environment, cwd=ROOT)
    try:
        return running.wait(seconds)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        running.send_signal(signal.SIGTERM)
        running.wait(15)
        return 0


def _environment() -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MANTELPIECE_")}
    environment["MANTELPIECE_HOME"] = str(FOLDER / "home")
    environment["MANTELPIECE_WALL_INTERVAL_SECONDS"] = "8"
    # The password is printed, so the page is for this machine alone.
    environment["MANTELPIECE_ADMIN_HOST"] = "127.0.0.1"
    environment["MANTELPIECE_ADMIN_PORT"] = str(_free_port())
    environment["XDG_RUNTIME_DIR"] = environment.get("XDG_RUNTIME_DIR") or tempfile.mkdtemp(prefix="mantelpiece-")
    if not _can_show():
        environment["MANTELPIECE_WALL_DISPLAY"] = f"file:{FOLDER / 'wall'}"
    elif environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        environment["MANTELPIECE_WALL_DISPLAY"] = "window"
        environment["MANTELPIECE_WALL_SIZE"] = "1280x720"
    return environment


def _free_port() -> int:
    """8080, or another one where that is taken."""
    for wanted in (8080, 0):
        try:
            with socket.create_server(("127.0.0.1", wanted)) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise SystemExit("This machine has no free port on 127.0.0.1.")


def _can_show() -> bool:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    return any(os.access(device, os.R_OK | os.W_OK) for device in ("/dev/fb0", "/dev/dri/card0", "/dev/dri/card1"))


def _step(command: list[str], environment: dict[str, str], answer: str | None = None) -> None:
    done = subprocess.run(command, env=environment, cwd=ROOT, input=answer, text=True, timeout=60)
    if done.returncode not in (0, 1):
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    raise SystemExit(main())
