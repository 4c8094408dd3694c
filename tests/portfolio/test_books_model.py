"""The model beside the ledger is run: a few lives in the fast lane, many in the long one."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from tests.portfolio.books_model import BooksMachine


def run(
    work: Work, managers: tuple[Actor, Actor], *, examples: int, steps: int, thorough: bool
) -> None:
    given = {"work": work, "managers": managers, "with_statements": thorough}
    machine = type("Books", (BooksMachine,), given)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            phases=(Phase.generate,),  # a step costs too much to shrink by the hundred
        ),
    )


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_books_hold_and_remember_whatever_is_done(
    work: Work, manager: Actor, second_manager: Actor
) -> None:
    run(work, (manager, second_manager), examples=3, steps=8, thorough=False)


@pytest.mark.long
def test_the_books_hold_and_remember_over_long_lives(
    work: Work, manager: Actor, second_manager: Actor
) -> None:
    run(work, (manager, second_manager), examples=40, steps=50, thorough=True)
