"""Markdown as the plain values that roadmap.typ sets: blocks that hold inline pieces, never markup.

A block is `{"kind": …}` of paragraph, heading, code, quote, bullets, numbers, table or line; a piece of text,
code, break, strong, em, struck or link.
"""

from __future__ import annotations

from typing import Any

from markdown_it.tree import SyntaxTreeNode

from goals.markdown import parser

Node = dict[str, Any]
WRAPPED = {"strong": "strong", "em": "em", "s": "struck"}


def blocks_of(text: str) -> list[Node]:
    """The blocks of a text as a page shows them; nothing of it is HTML."""
    return [block for node in SyntaxTreeNode(parser.parse(text)).children for block in _block(node)]


def _block(node: SyntaxTreeNode) -> list[Node]:
    kind = node.type
    if kind in {"paragraph", "heading"}:
        return [{"kind": kind, "pieces": _pieces(node)}]
    if kind in {"fence", "code_block"}:
        return [{"kind": "code", "text": node.content.rstrip("\n")}]
    if kind == "blockquote":
        return [{"kind": "quote", "blocks": _inside(node)}]
    if kind == "bullet_list":
        return [{"kind": "bullets", "items": [_inside(item) for item in node.children]}]
    if kind == "ordered_list":
        start = int(node.attrs.get("start", 1))
        return [{"kind": "numbers", "start": start, "items": [_inside(item) for item in node.children]}]
    if kind == "table":
        rows = [row for group in node.children for row in group.children]
        cells = [_pieces(cell) for row in rows for cell in row.children]
        return [{"kind": "table", "columns": len(rows[0].children), "cells": cells}]
    if kind == "hr":
        return [{"kind": "line"}]
    return [{"kind": "paragraph", "pieces": [{"kind": "text", "text": node.content}]}]


def _inside(node: SyntaxTreeNode) -> list[Node]:
    return [block for child in node.children for block in _block(child)]


def _pieces(node: SyntaxTreeNode) -> list[Node]:
    return [piece for child in node.children for inline in child.children for piece in _piece(inline)]


def _piece(node: SyntaxTreeNode) -> list[Node]:
    kind = node.type
    if kind == "code_inline":
        return [{"kind": "code", "text": node.content}]
    if kind == "softbreak":
        return [{"kind": "text", "text": " "}]
    if kind == "hardbreak":
        return [{"kind": "break"}]
    inside = [piece for child in node.children for piece in _piece(child)]
    if kind in WRAPPED:
        return [{"kind": WRAPPED[kind], "pieces": inside}]
    if kind == "link":
        return [{"kind": "link", "to": str(node.attrs["href"]), "pieces": inside}]
    # An image is told by its words: a document asks no other place for anything.
    return inside if node.children or not node.content else [{"kind": "text", "text": node.content}]
