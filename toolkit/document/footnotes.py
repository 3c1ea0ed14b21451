"""Footnotes: ``本文[^1]`` with ``[^1]: 注の本文``, or ``本文^[注の本文]`` in one piece.

mdit-py-plugins reads them. Here they get the shape in which the toolkit keeps them: a
``footnote_ref`` token in the text and a ``footnote_open`` … ``footnote_close`` block where
the note is written, both with ``meta["label"]``. A note in one piece becomes a note below
the block that it stands in, with the first number that is free.

A mark is read as one whether its note is there or not, so that a sentence means the same
on its own; what has no note is found by ``newsletter check`` and printed as it stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_inline, footnote_ref

_LONGEST_LABEL = 200
_LONGEST_IN_ONE_PIECE = 5_000
"""Characters. Without an end in sight the plugin would look for one up to the end of the text,
once for every ``[^`` in it."""


def footnotes(md: MarkdownIt) -> None:
    """Read footnotes."""
    md.use(footnote_plugin, move_to_end=False, always_match_refs=True)
    md.inline.ruler.at("footnote_ref", _mark)
    md.inline.ruler.at("footnote_inline", _in_one_piece)
    md.core.ruler.after("inline", "footnotes", _settle)
    md.add_render_rule("footnote_ref", _render_mark)
    md.add_render_rule("footnote_open", _render_open)
    md.add_render_rule("footnote_close", _render_close)


def _mark(state: StateInline, silent: bool) -> bool:
    near = state.src.find("]", state.pos, state.pos + _LONGEST_LABEL) != -1
    return near and footnote_ref(state, silent, always_match=True)


def _in_one_piece(state: StateInline, silent: bool) -> bool:
    end = state.src.find("]", state.pos, state.pos + _LONGEST_IN_ONE_PIECE)
    # Within a link or a note: deeper brackets are no prose.
    near = end != -1 and state.src.count("[", state.pos, end) <= 20
    return near and footnote_inline(state, silent)


def as_written(ref: Token) -> Token:
    """A mark as plain text: ``[^label]``."""
    return Token("text", "", 0, content=f"[^{ref.meta['label']}]", level=ref.level)


def marks(inline: Token) -> Iterator[str]:
    """The labels of the marks in an inline token, in order."""
    for child in inline.children or []:
        if child.type == "footnote_ref":
            yield child.meta["label"]


def definitions(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where each note opens and closes among the tokens; those within another are left out."""
    start = None
    for position, token in enumerate(tokens):
        if token.type == "footnote_open" and start is None:
            start, level = position, token.level
        elif token.type == "footnote_close" and start is not None and token.level == level:
            yield start, position
            start = None


def apart(
    tokens: Sequence[Token],
) -> tuple[list[Token], list[tuple[str, list[Token]]]]:
    """The tokens without their notes, and the notes: the label and the tokens of each."""
    spans = list(definitions(tokens))
    inside = {place for start, end in spans for place in range(start, end + 1)}
    text = [token for place, token in enumerate(tokens) if place not in inside]
    notes = []
    for start, end in spans:
        level = tokens[start].level
        note = [token.copy(level=token.level - level) for token in tokens[start : end + 1]]
        notes.append((tokens[start].meta["label"], note))
    return text, notes


def marked(tokens: Sequence[Token]) -> set[str]:
    """The labels of all marks among the tokens."""
    return {label for token in tokens if token.type == "inline" for label in marks(token)}


def brought_together(parts: Sequence[Sequence[Token]]) -> list[list[Token]]:
    """The parts of a text that was cut, each with the notes of its marks, which may have stood
    at the end of the whole. What leads nowhere stays where it was.
    """
    cut = [apart(part) for part in parts]
    own = [{label for label, _ in notes} for _, notes in cut]
    used = [marked(part) for part in parts]
    # A note that no mark of its own part calls is the one that others mean.
    called: dict[str, list[Token]] = {}
    for idle in (True, False):
        for place, (_, notes) in enumerate(cut):
            for label, note in notes:
                if (label not in used[place]) == idle:
                    called.setdefault(label, note)
    added: list[list[Token]] = []
    taken: list[list[Token]] = []
    for place in range(len(parts)):
        wanted = [called[label] for label in sorted(used[place] - own[place]) if label in called]
        added.append([token for note in wanted for token in note])
        taken += wanted
    result = []
    for place, (text, notes) in enumerate(cut):
        gone = [note for label, note in notes if note in taken and label not in used[place]]
        kept = [token for _, note in notes if note not in gone for token in note]
        result.append([*([*text, *kept] if gone else parts[place]), *added[place]])
    return result


def _settle(state: StateCore) -> None:
    found = state.env.get("footnotes", {"refs": {}, "list": {}})
    taken = {key[1:] for key in found["refs"]}
    taken |= {note["label"] for note in found["list"].values() if "label" in note}
    free = (str(number) for number in count(1) if str(number) not in taken)
    notes: list[Token] = []  # in one piece, waiting for the end of their block
    tokens: list[Token] = []

    def settled(children: Sequence[Token], place: Token) -> list[Token]:
        """The children with a label on every mark, none of them within a link or an image."""
        result: list[Token] = []
        links, waiting = 0, []
        for child in children:
            if child.type == "footnote_ref":
                piece = found["list"][child.meta["id"]] if "label" not in child.meta else {}
                if piece and state.inlineMode:
                    result.append(Token("text", "", 0, content=f"^[{piece['content']}]"))
                    continue
                label = child.meta.get("label") or next(free)
                child = Token("footnote_ref", "", 0, meta={"label": label}, level=child.level)
                if piece:
                    notes.extend(_note(label, piece["content"], piece["tokens"], place))
                if links:
                    waiting.append(replace(child, level=0))
                    continue
            elif child.type == "image":
                child.children = [
                    _as_text(inner, found["list"]) if inner.type == "footnote_ref" else inner
                    for inner in child.children or []
                ]
            links += (child.type == "link_open") - (child.type == "link_close")
            result.append(child)
            if not links:
                result += waiting
                waiting = []
        return result

    for token in state.tokens:
        if token.type in ("footnote_reference_open", "footnote_reference_close"):
            token.type = token.type.replace("_reference", "")
            token.block = True
        elif token.type == "inline":
            token.children = settled(token.children or [], token)
        tokens.append(token)
        while notes and token.level == 0 and token.nesting <= 0 and not state.inlineMode:
            waiting, notes[:] = list(notes), []
            for note in waiting:
                if note.type == "inline":
                    note.children = settled(note.children or [], note)
                tokens.append(note)
    state.tokens = tokens


def _note(label: str, content: str, children: list[Token], place: Token) -> Iterator[Token]:
    """The tokens of a note in one piece."""
    meta = {"label": label}
    yield Token("footnote_open", "", 1, meta=meta, map=place.map, block=True)
    yield Token("paragraph_open", "p", 1, map=place.map, level=1, block=True)
    yield Token(
        "inline", "", 0, map=place.map, level=2, content=content, children=children, block=True
    )
    yield Token("paragraph_close", "p", -1, level=1, block=True)
    yield Token("footnote_close", "", -1, block=True)


def _as_text(ref: Token, pieces: dict[int, dict[str, str]]) -> Token:
    if "label" in ref.meta:
        return as_written(ref)
    return Token("text", "", 0, content=f"^[{pieces[ref.meta['id']]['content']}]")


def _render_mark(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    from markupsafe import escape

    return f"<sup>{escape(tokens[index].meta['label'])}</sup>"


def _render_open(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    from markupsafe import escape

    return f'<aside title="{escape(tokens[index].meta["label"])}">\n'


def _render_close(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</aside>\n"
