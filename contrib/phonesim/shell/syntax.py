"""From the text of a command line to a small tree, with sh's rules of quoting. Expands and runs nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

OPERATORS: Final = ("&&", "||", ">>", ";;", "|", "&", ";", ">", "<", "(", ")", "\n")
NAME_START: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
NAME: Final = NAME_START | frozenset("0123456789")


class ShellSyntaxError(Exception):
    """The line is no command; the message is the shell's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A piece of a word: literal text, the name of a variable, or a command to substitute."""

    kind: Literal["text", "variable", "command"]
    value: str
    quoted: bool


Word = tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    descriptor: int
    operator: Literal[">", ">>", "<", ">&"]
    target: Word


@dataclass(frozen=True, kw_only=True, slots=True)
class Simple:
    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """`( ... )` or `{ ...; }`; the first changes nothing outside itself."""

    body: "Script"
    redirects: tuple[Redirect, ...]
    subshell: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditional:
    """`if`, with `elif` as a nested one in `otherwise`."""

    condition: "Script"
    then: "Script"
    otherwise: "Script | None"


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """`for NAME in WORDS` when `name` is set, else `while` (or `until`) the condition holds."""

    name: str
    words: tuple[Word, ...]
    condition: "Script | None"
    until: bool
    body: "Script"


Command = Simple | Group | Conditional | Loop


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    stages: tuple[Command, ...]
    negated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A pipeline, when it runs (`connector` to the one before), and whether it runs in the background."""

    connector: Literal[";", "&&", "||"]
    pipeline: Pipeline
    background: bool = False


Script = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word, or an operator (then `operator` is set); `redirect` is the descriptor before `>` or `<`."""

    word: Word = ()
    operator: str = ""
    descriptor: int | None = None


@dataclass(kw_only=True)
class _Lexer:
    text: str
    at: int = 0
    tokens: list[Token] = field(default_factory=list[Token])
    parts: list[Part] = field(default_factory=list[Part])
    plain: list[str] = field(default_factory=list[str])
    in_word: bool = False

    def run(self) -> list[Token]:
        while self.at < len(self.text):
            self._step(self.text[self.at])
        self._end_word()
        return self.tokens

    def _step(self, char: str) -> None:
        if char in " \t":
            self._end_word()
            self.at += 1
        elif char == "#" and not self.in_word:
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
        elif operator := next((o for o in OPERATORS if self.text.startswith(o, self.at)), ""):
            self._operator(operator)
        else:
            self.in_word = True
            handler = _WORD_CHARS.get(char)
            if handler:
                handler(self)
            else:
                self.plain.append(char)
                self.at += 1

    def _operator(self, operator: str) -> None:
        descriptor = None
        if operator[0] in "<>" and self.in_word and not self.parts and "".join(self.plain) in ("0", "1", "2"):
            descriptor = int("".join(self.plain))
            self.plain.clear()
            self.in_word = False
        self._end_word()
        self.at += len(operator)
        if operator == ">" and self.text.startswith("&", self.at):
            operator, self.at = ">&", self.at + 1
        elif operator == "&" and self.text.startswith(">", self.at):
            operator, self.at = "&>", self.at + 1
        self.tokens.append(Token(operator=operator, descriptor=descriptor))

    def _flush(self) -> None:
        if self.plain:
            self.parts.append(Part(kind="text", value="".join(self.plain), quoted=False))
            self.plain.clear()

    def _end_word(self) -> None:
        if self.in_word:
            self._flush()
            self.tokens.append(Token(word=tuple(self.parts)))
            self.parts.clear()
            self.in_word = False

    def single_quotes(self) -> None:
        self._flush()
        end = self._closing("'", self.at + 1)
        self.parts.append(Part(kind="text", value=self.text[self.at + 1 : end], quoted=True))
        self.at = end + 1

    def _closing(self, quote: str, start: int) -> int:
        end = self.text.find(quote, start)
        if end < 0:
            raise ShellSyntaxError(f"no closing quote: {quote}")
        return end

    def backslash(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        self._flush()
        if following and following != "\n":
            self.parts.append(Part(kind="text", value=following, quoted=True))
        self.at += 2

    def double_quotes(self) -> None:
        self._flush()
        self.at += 1
        text: list[str] = []

        def flush() -> None:
            self.parts.append(Part(kind="text", value="".join(text), quoted=True))
            text.clear()

        while True:
            char = self.text[self.at : self.at + 1]
            if not char:
                raise ShellSyntaxError('no closing quote: "')
            if char == '"':
                break
            if char == "\\" and self.text[self.at + 1 : self.at + 2] in ("$", "`", '"', "\\"):
                text.append(self.text[self.at + 1])
                self.at += 2
            elif char in "$`":
                flush()
                self.substitution(quoted=True)
            else:
                text.append(char)
                self.at += 1
        flush()
        self.at += 1

    def substitution(self, *, quoted: bool = False) -> None:
        """`$name`, `${name}`, `$?`, `$(command)` or a command between backticks."""
        if not quoted:
            self._flush()
        text, start = self.text, self.at + 1
        kind: Literal["variable", "command", "text"] = "variable"
        if text[self.at] == "`":
            kind, end = "command", self._closing("`", start)
            value, self.at = text[start:end], end + 1
        elif text.startswith("(", start):
            kind, end = "command", self._matching_parenthesis(start)
            value, self.at = text[start + 1 : end], end + 1
        elif text.startswith("{", start):
            end = self._closing("}", start)
            value, self.at = text[start + 1 : end], end + 1
        else:
            end = start
            if text[start : start + 1] in ("?", "$", "#", "@", "*", "!", *"0123456789") and start < len(text):
                end += 1
            else:
                while end < len(text) and text[end] in (NAME if end > start else NAME_START):
                    end += 1
            value, self.at = text[start:end], end
            if not value:
                kind, value = "text", "$"
        self.parts.append(Part(kind=kind, value=value, quoted=quoted))

    def _matching_parenthesis(self, start: int) -> int:
        depth = 0
        for at in range(start, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[at], 0)
            if depth == 0:
                return at
        raise ShellSyntaxError("no closing quote: )")


_WORD_CHARS: Final[dict[str, Callable[[_Lexer], None]]] = {
    "'": _Lexer.single_quotes,
    '"': _Lexer.double_quotes,
    "\\": _Lexer.backslash,
    "$": _Lexer.substitution,
    "`": _Lexer.substitution,
}


def tokenize(text: str) -> list[Token]:
    """Words and operators of the text; raises ShellSyntaxError."""
    return _Lexer(text=text).run()
