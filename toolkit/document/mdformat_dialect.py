"""How mdformat writes what our Markdown has beyond CommonMark; its plugins are such modules."""

import re
from collections.abc import Mapping

from mdformat.renderer import RenderContext, RenderTreeNode
from mdformat.renderer._util import maybe_add_link_brackets
from mdformat.renderer.typing import Postprocess, Render

_NOTE_MARK = re.compile(r"(?<!\\)((?:\\\\)*)\[(\^(?:[^\s\]\\]|\\.)+)\]")
"""What looks like the mark of a footnote, and is not escaped."""


def _ruby(node: RenderTreeNode, context: RenderContext) -> str:
    return "{" + "|".join([node.content, *node.meta["readings"]]) + "}"


def _image(node: RenderTreeNode, context: RenderContext) -> str:
    """As mdformat does, but with quotes and brackets in its words escaped, and code kept."""
    words = "".join(child.render(context) for child in node.children)
    place = maybe_add_link_brackets(str(node.attrs["src"]))
    title = str(node.attrs.get("title") or "").replace('"', '\\"')
    return f'![{words}]({place} "{title}")' if title else f"![{words}]({place})"


def _strikethrough(node: RenderTreeNode, context: RenderContext) -> str:
    return "~~" + "".join(child.render(context) for child in node.children) + "~~"


def _footnote_ref(node: RenderTreeNode, context: RenderContext) -> str:
    return f"[^{node.meta['label']}]"


def _footnote(node: RenderTreeNode, context: RenderContext) -> str:
    """A note: its first paragraph beside its label, all else set in by four spaces."""
    with context.indented(4):
        blocks = [(child.type, child.render(context)) for child in node.children]
    blocks = [(kind, text) for kind, text in blocks if text]
    lines = "\n\n".join(text for _, text in blocks).split("\n")
    beside = f" {lines.pop(0)}".rstrip() if not blocks or blocks[0][0] == "paragraph" else ""
    below = [f"    {line}" if line else "" for line in lines]
    return "\n".join([f"[^{node.meta['label']}]:{beside}", *below])


def _escape(text: str, node: RenderTreeNode, context: RenderContext) -> str:
    """Keep text that looks like ruby, strikethrough or a footnote, but was none, what it was."""
    text = text.replace("~~", "\\~~")
    text = _NOTE_MARK.sub(r"\1\\[\2\\]", text)
    text = re.sub(r"(?<!\\)((?:\\\\)*)\[(?=\^[^\s\]])", r"\1\\[", text)
    text = re.sub(r"(?<!\\)((?:\\\\)*)\^(?=\[|\Z)", r"\1\\^", text)
    if node.previous_sibling is not None and node.previous_sibling.type == "footnote_ref":
        text = re.sub(r"\A(?=[(:])", r"\\", text)  # neither a link nor the note itself
    return re.sub(r"\{(?=[^{}|]+(\|[^{}|]+)+\})", r"\\{", text)


RENDERERS: Mapping[str, Render] = {
    "footnote": _footnote,
    "footnote_ref": _footnote_ref,
    "image": _image,
    "ruby": _ruby,
    "s": _strikethrough,
}
POSTPROCESSORS: Mapping[str, Postprocess] = {"text": _escape}
