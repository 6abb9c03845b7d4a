"""A Debian Bookworm root in a folder: installed into, its units verified and scored, its services started by hand as
their two users, updated, and taken away. Minutes and a package mirror: `make appliance`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

TOP = Path(__file__).parents[2]
PACKAGES = "systemd,python3,python3-venv,ca-certificates"
PORT = "18080"
BY_HAND = f"""
set -eu
mount -t proc proc "$1/proc"
start() {{
    chroot "$1" runuser -u "$2" -- env MANTELPIECE_HOME=/var/lib/mantelpiece MANTELPIECE_WALL_DISPLAY=none \
        MANTELPIECE_ADMIN_PORT={PORT} MANTELPIECE_ADMIN_HOST=127.0.0.1 \
        sh -c "umask 0027; exec /opt/mantelpiece/bin/python -m $3" > "$1/$3.log" 2>&1 &
}}
mkdir -p "$1/run/mantelpiece"
chroot "$1" chown mantelpiece:mantelpiece /run/mantelpiece
chmod 3770 "$1/run/mantelpiece"
start "$1" mantelpiece sync; start "$1" mantelpiece-frame frame; start "$1" mantelpiece admin
for _ in $(seq 120); do
    sleep 1
    curl -s http://127.0.0.1:{PORT}/healthz > "$1/health" || true
    grep -q '"wall":true' "$1/health" && grep -q '"service":true' "$1/health" && break
done
cat > "$1/hide.py" <<'END'
import time
from frame.control import ask
from sync.home import find
home, end = find(), time.monotonic() + 90
while ask(home, "now")["showing"] != "photo" and time.monotonic() < end:
    time.sleep(0.2)
print("shows", ask(home, "now").get("file_name"))
ask(home, "hide")
while list(home.intents.iterdir()) and time.monotonic() < end:
    time.sleep(0.2)
print("left", list(home.intents.iterdir()))
END
chroot "$1" mantelpiece album add --folder /srv/photos > "$1/status" 2>&1 || true
chroot "$1" runuser -u mantelpiece -- env MANTELPIECE_HOME=/var/lib/mantelpiece \
    /opt/mantelpiece/bin/python - < "$1/hide.py" >> "$1/status" 2>&1 || true
chroot "$1" mantelpiece status >> "$1/status" 2>&1 || true
chroot "$1" mantelpiece screen off >> "$1/status" 2>&1 || true
stolen=/var/lib/mantelpiece/private/library.db
chroot "$1" runuser -u mantelpiece-frame -- cat $stolen > "$1/stolen" 2>/dev/null || true
"""

pytestmark = [pytest.mark.root, pytest.mark.slow]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("debian") / "root"
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copy(certificates, folder / certificates.relative_to("/"))
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    yield folder
    shutil.rmtree(folder)


def install(root: Path, *words: str) -> str:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "VIRTUAL_ENV"))}
    command = [TOP / "systemd" / "install", "--prefix", root, "--lite", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_it_is_installed_verified_scored_run_updated_and_removed(root: Path) -> None:
    install(root)
    assert "would" not in install(root), "a second time"
    units = sorted(path.name for path in (root / "etc/systemd/system").glob("mantelpiece*") if path.is_file())
    verify = ["systemd-analyze", f"--root={root}", "verify", "--man=no", *units]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "mantelpiece" in line] == []
    for name, most in {"sync": 1.5, "frame": 1.2, "admin": 1.5}.items():
        unit = root / f"etc/systemd/system/mantelpiece-{name}.service"
        score = subprocess.run(["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True,
                               check=False).stdout  # fmt: skip
        assert float(re.findall(r"exposure level for .*: ([\d.]+)", score)[0]) <= most
    (root / "srv/photos").mkdir()
    Image.effect_noise((640, 480), 80).convert("RGB").save(root / "srv/photos/anna.jpg")
    # A mount and process namespace of its own: whatever happens in there ends with it.
    inside = ["unshare", "-m", "--propagation", "private", "-p", "-f", "--kill-child", "sh", "-c", BY_HAND, "-", root]
    done = subprocess.run(inside, capture_output=True, text=True, check=False, timeout=300)
    told = {name: (root / f"{name}.log").read_text()[-2000:] for name in ("sync", "frame", "admin")}
    assert '"data":true,"page":true,"service":true,"wall":true' in (root / "health").read_text(), told
    status = (root / "status").read_text()
    assert "sync: running" in status
    assert "shows anna.jpg" in status, "kept by one user, shown by the other"
    assert "left []" in status, "wished by one, taken by the other"
    assert "The screen is off: somebody said so." in status
    assert (root / "stolen").read_bytes() == b"", "the wall's user reads nothing of the others'"
    install(root, "--extra", "mqtt")
    assert len(list((root / "opt/mantelpiece-versions").iterdir())) == 2, "the version before is kept"
    install(root, "--uninstall", "--data")
    left = [path for place in ("etc", "opt", "var/lib", "usr/local") for path in (root / place).rglob("mantelpiece*")]
    assert left == []
