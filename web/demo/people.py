"""People: the demo accounts, the site's names and the investors that two of them speak for."""

from dataclasses import dataclass
from datetime import date

from pwdlib import PasswordHash

from portfolio import organisations
from portfolio.kernel import actors, site
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import new_id
from web.demo.published import AS_OF, TODAY
from web.demo.timeline import Scene, Timeline

PASSWORD = "Lianji-demo-2023"  # noqa: S105 - printed by `lianji demo`: it guards nothing
AIRPORT_INVESTMENT = "渝北区临空投公司"
INVESTOR_A = "社会资本 LP 甲（未具名）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A demo account: its name is that of the role, never a person's."""

    login: str
    name: str
    role: Role
    investor: str | None = None


LOGINS = (
    Login(login="admin1", name="管理员一", role=Role.ADMIN),
    Login(login="manager1", name="基金经理一", role=Role.FUND_MANAGER),
    Login(login="manager2", name="基金经理二", role=Role.FUND_MANAGER),
    Login(login="office1", name="招商专员一", role=Role.INVESTMENT_OFFICE),
    Login(login="office2", name="招商专员二", role=Role.INVESTMENT_OFFICE),
    Login(login="auditor1", name="审计一", role=Role.AUDITOR),
    Login(login="lp1", name="出资人一", role=Role.LP, investor=AIRPORT_INVESTMENT),
    Login(login="lp2", name="出资人二", role=Role.LP, investor=INVESTOR_A),
)


def organisation(scene: Scene, name: str, *, is_demo: bool, city: str = "") -> str:
    """Return the id of an organisation of the story, recording it where it is new."""
    key = ("organisation", name)
    if key not in scene.ids:
        scene.ids[key] = organisations.create(
            scene.work, scene.actor("manager1"), name=name, city=city, is_demo=is_demo
        ).id
    return scene.ids[key]


def open_accounts(scene: Scene) -> None:
    """Open the accounts; the first administrator is nobody's guest, as with `lianji init`."""
    founder = Actor(id=new_id(), name="lianji demo", role=Role.ADMIN)
    password_hash = PasswordHash.recommended().hash(PASSWORD)  # once: it is no secret
    for given in LOGINS:
        investor = (
            organisation(scene, given.investor, is_demo=given.investor == INVESTOR_A)
            if given.investor
            else None
        )
        account = actors.create_account(
            scene.work,
            scene.actors.get("admin1", founder),
            login=given.login,
            name=given.name,
            role=given.role,
            password_hash=password_hash,
            organisation_id=investor,
            is_demo=True,
        )
        scene.actors[given.login] = actors.actor_of(account)


def name_the_site(scene: Scene) -> None:
    """Name the site and let its calendar stand still, so that the story stays the same."""
    site.change(
        scene.work,
        scene.actor("admin1"),
        brand="链基",
        district="渝北区",
        purpose="基金招商管理",
        seal="链",
        today=TODAY.isoformat(),
        attraction_as_of=AS_OF.isoformat(),
        show_demo="yes",
    )


def stage(timeline: Timeline, day: date) -> None:
    """Plan the accounts for the first day and the names of the site for the last."""
    timeline.on(day, open_accounts)
    timeline.on(TODAY, name_the_site)
