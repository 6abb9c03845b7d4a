"""A real browser in a test: Chromium without a window, driven over its own pipe. Made for one page at a time.

`open_browser()` gives a Browser; it has a profile of its own that goes away with it, and never leaves this machine.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_SECONDS

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
)  # fmt: skip


class Browser:
    """One tab."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._buffer = b""
        self._number = 0
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")
        self.complaints: list[str] = []

    def size(self, width: int, height: int, *, phone: bool = True) -> None:
        """The window, in CSS pixels."""
        scale = 2 if phone else 1
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone
        )

    def scheme(self, name: str) -> None:
        """`light` or `dark`."""
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def language(self, name: str) -> None:
        """What the browser asks pages for."""
        self._call("Network.setExtraHTTPHeaders", headers={"Accept-Language": name})

    def script(self, *, allowed: bool) -> None:
        """Switch JavaScript off or on, for pages opened from now on."""
        self._call("Emulation.setScriptExecutionDisabled", value=not allowed)

    def open(self, address: str) -> None:
        """Go there and wait until it is loaded."""
        self._call("Page.navigate", url=address)
        self.settle()

    def settle(self) -> None:
        """Wait until the document and its pictures are there."""
        self.until("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression on the page."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", answer))
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true; the page may change meanwhile."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if self.run(f"Boolean({script})"):
                    return
            except (AssertionError, KeyError):
                pass
            if time.monotonic() > patience:
                raise AssertionError(f"never: {script}\n{self.run('document.body.innerText')}")
            time.sleep(0.03)

    def type(self, field: str, text: str) -> None:
        """Fill a named field."""
        self.run(f"document.querySelector('[name={field}]').value = {json.dumps(text)}")

    def choose_file(self, field: str, path: Path) -> None:
        """Choose a file in a named field."""
        found = self._call("Runtime.evaluate", expression=f"document.querySelector('[name={field}]')")
        self._call("DOM.setFileInputFiles", files=[str(path)], objectId=found["result"]["objectId"])

    def press(self, label: str) -> None:
        """Press the button or link that is called this, as a finger would, and wait for what it leads to."""
        found = self.run(
            f"""(() => {{
                const seen = (each) => each.checkVisibility();
                const all = [...document.querySelectorAll('button, a, summary, label')].filter(seen);
                const lines = (each) => (each.ariaLabel || each.innerText).trim().split("\\n");
                const one = all.find((each) => lines(each).some((line) => line.startsWith({json.dumps(label)})));
                if (!one) return null;
                one.scrollIntoView({{block: 'center'}});
                const box = one.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"""
        )
        assert found, f"no {label!r} on\n{self.run('document.body.innerText')}"
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=found[0], y=found[1], button="left", clickCount=1)

    def key(self, name: str) -> None:
        """Press a key where the focus is."""
        code = {"Enter": 13}[name]
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, key=name, code=name, text="\r" if kind == "keyDown" else "",
                       windowsVirtualKeyCode=code)  # fmt: skip

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """A screenshot as PNG."""
        found = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def quit(self) -> None:
        self._session = ""
        self._send("Browser.close", {})

    def _call(self, method: str, **values: Any) -> dict[str, Any]:
        number = self._send(method, values)
        while True:
            told = self._receive()
            if told.get("id") == number:
                if "error" in told:
                    raise AssertionError(f"{method}: {told['error']}")
                return dict(told["result"])
            self._note(told)

    def _note(self, told: dict[str, Any]) -> None:
        """What the browser complains of: a broken policy, a script that fails."""
        if told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
            self.complaints.append(told["params"]["entry"]["text"] + " " + told["params"]["entry"].get("url", ""))
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(told["params"]["exceptionDetails"]))

    def _send(self, method: str, values: dict[str, Any]) -> int:
        self._number += 1
        message = {"id": self._number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        return self._number

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            some = os.read(self._from, 1 << 20)
            assert some, "the browser ended"
            self._buffer += some
        line, self._buffer = self._buffer.split(b"\0", 1)
        return dict(json.loads(line))


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser with an empty profile."""
    assert PROGRAM, "Chromium is not installed"
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()

    def give_pipes() -> None:
        # Through numbers that are out of the way: 3 and 4 may be ours.
        high_in, high_out = os.dup(their_in), os.dup(their_out)
        os.dup2(high_in, 3)
        os.dup2(high_out, 4)

    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=give_pipes, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(their_in)
        os.close(their_out)
        browser = Browser(our_out, our_in)
        try:
            yield browser
        finally:
            browser.quit()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(our_out)
            os.close(our_in)
