"""A real browser for the journeys: this machine's Chromium, or the one inside an npm package."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from running_platform import ROOT, Platform
from visit import Visit

# Order and outcome are asserted, not speed: a loaded machine may take its time.
WAIT_MILLISECONDS = 30_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PACKAGED = (
    "import('@sparticuz/chromium').then(async (p) => console.log(await p.default.executablePath()))"
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium, ended with the session."""
    executable, environment = _chromium(tmp_path_factory.mktemp("chromium"))
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=FLAGS, env={**os.environ, **environment}
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, platform: Platform) -> Iterator[Visit]:
    """A fresh visit on a desktop; the test fails for any fault it had not expected."""
    context = browser.new_context(
        base_url=platform.origin, viewport={"width": 1280, "height": 800}, locale="ko-KR"
    )
    visit = Visit(context.new_page(), platform)
    visit.watch()
    yield visit
    context.close()
    assert visit.faults == []


def _chromium(folder: Path) -> tuple[str, dict[str, str]]:
    """Return a Chromium to run and the environment it needs."""
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if installed:
        return installed, {}
    # The package unpacks itself into the temporary folder; with this runtime named it brings the
    # shared libraries along that a small machine lacks.
    unpacking = {**os.environ, "TMPDIR": str(folder), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
    executable = subprocess.run(
        ["node", "--input-type=module", "--eval", PACKAGED],
        cwd=ROOT / "web",
        env=unpacking,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    libraries = folder / "al2023" / "lib"
    return executable, {
        "LD_LIBRARY_PATH": str(libraries),
        "FONTCONFIG_PATH": str(folder / "fonts"),
    }
