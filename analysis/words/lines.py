"""Text in lines that fit a width: what stands in a picture cannot wrap by itself."""

from unicodedata import east_asian_width

PHONE = 44
"""Half-width characters, at the size of a picture's text, that fit the width of a phone."""


def width(text: str) -> int:
    """The width in half-width characters; Japanese ones take two."""
    return sum(2 if east_asian_width(char) in "WFA" else 1 for char in text)


def lines(text: str, fits: int = PHONE) -> list[str]:
    """The text in lines of at most `fits` half-width characters, broken at a space if the second half of a line has one.

    Args:
        text: any text.
        fits: half-width characters, 2 or more.

    Returns:
        One line or more; without the spaces at which they were broken they are the text.
    """
    done: list[str] = []
    line = ""
    for char in text:
        if width(line + char) > fits:
            head, space, tail = line.rpartition(" ")
            kept = (head, tail) if space and 2 * width(head) > fits else (line, "")
            done.append(kept[0])
            line = kept[1]
        line += char
    return [*done, line]
