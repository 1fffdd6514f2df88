"""From words and operators to a script: lists, pipelines, groups, `if`, `for`, `while`. The lexer is in `syntax`."""

from typing import Final, Literal, cast

from phonesim.shell.syntax import (
    NAME,
    NAME_START,
    Command,
    Conditional,
    Group,
    Loop,
    Part,
    Pipeline,
    Redirect,
    Script,
    ShellSyntaxError,
    Simple,
    Step,
    Token,
    Word,
    tokenize,
)

REDIRECTS: Final = (">", ">>", "<", ">&", "&>")
RESERVED: Final = frozenset({"then", "else", "elif", "fi", "do", "done", "}", "esac"})


def parse(text: str) -> Script:
    """The script that the text says; raises ShellSyntaxError."""
    parser = _Parser(tokenize(text))
    script = parser.script(until=frozenset())
    if parser.tokens:
        raise ShellSyntaxError(f"syntax error: unexpected '{_shown(parser.tokens[0])}'")
    return script


def _shown(token: Token) -> str:
    return token.operator or "".join(part.value for part in token.word)


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens

    # -- looking ahead

    def _operator(self) -> str:
        return self.tokens[0].operator if self.tokens else ""

    def _keyword(self) -> str:
        """The next word where it could be a reserved one: a single unquoted text."""
        word = self.tokens[0].word if self.tokens else ()
        return word[0].value if len(word) == 1 and word[0].kind == "text" and not word[0].quoted else ""

    def _expect(self, text: str) -> None:
        if not self.tokens or _shown(self.tokens[0]) != text:
            found = _shown(self.tokens[0]) if self.tokens else "newline"
            raise ShellSyntaxError(f"syntax error: unexpected '{found}'")
        self.tokens.pop(0)

    def _skip_newlines(self) -> None:
        while self._operator() == "\n":
            self.tokens.pop(0)

    # -- lists and pipelines

    def script(self, *, until: frozenset[str]) -> Script:
        steps: list[Step] = []
        connector: Literal[";", "&&", "||"] = ";"
        while True:
            self._skip_newlines()
            if not self.tokens or self._operator() in (")", ";;") or self._keyword() in until:
                break
            pipeline = self._pipeline()
            following = self._operator()
            steps.append(Step(connector=connector, pipeline=pipeline, background=following == "&"))
            connector = "&&" if following == "&&" else "||" if following == "||" else ";"
            if following in (";", "&", "\n", "&&", "||"):
                self.tokens.pop(0)
            elif following not in ("", ")", ";;"):
                raise ShellSyntaxError(f"syntax error: unexpected '{following}'")
        if connector != ";":
            raise ShellSyntaxError("syntax error: unexpected end of file")
        return tuple(steps)

    def _pipeline(self) -> Pipeline:
        negated = self._keyword() == "!"
        if negated:
            self.tokens.pop(0)
        stages = [self._command()]
        while self._operator() == "|":
            self.tokens.pop(0)
            self._skip_newlines()
            stages.append(self._command())
        return Pipeline(stages=tuple(stages), negated=negated)

    # -- commands

    def _command(self) -> Command:
        keyword = self._keyword()
        if self._operator() == "(":
            return self._group("(", ")", subshell=True)
        if keyword == "{":
            return self._group("{", "}", subshell=False)
        if keyword == "if":
            self.tokens.pop(0)
            return self._conditional()
        if keyword in ("for", "while", "until"):
            self.tokens.pop(0)
            return self._loop(keyword)
        if keyword in RESERVED:
            raise ShellSyntaxError(f"syntax error: unexpected '{keyword}'")
        return self._simple()

    def _group(self, opening: str, closing: str, *, subshell: bool) -> Group:
        self._expect(opening)
        body = self.script(until=frozenset({closing}))
        self._expect(closing)
        redirects: list[Redirect] = []
        while self._operator() in REDIRECTS:
            redirects += self._redirect()
        return Group(body=body, redirects=tuple(redirects), subshell=subshell)

    def _conditional(self) -> Conditional:
        condition = self.script(until=frozenset({"then"}))
        self._expect("then")
        then = self.script(until=frozenset({"elif", "else", "fi"}))
        otherwise: Script | None = None
        if self._keyword() == "elif":
            self.tokens.pop(0)
            nested = Pipeline(stages=(self._conditional(),), negated=False)
            return Conditional(condition=condition, then=then, otherwise=(Step(connector=";", pipeline=nested),))
        if self._keyword() == "else":
            self.tokens.pop(0)
            otherwise = self.script(until=frozenset({"fi"}))
        self._expect("fi")
        return Conditional(condition=condition, then=then, otherwise=otherwise)

    def _loop(self, keyword: str) -> Loop:
        name, words, condition = "", list[Word](), None
        if keyword == "for":
            name = self._keyword()
            self.tokens.pop(0)
            self._expect("in")
            while self.tokens and not self._operator():
                words.append(self.tokens.pop(0).word)
            if self._operator() in (";", "\n"):
                self.tokens.pop(0)
            self._skip_newlines()
        else:
            condition = self.script(until=frozenset({"do"}))
        self._expect("do")
        body = self.script(until=frozenset({"done"}))
        self._expect("done")
        return Loop(name=name, words=tuple(words), condition=condition, until=keyword == "until", body=body)

    def _simple(self) -> Simple:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while self.tokens:
            if self._operator() in REDIRECTS:
                redirects += self._redirect()
            elif self._operator():
                break
            elif not words and (assignment := _assignment(self.tokens[0].word)):
                assignments.append(assignment)
                self.tokens.pop(0)
            else:
                words.append(self.tokens.pop(0).word)
        if not (words or assignments or redirects):
            raise ShellSyntaxError(f"syntax error: unexpected '{self._operator() or 'newline'}'")
        return Simple(assignments=tuple(assignments), words=tuple(words), redirects=tuple(redirects))

    def _redirect(self) -> list[Redirect]:
        token = self.tokens.pop(0)
        if not self.tokens or self._operator():
            raise ShellSyntaxError("syntax error: unexpected 'newline'")
        target = self.tokens.pop(0).word
        if token.operator == "&>":
            both = (Part(kind="text", value="1", quoted=False),)
            return [
                Redirect(descriptor=1, operator=">", target=target),
                Redirect(descriptor=2, operator=">&", target=both),
            ]
        default = 0 if token.operator == "<" else 1
        operator = cast(Literal[">", ">>", "<", ">&"], token.operator)
        descriptor = default if token.descriptor is None else token.descriptor
        return [Redirect(descriptor=descriptor, operator=operator, target=target)]


def _assignment(word: Word) -> tuple[str, Word] | None:
    """`NAME=value` at the start of a command."""
    first = word[0] if word else None
    if first is None or first.kind != "text" or first.quoted:
        return None
    name, equals, value = first.value.partition("=")
    if not equals or not name or name[0] not in NAME_START or not set(name) <= NAME:
        return None
    rest = (Part(kind="text", value=value, quoted=False),) if value else ()
    return name, (*rest, *word[1:])
