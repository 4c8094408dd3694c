"""Administration: accounts, passwords given once, the demo switch, the trail, the stale form."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import organisations
from portfolio.kernel import actors, audit
from portfolio.kernel import site as sites
from portfolio.kernel.actors import Account, LoginSession, Role
from portfolio.kernel.audit import AuditLine
from portfolio.kernel.db import new_id
from tests.web.conftest import PASSWORD, hidden_fields

USERS, SITE, TRAIL = "/admin/users", "/admin/site", "/admin/audit"


def account_named(database, login: str) -> Account:
    with database.reading() as work:
        return work.session.execute(
            sa.select(Account).where(col(Account.login) == login)
        ).scalar_one()


def open_form(browser, **fields: str):
    given = {"login": "officer9", "name": "招商专员九", "role": "investment_office"} | fields
    return browser.post(USERS, data=hidden_fields(browser.get(USERS).text) | given)


def shown_password(html: str) -> str:
    return re.search(r"<code[^>]*>([^<]+)</code>", html)[1]


@pytest.fixture
def desk(logged_in):
    """The administrator's browser."""
    return logged_in(Role.ADMIN, "admin1")


# ---- who may come in
@pytest.mark.parametrize("role", [Role.FUND_MANAGER, Role.INVESTMENT_OFFICE, Role.AUDITOR])
def test_accounts_and_settings_are_the_administrators(logged_in, role) -> None:
    browser = logged_in(role)
    assert browser.get(USERS).status_code == 403
    assert browser.get(SITE).status_code == 403


def test_the_auditor_reads_the_trail_and_a_fund_manager_does_not(logged_in) -> None:
    assert logged_in(Role.AUDITOR).get(TRAIL).status_code == 200
    assert logged_in(Role.FUND_MANAGER).get(TRAIL).status_code == 403


# ---- accounts
def test_a_new_account_logs_in_with_the_password_that_was_shown(desk, client) -> None:
    answer = open_form(desk)
    assert answer.status_code == 200
    given = {"login": "officer9", "password": shown_password(answer.text)}
    assert client.post("/login", data=given).status_code == 303


def test_the_same_opening_twice_opens_one_account_and_shows_the_password_once(
    desk, database
) -> None:
    fields = hidden_fields(desk.get(USERS).text)
    fields |= {"login": "officer9", "name": "九", "role": "investment_office"}
    password = shown_password(desk.post(USERS, data=fields).text)
    again = desk.post(USERS, data=fields)
    assert again.status_code == 303
    assert again.headers["location"] == USERS
    assert password not in desk.get(USERS).text
    with database.reading() as work:
        assert (
            work.scalar(
                sa.select(sa.func.count())
                .select_from(Account)
                .where(col(Account.login) == "officer9")
            )
            == 1
        )


def test_a_taken_login_name_is_refused_with_what_to_do(desk) -> None:
    answer = open_form(desk, login="admin1")
    assert answer.status_code == 422
    desk.get(USERS + "?lang=en")
    assert "Choose another login name" in open_form(desk, login="admin1").text


def test_an_lp_account_needs_its_investor(desk) -> None:
    assert open_form(desk, role="lp").status_code == 422


def test_an_lp_account_for_an_investor_that_does_not_exist_is_refused(desk) -> None:
    assert open_form(desk, role="lp", organisation_id=new_id()).status_code == 404


def test_an_lp_account_speaks_for_its_investor(desk, database, manager) -> None:
    with database.writing() as work:
        investor = organisations.create(work, manager, name="示例引导基金").id
    assert open_form(desk, role="lp", organisation_id=investor).status_code == 200
    assert account_named(database, "officer9").organisation_id == investor


def test_a_closed_account_is_out_at_once(desk, logged_in, database) -> None:
    officer = logged_in(Role.INVESTMENT_OFFICE, "officer1")
    one = account_named(database, "officer1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text)
    answer = desk.post(
        f"{USERS}/{one.id}", data=fields | {"role": "investment_office", "state": "closed"}
    )
    assert answer.status_code == 303
    assert officer.get("/account").status_code == 303


def test_a_stale_change_is_refused_and_shows_both_texts(desk, logged_in, database) -> None:
    logged_in(Role.AUDITOR, "person1")
    one = account_named(database, "person1")
    late = hidden_fields(desk.get(f"{USERS}?edit={one.id}&lang=en").text)
    first = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text)
    desk.post(f"{USERS}/{one.id}", data=first | {"role": "fund_manager", "state": "open"})
    answer = desk.post(
        f"{USERS}/{one.id}", data=late | {"role": "investment_office", "state": "open"}
    )
    assert answer.status_code == 409
    assert "Investment office" in answer.text
    assert "Fund manager" in answer.text
    assert account_named(database, "person1").role == "fund_manager"


