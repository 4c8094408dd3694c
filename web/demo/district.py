"""The district: its industry systems, units, chains and trips, and what was published of it."""

from datetime import date

from dealflow import chains, definitions, task_forces, units
from dealflow.definitions import Expectation, ReportedFigure
from dealflow.units import RESPONSIBLE, UnitKind
from web.demo import chain_rows, cohort
from web.demo.plans import DIGITAL, FEN_A_WAN, MANUFACTURING, SERVICES, in_month, yi
from web.demo.published import AS_OF, SINCE, SOURCE, facts
from web.demo.timeline import Scene, Timeline

SYSTEM_NAMES = (
    (MANUFACTURING, "“2335”先进制造业集群", "Advanced manufacturing “2335”"),
    (SERVICES, "“5311”现代服务业", "Modern services “5311”"),
    (DIGITAL, "数字经济", "Digital economy"),
)
CHAIN_NAMES = (  # slug, name, English, system, leader firms
    (cohort.NEV, "智能网联新能源汽车", "Intelligent connected NEV", MANUFACTURING, "长安"),
    (cohort.ELECTRONICS, "电子信息制造", "Electronics", MANUFACTURING, "OPPO、传音"),
    (cohort.CHAIN_3, "示例链条 3", "Sample chain 3", SERVICES, ""),
    (cohort.CHAIN_4, "示例链条 4", "Sample chain 4", DIGITAL, ""),
    (cohort.CHAIN_5, "示例链条 5", "Sample chain 5", SERVICES, ""),
    (cohort.CHAIN_6, "示例链条 6", "Sample chain 6", SERVICES, ""),
)
CITIES = ("北京", "上海", "深圳", "成都", "广州", "杭州", "苏州", "武汉")
RANKED = {"money_in_place": "居全市各区县前二"}


def name_systems(scene: Scene) -> None:
    """Record the three systems."""
    for order, (code, name, name_en) in enumerate(SYSTEM_NAMES):
        units.add_system(
            scene.work, scene.actor("office1"), code=code, name=name, name_en=name_en, order=order
        )


def name_units(scene: Scene) -> None:
    """Record 1 + 9 + 8 + N units, so that 36 responsible ones with 237 people are counted."""
    published = facts()["organisation"]
    task_forces = facts()["chains"]["task_forces"]
    named: list[tuple[str, str, UnitKind, bool]] = [
        ("LG", "招商引资工作领导小组", UnitKind.LEADING_GROUP, False)
    ]
    for kind, word, count in (
        (UnitKind.INDUSTRY_DEPARTMENT, "行业部门", published["industry_departments"]),
        (UnitKind.STATE_COMPANY, "国有公司", published["state_companies"]),
    ):
        first = len(named)
        named += [
            (f"U{first + i:02d}", f"{word} {i + 1:02d}（示例）", kind, True) for i in range(count)
        ]
    for number, (_, chain, _, _, _) in enumerate(CHAIN_NAMES[:task_forces], start=1):
        named.append((f"TF{number}", f"{chain}专班", UnitKind.TASK_FORCE, number > 2))  # noqa: PLR2004 - two are named
    for number, city in enumerate(published["liaison_offices"], start=1):
        named.append((f"LO{number}", f"驻{city}联络处", UnitKind.LIAISON_OFFICE, False))
    others = published["responsible_units"] - sum(kind in RESPONSIBLE for _, _, kind, _ in named)
    named += [
        (f"N{i:02d}", f"其他责任单位 {i:02d}（示例）", UnitKind.OTHER, True)
        for i in range(1, others + 1)
    ]
    base, extra = divmod(published["team_people"], published["responsible_units"])
    counted = 0
    for code, name, kind, is_demo in named:
        people = 0
        if kind in RESPONSIBLE:
            people = base + (counted < extra)
            counted += 1
        scene.ids["unit", code] = units.add(
            scene.work,
            scene.actor("office1"),
            code=code,
            name=name,
            kind=kind,
            people=people,
            is_demo=is_demo,
        ).id


def name_chains(scene: Scene) -> None:
    """Record the six chains; their maps are the demo's own."""
    for number, (slug, name, name_en, system, leaders) in enumerate(CHAIN_NAMES, start=1):
        chain = chains.add(
            scene.work,
            scene.actor("office1"),
            slug=slug,
            name=name,
            name_en=name_en,
            system_code=system,
            official_title="区领导",
            task_force_unit_id=scene["unit", f"TF{number}"],
            leader_firms=leaders,
            is_demo=not leaders,
        )
        scene.ids["chain", slug] = chain.id
        chain_rows.draw(scene, slug)


