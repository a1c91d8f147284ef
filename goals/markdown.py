"""The Markdown that texts of ours are written in: CommonMark with tables and strikethrough, without HTML."""

from __future__ import annotations

from markdown_it import MarkdownIt

parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
