"""The pages in Chromium: nothing hostile runs there, and everyone can read and work them.

    SCREENSHOTS=/tmp/pictures pytest tests/autograder/reports

leaves pictures of them there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from formgrader import find_browser
from made_up import a_class, by_hand, failed, item, not_graded, passed, result, write
from playwright.sync_api import Browser, Page, sync_playwright

from autograder.cli import main
from autograder.result import Result

pytestmark = pytest.mark.skipif(find_browser() is None, reason="no Chromium here")
Scheme = Literal["light", "dark"]

# As names of folders they do without a slash.
NAMES = (
    "<img src=x onerror=alert(1)>",
    '" onmouseover=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% include 'style.css' %}",
    "&lt;b&gt; & <b>bold",
    "\u202egnp.exe\u2066",
    "مرحبا",
    "long" * 60,
)
EVIL = (
    *NAMES,
    "<script>alert(1)</script>",
    "</p></style></script></title><script>alert(1)</script>",
    "<svg/onload=alert(1)><iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>here</a> [here](javascript:alert(1))",
    "<base href=http://evil.example/><img src=http://evil.example/x.png>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<style>@import 'http://evil.example/x.css'</style><link rel=stylesheet href=//evil.example>",
    "<form action=http://evil.example><button autofocus>go</button></form>",
    "`</code><script>alert(1)</script>` and `<!-- ]]> {# #} ${7*7}",
    "\x1b[31m\x00\x07",
    "",
    "`" * 9,
    "x" * 5000,
)  # fmt: skip


def hostile_class() -> list[Result]:
    checks = [failed(evil, evil, evil, name=evil or None) for evil in EVIL]
    everywhere = result(
        NAMES[0],
        item(EVIL[9], *checks, carried_forward=EVIL),
        item("missing", failed(*EVIL[10:12]), status="missing"),
        by_hand(EVIL[10]),
        notes=EVIL,
        walls=EVIL,
        versions={EVIL[9]: EVIL[10]},
    )
    alone = [result(name, item("f", failed(name, name, name, name=name))) for name in NAMES[1:]]
    return [everywhere, *alone, not_graded("zoe", "\n".join(EVIL[:-1]))]


@dataclass
class Window:
    """A page in the browser, and what happened there."""

    page: Page
    asked: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def open(self, path: Path) -> Page:
        self.page.goto(path.as_uri(), wait_until="load")
        return self.page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        yield browser
        browser.close()


def window(chromium: Browser, **options: Any) -> Window:
    page = chromium.new_context(**options).new_page()
    found = Window(page)
    page.on("request", lambda request: found.asked.append(request.url))
    page.on("dialog", lambda dialog: (found.ran.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: found.ran.append(message.text))
    page.on("pageerror", lambda error: found.ran.append(str(error)))
    return found


# --- hostile names and messages -------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The class report and all students' pages of a class of attackers."""
    folder = write(tmp_path_factory.mktemp("hostile"), *hostile_class())
    assert main(["report", str(folder)]) == 0
    return [folder / "report.html", *folder.glob("*/*/feedback.html")]


@pytest.mark.parametrize("without_policy", [False, True], ids=["policy", "no policy"])
def test_nothing_runs_and_nothing_is_asked_for(
    chromium: Browser, hostile: list[Path], without_policy: bool
) -> None:
    """The escaping holds by itself too, in a browser that knows no Content-Security-Policy."""
    seen = window(chromium, bypass_csp=without_policy)
    for path in hostile:
        page = seen.open(path)
        for part in page.locator("summary").all():
            part.click()
        page.mouse.move(200, 200)
        page.keyboard.press("Tab")
    assert seen.asked == [path.as_uri() for path in hostile]
    assert seen.ran == []


def test_a_script_that_got_through_would_be_seen(chromium: Browser, tmp_path: Path) -> None:
    """The control: the same window sees a script, and a request, and the policy stops both."""
    path = tmp_path / "page.html"
    evil = "<script>alert(1)</script><img src=http://evil.example/x.png>"
    path.write_text(evil)
    seen = window(chromium)
    seen.page.route("**/x.png", lambda route: route.abort())
    seen.open(path)
    assert "1" in seen.ran and "http://evil.example/x.png" in seen.asked
    report = write(tmp_path / "results", *a_class(1))
    main(["report", str(report)])
    page = (report / "report.html").read_text(encoding="utf-8")
    path.write_text(page.replace("<main", f"{evil}<main"), encoding="utf-8")
    seen = window(chromium)
    seen.open(path)
    assert "1" not in seen.ran and any("Content Security Policy" in said for said in seen.ran)
    assert seen.page.evaluate("document.images[0].naturalWidth") == 0


def test_what_was_hostile_is_shown_as_text_and_makes_no_element(
    chromium: Browser, hostile: list[Path]
) -> None:
    page = window(chromium).open(hostile[0])
    shown = page.locator("body").inner_text()
    for evil in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}"):
        assert evil in shown
    for path in hostile:
        page.goto(path.as_uri())
        assert page.locator("script, iframe, img, object, embed, base, link, form, button, "
                            "foreignObject, body style").count() == 0  # fmt: skip
        attributes = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
        )
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        links = page.evaluate("[...document.links].map(link => link.href)")
        assert all(link.startswith(hostile[0].parent.as_uri()) for link in links)


