"""The configuration: defaults, overrides, and errors that name line and key."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from drover.config import Config, ConfigError, load, media_faults
from drover.wire.custom import CommandSpec

DOCUMENTED = Path(__file__).parents[3] / "contrib" / "drover.toml"


def test_documented_file_holds_every_key_at_its_default() -> None:
    assert load(DOCUMENTED, {}) == Config()
    documented = tomllib.loads(DOCUMENTED.read_text().replace("# device_limit", "device_limit"))
    for section in Config.__struct_fields__:
        if section == "scripts":
            continue  # as many as there are; the example is a comment
        assert set(documented[section]) == set(getattr(Config(), section).__struct_fields__), section


def test_every_documented_key_has_a_comment_above_it() -> None:
    lines = DOCUMENTED.read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"(# )?[a-z_]+ = ", line)]
    assert len(keys) > 20
    for number in keys:
        explained = lines[number - 1].startswith("#") or re.match(r"[a-z_]+ = ", lines[number - 1])
        assert explained, lines[number]


def test_environment_overrides_the_file(tmp_path: Path) -> None:
    file = tmp_path / "drover.toml"
    file.write_text("[adb]\nport = 5040\nhost = '127.0.0.2'\n")
    config = load(file, {"DROVER_ADB_PORT": "5041", "DROVER_LICENSE_PLAN": "Team", "DROVER_API_ENABLED": "false"})
    assert (config.adb.host, config.adb.port, config.license.plan) == ("127.0.0.2", 5041, "Team")
    assert config.api.enabled is False


def test_a_machine_that_names_no_zone_keeps_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr("drover.local_zone.LOCALTIME", Path("/nowhere"))
    assert load(None, {}).zone.key == "UTC"


def test_case_t1_a_zone_without_a_name_is_refused_and_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "JST-9")
    with pytest.raises(
        ConfigError, match=r"daemon\.timezone: TZ is 'JST-9', which is no name of a zone; name the zone"
    ):
        load(None, {})
    assert load(None, {"DROVER_DAEMON_TIMEZONE": "Asia/Tokyo"}).zone.key == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[adb]\n\nport = 'x'\n", ":3: adb.port: expected `int`, got `str`"),
        ("[adb]\nprot = 3\n", ":2: adb.prot: is not a known key"),
        ("[api]\nport = 1\n[foo]\na = 1\n", ":3: foo: is not a known section"),
        ("adb.port = 99999\n", ":1: adb.port: expected `int` <= 65535"),
        ("[adb]\nconnect = ['a', 3]\n", ":2: adb.connect: expected `str`, got `int`"),
        ("[daemon]\ntimezone = 'Mars'\n", ":2: daemon.timezone: no such time zone: 'Mars'"),
        ("[daemon]\n# port\n[adb]\nport = 1\nport = 2\n", ":5: not valid TOML"),
        ("x = 1\n", ":1: x: expected a section"),
        ("[license]\nplan = 'Gold'\n", ":2: license.plan: invalid enum value 'Gold', expected one of: Starter, Pro"),
        (
            "[trouble]\ntoo_fast = 'never'\n",
            ":2: trouble.too_fast: invalid enum value 'never', expected one of: released, off, a number",
        ),
        ("[trouble]\ncaptcha = 0\n", ":2: trouble.captcha: expected `float` > 0.0"),
        ("[trouble]\nfailures_in_a_row = -1\n", ":2: trouble.failures_in_a_row: expected `int` >= 0"),
        ("[media]\nroots = ['/srv', 'media']\n", ":2: media.roots[1]: expected an absolute path such as /srv/media"),
        ("[media]\nroots = ['/srv/../etc']\n", ":2: media.roots[0]: expected an absolute path"),
        ("[media]\nroots = ['/']\n", ":2: media.roots[0]: '/' is the whole file system"),
        ("[media]\nroots = '/srv'\n", ":2: media.roots: expected `array`, got `str`"),
        ("[api]\nport = 1\nhost = '0.0.0.0'\n", ":3: api.host: '0.0.0.0' is not a loopback address"),
        ("[api]\nhost = '::'\n", ":2: api.host: '::' is not a loopback address"),
        ("[api]\nhost = 'farm.example'\n", ":2: api.host: 'farm.example' is not a loopback address"),
    ],
)
def test_bad_file_names_line_and_key(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "drover.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(f"{file}{place}")):
        load(file, {})


def test_bad_environment_names_the_variable() -> None:
    with pytest.raises(ConfigError, match="DROVER_ADB_PORT: expected `int`, got `str`"):
        load(None, {"DROVER_ADB_PORT": "many"})


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml", {})


def test_s07_a_daemon_on_an_open_address_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(ConfigError, match=r"DROVER_API_HOST: '0\.0\.0\.0' is not a loopback address"):
        load(None, {"DROVER_API_HOST": "0.0.0.0"})
    for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"):
        assert load(None, {"DROVER_API_HOST": host}).api.host == host


def test_folders_of_media_that_are_not_there_are_named_and_no_error(tmp_path: Path) -> None:
    file, good, plain = tmp_path / "drover.toml", tmp_path / "good", tmp_path / "plain"
    good.mkdir()
    plain.touch()
    file.write_text(f"[media]\n# folders\nroots = ['{good}', '{plain}', '{tmp_path}/none']\n")
    config = load(file, {})
    assert config.media_roots == [good, plain, tmp_path / "none"]
    assert media_faults(config, file, {}) == [
        f"{file}:3: media.roots[1]: {plain} is not a folder",
        f"{file}:3: media.roots[2]: {tmp_path}/none does not exist; create or mount it, or take it out of roots",
    ]
    environ = {"DROVER_MEDIA_ROOTS": f"['{plain}']"}
    (fault,) = media_faults(load(file, environ), file, environ)
    assert fault.startswith("environment DROVER_MEDIA_ROOTS[0]: ")


def test_pauses_must_be_a_range() -> None:
    with pytest.raises(ConfigError, match=r"DROVER_PACE_PAUSE_MAX_S: 10 is shorter than pause_min_s \(30\)"):
        load(None, {"DROVER_PACE_PAUSE_MAX_S": "10"})
    assert load(None, {}).pace.limits == {"follow": 60, "unfollow": 60, "post": 5}


def test_the_documented_command_holds_every_key_at_its_default() -> None:
    example = DOCUMENTED.read_text().partition("# [scripts.report]")[2]
    lines = [line.removeprefix("# ") for line in example.splitlines() if re.match(r"# \w+ = ", line)]
    found = tomllib.loads("\n".join(lines))
    assert set(found) == set(CommandSpec.__struct_fields__)
    assert msgspec.convert(found, CommandSpec) == CommandSpec(command=found["command"])


COMMAND = '[scripts.warm]\ncommand = ["/srv/warm.js", "--fast"]\nplatform = "tiktok"\ntimeout_s = 60\n'


def test_commands_become_scripts(tmp_path: Path) -> None:
    file = tmp_path / "drover.toml"
    file.write_text(COMMAND)
    (spec,) = load(file, {"DROVER_SCRIPTS": "ignored"}).scripts.values()
    assert (spec.command, spec.platform, spec.timeout_s) == (["/srv/warm.js", "--fast"], "tiktok", 60.0)
    assert (spec.retry_safe, spec.package) == (False, "")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[scripts.warm]\n\ncommand = "one string"\n', ":3: scripts.warm: command: "),
        ("[scripts.warm]\ntimeout_s = 5\n", ":1: scripts.warm: "),
        ('[scripts.warm]\ncommand = ["x"]\ncomand = 1\n', ":3: scripts.warm: comand: unknown field"),
        ('[scripts.warm]\ncommand = ["x"]\nplatform = "myspace"\n', ":3: scripts.warm: platform: "),
        ('[scripts.warm]\ncommand = ["x"]\ntimeout_s = 0\n', ":3: scripts.warm: timeout_s: "),
        ('[scripts.follow]\ncommand = ["x"]\n', ":1: scripts.follow: name: 'follow' is a script of Drover's own"),
        ("[scripts]\nwarm = 1\n", ":2: scripts.warm: "),
    ],
)
def test_a_bad_command_names_line_and_key(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "drover.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(f"{file}{place}")):
        load(file, {})


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"DROVER_API_TCP": "false"}, r"DROVER_API_TCP: without TCP the API needs a socket"),
        ({"DROVER_API_SOCKET": "run/api.sock"}, r"DROVER_API_SOCKET: expected an absolute path"),
        ({"DROVER_API_SOCKET": "~no-such-user/api.sock"}, r"DROVER_API_SOCKET: "),
        ({"DROVER_API_SOCKET": f"/{'x' * 107}"}, r"DROVER_API_SOCKET: longer than the 10[37] bytes"),
    ],
)
def test_case_b9_a_socket_that_cannot_be_is_refused_by_its_key(environ: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load(None, environ)


def test_case_b9_where_the_socket_lies_and_who_may_use_the_api() -> None:
    runtime = Path("/run/drover")
    assert load(None, {}).api_socket(runtime) is None
    assert load(None, {"DROVER_API_SOCKET": "api.sock"}).api_socket(runtime) == runtime / "api.sock"
    assert load(None, {"DROVER_API_SOCKET": "/run/x/y.sock"}).api_socket(runtime) == Path("/run/x/y.sock")
    assert load(None, {"DROVER_API_SOCKET": "~/y.sock"}).api_socket(runtime) == Path.home() / "y.sock"
    local = {"DROVER_API_SOCKET": "api.sock", "DROVER_API_TCP": "false"}
    assert load(None, {**local, "DROVER_API_HOST": "0.0.0.0"}).api.tcp is False  # nothing listens there
    for closed in (local, {"DROVER_API_REQUIRE_TOKEN": "true"}, {"DROVER_API_ENABLED": "false"}):
        assert not load(None, closed).api.open_to_local_users
    assert load(None, {"DROVER_API_SOCKET": "api.sock"}).api.open_to_local_users
