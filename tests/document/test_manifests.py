"""``newsletter.toml`` and ``issue.toml``: what they say, and errors that name the line."""

import datetime
from pathlib import Path

import pytest

from toolkit.document.issue import Kind, read_issue, read_section_file
from toolkit.document.publication import find_publication, read_publication
from toolkit.document.toml import value_line
from toolkit.errors import ContentError, UsageError


def test_a_publication(publication: Path) -> None:
    opened = read_publication(publication)
    assert (opened.languages, opened.theme, opened.name("en"), opened.slugs()) == (
        ("ja", "en"),
        "classic",
        "The Test Weekly",
        ["2025-11-25"],
    )
    assert opened.articles == publication.resolve() / "articles"
    assert opened.paper == "a4"
    manifest = publication / "newsletter.toml"
    manifest.write_text('paper = "letter"\n' + manifest.read_text("utf-8"), "utf-8")
    assert read_publication(publication).paper == "letter"


def test_the_name_falls_back_to_the_first_language(publication: Path) -> None:
    (publication / "newsletter.toml").write_text('[name]\nja = "週報"\n', encoding="utf-8")
    opened = read_publication(publication)
    assert (opened.name("en"), opened.languages) == ("週報", ("ja", "en"))


def test_paths_of_its_own(publication: Path) -> None:
    (publication / "newsletter.toml").write_text(
        '[name]\nja = "週報"\n[paths]\narticles = "texts"\n', encoding="utf-8"
    )
    assert read_publication(publication).articles == publication.resolve() / "texts"


@pytest.mark.parametrize("url", ["https://example.org/weekly", "https://example.org/weekly/"])
def test_the_address_of_its_archive_ends_in_a_slash(publication: Path, url: str) -> None:
    assert read_publication(publication).url == ""
    (publication / "newsletter.toml").write_text(
        f'[name]\nja = "週報"\n[site]\nurl = "{url}"\n', encoding="utf-8"
    )
    assert read_publication(publication).url == "https://example.org/weekly/"


def test_it_is_found_from_any_folder_below(publication: Path) -> None:
    assert find_publication(publication / "issues" / "2025-11-25") == publication.resolve()


