"""Who may open which route. A route that is not named here stops the start of the application.

A route's name is its function's name. PUBLIC needs no login; LOGGED_IN any login; a tuple names
the duties of which a person must carry one. What a person may *see* on a page is decided by the
queries behind it (`visible_funds`), and what he may *do* by the command (`actor.must`).
"""

from collections.abc import Iterable

from starlette.routing import BaseRoute

from portfolio.kernel.actors import Duty

PUBLIC, LOGGED_IN = "public", "logged_in"
DEALS = (Duty.READ_DEALFLOW,)
FUNDS = (Duty.READ_FIGURES, Duty.READ_REPORTS)
EDITS = (Duty.EDIT_DEALS,)
MONEY = (Duty.EDIT_FUNDS,)
ADMIN = (Duty.MANAGE_ACCOUNTS,)
IMPORTS = (Duty.IMPORT_SHEETS,)

PERMISSIONS: dict[str, str | tuple[Duty, ...]] = {
    "health": PUBLIC,
    "login_page": PUBLIC,
    "log_in": PUBLIC,
    "log_out": LOGGED_IN,
    "account_page": LOGGED_IN,
    "end_other_sessions": LOGGED_IN,
    "change_password": LOGGED_IN,
    "home": LOGGED_IN,
    "landing_page": DEALS,
    "figure_page": DEALS + FUNDS,
    "figure_tip": DEALS + FUNDS,
    "figure_rows": DEALS + FUNDS,
    "accounts_page": ADMIN,
    "open_account": ADMIN,
    "change_account": ADMIN,
    "reset_password": ADMIN,
    "site_page": ADMIN,
    "change_site": ADMIN,
    "audit_page": (Duty.READ_AUDIT,),
    "deals_page": DEALS,
    "deals_column": DEALS,
    "deal_page": DEALS,
    "evidence_file": DEALS,
    "new_deal": EDITS,
    "create_deal": EDITS,
    "ask_move": EDITS,
    "move_deal": EDITS,
    "void_milestone": EDITS,
    "observe_condition": EDITS,
    "record_arrival": EDITS,
    "void_arrival": EDITS,
    "check_observation": (Duty.VERIFY_EVIDENCE,),
    "check_arrival": (Duty.VERIFY_EVIDENCE,),
    "ask_waiver": (Duty.WAIVE_CONDITIONS,),
    "waive_condition": (Duty.WAIVE_CONDITIONS,),
    "ask_payment": (Duty.PAY_TRANCHES,),
    "pay_tranche": (Duty.PAY_TRANCHES,),
    "ask_reversal": (Duty.PAY_TRANCHES,),
    "reverse_payment": (Duty.PAY_TRANCHES,),
    "agreements_page": DEALS,
    "agreement_page": DEALS,
    "new_agreement": EDITS,
    "sign_agreement": EDITS,
    "add_pledge": EDITS,
    "agree_condition": EDITS,
    "attach_investment": EDITS,
    "open_investment": (Duty.EDIT_FUNDS,),
    "plan_tranche": (Duty.EDIT_FUNDS,),
    "import_page": IMPORTS,
    "upload_sheet": IMPORTS,
    "batch_page": IMPORTS,
    "choose_columns": IMPORTS,
    "confirm_import": IMPORTS,
    "import_findings": IMPORTS,
    "sample_workbook": IMPORTS,
    "export_page": (Duty.READ_FIGURES,),
    "ask_export": (Duty.READ_FIGURES,),
    "export_file": (Duty.READ_FIGURES,),
    "funds_page": FUNDS,
    "fund_page": FUNDS,
    "new_fund_form": MONEY,
    "create_fund": MONEY,
    "partner_form": MONEY,
    "admit_partner": MONEY,
    "fund_act_form": MONEY,
    "create_investment": MONEY,
    "call_preview": (Duty.CALL_CAPITAL,),
    "make_call": (Duty.CALL_CAPITAL,),
    "receipt_form": (Duty.CALL_CAPITAL,),
    "receive_line": (Duty.CALL_CAPITAL,),
    "all_receipts_form": (Duty.CALL_CAPITAL,),
    "receive_call": (Duty.CALL_CAPITAL,),
    "distribution_preview": (Duty.DISTRIBUTE,),
    "pay_distribution": (Duty.DISTRIBUTE,),
    "book_expense": MONEY,
    "expense_payment_form": MONEY,
    "pay_expense": MONEY,
    "book_income": MONEY,
    "close_form": (Duty.CLOSE_PERIODS,),
    "close_quarter": (Duty.CLOSE_PERIODS,),
    "reversal_form": MONEY,
    "reverse_entry": MONEY,
    "investments_page": (Duty.READ_FIGURES,),
    "investment_page": (Duty.READ_FIGURES,),
    "investment_act_form": MONEY,
    "plan_investment_tranche": MONEY,
    "tranche_payment_form": (Duty.PAY_TRANCHES,),
    "pay_investment_tranche": (Duty.PAY_TRANCHES,),
    "prepare_mark": (Duty.PREPARE_MARKS,),
    "appraisal_form": (Duty.PREPARE_MARKS,),
    "appraisal_preview": (Duty.PREPARE_MARKS,),
    "prepare_appraisal": (Duty.PREPARE_MARKS,),
    "mark_approval_form": (Duty.APPROVE_MARKS,),
    "approve_mark": (Duty.APPROVE_MARKS,),
    "mark_withdrawal_form": (Duty.APPROVE_MARKS,),
    "withdraw_mark": (Duty.APPROVE_MARKS,),
    "book_exit": MONEY,
    "book_holding_income": MONEY,
    "reports_page": (Duty.READ_REPORTS,),
    "report_page": (Duty.READ_REPORTS,),
    "report_file": (Duty.READ_REPORTS,),
}
OPENS_IN_THE_PAST = ("/", "/landing")


def of(route: BaseRoute) -> str | tuple[Duty, ...]:
    """Return what a route needs; refused while it is not in the table."""
    return PERMISSIONS[route.name]  # type: ignore[attr-defined]


def unnamed(routes: Iterable[BaseRoute]) -> list[str]:
    """Return the routes without an entry."""
    names = {route.name for route in routes}  # type: ignore[attr-defined]
    return sorted(names - PERMISSIONS.keys())


def opens_in_the_past(path: str) -> bool:
    """Tell whether a page opens with the site's attraction date: the published scorecard's day."""
    return path in OPENS_IN_THE_PAST
