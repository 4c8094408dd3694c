"""What every form that books something sends beside its own fields. Unknown fields are refused."""

from pydantic import BaseModel, ConfigDict


class WriteForm(BaseModel):
    """Token, key and version; the gate and the unit of work have read the first two already."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    csrf_token: str = ""
    idempotency_key: str = ""
    version: int = 0