def test_none_is_found(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="newsletter init"):
        find_publication(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[name]\nja = "週報\n', 2, "is no valid TOML"),
        ('[name]\nja = "a"\n\nthem = 1\n', None, "unknown key"),
        ('them = "x"\n[name]\nja = "a"\n', 1, "did you mean theme?"),
        ('theme = "loud"\n[name]\nja = "a"\n', 1, "theme must be one of"),
        ('paper = "a5"\n[name]\nja = "a"\n', 1, "paper must be one of a4, letter"),
        ('# x\nlanguages = ["fr"]\n[name]\nja = "a"\n', 2, "languages must be"),
        ('languages = ["ja", "ja"]\n[name]\nja = "a"\n', 1, "each once"),
        ('languages = []\n[name]\nja = "a"\n', 1, "languages must be"),
        ('[name]\nen = "a"\n', 1, "[name] needs ja"),
        ('name = "a"\n', 1, "name must be a table"),
        ('[name]\nja = "a"\nfr = "b"\n', 3, "unknown key in [name]: fr"),
        ("[name]\nja = 1\n", 2, "must be a text"),
        ('[name]\nja = "a"\n[paths]\nissue = "x"\n', 4, "unknown key in [paths]"),
        ('[name]\nja = "a"\n[site]\nurl = 1\n', 4, "must be a text"),
        ('[name]\nja = "a"\n[site]\nuri = "x"\n', 4, "unknown key in [site]"),
        ('[name]\nja = "a"\n[site]\nurl = "example.org"\n', 4, "a whole address"),
        ('[name]\nja = "a"\n[site]\nurl = "ftp://example.org/"\n', 4, "a whole address"),
        ('[name]\nja = "a"\n[site]\nurl = "https://example.org/?a=b"\n', 4, "a whole address"),
        ('[name]\nja = "a"\n[site]\nurl = "https://[x/"\n', 4, "a whole address"),
        ('[name]\nja = "a"\n[site]\nurl = "https://me:pass@x.example/"\n', 4, "a whole address"),
    ],
)
def test_errors_in_newsletter_toml(
    publication: Path, text: str, line: int | None, message: str
) -> None:
    (publication / "newsletter.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_publication(publication)
    assert message in raised.value.message
    if line is not None:
        assert raised.value.line == line
    assert raised.value.path == publication / "newsletter.toml"


def test_an_issue(publication: Path) -> None:
    issue = read_issue(read_publication(publication), "2025-11-25")
    assert (issue.number, issue.date, issue.title) == (
        1,
        datetime.date(2025, 11, 25),
        "路面電車が帰ってくる",
    )
    assert [section.kind for section in issue.sections] == [
        Kind.DEEP_DIVE,
        Kind.SIDE_STORY,
        Kind.BRIEF,
        Kind.BRIEF,
        Kind.EDITORS_NOTE,
    ]
    assert [article.slug for article in issue.sections[0].articles] == ["tram"]
    for section in issue.sections:
        assert all(token.tag != "h1" for token in section.body)


HEAD = 'number = 1\ndate = 2025-11-25\ntitle = "題"\n'
NOTE = '[[section]]\nkind = "editors-note"\nfile = "editors-note.md"\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("number = -1\n" + HEAD[11:] + NOTE, 1, "number must be"),
        ("number = true\n" + HEAD[11:] + NOTE, 1, "number must be"),
        ('date = "2025"\ntitle = "題"\n' + NOTE, 1, "date must be a date"),
        ('date = 2025-11-25T10:00:00\ntitle = "題"\n' + NOTE, 1, "date must be a date"),
        ('date = 2025-11-25\ntitle = " "\n' + NOTE, 2, "title must be"),
        (HEAD + "lead = 1\n" + NOTE, 4, "lead must be"),
        (HEAD + "cover = 1\n" + NOTE, 4, "cover must be a text"),
        (HEAD + 'cover = "一つ\\n\\n二つ"\n' + NOTE, 4, "cover must be one picture"),
        (HEAD + 'cover = "- 一つ"\n' + NOTE, 4, "cover must be one picture"),
        (HEAD + 'cover = "![船](a.png)と港"\n' + NOTE, 4, "cover must be one picture"),
        (HEAD + 'cover = "![船](a.png)![港](b.png)"\n' + NOTE, 4, "cover must be one picture"),
        (HEAD, None, "needs its sections"),
        (HEAD + "titel = 1\n" + NOTE, 4, "did you mean title?"),
        (HEAD + NOTE + '[[section]]\nkind = "poem"\nfile = "x.md"\n', 8, "kind must be one of"),
        (HEAD + NOTE + '[[section]]\nkind = "brief"\n', None, "file must be the name"),
        (HEAD + NOTE + '[[section]]\nkind = "brief"\nfile = "none.md"\n', 9, "no file none.md"),
        (
            HEAD + NOTE + '[[section]]\nkind = "brief"\nfile = "../../../../x.md"\n',
            9,
            "must lie in the publication",
        ),
        (HEAD + NOTE + "colour = 1\n", 7, "unknown key in [[section]]: colour"),
        (HEAD + NOTE + 'articles = ["none"]\n', 7, "no article none"),
        (HEAD + NOTE + 'articles = ["../../etc/passwd"]\n', 7, "no article"),
        (HEAD + NOTE + 'articles = "tram"\n', 7, "must be a list"),
    ],
)
def test_errors_in_issue_toml(publication: Path, text: str, line: int | None, message: str) -> None:
    path = publication / "issues" / "2025-11-25" / "issue.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_issue(read_publication(publication), "2025-11-25")
    assert message in raised.value.message
    if line is not None:
        assert raised.value.line == line
    assert raised.value.path == path.resolve()


