"""What WeasyPrint tells Pango of a text's style, worked out once a style, and freed.

For every piece of text that it measures or draws, WeasyPrint 70 makes a Pango context and a
description of the font anew, which is a sixth of its time; and a list of attributes for the
font's features (kerning, figures of one width) that nobody frees: 0.3 MB of C memory a PDF of
ours, which a process that makes a thousand of them does not have. Here the texts of a style share
what is the same for all of them, and each frees what is its own. Tests see to it that the
memory in use stays the same from PDF to PDF, and that lines are those WeasyPrint would set.
"""

from dataclasses import dataclass
from typing import Any

_FEATURES = (
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
)
"""The properties that ask for features, as ``weasyprint.text.fonts.font_features`` takes them."""

_LINES = ("ascent", "underline_position", "strikethrough_position")
_THICKNESSES = ("underline_thickness", "strikethrough_thickness")


@dataclass(frozen=True)
class _Look:
    """What the texts of a style have in common.

    Attributes:
        context, language, font: Pango's.
        features: as Pango reads them; empty for none.
        lines: where lines under and through the text lie, by the names that WeasyPrint looks for.
    """

    context: Any
    language: Any
    font: Any
    features: bytes
    lines: dict[str, float | None]


def teach() -> None:
    """Make WeasyPrint share what texts have in common."""
    from weasyprint.layout import inline
    from weasyprint.text import line_break
    from weasyprint.text.constants import LST_TO_ISO, PANGO_DIRECTION
    from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango
    from weasyprint.text.fonts import font_features, get_font_description

    def look_of(style: Any) -> _Look:
        context = ffi.gc(
            pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref
        )
        pango.pango_context_set_round_glyph_positions(context, False)
        pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
        override = style["font_language_override"]
        name = style["lang"] if override == "normal" else LST_TO_ISO.get(override.lower(), override)
        if name:
            language = pango.pango_language_from_string(name.encode())
            pango.pango_context_set_language(context, language)
        else:
            language = pango.pango_language_get_default()
        font = get_font_description(style)
        features = font_features(*(style[name] for name in _FEATURES))
        return _Look(
            context,
            language,
            font,
            ",".join(f"{name} {value}" for name, value in features.items()).encode(),
            lines_of(style, context, font, language),
        )

    def lines_of(style: Any, context: Any, font: Any, language: Any) -> dict[str, float | None]:
        if style["text_decoration_line"] == "none":
            return dict.fromkeys(_LINES)
        metrics = ffi.gc(
            pango.pango_context_get_metrics(context, font, language),
            pango.pango_font_metrics_unref,
        )
        return {
            name: FROM_UNITS * getattr(pango, f"pango_font_metrics_get_{name}")(metrics)
            for name in (*_LINES, *_THICKNESSES)
        }

    def set_up(self: Any, style: Any) -> None:
        look = getattr(style, "look", None)
        if look is None:
            # A style is of one document, and is not changed once text is set in it.
            look = style.look = look_of(style)
        self.style = style
        self.first_line_direction = 0
        self.language = look.language
        vars(self).update(look.lines)
        self.layout = ffi.gc(pango.pango_layout_new(look.context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(self.layout, False)
        pango.pango_layout_set_font_description(self.layout, look.font)
        if look.features:
            attributes = pango.pango_attr_list_new()
            # The list owns the attribute, and the layout keeps the list as long as it lasts.
            pango.pango_attr_list_insert(
                attributes, pango.pango_attr_font_features_new(look.features)
            )
            pango.pango_layout_set_attributes(self.layout, attributes)
            pango.pango_attr_list_unref(attributes)

    strut = inline.strut

    def strut_of(style: Any) -> Any:
        found = getattr(style, "strut", None)
        if found is None:
            found = style.strut = strut(style)
        return found

    line_break.Layout.setup, inline.strut = set_up, strut_of
