"""Who gets in, how long, and what another site or a stale form cannot do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio.kernel.actors import LoginSession, Role
from tests.web.conftest import PASSWORD, hidden_fields


def test_a_stranger_is_sent_to_the_login_page(client) -> None:
    answer = client.get("/account?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/account%3Fx%3D1"


def test_the_login_page_never_sends_a_person_to_another_site(client) -> None:
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        assert 'name="next" value=""' in client.get("/login", params={"next": target}).text


def test_a_wrong_password_and_an_unknown_name_read_alike(client, logged_in) -> None:
    logged_in(Role.AUDITOR, "auditor1")
    wrong = client.post("/login", data={"login": "auditor1", "password": "not this one"})
    unknown = client.post("/login", data={"login": "nobody", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("auditor1", "") == unknown.text.replace("nobody", "")


def test_guessing_is_slowed_down_and_the_owner_is_told_what_to_do(client) -> None:
    for _ in range(10):
        client.post("/login", data={"login": "auditor1", "password": "guess"})
    answer = client.post("/login?lang=en", data={"login": "auditor1", "password": "guess"})
    assert "Too many failed logins" in answer.text
    assert "Wait an hour" in answer.text


def test_a_form_from_another_site_is_refused(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text)
    answer = browser.post(
        "/account/logins/end", data=fields, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


def test_a_form_without_the_token_is_refused(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text) | {"csrf_token": "guessed"}
    assert browser.post("/account/logins/end", data=fields).status_code == 403


def test_an_unknown_field_is_refused(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text) | {"role": "admin"}
    answer = browser.post("/account/logins/end?lang=en", data=fields)
    assert answer.status_code == 422
    assert "role" in answer.text


def test_a_form_without_its_key_books_nothing(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text)
    del fields["idempotency_key"]
    assert browser.post("/account/logins/end", data=fields).status_code == 422


def test_the_same_form_twice_has_one_effect_and_one_answer(logged_in, database) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text)
    first = browser.post("/account/logins/end", data=fields)
    again = browser.post("/account/logins/end", data=fields)
    assert first.status_code == again.status_code == 303
    with database.reading() as work:
        count = work.scalar(
            sa.text("SELECT count(*) FROM audit_line WHERE action = 'account:end_logins'")
        )
    assert count == 1


def test_the_same_key_with_another_body_is_refused(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text)
    browser.post("/account/logins/end", data=fields)
    changed = fields | {"old": PASSWORD, "new": "five more unrelated words"}
    assert browser.post("/account/password", data=changed).status_code == 422


def test_logging_out_acts_at_once(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    fields = hidden_fields(browser.get("/account").text)
    browser.post("/logout", data={"csrf_token": fields["csrf_token"]})
    assert browser.get("/account").status_code == 303


@pytest.mark.parametrize("idle", [timedelta(minutes=31), timedelta(hours=13)])
def test_a_login_that_was_left_alone_is_over(logged_in, database, idle) -> None:
    browser = logged_in(Role.AUDITOR)
    with database.writing() as work:
        work.session.execute(
            sa.update(LoginSession).values(
                seen_at=work.recorded_at - idle, began_at=work.recorded_at - idle
            )
        )
    assert browser.get("/account").status_code == 303


def test_only_a_digest_of_the_token_is_stored(logged_in, database) -> None:
    browser = logged_in(Role.AUDITOR)
    with database.reading() as work:
        stored = work.scalar(sa.select(col(LoginSession.token_sha256)))
    assert stored != browser.cookies["session"]


def test_every_answer_carries_the_headers_and_is_not_kept(client) -> None:
    headers = client.get("/login").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_an_unknown_host_is_refused(client) -> None:
    assert client.get("/login", headers={"host": "elsewhere.example"}).status_code == 400


def test_a_page_that_is_not_there_answers_in_the_readers_language(client) -> None:
    assert "There is no such page or record." in client.get("/nothing?lang=en").text


def test_api_documentation_is_off(client) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


def test_changing_the_password_needs_the_old_one_and_a_good_new_one(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)

    def change(old: str, new: str):
        fields = hidden_fields(browser.get("/account").text) | {"old": old, "new": new}
        return browser.post("/account/password", data=fields)

    assert change("wrong", "five more unrelated words").status_code == 422
    assert change(PASSWORD, "password1").status_code == 422
    assert change(PASSWORD, "five more unrelated words").status_code == 303
