"""What a noun's handlers hand to the table: the function of each request type. A new noun is a new module here."""

from collections.abc import Awaitable, Callable
from typing import Any

from drover.supervisor.api.server import Answer

Table = dict[type[Any], Callable[[Any], Awaitable[Answer]]]
"""By the request's type the function that answers exactly that type; it raises RequestError where it refuses."""