def test_links_lead_to_the_students_page_whatever_the_name(
    chromium: Browser, hostile: list[Path]
) -> None:
    page = window(chromium).open(hostile[0])
    links = page.locator(".all a")
    pages = {links.nth(index).evaluate("link => link.href") for index in range(links.count())}
    assert pages == {path.as_uri() for path in hostile[1:]}
    page.get_by_role("link", name=NAMES[0], exact=True).last.click()
    assert page.locator("h1").inner_text() == NAMES[0]


# --- everyone can read them -----------------------------------------------------------------------


HINT = "`logvar` is the log of the variance: halve it before `exp`."
BORIS = result(
    "boris",
    item("encoder", passed(2.0, "heads_are_linear")),
    item("sample", passed(), failed("z is normal.", "It is off.", HINT, name="logvar-as-std")),
    item("forward", passed(), carried_forward=("sample",)),
    item("loss", failed("It is the negative ELBO.", "Your code raised ValueError: no")),
    item("cvae", failed("It takes a label.", "`cvae` is not written yet."), status="missing"),
    by_hand(),
    notes=("Your code names another device (cuda); here it ran on the CPU.",),
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By name: the report on two assignments with all that it can say, and students' pages."""
    folder = tmp_path_factory.mktemp("pages")
    write(folder, BORIS, *a_class(16), not_graded("zoe", walls=("none",)), *a_class(3, "dcgan"))
    (folder / "zoe" / "dcgan").mkdir()
    (folder / "zoe" / "dcgan" / "result.json").write_text("{")
    assert main(["report", str(folder)]) == 1
    pictured = {"boris": "student", "zoe": "not-graded"}
    students = {name: folder / who / "fc_vae" / "feedback.html" for who, name in pictured.items()}
    return {"class": folder / "report.html", **students}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize("name", ["class", "student", "not-graded"])
def test_axe_finds_nothing_to_complain_of(
    chromium: Browser, pages: dict[str, Path], name: str, scheme: Scheme, width: int
) -> None:
    size = {"width": width, "height": 844}
    seen = window(chromium, color_scheme=scheme, viewport=size, bypass_csp=True)
    page = seen.open(pages[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if "SCREENSHOTS" in os.environ:
        picture = f"{name}-{width}-{scheme}.png"
        page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / picture, full_page=True)
    found = Axe().run(page).response
    assert found["violations"] == [], [one["id"] for one in found["violations"]]


def test_axe_sees_what_is_wrong(chromium: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    """The control: text in the colour of the paper."""
    text = pages["student"].read_text(encoding="utf-8")
    spoiled = tmp_path / "page.html"
    spoiled.write_text(text.replace("--ink: #1c2026", "--ink: #f0f0f0"), encoding="utf-8")
    page = window(chromium, color_scheme="light", bypass_csp=True).open(spoiled)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["impact"]) for one in found] == [("color-contrast", "serious")]


def test_a_long_name_does_not_make_a_page_wider(chromium: Browser, hostile: list[Path]) -> None:
    seen = window(chromium, viewport={"width": 390, "height": 844})
    for path in hostile:
        page = seen.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_reaches_the_content_and_every_link(
    chromium: Browser, pages: dict[str, Path]
) -> None:
    page = window(chromium).open(pages["student"])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content"
    box = skip.bounding_box()
    assert box is not None and box["x"] >= 0  # it can be seen as long as it has the focus
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.get_attribute("href") == "#exercise-1"
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_in_the_first_screen_stands_what_the_class_did_not_understand(
    chromium: Browser, tmp_path: Path
) -> None:
    folder = write(tmp_path, *a_class(40))
    main(["report", str(folder)])
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        page = window(chromium, viewport=size).open(folder / "report.html")
        for part in page.locator(".top .head").all():
            box = part.bounding_box()
            assert box is not None and box["y"] + box["height"] <= size["height"]
        assert page.locator(".top .head").count() == 6


def test_the_overview_of_assignments_is_there_on_a_phone_too(
    chromium: Browser, pages: dict[str, Path]
) -> None:
    page = window(chromium, viewport={"width": 390, "height": 844}).open(pages["class"])
    overview = page.locator(".overview")
    assert overview.locator("tbody th").all_inner_texts() == ["dcgan", "fc_vae"]
    overview.get_by_role("link", name="fc_vae").click()
    assert page.url.endswith("#a2")


def test_charts_have_a_name_and_say_in_words_what_they_show(
    chromium: Browser, pages: dict[str, Path]
) -> None:
    page = window(chromium).open(pages["class"])
    chart = page.get_by_role("img", name="How many submissions have how many points").first
    described = chart.evaluate("e => document.getElementById(e.getAttribute('aria-labelledby')"
                               ".split(' ')[1]).textContent")  # fmt: skip
    assert "0 to 1 points: " in described
    unnamed = page.locator("svg:not([aria-hidden]):not(:has(title))")
    assert unnamed.count() == 0 and page.locator("svg:has(title)").count() > 8


def test_what_is_folded_away_is_printed(chromium: Browser, pages: dict[str, Path]) -> None:
    page = window(chromium).open(pages["class"])
    table = page.locator("details table").first
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
