"""Reads the query string strictly: UTF-8, each name once. An empty value counts as left out."""

from urllib.parse import parse_qsl

from drover.wire.faults import Code, RequestError


def parse_query(text: str) -> dict[str, str]:
    """What is not empty, by name; raises RequestError INVALID for a name given twice or bytes that are not UTF-8."""
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError:
        raise RequestError(Code.INVALID, "query: is not UTF-8") from None
    except ValueError:
        raise RequestError(Code.INVALID, "query: at most 100 parameters are accepted") from None
    query: dict[str, str] = {}
    for name, value in pairs:
        if name in query:
            raise RequestError(Code.INVALID, f"{name[:60]}: given twice, expected once")
        query[name] = value
    return {name: value for name, value in query.items() if value}