def test_a_stale_form_under_htmx_keeps_the_form_and_knows_the_current_version(
    desk, logged_in, database
) -> None:
    logged_in(Role.AUDITOR, "person1")
    one = account_named(database, "person1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text) | {"version": "7"}
    answer = desk.post(
        f"{USERS}/{one.id}",
        data=fields | {"role": "auditor", "state": "closed"},
        headers={
            "HX-Request": "true",
            "HX-Current-URL": f"http://testserver{USERS}?edit={one.id}",
        },
    )
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "find .errbox"
    assert 'data-version="1"' in answer.text
    assert f'href="{USERS}?edit={one.id}"' in answer.text
    assert "<html" not in answer.text


def test_a_stale_form_never_links_to_another_site(desk, logged_in, database) -> None:
    logged_in(Role.AUDITOR, "person1")
    one = account_named(database, "person1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text) | {"version": "7"}
    answer = desk.post(
        f"{USERS}/{one.id}",
        data=fields | {"role": "auditor", "state": "closed"},
        headers={"Referer": "https://elsewhere.example/trap"},
    )
    assert "elsewhere.example" not in answer.text


def test_an_administrator_cannot_take_the_office_from_himself(desk, database) -> None:
    me = account_named(database, "admin1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={me.id}").text)
    answer = desk.post(f"{USERS}/{me.id}", data=fields | {"role": "auditor", "state": "open"})
    assert answer.status_code == 422


def test_a_reset_password_replaces_the_old_one_and_ends_the_logins(
    desk, logged_in, client, database
) -> None:
    auditor = logged_in(Role.AUDITOR, "person1")
    one = account_named(database, "person1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text)
    del fields["version"]
    answer = desk.post(f"{USERS}/{one.id}/password", data=fields)
    new = shown_password(answer.text)
    assert auditor.get("/account").status_code == 303
    old = client.post("/login", data={"login": "person1", "password": PASSWORD})
    assert old.status_code == 422
    assert client.post("/login", data={"login": "person1", "password": new}).status_code == 303


def test_nobody_resets_his_own_password_here(desk, database) -> None:
    me = account_named(database, "admin1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={me.id}").text)
    assert desk.post(f"{USERS}/{me.id}/password", data=fields).status_code == 422


def test_a_password_typed_long_ago_is_asked_again(desk, database) -> None:
    with database.writing() as work:
        work.session.execute(
            sa.update(LoginSession).values(password_at=work.recorded_at - timedelta(minutes=11))
        )
    assert open_form(desk).status_code == 422
    assert open_form(desk, my_password="not this one").status_code == 422
    assert open_form(desk, my_password=PASSWORD).status_code == 200


def test_an_account_that_is_not_there_is_not_found(desk) -> None:
    fields = hidden_fields(desk.get(USERS).text) | {"role": "auditor", "state": "open"}
    assert desk.post(f"{USERS}/{new_id()}", data=fields).status_code == 404
    assert desk.post(f"{USERS}/no-id", data=fields).status_code == 404
    assert desk.get(f"{USERS}?edit={new_id()}").status_code == 404


def test_no_password_stands_in_the_trail(desk, database) -> None:
    password = shown_password(open_form(desk).text)
    with database.reading() as work:
        lines = work.rows(sa.select(col(AuditLine.before), col(AuditLine.after)))
    assert not any(password in str(line) for line in lines)


# ---- site
def test_the_switch_hides_demo_data_and_can_be_turned_back(desk, database) -> None:
    def send(**fields: str) -> sites.Site:
        form = hidden_fields(desk.get(SITE).text) | {"brand": "链基", "seal": "链"} | fields
        assert desk.post(SITE, data=form).status_code == 303
        with database.reading() as work:
            return sites.read(work)

    assert send().show_demo is False
    assert 'value="yes" checked' not in desk.get(SITE).text
    assert send(show_demo="yes").show_demo is True


def test_a_day_can_be_fixed_and_freed_again(desk, database) -> None:
    def send(day: str) -> sites.Site:
        form = hidden_fields(desk.get(SITE).text) | {"brand": "链基", "today": day}
        assert desk.post(SITE, data=form).status_code == 303
        with database.reading() as work:
            return sites.read(work)

    assert str(send("2026-09-30").today) == "2026-09-30"
    assert send("").today is None


def test_a_site_without_a_name_or_with_an_odd_day_is_refused(desk) -> None:
    fields = hidden_fields(desk.get(SITE).text)
    assert desk.post(SITE, data=fields | {"brand": ""}).status_code == 422
    assert desk.post(SITE, data=fields | {"brand": "x", "today": "soon"}).status_code == 422


# ---- trail
@pytest.fixture
def many_lines(database, admin) -> None:
    with database.writing() as work:
        for number in range(120):
            audit.write(
                work, admin, "unit:create", "unit", new_id(), after={"name": f"单位{number}"}
            )


def seqs(html: str) -> list[int]:
    return [int(found) for found in re.findall(r">#(\d+)</span></td>", html)]


def test_every_line_is_on_exactly_one_page_newest_first(desk, many_lines) -> None:
    found: list[int] = []
    address = f"{TRAIL}?action=unit:create"
    while address:
        html = desk.get(address).text
        found += seqs(html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(found) == 120
    assert found == sorted(set(found), reverse=True)


def test_the_trail_shows_before_and_after_in_words(desk, logged_in, database) -> None:
    logged_in(Role.AUDITOR, "person1")
    one = account_named(database, "person1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text)
    desk.post(f"{USERS}/{one.id}", data=fields | {"role": "fund_manager", "state": "open"})
    html = desk.get(f"{TRAIL}?lang=en&action=account:change").text
    assert re.search(r"Role</span> <span class=\"was\">Auditor</span> → <b[^>]*>Fund manager", html)


def test_the_trail_is_filtered_by_record_person_and_action(desk, many_lines, database) -> None:
    one = account_named(database, "admin1")
    assert len(seqs(desk.get(f"{TRAIL}?record={one.id}").text)) == 2  # opened, logged in
    assert len(seqs(desk.get(f"{TRAIL}?record=unit").text)) == 50
    assert len(seqs(desk.get(f"{TRAIL}?person=admin1").text)) == 1
    assert seqs(desk.get(f"{TRAIL}?person=nobody").text) == []
    assert len(seqs(desk.get(f"{TRAIL}?action=login").text)) == 1


def test_a_percent_sign_in_the_person_filter_is_only_a_percent_sign(desk) -> None:
    assert seqs(desk.get(f"{TRAIL}?person=%25").text) == []


def test_the_page_says_that_the_chain_is_whole(desk, many_lines) -> None:
    assert "The chain is whole" in desk.get(f"{TRAIL}?verify=1&lang=en").text


def test_the_page_names_the_line_that_was_changed(desk, many_lines, database) -> None:
    table = AuditLine.__table__
    with database.writing() as work:
        if database.is_sqlite:
            work.session.execute(sa.text("DROP TRIGGER audit_line_no_update"))
        else:
            work.session.execute(sa.text("ALTER TABLE audit_line DISABLE TRIGGER ALL"))
        work.session.execute(sa.update(table).where(table.c.seq == 7).values(actor_name="another"))
    html = desk.get(f"{TRAIL}?verify=1&lang=en").text
    assert "The chain is broken at 1 place" in html
    assert "#7 was changed after it was written" in html


def test_what_a_person_wrote_is_shown_as_text(desk, database, admin) -> None:
    with database.writing() as work:
        audit.write(work, admin, "unit:create", "unit", new_id(), after={"name": "<b>bold</b>"})
    html = desk.get(TRAIL).text
    assert "<b>bold</b>" not in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html


def test_a_reset_account_is_named_in_the_trail(desk, logged_in, database) -> None:
    logged_in(Role.AUDITOR, "person1")
    one = account_named(database, "person1")
    fields = hidden_fields(desk.get(f"{USERS}?edit={one.id}").text)
    desk.post(f"{USERS}/{one.id}/password", data=fields)
    with database.reading() as work:
        found = work.scalar(
            sa.select(col(AuditLine.subject_id)).where(
                col(AuditLine.action) == "account:reset_password"
            )
        )
    assert found == one.id


def test_an_officer_cannot_reset_passwords_by_the_command(work, officer, admin) -> None:
    one = actors.create_account(
        work, admin, login="x1", name="x", role=Role.AUDITOR, password_hash="-"
    )
    with pytest.raises(actors.NotAllowedError):
        actors.reset_password(work, officer, one.id, password_hash="-")
