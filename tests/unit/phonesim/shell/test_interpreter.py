"""The phone's shell: quoting, lists, pipes, redirects, expansion; and that no text of a caller ever becomes syntax."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonesim.device import Device
from tests.support.phone_shell import new_device, run

# A text as it can travel in an argument: anything but NUL and lone surrogates.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


@pytest.fixture
def device() -> Device:
    return new_device()


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("echo a  b", "a b\n"),
        ("echo 'a  b' \"c  d\"", "a  b c  d\n"),
        ("echo a\\ b", "a b\n"),
        ("echo -n x; echo EXIT:$?", "xEXIT:0\n"),
        ("false; echo $?", "1\n"),
        ("false || echo other", "other\n"),
        ("true && echo both", "both\n"),
        ("false && echo no; echo yes", "yes\n"),
        ("! false && echo turned", "turned\n"),
        ("X=3; echo \"$X\" '$X' ${X}y ${Z:-none}", "3 $X 3y none\n"),
        ("X='a  b'; echo $X; echo \"$X\"", "a b\na  b\n"),
        ("echo $(echo in; echo ner) `echo tick`", "in ner tick\n"),
        ("echo a | grep -c a", "1\n"),
        ("(cd /sdcard; pwd); pwd", "/sdcard\n/\n"),
        ("(exit 4); echo $?", "4\n"),
        ("if [ -d /sdcard ]; then echo folder; else echo none; fi", "folder\n"),
        ("if false; then echo a; elif true; then echo b; fi", "b\n"),
        ("for f in a b 'c d'; do echo $f; done", "a\nb\nc d\n"),
        ("i=0; while [ $i = 0 ]; do i=1; echo once; done", "once\n"),
        ("echo one # two", "one\n"),
        ("echo a#b", "a#b\n"),
        ("echo one\necho two", "one\ntwo\n"),
        ("printf '%s,%s\\n' 'a b' c", "a b,c\n"),
        ("sh -c 'echo $0; echo in' | tail -n 1", "in\n"),
        ("export A=1; exec echo $A", "1\n"),
        ("timeout 0.01 sleep 5; echo $?", "124\n"),
        ("A=2 env | grep ^A=", "A=2\n"),
        ("echo /sdcard /data | xargs echo x", "x /sdcard /data\n"),
        ("command -v ls; command -v nc || echo none", "/system/bin/ls\nnone\n"),
        ("printf 'b 2\\na 10\\n' | sort | cut -d ' ' -f 2 | tr 1 9", "90\n2\n"),
        ("echo abcdef | cut -c 2-4", "bcd\n"),
        ("[ 3 -gt 2 ] && test -n x && echo yes", "yes\n"),
        ("sh -c 'echo $0 $1-$2- $#; printf \"[%s]\" \"$@\"' name 'a b' c", "name a b-c- 2\n[a b][c]"),
        (
            "printf 'one two three\nrest\n' | { read A B; echo $B; read C; echo $C; read D || echo end; }",
            "two three\nrest\nend\n",
        ),
        ("sleep 60 & kill -INT $!; wait $!; echo $?", "130\n"),
        ("sleep 60 & kill -0 $! && echo there; kill $!; wait; kill -0 $! 2>/dev/null || echo gone", "there\ngone\n"),
        ("(exit 3) & wait $!; echo $?", "3\n"),
        ("sleep 60 & pidof sleep >/dev/null && pkill sleep; wait; pidof sleep || echo none", "none\n"),
    ],
)
def test_lines_print_what_sh_prints(device: Device, line: str, out: str) -> None:
    assert run(device, line).out == out


def test_a_file_of_commands_has_its_arguments_and_reads_the_input(device: Device) -> None:
    device.files.write("/sdcard/do.sh", b'#!/system/bin/sh\nread WORD\necho "$0 $1 $WORD"\ncat\n')
    assert run(device, "sh /sdcard/do.sh 'a  b'", b"typed\nleft\n").out == "/sdcard/do.sh a  b typed\nleft\n"
    done = run(device, "sh /sdcard/none.sh")
    assert (done.code, done.err) == (127, "sh: /sdcard/none.sh: No such file or directory\n")


def test_processes_of_the_system_are_not_the_shells_to_end(device: Device) -> None:
    pid = device.processes["adbd"]
    assert run(device, f"kill {pid}").err == f"/system/bin/sh: kill: {pid}: Operation not permitted\n"
    assert run(device, "kill 999999").err == "/system/bin/sh: kill: 999999: No such process\n"
    assert run(device, "kill -ODD 1").code == run(device, "pkill nothing-of-that-name").code == 1
    assert "Operation not permitted" in run(device, "pkill adbd").err


def test_redirects(device: Device) -> None:
    run(device, "echo one > /sdcard/f; echo two >> /sdcard/f")
    assert run(device, "cat < /sdcard/f").out == "one\ntwo\n"
    done = run(device, "ls /none 2>&1 >/dev/null | cat; ls /none 2>/dev/null; echo x >&2")
    assert (done.out, done.err) == ("ls: /none: No such file or directory\n", "x\n")
    assert run(device, "echo x > /system/x").err == "/system/bin/sh: can't create /system/x: Read-only file system\n"


def test_patterns_match_files_and_stay_as_they_are_otherwise(device: Device) -> None:
    run(device, "cd /sdcard/Download; touch a.xml b.xml .hidden c.txt")
    assert run(device, "echo /sdcard/Download/*.xml").out == "/sdcard/Download/a.xml /sdcard/Download/b.xml\n"
    assert run(device, "cd /sdcard/Download; echo *; echo '*' \\*").out == "a.xml b.xml c.txt\n* *\n"
    assert run(device, "echo /sdcard/*.none").out == "/sdcard/*.none\n"


def test_a_variable_before_a_command_is_its_own(device: Device) -> None:
    assert run(device, "X=1; X=2 true; echo $X").out == "1\n"
    done = run(device, "CLASSPATH=/none app_process / com.wetest.uia2.Main")
    assert (done.code, "CLASSPATH=/none" in done.err) == (134, True)


def test_unknown_commands_and_broken_lines(device: Device) -> None:
    assert run(device, "nc").code == 127
    assert run(device, "/data/local/tmp/minicap").err.endswith("minicap: inaccessible or not found\n")
    for line in ("echo 'open", "echo (", "| cat", "if true; then", "echo >", "&& true"):
        done = run(device, line)
        assert (done.code, done.err.startswith("/system/bin/sh: ")) == (1, True), line


@settings(max_examples=500, deadline=None)
@given(words=st.lists(TEXT, min_size=1, max_size=4))
def test_quoted_words_arrive_as_they_were(words: list[str]) -> None:
    line = "printf " + " ".join(shlex.quote(word) for word in ["[%s]" * len(words), *words])
    assert run(new_device(), line).out == "".join(f"[{word}]" for word in words)


@settings(max_examples=300, deadline=None)
@given(line=st.text(alphabet="ab $'\"\\`;&|<>(){}!*?#=\n12", max_size=40))
def test_no_line_breaks_the_shell(line: str) -> None:
    assert 0 <= run(new_device(), line).code <= 255
