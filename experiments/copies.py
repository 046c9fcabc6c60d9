"""What a suggestion said, as people write it down: the words of a copy in one language, and what its button looks like."""

import json
import re
import unicodedata
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from experiments.conditions import Name, Shape

ButtonStyle = Literal["button", "outlined", "text", "link", "none"]
"""What the thing to tap looks like: a filled or an outlined button, bare text, an underlined link, or nothing of its own."""
LONGEST_TEXT, MOST_COPIES = 4000, 1000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Copy(Shape):
    """One copy in one language.

    Args:
        copy_id: As the log's suggestion_shown calls it.
        language: Of the words: "en", "ja", "zh-Hant" and so on (BCP 47).
        text: Verbatim, with its line breaks.
        title: A line of its own above the text, verbatim.
        button: What the button says.
        button_style: "button", "outlined", "text", "link" or "none".
        design_id: The design that the words stood in, as the log calls it; None where it was every design.
        note: Anything else about how it was displayed.
    """

    noun: ClassVar[str] = "a copy"

    copy_id: Name
    language: Name
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    title: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    button: Annotated[str, Field(max_length=200)] = ""
    button_style: ButtonStyle = "none"
    design_id: Name | None = None
    note: Annotated[str, Field(max_length=2000)] = ""

    @field_validator("language")
    @classmethod
    def _a_language(cls, given: str) -> str:
        if not _LANGUAGE.fullmatch(given):
            raise ValueError(f"`language` is {given!r}; must be a language tag; write en, ja or zh-Hant.")
        return given

    @field_validator("text", "title", "button")
    @classmethod
    def _can_be_shown(cls, given: str) -> str:
        strange = next((char for char in given if char != "\n" and unicodedata.category(char) == "Cc"), None)
        if strange is not None:
            raise ValueError(
                f"`text` has the control character {strange!r}; must have line breaks only; remove it."
            )
        return given

    @model_validator(mode="after")
    def _a_button_looks_like_something(self) -> Self:
        if bool(self.button.strip()) != (self.button_style != "none"):
            raise ValueError(
                f"`button_style` is {self.button_style!r} and `button` is {self.button!r}; must both be given, "
                'or neither ("none" and no words); add the other.'
            )
        if not self.text.strip():
            raise ValueError("`text` is blank; must have words; copy what the suggestion said.")
        return self

    @property
    def key(self) -> str:
        """What its records carry: copy, language and design, as JSON, so that no two copies share one."""
        return copy_key(self.copy_id, self.language, self.design_id)

    @property
    def words(self) -> str:
        """Everything there is to read, line by line: title, text, button."""
        return "\n".join(part for part in (self.title, self.text, self.button) if part)


class Copies(Shape):
    """A file of copies: `[[copies]]`, each with its keys.

    Args:
        copies: One or more, each copy, language and design once.
    """

    noun: ClassVar[str] = "a file of copies"

    copies: Annotated[tuple[Copy, ...], Field(min_length=1, max_length=MOST_COPIES)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [copy.key for copy in self.copies]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"`copies` has {twice} twice; must have it once; remove one.")
        return self


def copy_key(copy_id: str, language: str, design_id: str | None) -> str:
    """The key of a copy's records.

    Args:
        copy_id: As the log calls it.
        language: A language tag.
        design_id: The design, or None for every design.
    """
    return json.dumps([copy_id, language, design_id], ensure_ascii=False)