def travel(timeline: Timeline) -> None:
    """Plan the leaders' trips: how many, and to how many firms, is published."""
    trips, visits = facts()["outreach"]["leader_trips"], facts()["outreach"]["firms_visited"]
    each, more = divmod(visits, trips)
    seen = 0
    for index in range(trips):
        on = in_month(SINCE.year, 1 + index % AS_OF.month, index)
        count = each + (index < more)
        firms = tuple(f"示例企业 P{seen + i + 1:03d}" for i in range(count))
        seen += count

        def go(
            scene: Scene,
            on: date = on,
            firms: tuple[str, ...] = firms,
            city: str = CITIES[index % len(CITIES)],
            slug: str = CHAIN_NAMES[index % len(CHAIN_NAMES)][0],
        ) -> None:
            trip = units.travel(
                scene.work,
                scene.actor("office1"),
                on=on,
                leader_title="区领导",
                city=city,
                firms=firms,
                is_demo=True,
            )
            task_forces.made_for(scene.work, scene.actor("office1"), trip.id, scene["chain", slug])

        timeline.on(on, go)


def publish(scene: Scene) -> None:
    """Keep the published figures and expectations beside the computed ones."""
    office = scene.actor("office1")
    definitions.define(scene.work, office)
    card, talks = facts()["scorecard"], facts()["pipeline"]
    counts = {
        "projects_signed": card["projects_signed"],
        "projects_started": card["projects_started"],
        "size_5bn_projects": card["size_5bn_projects"],
        "size_2bn_projects": card["size_2bn_projects"],
        "in_talks_count": talks["in_talks"]["count"],
        "started_or_land_count": talks["started_or_land_acquired"]["count"],
        "can_start_this_year": talks["can_start_this_year"]["count"],
        "responsible_units": facts()["organisation"]["responsible_units"],
        "team_people": facts()["organisation"]["team_people"],
        "leader_trips": facts()["outreach"]["leader_trips"],
        "firms_visited": facts()["outreach"]["firms_visited"],
    }
    beyond = {
        "firms_engaged_at_events": facts()["outreach"]["firms_engaged_at_events"],
        "projects_recorded": facts()["digital_platform"]["projects_recorded"],
        "leads_circulated": facts()["digital_platform"]["leads_circulated"],
    }
    amounts = {
        "contract_amount": card["contract_amount"],
        "money_in_place": card["funds_in_place"],
        "in_talks_amount": talks["in_talks"]["total_investment"],
    }
    rows = [
        *(_reported(code, str(count), number=count) for code, count in counts.items()),
        *(
            _reported(code, f">{count}", number=count, at_least=True)
            for code, count in beyond.items()
        ),
        *(
            _reported(
                code,
                f"{amount} 亿元",
                amount_fen=yi(amount) * FEN_A_WAN,
                note=RANKED.get(code, ""),
            )
            for code, amount in amounts.items()
        ),
        _reported(
            "money_in_place_yoy",
            f"+{card['funds_in_place_yoy']:.0%}",
            number=card["funds_in_place_yoy"],
        ),
        _reported(
            "capital_conversion",
            f"{card['capital_conversion']:.1%}",
            number=card["capital_conversion"],
        ),
        _reported(
            "start_rate_period",
            f">{card['start_rate_at_least']:.0%}",
            number=card["start_rate_at_least"],
            at_least=True,
            denominator_given=False,
            note="报道未给出分母；33 ÷ 49 = 67.3%，两者并列，不作换算",
        ),
        *(
            _reported(
                f"race_board_{quarter}",
                f"{quarter[:4]} 年第 {quarter[-1]} 季度上榜",
                note="全市招商投资“赛马榜”",
            )
            for quarter in card["race_board"]["quarters_listed"]
        ),
    ]
    for row in rows:
        definitions.note_reported(scene.work, office, row)
    expected = facts()["year_end_expectation"]
    for code, at_least in (
        ("contract_amount", yi(expected["contract_amount"]) * FEN_A_WAN),
        ("money_in_place", yi(expected["funds_in_place"]) * FEN_A_WAN),
        ("projects_started", expected["projects_started"]),
    ):
        definitions.expect(
            scene.work, office, Expectation(year=AS_OF.year, code=code, at_least=at_least)
        )


def _reported(
    code: str,
    text: str,
    *,
    number: float | None = None,
    amount_fen: int | None = None,
    at_least: bool = False,
    denominator_given: bool = True,
    note: str = "",
) -> ReportedFigure:
    return ReportedFigure(
        code=code,
        period_from=SINCE,
        period_to=AS_OF,
        value_text=text,
        number=number,
        amount_fen=amount_fen,
        at_least=at_least,
        denominator_given=denominator_given,
        note=note,
        source=SOURCE,
    )


def stage(timeline: Timeline, day: date) -> None:
    """Plan the district: its names on the first day, its trips, and the report of October 2023."""
    for act in (name_systems, name_units, name_chains):
        timeline.on(day, act)
    travel(timeline)
    timeline.on(date(2023, 11, 15), publish)
