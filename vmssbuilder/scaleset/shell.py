"""Commands as people copy them out of a shell: Bash, PowerShell and the Windows command prompt, taken apart into words.

Only what a request needs is understood: quotes, continued lines, here-documents, pipes, redirections and assignments.
Nothing is run. What a shell would only know when it runs (a variable without an assignment, the output of another
command) stays as it is written and is named. Never raises; a text that is no command comes apart into words all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

Dialect = Literal["bash", "powershell", "cmd"]

MAX_SEARCHES: Final = 20
"""How often a closing mark is looked for in vain. It bounds the work."""

MAX_HERE_DOCUMENTS: Final = 50

MAX_TOKENS: Final = 50_000
"""How many pieces of a text are looked at: quotes, blanks, words between them. A body in quotes is one."""

MAX_GROWTH: Final = 2_000_000
"""How many characters variables may bring into a text."""

_POWERSHELL: Final = re.compile(
    r"`[ \t]*\r?$|^[ \t]{0,80}\$\w{1,80}[ \t]*=|\b(?:Invoke-\w+|ConvertTo-Json)\b|@['\"]\s*$|^PS [^\n]*>",
    re.MULTILINE,
)
_CMD: Final = re.compile(r"\^\s*$|\^\\?\^?\"|^[A-Za-z]:\\[^\n>]*>", re.MULTILINE)


@dataclass(slots=True)
class Word:
    """One word. at: where it starts in the text. quoted: whether any of it stood in quotes."""

    text: str
    at: int
    quoted: bool = False


@dataclass(slots=True)
class ShellCommand:
    """One command. given: its standard input, where the text has it. into: the file that its output goes to."""

    at: int
    end: int
    words: list[Word] = field(default_factory=list)
    given: Word | None = None
    into: str = ""
    before: ShellCommand | None = None


@dataclass(slots=True)
class Script:
    """A text taken apart. unknown: the variables without a value, as they are written."""

    commands: list[ShellCommand]
    unknown: set[str]
    files: dict[str, Word]


def dialect_of(text: str) -> Dialect:
    """The shell that a text is written for, as its continued lines and quotes tell."""
    if _POWERSHELL.search(text):
        return "powershell"
    return "cmd" if _CMD.search(text) else "bash"


def script(text: str) -> Script:
    """The commands of a text."""
    dialect = dialect_of(text)
    if dialect == "cmd":
        text = _CARET.sub(_without_caret, text)
    return _Lexer(text, dialect).script()


_CARET: Final = re.compile(r"\^(\r?\n[ \t]*|.)", re.DOTALL)


def _without_caret(found: re.Match[str]) -> str:
    """What `^` protects. A continued line keeps its break, as one that the lexer passes over."""
    return f"\\{found[1]}" if found[1].strip() == "" and "\n" in found[1] else found[1]


_WORD: Final[dict[Dialect, re.Pattern[str]]] = {
    "bash": re.compile(r"[^\s\u00a0'\"\\$|&;<>()#`]+"),
    "powershell": re.compile(r"[^\s\u00a0'\"`$|&;<>()#@]+"),
    "cmd": re.compile(r"[^\s\u00a0\"\\|&<>%]+"),
}
_BLANK: Final = re.compile(r"[ \t\u00a0\r]+")
_BASH_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BASH_ANSI: Final = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_POWERSHELL_QUOTED: Final = re.compile(r'"((?:[^"`]|`.|"")*)"', re.DOTALL)
_POWERSHELL_PLAIN: Final = re.compile(r"'((?:[^']|'')*)'", re.DOTALL)
_HERE_TEXT: Final = re.compile(r"@(['\"])[ \t]*\r?\n(.*?)\n[ \t]*\1@", re.DOTALL)
_HERE_DOCUMENT: Final = re.compile(r"<<(-?)[ \t]*(?:'([\w.-]+)'|\"([\w.-]+)\"|\\?([\w.-]+))")
_CAT: Final = re.compile(r"\$\([ \t]*cat[ \t]*(?=<<)")
_VARIABLE: Final = re.compile(r"\$(?:\{([A-Za-z_][\w:]{0,80})[^}\n]{0,80}\}|([A-Za-z_][\w:]{0,80}))")
_PERCENT: Final = re.compile(r"%([A-Za-z_]\w*)%")
_ANSI: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,3})|(.))", re.DOTALL)
_ANSI_LETTERS: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
}


class _Lexer:
    """One pass over the text."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.at = 0
        self.searches = 0
        self.growth = 0
        self.known: dict[str, Word] = {}
        self.unknown: set[str] = set()
        self.files: dict[str, Word] = {}
        self.commands: list[ShellCommand] = []
        self.command = ShellCommand(0, 0)
        self.word: Word | None = None
        self.pieces: list[str] = []
        self.here_documents = 0
        self.pending: list[tuple[ShellCommand, str, bool, bool]] = []
        self.redirect = ""
        self.depth = 0
        self.closed = True  # whether another single quote is to come

    def script(self) -> Script:
        take: Callable[[str], bool] = {"bash": self._bash, "powershell": self._powershell, "cmd": self._cmd}[self.dialect]  # fmt: skip
        for _ in range(MAX_TOKENS):
            if self.at >= len(self.text):
                break
            blank = _BLANK.match(self.text, self.at)
            if blank is not None:
                self.at = blank.end()
                self._end_word()
                continue
            here = self.text[self.at]
            if here == "\n":
                self._end_line()
            elif not take(here):
                plain = _WORD[self.dialect].match(self.text, self.at)
                piece = plain[0] if plain is not None else here
                self._add(piece, len(piece))
        self._end_command(piped=False)
        return Script(self.commands, self.unknown, self.files)

    # Words and commands.

    def _add(self, piece: str, length: int, *, quoted: bool = False) -> None:
        """Adds to the word at hand what the next characters of the text stand for."""
        if self.depth == 0:
            if self.word is None:
                self.word = Word("", self.at)
            self.pieces.append(piece)
            self.word.quoted = self.word.quoted or quoted
        self.at += length

    def _end_word(self) -> None:
        word, self.word = self.word, None
        if word is None:
            return
        word.text = "".join(self.pieces)
        self.pieces = []
        if self.redirect == ">":
            self.command.into = word.text
        elif self.redirect == "<<<":
            self.command.given = word
        elif self.redirect == "<":
            self.command.given = Word(f"@{word.text}", word.at)
        else:
            if not self.command.words:
                self.command.at = word.at
            self.command.words.append(word)
        self.redirect = ""

    def _end_command(self, *, piped: bool) -> None:
        self._end_word()
        self.redirect = ""
        command = self.command
        self.command = ShellCommand(self.at, self.at)
        if not command.words:
            return
        command.end = self.at
        self._assign(command)
        self.commands.append(command)
        if piped:
            self.command.before = command

    def _end_line(self) -> None:
        if self.depth == 0:
            piped = self.command.before is not None and not self.command.words and self.word is None
            if not piped:
                self._end_command(piped=False)
        self.at += 1
        waiting, self.pending = self.pending, []
        for command, delimiter, indented, literal in waiting:
            start = self.at
            body = self._here_document(delimiter, indented=indented)
            command.end = self.at
            given = Word(body if literal else self._expanded(body), start)
            command.given = given
            if command.into:
                self.files[command.into] = given

    def _assign(self, command: ShellCommand) -> None:
        """Remembers `NAME=value`, `export NAME=value`, `$name = value`."""
        words = command.words
        if self.dialect == "powershell":
            joined = "=" if len(words) > 2 and words[1].text == "=" else ""
            name, sign, value = f"{words[0].text}{joined}{words[2].text if joined else ''}".partition("=")
            if sign and name.startswith("$"):
                self.known[name.strip("${} ").casefold()] = Word(value, words[2 if joined else 0].at)
            return
        for word in words[1:] if words[0].text in ("export", "set", "local", "declare") else words[:1]:
            name, sign, value = word.text.partition("=")
            if sign and re.fullmatch(r"[A-Za-z_]\w*", name):
                self.known[name if self.dialect == "bash" else name.casefold()] = Word(value, word.at)

    def _expanded(self, written: str) -> str:
        """The text with the variables that have a value. The others are noted down."""
        pattern = _PERCENT if self.dialect == "cmd" else _VARIABLE

        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2] if self.dialect != "cmd" else found[1]
            given = self.known.get(name if self.dialect == "bash" else name.casefold())
            if given is None or self.growth + len(given.text) > MAX_GROWTH:
                self.unknown.add(found[0])
                return found[0]
            self.growth += len(given.text)
            if found[0] == written and self.depth == 0 and self.word is None:
                self.word = Word("", given.at)  # its lines are those of the assignment
            return given.text

        return pattern.sub(value, written)

    def _found(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The pattern here. Looking in vain for the end of something is bounded."""
        if self.searches > MAX_SEARCHES:
            return None
        found = pattern.match(self.text, self.at)
        if found is None:
            self.searches += 1
        return found

    def _here_document(self, delimiter: str, *, indented: bool) -> str:
        """The lines up to the delimiter, from here."""
        self.here_documents += 1
        if self.here_documents > MAX_HERE_DOCUMENTS:
            return ""
        before = r"^[ \t]*" if indented else "^"
        pattern = before + re.escape(delimiter) + r"(?=[ \t]*\)?[ \t\"]*\r?$)"
        end = re.compile(pattern, re.MULTILINE).search(self.text, self.at)
        stop, after = (end.start(), end.end()) if end is not None else (len(self.text),) * 2
        body = self.text[self.at : stop]
        self.at = after
        return re.sub(r"^\t+", "", body, flags=re.MULTILINE) if indented else body

    # Bash.

    def _bash(self, here: str) -> bool:
        text = self.text
        if here == "\\":
            if text.startswith(("\\\n", "\\\r\n"), self.at):
                self.at = text.index("\n", self.at) + 1
            else:
                self._add(text[self.at + 1 : self.at + 2], 2)
            return True
        if here == "'":
            stop = text.find("'", self.at + 1) if self.closed else -1
            if stop < 0:
                self.closed = False
                return False
            self._add(text[self.at + 1 : stop], stop + 1 - self.at, quoted=True)
            return True
        if here == '"':
            return self._bash_quoted()
        if here == "#" and self.word is None:
            self._skip_line()
            return True
        if here == "$":
            return self._bash_dollar()
        return self._operator(here)

    def _bash_quoted(self) -> bool:
        cat = _CAT.match(self.text, self.at + 1)
        if cat is not None:
            self.at += 1
            return self._bash_dollar()
        found = self._found(_BASH_QUOTED)
        if found is None:
            return False
        plain = re.sub(r"\\(\n|[\\\"$`])", lambda each: "" if each[1] == "\n" else f"\x00{each[1]}" if each[1] == "$" else each[1], found[1])  # fmt: skip
        # A dollar that is escaped is no variable.
        pieces = [self._expanded(piece) for piece in plain.split("\x00$")]
        self._add("$".join(pieces), len(found[0]), quoted=True)
        return True

    def _bash_dollar(self) -> bool:
        ansi = self._found(_BASH_ANSI) if self.text.startswith("$'", self.at) else None
        if ansi is not None:
            self._add(_ANSI.sub(_ansi, ansi[1]), len(ansi[0]), quoted=True)
            return True
        cat = _CAT.match(self.text, self.at)
        if cat is not None:
            opening = _HERE_DOCUMENT.match(self.text, cat.end())
            line = self.text.find("\n", cat.end())
            if opening is not None and line >= 0:
                start = self.at
                self.at = line + 1
                literal = opening[2] or opening[3]
                delimiter = literal or opening[4]
                at = self.at
                body = self._here_document(delimiter, indented=bool(opening[1]))
                closing = re.compile(r"\s*\)\"?").match(self.text, self.at)
                after = closing.end() if closing is not None else self.at
                self.at = at
                self._add(body if literal else self._expanded(body), 0, quoted=True)
                self.at = max(after, start + 1)
                return True
        if self.text.startswith("$(", self.at):
            self._opaque("$(")
            return True
        found = _VARIABLE.match(self.text, self.at)
        if found is None:
            return False
        self._add(self._expanded(found[0]), len(found[0]))
        return True

    def _opaque(self, opening: str) -> None:
        """What another command would print: stands as `$(...)`, its words are passed over."""
        if self.depth == 0:
            self._add("$(…)", 0)
            self.unknown.add("$(…)")
        self.depth += 1
        self.at += len(opening)

    def _operator(self, here: str) -> bool:
        text = self.text
        if here == ")":
            if self.depth:
                self.depth -= 1
                self.at += 1
                return True
            self._end_command(piped=False)
            self.at += 1
            return True
        if here == "(":
            if self.depth:
                self.depth += 1
            else:
                self._end_word()
            self.at += 1
            return True
        if here == "<":
            if text.startswith("<<<", self.at):
                self._redirected("<<<", 3)
                return True
            opening = _HERE_DOCUMENT.match(text, self.at) if self.dialect == "bash" else None
            if opening is not None:
                self._end_word()
                literal = opening[2] or opening[3]
                if self.depth == 0 and len(self.pending) < 10:
                    self.pending.append(
                        (self.command, literal or opening[4], bool(opening[1]), bool(literal))
                    )
                self.at = opening.end()
                return True
            if text.startswith("<(", self.at):
                self._opaque("<(")
                return True
            self._redirected("<", 1)
            return True
        if here == ">":
            self._redirected(">", 2 if text.startswith(">>", self.at) else 1)
            return True
        if here in "|&;":
            double = text[self.at : self.at + 2] in ("||", "&&")
            if self.depth == 0:
                self._end_command(piped=here == "|" and not double)
            self.at += 2 if double else 1
            return True
        return False

    def _redirected(self, sign: str, length: int) -> None:
        if self.pieces in (["1"], ["2"]):
            self.word, self.pieces = None, []
        self._end_word()
        self.at += length
        if sign == ">" and self.text.startswith("&", self.at):
            self.at += 2  # 2>&1
        elif self.depth == 0:
            self.redirect = sign

    def _skip_line(self) -> None:
        stop = self.text.find("\n", self.at)
        self.at = stop if stop >= 0 else len(self.text)

    # PowerShell.

    def _powershell(self, here: str) -> bool:
        text = self.text
        if here == "`":
            if re.compile(r"`[ \t]*\r?\n").match(text, self.at):
                self.at = text.index("\n", self.at) + 1
            else:
                self._add(text[self.at + 1 : self.at + 2], 2)
            return True
        if here == "@":
            found = self._found(_HERE_TEXT)
            if found is not None:
                body = found[2] if found[1] == "'" else self._expanded(found[2])
                self._add(body, 0, quoted=True)
                if self.word is not None and self.depth == 0:
                    self.word.at = found.start(2)
                self.at = found.end()
                return True
            return False
        if here == "'":
            found = self._found(_POWERSHELL_PLAIN)
            if found is None:
                return False
            self._add(found[1].replace("''", "'"), len(found[0]), quoted=True)
            return True
        if here == '"':
            found = self._found(_POWERSHELL_QUOTED)
            if found is None:
                return False
            plain = re.sub(r"`(.)", r"\1", found[1], flags=re.DOTALL).replace('""', '"')
            self._add(self._expanded(plain), len(found[0]), quoted=True)
            return True
        if here == "#" and self.word is None:
            self._skip_line()
            return True
        if here == "$":
            if text.startswith("$(", self.at):
                self._opaque("$(")
                return True
            variable = _VARIABLE.match(text, self.at)
            if variable is None:
                return False
            assigned = (
                self.word is None
                and not self.command.words
                and re.compile(r"\s*=").match(text, variable.end())
            )
            self._add(variable[0] if assigned else self._expanded(variable[0]), len(variable[0]))
            return True
        return self._operator(here)

    # The Windows command prompt.

    def _cmd(self, here: str) -> bool:
        text = self.text
        if here == "\\" and text.startswith(("\\\n", "\\\r\n"), self.at):
            self.at = text.index("\n", self.at) + 1
            return True
        if here == '"':
            found = self._found(_BASH_QUOTED)
            if found is None:
                return False
            plain = re.sub(r'\\(["\\])', r"\1", found[1])
            self._add(self._expanded(plain), len(found[0]), quoted=True)
            return True
        if here == "%":
            variable = _PERCENT.match(text, self.at)
            if variable is None:
                return False
            self._add(self._expanded(variable[0]), len(variable[0]))
            return True
        return here in "|&<>" and self._operator(here)


def _ansi(found: re.Match[str]) -> str:
    """What an escape of `$'...'` stands for."""
    if found[1] or found[2]:
        return chr(int(found[1] or found[2], 16))
    if found[3]:
        return chr(int(found[3], 8))
    return _ANSI_LETTERS.get(found[4], found[4] if found[4] in "\\'\"?" else f"\\{found[4]}")
