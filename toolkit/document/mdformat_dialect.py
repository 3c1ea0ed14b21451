"""How mdformat writes what our Markdown has beyond CommonMark; its plugins are such modules."""

import re
from collections.abc import Mapping

from mdformat.renderer import RenderContext, RenderTreeNode
from mdformat.renderer.typing import Postprocess, Render


def _ruby(node: RenderTreeNode, context: RenderContext) -> str:
    return "{" + "|".join([node.content, *node.meta["readings"]]) + "}"


def _strikethrough(node: RenderTreeNode, context: RenderContext) -> str:
    return "~~" + "".join(child.render(context) for child in node.children) + "~~"


def _escape(text: str, node: RenderTreeNode, context: RenderContext) -> str:
    """Keep text that looks like ruby or strikethrough, but was neither, what it was."""
    text = text.replace("~~", "\\~~")
    return re.sub(r"\{(?=[^{}|]+(\|[^{}|]+)+\})", r"\\{", text)


RENDERERS: Mapping[str, Render] = {"ruby": _ruby, "s": _strikethrough}
POSTPROCESSORS: Mapping[str, Postprocess] = {"text": _escape}
