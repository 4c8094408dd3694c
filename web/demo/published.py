"""What was published of the district: the facts that the demo rows must add up to."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SINCE, AS_OF = date(2023, 1, 1), date(2023, 10, 31)
TODAY = date(2026, 9, 30)
SOURCE = "公开报道 2023-11"


@cache
def facts() -> dict[str, Any]:
    """Return facts.yaml: money in 亿元, null where nothing was reported."""
    text = files("web.demo").joinpath("facts.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
