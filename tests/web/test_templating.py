import ast
import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest
from jinja2 import ChoiceLoader, DictLoader
from jinja2.exceptions import UndefinedError
from starlette.requests import Request
from starlette.responses import Response

from portfolio.kernel.errors import DomainError, NotFoundError, say
from web import locale_build, templating
from web.templating import NavGroup, NavItem, Page, Person, Site, Toast, environment, render

TEMPLATES = templating.HERE / "templates"
TODAY = date(2023, 10, 31)
PAGES = {
    "told.html": (
        "{% extends layout %}{% block title %}{{ word }}{% endblock %}"
        "{% block main %}<p>{{ word }} {{ fen|money }}</p>{% endblock %}"
    ),
    "forgot.html": "{% extends layout %}{% block main %}{{ nobody_gave_this }}{% endblock %}",
}


@dataclass(frozen=True, slots=True)
class Told:
    template: ClassVar[str] = "told.html"
    word: str = "hello"
    fen: int = 126_000_000_000


@dataclass(frozen=True, slots=True)
class Forgot:
    template: ClassVar[str] = "forgot.html"


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("zh", "en"):
        env = environment(lang)
        assert env.loader
        monkeypatch.setattr(env, "loader", ChoiceLoader([DictLoader(PAGES), env.loader]))
        env.cache.clear()  # type: ignore[union-attr]


def a_page(**changes: object) -> Page:
    menu = (
        NavGroup(
            items=(
                NavItem(
                    title=say("Deals"), href="/deals", icon="board", letter="P", in_tabbar=True
                ),
                NavItem(title=say("Funds"), href="/funds", icon="fund", count=2),
            )
        ),
    )
    page = Page(
        site=Site(brand="试用", district="某区", purpose="管理", seal="试"),
        as_of=TODAY,
        today=TODAY,
        path="/funds/7",
        query=(("tab", "flows"), ("unit", "wan")),
        nav=menu,
        person=Person(name="林某", role="编辑"),
        csrf_token="token-1",
    )
    return replace(page, **changes)  # type: ignore[arg-type]


def a_request(query: str = "", **headers: str) -> Request:
    raw = [
        (name.replace("_", "-").lower().encode(), text.encode()) for name, text in headers.items()
    ]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": "/funds",
        "root_path": "",
        "server": ("here", 443),
        "query_string": query.encode(),
        "headers": raw,
        "state": {},
    }
    return Request(scope)


# ---- page and fragment
def test_a_browser_gets_the_page_and_htmx_the_main_block_alone() -> None:
    request = a_request()
    request.state.page = a_page()
    whole = bytes(templating.show(request, Told()).body).decode()
    assert whole.startswith("<!doctype html>")
    part = a_request(HX_Request="true")
    part.state.page = a_page()
    assert bytes(templating.show(part, Told()).body).decode().strip() == "<p>hello 12.60</p>"


def test_going_back_in_history_gets_the_whole_page_again() -> None:
    assert not templating.wants_fragment(a_request(HX_Request="1", HX_History_Restore_Request="1"))


def test_a_name_that_the_view_does_not_give_fails_the_render() -> None:
    with pytest.raises(UndefinedError, match="nobody_gave_this"):
        render(Forgot(), a_page())


def test_data_is_escaped_everywhere() -> None:
    html = render(Told(word='<img src=x onerror="1">'), a_page())
    assert "<img" not in html


def test_amounts_follow_the_readers_unit_and_language() -> None:
    assert "126,000" in render(Told(), a_page(unit="wan"), fragment=True)
    assert "1.26" in render(Told(), a_page(lang="en"), fragment=True)


def test_one_readers_unit_does_not_stay_for_the_next() -> None:
    render(Told(), a_page(unit="wan"))
    assert templating.READER.get().unit == "yi"


# ---- the shell
def test_brand_district_and_seal_are_the_operators_words() -> None:
    html = render(Told(), a_page())
    for word in ("试用", "某区", "管理", "试"):
        assert word in html
    for path in TEMPLATES.rglob("*.html"):
        assert "链基" not in path.read_text("utf-8")


