"""What students wrote, made harmless where it is shown: in formgrader and in the feedback.

nbgrader's pages show Markdown, outputs and their metadata as they are. nbconvert's own switch,
`HTMLExporter.sanitize_html`, covers HTML outputs alone in them, and takes headings, paragraphs and
tables for dangerous. These take the place of the filters that the pages use.
"""

from __future__ import annotations

from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import get_metadata

TAGS = {
    *bleach.ALLOWED_TAGS,
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "br",
        "hr",
        "div",
        "span",
        "pre",
        "details",
        "summary",
    ),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("dl", "dt", "dd", "del", "u", "small", "sub", "sup", "kbd", "samp", "var", "img"),
}
ATTRIBUTES = {
    **bleach.ALLOWED_ATTRIBUTES,
    "*": ["align", "class", "style", "title"],
    "img": ["alt", "height", "src", "width"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
# Without those that load something (`background`) or move the element elsewhere (`position`).
STYLES = CSSSanitizer(
    allowed_css_properties=[
        *("color", "background-color", "font-family", "font-size", "font-style", "font-weight"),
        *("line-height", "text-align", "text-decoration", "vertical-align", "white-space"),
        *("margin", "margin-top", "margin-right", "margin-bottom", "margin-left"),
        *("padding", "padding-top", "padding-right", "padding-bottom", "padding-left"),
        *("border", "border-top", "border-right", "border-bottom", "border-left"),
        *("border-collapse", "border-color", "border-radius", "border-style", "border-width"),
        *("width", "max-width"),
    ]
)
PROTOCOLS = {"data", "http", "https", "mailto"}
_exporter = HTMLExporter()


def clean(html: str) -> str:
    """The HTML without whatever could run, load a frame, or cover the page."""
    return bleach.clean(html, TAGS, ATTRIBUTES, PROTOCOLS, css_sanitizer=STYLES)


@pass_context
def clean_markdown(context: Context, text: str) -> str:
    """The HTML of a Markdown text, likewise."""
    return clean(_exporter.markdown2html(context, text))


def clean_metadata(output: dict[str, Any], key: str, mimetype: str | None = None) -> Any:
    """An image's width or height, or its text: nbconvert writes numbers without quotes."""
    value = get_metadata(output, key, mimetype)
    return value if key == "alt" or isinstance(value, (int, float)) else None
