"""How long a page is before anything on it is unfolded: in words, and in screens of 1280 by 800 pixels."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_WORDS, MOST_SCREENS = 15_000, 12

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), "")

NOT_SHOWN = {"script", "style", "dialog", "title"}


class _Words(HTMLParser):
    """Counts words that stand in no closed ``details``, beside those of its ``summary``."""

    def __init__(self) -> None:
        super().__init__()
        self.words = 0
        self.closed: list[bool] = []
        self.summaries: list[int] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "details":
            self.closed.append("open" not in dict(attrs))
        elif tag == "summary":
            self.summaries.append(len(self.closed))
        self.hidden += tag in NOT_SHOWN

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.closed.pop()
        elif tag == "summary":
            self.summaries.pop()
        self.hidden -= tag in NOT_SHOWN

    def handle_data(self, data: str) -> None:
        around = self.closed[:-1] if self.summaries and self.summaries[-1] == len(self.closed) else self.closed
        if not self.hidden and not any(around):
            self.words += len(data.split())


def words_before_unfolding(html: str) -> int:
    """Count the words of a page that a reader sees without opening anything."""
    counter = _Words()
    counter.feed(html)
    return counter.words


def screens(page: Path) -> float:
    """Measure the height of a page in a browser of its own, in screens."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        height = screens_in(browser, page)
        browser.close()
    return height


def screens_in(browser: Browser, page: Path) -> float:
    """Measure the height of a page in a browser that is open, in screens."""
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.goto(page.resolve().as_uri())
    height = opened.evaluate("document.documentElement.scrollHeight")
    opened.close()
    return float(height) / 800
