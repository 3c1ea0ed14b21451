"""Where the looks come from: templates and styles, a publication's own over the toolkit's.

A publication overrides any file of ``templates/`` by one of the same name in its own
``templates/`` folder. What is loaded from there may not reach out of the publication:
templates run in Jinja's sandbox, styles may name only files that lie in a ``templates``
folder.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from toolkit.document.publication import PAPERS, Publication
from toolkit.errors import ContentError, MissingError
from toolkit.files import read_text
from toolkit.resources import folder

_TEMPLATE_ERRORS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a template can raise: Jinja's own errors, and those of the expressions in it."""

_URL = re.compile(r"""url\(\s*(["']?)(.*?)\1\s*\)""")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def find(publication: Publication, name: str) -> Path:
    """The file that a name under ``templates/`` means.

    Raises:
        ContentError: the publication's own file is a link out of the publication.
        MissingError: the name leads out of the folder, or the toolkit has no such file either.
    """
    return _find(publication.root, name)


def _find(root: Path, name: str) -> Path:
    if name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise MissingError(f"{name} is no name under templates/", folder("templates"))
    own = root / "templates" / name
    if own.is_file():
        if not own.resolve().is_relative_to(root.resolve()):
            raise ContentError("leads out of the publication: copy the file into it", own)
        return own
    path = folder("templates") / name
    if not path.is_file() or not path.resolve().is_relative_to(folder("templates").resolve()):
        raise MissingError(f"there is no {name} among the templates", folder("templates"))
    return path


def styles(publication: Publication, medium: str, *, is_bilingual: bool = False) -> dict[str, str]:
    """The style sheets of a document, in the order of the cascade, each with its CSS medium.

    A web page (``screen``) has those for print too, for readers who print it.
    """
    media = dict.fromkeys((medium, "print"))
    sheets = {"base.css": "all", f"themes/{publication.theme}.css": "all"}
    sheets |= {f"{name}.css": name for name in media}
    if medium == "print":
        sheets["pdf.css"] = "print"
    if publication.paper != PAPERS[0]:
        sheets[f"papers/{publication.paper}.css"] = "print"
    if is_bilingual:
        sheets["bilingual.css"] = "all"
        sheets |= {f"bilingual-{name}.css": name for name in media}
    return sheets


def style_sheet(publication: Publication, name: str, resolve: Callable[[Path], str]) -> str:
    """A style sheet without its comments, every ``url(…)`` in it replaced.

    Args:
        publication: whose style it is.
        name: the sheet, as a name under ``templates/``; its URLs are relative to it.
        resolve: what to write for a file, as a URL.

    Raises:
        ContentError: it imports something, names a URL, or a file that is not there.
    """
    path = find(publication, name)
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), read_text(path))

    def fail(message: str, position: int) -> ContentError:
        return ContentError(message, path, text.count("\n", 0, position) + 1)

    for wrong in ("@import", "</"):
        if (position := text.lower().find(wrong)) >= 0:
            raise fail(f"{wrong} has no place in a style sheet here", position)

    def replaced(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2]))
        if ":" in match[2] or target.startswith(("/", "../")):
            raise fail(f"{match[2]} is no file under templates/", match.start())
        try:
            file = find(publication, target)
        except MissingError:
            raise fail(f"there is no {target} under templates/", match.start()) from None
        return f'url("{resolve(file)}")'

    text = _URL.sub(replaced, text)
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def fill_template(publication: Publication, name: str, context: Mapping[str, object]) -> str:
    """A template filled in, in a sandbox, everything escaped that is no ``Markup``.

    Raises:
        ContentError: the publication's own template is broken, or does what it must not.
    """
    try:
        return _environment(publication.root).get_template(name).render(context)
    except _TEMPLATE_ERRORS as error:
        try:
            place = find(publication, str(getattr(error, "name", None) or name))
        except MissingError:
            place = None
        raise ContentError(
            f"the template cannot be used: {getattr(error, 'message', None) or error}",
            place,
            getattr(error, "lineno", None),
        ) from None


@lru_cache(maxsize=8)
def _environment(root: Path) -> ImmutableSandboxedEnvironment:
    """Where a publication's templates are compiled: once, as long as they stay as they are."""

    def read(name: str) -> tuple[Path, str] | None:
        try:
            path = _find(root, name)
        except MissingError:
            return None
        return path, read_text(path)

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        if not (found := read(name)):
            return None
        path, text = found
        return text, str(path), lambda: read(name) == found

    return ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
