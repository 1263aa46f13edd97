"""Pages in a real browser: nothing is requested from outside, nothing breaks, nothing overflows."""

import pytest

from analysis.publish.manifest import load_manifest

PAGES = ["index", *(report.id for report in load_manifest().report if not report.for_each),
         "company_brief-META", "company_brief-AMZN", "company_brief-VZ"]

pytestmark = pytest.mark.browser


@pytest.fixture(params=PAGES)
def page_file(request, edition):
    return edition / f"{request.param}.html"


def opened(browser, path, width: int, scheme: str = "light"):
    """The page at a width, with the requests it made and what its console said."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    return page, requests, complaints


def test_no_request_leaves_the_page_and_the_console_is_quiet(browser, page_file):
    page, requests, complaints = opened(browser, page_file, 1440)
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert complaints == []
    page.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_does_not_scroll_sideways(browser, page_file, width):
    page, _, _ = opened(browser, page_file, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_the_first_screen_gives_question_answer_and_doubt(browser, edition, width, height):
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto((edition / "index.html").as_uri())
    assert page.locator("h1").bounding_box()["y"] < height / 4
    box = page.locator(".answer").bounding_box()
    assert box["y"] + box["height"] < height
    assert "would most likely have missed a size that matters" in page.locator(".answer").inner_text()
    page.close()


def test_every_figure_is_drawn(browser, page_file):
    page, _, _ = opened(browser, page_file, 1440)
    sizes = page.evaluate("[...document.querySelectorAll('figure img')].map(image => image.naturalWidth)")
    assert all(size > 100 for size in sizes)
    page.close()


def test_code_is_hidden_and_can_be_unfolded(browser, edition):
    page, _, _ = opened(browser, edition / "meta_2026.html", 1440)
    code = page.locator("details:has(pre) pre").first
    assert not code.is_visible()
    page.locator("details:has(pre) > summary").first.click()
    assert code.is_visible()
    page.close()


def test_dark_readers_get_a_dark_page(browser, edition):
    light, dark = (
        opened(browser, edition / "meta_2026.html", 1440, scheme)[0].evaluate(
            "getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark"))
    assert light != dark
