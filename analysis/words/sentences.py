"""Sentences: one catalogue of English and Japanese, one table a sentence.

    ["funnel.biggest_loss"]
    en = "The largest loss is {before} to {after}: {lost:.1%} leave."
    ja = "最大の離脱は「{before}」→「{after}」で、{lost:.1%} が離れています。"

`t("funnel.biggest_loss", "ja", before="表示", after="タップ", lost=0.58)` fills one in.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, cast, get_args

Lang = Literal["en", "ja"]
LANGS: tuple[Lang, ...] = get_args(Lang)

_CATALOGUE = Path(__file__).parents[1] / "catalogue"


class _Said(Protocol):
    """A `Reason` or a `NoEffect`."""

    @property
    def code(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def facts(self) -> Iterable[tuple[str, str | int | float]]: ...


def t(key: str, lang: str, /, **facts: object) -> str:
    """One sentence of the catalogue, its `{placeholders}` filled in.

    Args:
        key: the sentence's name, such as `common.download`.
        lang: `en` or `ja`.
        facts: the values of its placeholders.

    Raises:
        KeyError: no such sentence, or a placeholder without a value.
        ValueError: an unknown language.
    """
    sentences = catalogue()
    if key not in sentences:
        raise KeyError(f"`key` is {key!r}; must be in analysis/catalogue; add it in English and Japanese.")
    try:
        return sentences[key][known(lang)].format(**facts)
    except KeyError as missing:
        raise KeyError(f"`{key}` needs the fact {missing}; must be given; pass it to `t`.") from missing


def preferred(asked: str) -> Lang:
    """The language to greet with: the best known one of an Accept-Language header, else Japanese.

    Args:
        asked: such as `en-GB,en;q=0.9,ja;q=0.8`; weights are honoured, nonsense is ignored.
    """
    best: tuple[float, Lang] = (0.0, "ja")
    for entry in asked.lower().split(","):
        name, _, weight = entry.strip().partition(";q=")
        ours = next((lang for lang in LANGS if lang == name.split("-")[0]), None)
        share = float(weight) if weight.replace(".", "", 1).isdecimal() else float(not weight)
        if ours and share > best[0]:
            best = (share, ours)
    return best[1]


def has(key: str) -> bool:
    """Whether the catalogue holds this sentence."""
    return key in catalogue()


def reason(said: _Said, lang: str) -> str:
    """A reason or a "cannot say" in the reader's language.

    Args:
        said: a `Reason` or a `NoEffect`; translated by `reason.<code>`, its facts and `{p}`, its p-value in words.
        lang: `en` or `ja`.

    Returns:
        The catalogue's sentence, or the English one it carries if the catalogue has no such code.
    """
    key = f"reason.{said.code}"
    if not has(key):
        return said.sentence
    facts = dict(said.facts)
    written = {"p": p_value(facts["p_value"])} if "p_value" in facts else {}
    return t(key, lang, **{**written, **facts})


def p_value(value: str | float) -> str:
    """A p-value as people write it: "p = 0.034"; below a thousandth only "p < 0.001"."""
    return "p < 0.001" if float(value) < 0.001 else f"p = {float(value):.2g}"


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every sentence by key and language, read once from `catalogue/*.toml`.

    Raises:
        ValueError: a sentence stands twice or lacks a language.
    """
    sentences: dict[str, dict[str, str]] = {}
    for path in sorted(_CATALOGUE.glob("*.toml")):
        for key, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in sentences:
                raise ValueError(f"`{key}` is in {path.name} again; must stand once; remove one.")
            if not isinstance(body, dict) or set(body) != set(LANGS):
                raise ValueError(f"`{key}` in {path.name} must have `en` and `ja` and nothing else.")
            sentences[key] = cast("dict[str, str]", body)
    return sentences


def known(lang: str) -> Lang:
    """The language, if it is one of ours.

    Raises:
        ValueError: it is not.
    """
    if lang not in LANGS:
        raise ValueError(f"`lang` is {lang!r}; must be one of {', '.join(LANGS)}; choose one of them.")
    return lang
