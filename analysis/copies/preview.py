"""A suggestion as people saw it, in HTML: the words of the record, escaped, in a static frame without script or link."""

from html import escape
from pathlib import Path

from experiments.copies import Copy

STYLE = f"<style>{Path(__file__).with_name('preview.css').read_text(encoding='utf-8')}</style>"
"""How every preview looks and how it fades; readers who want no motion see it stand still."""
_LONGEST_MS = 600_000
_TALL_LINES, _LINE = 14, 24
"""Where words fill more lines than these, of so many characters, the frame scrolls."""


def html_of(copy: Copy, label: str, *, shown_ms: int | None, plays: int) -> str:
    """The suggestion of one copy.

    Args:
        copy: Its words, kept verbatim with their line breaks.
        label: What the frame is called for those who cannot see it.
        shown_ms: Its display limit in ms; None stands still.
        plays: How often it was started: 0 stands still; each further one fades after the display limit and comes back.

    Returns:
        HTML in which nothing of the record is markup.
    """
    moving = plays > 0 and shown_ms is not None
    # Two names for one animation: changing the name is what starts it again.
    motion = f" kz-play-{plays % 2}" if moving else ""
    delay = f' style="animation-delay: {min(max(shown_ms or 0, 0), _LONGEST_MS)}ms"' if moving else ""
    parts = [
        f'<div class="kz-{name}">{escape(text)}</div>'
        for name, text in (("title", copy.title), ("text", copy.text))
        if text
    ]
    if copy.button:
        parts.append(
            f'<div class="kz-line"><span class="kz-as-{copy.button_style}">{escape(copy.button)}</span></div>'
        )
    lines = sum(1 + len(line) // _LINE for line in copy.words.split("\n"))
    stage = 'kz-stage kz-tall" tabindex="0' if lines > _TALL_LINES else "kz-stage"
    return (
        f'<div class="{stage}" role="group" aria-label="{escape(label)}" data-plays="{plays}">'
        f'<div class="kz-popup{motion}"{delay} lang="{escape(copy.language)}">{"".join(parts)}</div></div>'
    )
