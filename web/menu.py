"""The menu: the places of DESIGN.md §2, of which a person is shown those his role may open."""

from portfolio.kernel.actors import Actor, Duty, Role
from portfolio.kernel.errors import Message, say
from web.templating import NavGroup, NavItem

ROLES: dict[Role, Message] = {
    Role.FUND_MANAGER: say("Fund manager"),
    Role.INVESTMENT_OFFICE: say("Investment office"),
    Role.LP: say("Limited partner"),
    Role.AUDITOR: say("Auditor"),
    Role.ADMIN: say("Administrator"),
}


def _item(title: Message, href: str, icon: str, letter: str = "", *, tab: bool = False) -> NavItem:
    return NavItem(title=title, href=href, icon=icon, letter=letter, in_tabbar=tab)


MENU: tuple[tuple[Message | None, tuple[tuple[NavItem, *tuple[Duty, ...]], ...]], ...] = (
    (None, ((_item(say("Overview"), "/", "home", "O", tab=True), Duty.READ_DEALFLOW),)),
    (
        say("Attraction"),
        (
            (_item(say("Lead list"), "/leads", "flag", "E"), Duty.READ_DEALFLOW),
            (_item(say("Deals"), "/deals", "board", "P", tab=True), Duty.READ_DEALFLOW),
            (_item(say("Agreements"), "/agreements", "deal", "A"), Duty.READ_DEALFLOW),
            (_item(say("Local reinvestment"), "/reinvestment", "updown", "V"), Duty.READ_DEALFLOW),
            (_item(say("Payouts"), "/payouts", "trophy", "B"), Duty.READ_DEALFLOW),
            (_item(say("Landing"), "/landing", "funnel", "L", tab=True), Duty.READ_DEALFLOW),
            (_item(say("Chains"), "/chains", "chain", "C"), Duty.READ_DEALFLOW),
            (_item(say("Firms"), "/firms", "firm", "N"), Duty.READ_DEALFLOW),
            (_item(say("Sites"), "/sites", "map", "S"), Duty.READ_DEALFLOW),
            (_item(say("Stalled projects"), "/stalled", "alert"), Duty.READ_DEALFLOW),
            (_item(say("Due dates"), "/calendar", "cal", "D"), Duty.READ_DEALFLOW),
            (_item(say("Organisation 1+9+8+N"), "/organisation", "people"), Duty.READ_DEALFLOW),
        ),
    ),
    (
        say("Funds"),
        (
            (
                _item(say("Fund list"), "/funds", "fund", "F", tab=True),
                Duty.READ_FIGURES,
                Duty.READ_REPORTS,
            ),
            (_item(say("Investments"), "/investments", "coins", "I"), Duty.READ_FIGURES),
            (_item(say("Reports"), "/reports", "report", "R"), Duty.READ_REPORTS),
        ),
    ),
    (
        say("System"),
        (
            (_item(say("Data"), "/data/import", "data"), Duty.IMPORT_SHEETS),
            (_item(say("Definitions"), "/definitions", "clip"), Duty.READ_DEALFLOW),
            (_item(say("Export"), "/data/export", "dl"), Duty.READ_FIGURES),
            (_item(say("Accounts"), "/admin/users", "gear"), Duty.MANAGE_ACCOUNTS),
            (_item(say("Audit trail"), "/admin/audit", "hist"), Duty.READ_AUDIT),
        ),
    ),
)


def menu_for(actor: Actor) -> tuple[NavGroup, ...]:
    """Return the places a person may open; what he may not open is absent."""
    groups = (
        NavGroup(
            title=title, items=tuple(item for item, *any_of in items if any(map(actor.may, any_of)))
        )
        for title, items in MENU
    )
    return tuple(group for group in groups if group.items)


def home_of(actor: Actor) -> str:
    """Return the page a person starts with: the first in his menu."""
    return menu_for(actor)[0].items[0].href


def role_name(role: Role) -> str:
    """Return the role as an English msgid; templates translate it."""
    return ROLES[role].msgid