def test_the_menu_holds_what_was_given_and_marks_the_place() -> None:
    html = render(Told(), a_page())
    assert re.search(r'href="/funds" aria-current="page"', html)
    assert not re.search(r'href="/deals" aria-current', html)
    assert "/admin" not in html


def test_the_as_of_form_and_the_switches_keep_the_rest_of_the_query() -> None:
    html = render(Told(), a_page())
    assert '<input type="hidden" name="tab" value="flows">' in html
    assert 'href="/funds/7?tab=flows&amp;unit=wan&amp;lang=en"' in html
    assert 'href="/funds/7?tab=flows&amp;unit=yi"' in html


def test_a_past_day_looks_past() -> None:
    assert "asof--past" in render(Told(), a_page(as_of=date(2023, 10, 15)))
    assert "asof--past" not in render(Told(), a_page())


def test_the_page_is_clean_under_a_strict_content_policy() -> None:
    html = render(Told(), a_page(toast=Toast(text="已保存")))
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son\w+=", html)
    assert not re.search(r'style="(?!--[vtcw]:)', html)
    assert "http://" not in html
    assert "https://" not in html


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script_or_trusts_data(path: Path) -> None:
    text = path.read_text("utf-8")
    for value in re.findall(r'style="([^"]*)"', text):
        for declaration in filter(None, value.split(";")):
            assert re.match(r"\s*--[vtcw]:", declaration), declaration
    assert not re.search(
        r"<script(?![^>]*\bsrc=)|\son(click|change|submit|load)=|javascript:", text
    )
    assert not re.search(r"\|\s*safe\b", text)


def test_htmx_sends_the_token_and_never_evaluates() -> None:
    html = render(Told(), a_page())
    headers = re.search(r"hx-headers='([^']*)'", html)
    assert headers
    assert json.loads(headers[1].replace("&#34;", '"')) == {"X-CSRF-Token": "token-1"}
    config = re.search(r"""name="htmx-config" content='([^']*)'""", html)
    assert config
    said = json.loads(config[1])
    assert said["allowEval"] is False
    assert said["historyCacheSize"] == 0
    assert any(re.search(rule["code"], "422") and rule["swap"] for rule in said["responseHandling"])


def test_the_scripts_stay_small() -> None:
    assert (templating.STATIC / "app.js").stat().st_size <= 6_144


def test_a_file_gets_a_new_address_when_it_changes() -> None:
    assert re.fullmatch(r"/static/app\.js\?v=[0-9a-f]{10}", templating.static("app.js"))


# ---- preferences
def test_the_address_is_stronger_than_the_cookie_and_that_than_the_person() -> None:
    facts = {"site": a_page().site, "today": TODAY}
    assert templating.page_for(a_request(), **facts).lang == "zh"  # type: ignore[arg-type]
    assert templating.page_for(a_request(), **facts, lang="en").lang == "en"  # type: ignore[arg-type]
    cookie = a_request(cookie="lang=zh; unit=wan")
    assert templating.page_for(cookie, **facts, lang="en").lang == "zh"  # type: ignore[arg-type]
    asked = a_request("lang=en&unit=bogus", cookie="lang=zh; unit=wan")
    assert templating.page_for(asked, **facts).lang == "en"  # type: ignore[arg-type]
    assert templating.page_for(asked, **facts).unit == "wan"  # type: ignore[arg-type]


def test_a_choice_in_the_address_is_kept_for_the_next_page() -> None:
    answer = Response()
    templating.remember(a_request("lang=en&unit=lightyears"), answer)
    cookies = answer.headers.getlist("set-cookie")
    assert len(cookies) == 1
    assert cookies[0].startswith("lang=en;")
    assert "HttpOnly" in cookies[0]


def test_a_day_that_cannot_be_read_is_refused_rather_than_taken_for_today() -> None:
    with pytest.raises(DomainError, match="“2023-02-30” is not a day"):
        templating.as_of_in(a_request("as_of=2023-02-30"), TODAY)


