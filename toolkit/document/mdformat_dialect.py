"""How mdformat writes what our Markdown has beyond CommonMark; its plugins are such modules."""

import re
from collections.abc import Mapping

from mdformat.renderer import RenderContext, RenderTreeNode
from mdformat.renderer._util import maybe_add_link_brackets
from mdformat.renderer.typing import Postprocess, Render


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


def _escape(text: str, node: RenderTreeNode, context: RenderContext) -> str:
    """Keep text that looks like ruby or strikethrough, but was neither, what it was."""
    text = text.replace("~~", "\\~~")
    return re.sub(r"\{(?=[^{}|]+(\|[^{}|]+)+\})", r"\\{", text)


RENDERERS: Mapping[str, Render] = {"image": _image, "ruby": _ruby, "s": _strikethrough}
POSTPROCESSORS: Mapping[str, Postprocess] = {"text": _escape}
