"""The scene of every test in this folder."""

from tests.web.agreements.papers import scene

__all__ = ["scene"]