# ---- refusals and toasts
def test_a_refusal_is_a_page_or_a_fragment_with_problem_remedy_and_reference() -> None:
    for header in ({}, {"HX_Request": "1"}):
        answer = templating.show_error(
            a_request(**header), NotFoundError(), fallback=a_page(lang="en"), reference="7F3A"
        )
        html = bytes(answer.body).decode()
        assert answer.status_code == 404
        assert "There is no such page or record." in html
        assert "Check the address, or go back to the list." in html
        assert "7F3A" in html
        assert html.startswith("<!doctype") is (not header)


def test_a_toast_travels_beside_the_answer_in_plain_ascii() -> None:
    answer = Response()
    templating.tell(answer, Toast(text="已保存", undo_href="/deals/7/undo"))
    raw = answer.headers["HX-Trigger"]
    assert raw.isascii()
    assert json.loads(raw)["toast"]["text"] == "已保存"


# ---- macros
def test_each_form_is_made_with_its_own_key_and_the_version_it_was_read_at() -> None:
    ui, page = environment("zh").globals["ui"], a_page()
    first, second = ui.hidden(page, 3), ui.hidden(page, 3)
    assert 'name="csrf_token" value="token-1"' in first
    assert 'name="version" value="3"' in first
    key = r'name="idempotency_key" value="([^"]{20,})"'
    assert re.search(key, first)[1] != re.search(key, second)[1]  # type: ignore[index]


def test_a_field_with_an_error_is_marked_and_described() -> None:
    ui = environment("zh").globals["ui"]
    html = ui.field("due_on", "期限", "x", "date", error="请填写日期")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="f-due_on-e"' in html
    assert 'id="f-due_on-e"' in html


def test_pips_say_in_words_what_they_show() -> None:
    ui = environment("en").globals["ui"]
    assert 'aria-label="3 conditions, 2 done"' in ui.pips(["ok", "hold", "risk"])


def test_a_sorted_column_head_says_so_and_turns_round() -> None:
    ui = environment("en").globals["ui"]
    html = ui.th(a_page(query=()), "Value", "value", "-value")
    assert 'aria-sort="descending"' in html
    assert 'href="/funds/7?sort=value"' in html


@pytest.mark.parametrize("kind", ["published", "verified", "entered", "computed", "demo"])
def test_provenance_is_always_a_word_in_both_languages(kind: str) -> None:
    chinese = str(environment("zh").globals["ui"].src(kind))
    english = str(environment("en").globals["ui"].src(kind))
    assert re.search(r">[\u4e00-\u9fff]{2}<", chinese)
    assert re.search(r">[A-Z][a-z]+\.?<", english)


# ---- the catalogue
def test_every_sentence_has_its_chinese_and_the_catalogue_is_as_the_code_says() -> None:
    assert locale_build.stale() == []


def test_no_translation_is_a_guess_and_places_are_kept() -> None:
    for message in locale_build.read():
        assert not message.fuzzy
        if not message.id:
            continue
        msgid = message.id[0] if isinstance(message.id, tuple) else str(message.id)
        texts = message.string if isinstance(message.string, tuple) else (str(message.string),)
        wanted = set(re.findall(r"\{\w+\}|%\(\w+\)s", msgid))
        for text in texts:
            assert set(re.findall(r"\{\w+\}|%\(\w+\)s", text)) <= wanted, msgid


def test_both_sentences_of_a_refusal_and_of_its_kinds_are_found() -> None:
    tree = ast.parse(
        "class Held(DomainError):\n"
        "    def __init__(self):\n"
        "        super().__init__('It is held.', 'Release it.')\n"
        "raise DomainError('Too much.', 'Lower it.')\n"
        "raise ValueError('not for people')\n"
        "say('In talks')\n"
        "ngettext('one', 'many', 2)\n"
    )
    found = [text for _, text, _ in locale_build.sentences(tree, locale_build.refusals([tree]))]
    assert sorted(map(str, found)) == sorted(
        map(
            str,
            ["It is held.", "Release it.", "Too much.", "Lower it.", "In talks", ("one", "many")],
        )
    )
