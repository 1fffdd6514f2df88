"""The guard as a pure function: nothing that is not plainly ours gets through."""

from hypothesis import given
from hypothesis import strategies as st

from drover.wire.faults import Code
from drover_shim.guard import Exemptions, Rules, check, host_allowed


@given(st.text(alphabet="localhost127.0[:]@%/ -ABC9\u00e9", max_size=30))
def test_s01_only_the_listed_names_pass_whatever_is_around_them(host: str) -> None:
    name, _, port = host.rpartition(":")
    plain = host.lower() in ("localhost", "127.0.0.1", "[::1]")
    with_port = (
        name.lower() in ("localhost", "127.0.0.1", "[::1]")
        and port.isascii()
        and port.isdigit()
        and len(port) <= 5
        and int(port) <= 65535
    )
    assert host_allowed(host, ()) == (plain or with_port)


def test_an_upload_route_is_exempt_from_the_content_type_and_nothing_else() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "multipart/form-data",
        "CONTENT_LENGTH": "5",
    }
    refused = check(environ, Rules())
    assert refused is not None
    assert refused.code is Code.NOT_JSON
    assert check(environ, Rules(), Exemptions(upload=True)) is None
    refused = check({**environ, "HTTP_ORIGIN": "null"}, Rules(), Exemptions(upload=True))
    assert refused is not None
    assert refused.code is Code.GUARD


def test_a_configured_name_may_stand_behind_https() -> None:
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "farm.example", "HTTP_ORIGIN": "https://farm.example"}
    assert check(environ, Rules(allowed_hosts=("farm.example",))) is None
    refused = check({**environ, "HTTP_HOST": "localhost", "HTTP_ORIGIN": "https://localhost"}, Rules())
    assert refused is not None
