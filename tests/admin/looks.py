"""What a page must be to anybody's eyes and fingers, asked of a real browser: labels, contrast, size, no sideways."""

from __future__ import annotations

from pathlib import Path

from tests.admin.chromium import Browser

PICTURES = Path(__file__).resolve().parents[2] / ".demo" / "phone"
"""Where every page that was looked at leaves its picture."""

_NAMELESS = """
[...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea, img, summary')]
  .filter((each) => each.checkVisibility())
  .filter((each) => each.matches('img') ? !each.hasAttribute('alt')
    : ![each.ariaLabel, each.innerText, each.labels?.[0]?.textContent, each.querySelector('img')?.alt]
        .some((name) => name?.trim()))
  .map((each) => each.outerHTML.slice(0, 120))
"""

_SMALL = """
[...document.querySelectorAll('button, a[href], select, summary, input:not([type=hidden])')]
  .filter((each) => each.checkVisibility() && !each.matches('.skip'))
  .map((each) => [each, each.matches('[type=checkbox], [type=radio]') ? each.closest('label') : each])
  .map(([each, target]) => [each, target.getBoundingClientRect()])
  .filter(([each, box]) => box.height < 43.5 || box.width < 43.5)
  .filter(([each]) => !each.closest('p, dd') || each.closest('.notice'))
  .map(([each, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML.slice(0, 100)}`)
"""

_FAINT = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const data = canvas.getImageData(0, 0, 1, 1).data;
    return [...data].map((each) => each / 255);
  };
  const light = ([r, g, b]) => {
    const part = (c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    return .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      if (colour[3] > .99) return colour;
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    if (element.closest('script, svg, [disabled], .skip, option')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgba(style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700;
    const text = walker.currentNode.textContent.trim().slice(0, 60);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${text}`);
  }
  return found;
})()
"""

_SIDEWAYS = """
document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map((each) => each.outerHTML.slice(0, 100))
  : []
"""

_UNSOUND = """
[
  ...(document.querySelectorAll('h1').length === 1 ? [] : ['not one h1']),
  ...(document.documentElement.lang ? [] : ['no lang']),
  ...(document.querySelector('main') ? [] : ['no main']),
  ...[...document.querySelectorAll('[id]')].map((each) => each.id).filter((id, at, all) => all.indexOf(id) !== at),
  ...[...document.querySelectorAll('[aria-describedby]')]
    .flatMap((each) => each.getAttribute('aria-describedby').split(/\\s+/))
    .filter((id) => id && !document.getElementById(id)),
]
"""


def assert_looks_well(browser: Browser, page: str) -> None:
    """Raises AssertionError that names what a person would stumble over."""
    checks = {
        "has no name": _NAMELESS,
        "is too small to tap": _SMALL,
        "is too faint": _FAINT,
        "goes sideways": _SIDEWAYS,
        "is unsound": _UNSOUND,
    }
    found = {what: told for what, script in checks.items() if (told := browser.run(script))}
    assert not found, f"{page}: {found}"


def look(browser: Browser, name: str) -> None:
    """Judge the page and leave its picture, by day and by night."""
    browser.settle()
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        assert_looks_well(browser, f"{name} ({scheme})")
        browser.picture(PICTURES / f"{name}-{scheme}.png")
    browser.scheme("light")
