"""The features of fonts (kerning, figures of one width) for WeasyPrint's texts, without a leak.

For every piece of text that it measures or draws, WeasyPrint 70 makes a list of Pango attributes
that nobody frees: 0.3 MB of C memory a PDF of ours, which a process that makes a thousand of
them does not have. This module gives each text the same features and frees them with it. A test
sees to it that the memory in use stays the same from PDF to PDF.
"""

from functools import cache
from typing import Any

_PROPERTIES = (
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


@cache
def teach_weasyprint() -> None:
    """Make WeasyPrint free the features of its texts; once a process."""
    from weasyprint.text import line_break
    from weasyprint.text.ffi import pango

    font_features, set_up = line_break.font_features, line_break.Layout.setup

    def set_up_and_free(self: Any, style: Any) -> None:
        set_up(self, style)
        features = font_features(*(style[name] for name in _PROPERTIES))
        if not features:
            return
        text = ",".join(f"{name} {value}" for name, value in features.items())
        attributes = pango.pango_attr_list_new()
        # The list owns the attribute, and the layout keeps the list as long as it lasts.
        pango.pango_attr_list_insert(attributes, pango.pango_attr_font_features_new(text.encode()))
        pango.pango_layout_set_attributes(self.layout, attributes)
        pango.pango_attr_list_unref(attributes)

    # Asked for none, WeasyPrint's own method makes no list.
    line_break.font_features = lambda *properties: {}
    line_break.Layout.setup = set_up_and_free
