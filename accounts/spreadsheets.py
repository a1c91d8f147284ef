"""Text for cells of CSV files, which people open with spreadsheets."""

# A spreadsheet takes a cell that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def text_cell(text: str) -> str:
    """The text, quoted where it would be run. For words alone: a number keeps its minus.

    >>> text_cell("=1+1"), text_cell("Edge")
    ("'=1+1", 'Edge')
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


class Line:
    """A file for the csv module that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line
