"""The town of the project pages, for the landing pages, leads and calendar."""

from tests.web.deals.conftest import gp, office, town

__all__ = ["gp", "office", "town"]
