"""The bare loops of ``benchmarks.scale`` do the same work as the build: the same texts."""

from pathlib import Path

import docx

from benchmarks.scale import BARE_DOCX, Archive


def test_the_bare_loop_writes_each_edition_with_its_words_and_pictures(tmp_path: Path) -> None:
    archive = Archive(tmp_path, 1)
    ran = archive.loop(BARE_DOCX)
    (slug,) = archive.publication.slugs()
    assert set(ran.seconds) == {f"{slug}.{language}.docx" for language in ("ja", "en")}
    assert all(seconds > 0 for seconds in ran.seconds.values())
    assert ran.of("docx") == sum(ran.seconds.values())
    assert ran.of("pdf") == 0

    document = docx.Document(str(archive.bare / f"{slug}.ja.docx"))
    texts = {paragraph.text for paragraph in document.paragraphs}
    written = (archive.publication.issues / slug / "1-deep-dive.md").read_text("utf-8")
    headline = written.partition("\n")[0].removeprefix("# ")
    assert any(headline in text for text in texts)
    pictures = list((archive.publication.issues / slug).glob("*.png"))
    assert len(document.inline_shapes) == len(pictures) > 0

    page = (archive.bare / f"{slug}.en.html").read_text("utf-8")
    assert page.count(".picture") == len(pictures)
