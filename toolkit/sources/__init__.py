"""The world in: pasted text, HTML pages, Word documents and Markdown → ``Article``."""
