"""A roadmap set as a document on A4, as PDF, and how many pages its parts take."""

from goals.exchange.typeset.setting import part_lengths, write_pdf

__all__ = ["part_lengths", "write_pdf"]
