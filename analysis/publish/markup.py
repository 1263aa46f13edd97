"""Markdown and HTML from notebooks, made safe to publish.

What reaches a page: text, tables, figures whose pictures are inside the page, and links to http(s)
addresses. Scripts, styles, forms, event handlers and anything loaded from elsewhere are dropped.
"""

import html
import os
import re

import bleach
import mistune

from analysis import paths

TAGS = frozenset((
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details", "div",
    "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li",
    "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var",
))
EVERYWHERE = frozenset((
    "aria-describedby", "aria-hidden", "aria-label", "class", "id", "lang", "role", "tabindex", "title",
))
PER_TAG = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "ol": {"start"},
    "details": {"open"},
    "time": {"datetime"},
}
LINK = re.compile(r"(https?://|#)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,", re.IGNORECASE)
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
KERNEL_FILE = re.compile(r"/\S*/ipykernel_\d+/\d+\.py")
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
HEADING = re.compile(r"<h([1-6])([^>]*)>(.*?)</h\1>", re.DOTALL)


def steady(text: str) -> str:
    """Printed text without what differs between runs: addresses, kernel files, colours, the project's folder."""
    text = text.replace(f"{paths.root()}{os.sep}", "")
    return ADDRESS.sub("0x…", KERNEL_FILE.sub("notebook", ANSI.sub("", text)))


def first_line(text: object) -> str:
    """The first line of a message, shortened, the same in every run."""
    lines = steady(str(text)).strip().splitlines()
    return lines[0][:200] if lines else ""


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and bool(LINK.match(value.strip()))
    if name == "src":
        return tag == "img" and bool(PICTURE.match(value.strip()))
    return name in EVERYWHERE or name in PER_TAG.get(tag, ())


def sanitize(text: str) -> str:
    """The HTML with only the allowed tags, attributes and addresses; the rest is dropped.

    A picture from elsewhere stays as an <img> without source, so that the audit can name it.
    """
    text = re.sub(r"<(script|style|template|iframe|object|svg)\b.*?</\1\s*>", "", text, flags=re.DOTALL | re.IGNORECASE)
    return bleach.clean(
        text, tags=TAGS, attributes=_allowed, protocols={"http", "https", "data"}, strip=True, strip_comments=True
    )


# addresses are judged once, by `sanitize`
_RENDERER = mistune.HTMLRenderer(escape=False, allow_harmful_protocols=True)
_MARKDOWN = mistune.create_markdown(renderer=_RENDERER, plugins=["table", "footnotes", "strikethrough"])


def from_markdown(text: str) -> str:
    """Markdown as safe HTML; tables get a frame that scrolls by itself."""
    return scrolling_tables(sanitize(str(_MARKDOWN(text))))


def scrolling_tables(text: str) -> str:
    """Wrap each table that has no scrolling frame yet, so that the page itself never scrolls sideways."""
    if "table-scroll" in text:
        return text
    opening = '<div class="table-scroll" tabindex="0" role="region" aria-label="Table">'
    return re.sub(r"<table\b.*?</table>", lambda m: f"{opening}{m[0]}</div>", text, flags=re.DOTALL)


def plain(text: str) -> str:
    """The words of a piece of HTML, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


class Contents:
    """Gives every heading of a page an id, and remembers the headings for the table of contents."""

    def __init__(self) -> None:
        self.title = ""
        self.entries: list[dict[str, str]] = []
        self._used: set[str] = set()

    def number(self, text: str) -> str:
        """The HTML with an id in each heading."""
        return HEADING.sub(self._heading, text)

    def _heading(self, match: re.Match[str]) -> str:
        level, _, inner = match.groups()
        words = plain(inner)
        if level == "1" and not self.title:
            self.title = words
        slug = self._slug(words)
        if level in "23":
            self.entries.append({"level": level, "id": slug, "text": words})
        return f'<h{level} id="{slug}">{inner}</h{level}>'

    def _slug(self, words: str) -> str:
        base = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60] or "section"
        slug, count = base, 2
        while slug in self._used:
            slug, count = f"{base}-{count}", count + 1
        self._used.add(slug)
        return slug


sanitize("<p>")  # bleach loads parts of itself at first use; that must not happen in two threads at once