@pytest.mark.parametrize("slug", ["none", "../x", "a/b", "", ".hidden"])
def test_no_such_issue(publication: Path, slug: str) -> None:
    with pytest.raises(UsageError):
        read_issue(read_publication(publication), slug)


def test_a_section_file(tmp_path: Path) -> None:
    path = tmp_path / "brief.md"
    path.write_text("\n# **犬**の駅長\n\n駅にいる。\n", encoding="utf-8")
    section = read_section_file(path, Kind.BRIEF)
    assert (section.title, section.title_line) == ("**犬**の駅長", 2)
    assert section.body[0].type == "paragraph_open"
    assert section.body[0].map == [3, 4]


def test_an_empty_section_file(tmp_path: Path) -> None:
    path = tmp_path / "brief.md"
    path.write_text(" \n", encoding="utf-8")
    with pytest.raises(ContentError, match="holds no text"):
        read_section_file(path, Kind.BRIEF)


@pytest.mark.parametrize(
    ("keys", "table", "line"),
    [(("a",), None, 1), (("t", "a"), None, 4), (("s", "k"), 0, 6), (("s", "k"), 1, 8)],
)
def test_the_line_of_a_value(keys: tuple[str, ...], table: int | None, line: int) -> None:
    text = "a = 1\n\n[t]\na = 2\n[[s]]\nk = 1\n[[s]]\nk = 2\n"
    assert value_line(text, *keys, table=table) == line


@pytest.mark.parametrize(
    ("written", "sender", "address"),
    [
        ("letters@example.org", "", "letters@example.org"),
        ("港の灯 <letters@example.org>", "港の灯", "letters@example.org"),
        ('"A, B" <a.b+c@mail.example.org>', "A, B", "a.b+c@mail.example.org"),
    ],
)
def test_a_sender(publication: Path, written: str, sender: str, address: str) -> None:
    (publication / "newsletter.toml").write_text(
        f"[name]\nja = 'a'\n[email]\nfrom = '{written}'\n", encoding="utf-8"
    )
    mail = read_publication(publication).mail
    assert mail is not None
    assert (mail.sender, mail.address, mail.reply_to, mail.unsubscribe) == (sender, address, "", "")
    assert mail.domain == address.partition("@")[2]


def test_no_sender(publication: Path) -> None:
    assert read_publication(publication).mail is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('reply_to = "a@example.org"', "needs from"),
        ('from = "no address"', "needs from"),
        ('from = "a@example.org, b@example.org"', "needs from"),
        ('from = "A\\nBcc: b@example.org <a@example.org>"', "needs from"),
        ('from = "a@例え.jp"', "needs from"),
        ("from = 1", "must be a text"),
        ('frm = "a@example.org"', "unknown key in [email]"),
        ('from = "a@example.org"\nreply_to = "A <a@example.org>"', "reply_to must be"),
        ('from = "a@example.org"\nunsubscribe = "http://example.org"', "unsubscribe must be"),
        ('from = "a@example.org"\nunsubscribe = "https://e.org/>,<x"', "unsubscribe must be"),
        ('from = "a@example.org"\nunsubscribe = "https://e.org/\\r\\nX: 1"', "unsubscribe must"),
        ('from = "a@example.org"\nunsubscribe = "mailto:nobody"', "unsubscribe must be"),
        (f'from = "a@example.org"\nunsubscribe = "https://e.org/{"x" * 900}"', "unsubscribe must"),
    ],
)
def test_errors_in_email(publication: Path, line: str, message: str) -> None:
    (publication / "newsletter.toml").write_text(
        f'[name]\nja = "a"\n\n[email]\n{line}\n', encoding="utf-8"
    )
    with pytest.raises(ContentError) as raised:
        read_publication(publication)
    assert message in raised.value.message
    expected = 4 if "needs from" in message and "from =" not in line else 5 + line.count("\n")
    assert raised.value.line == expected
