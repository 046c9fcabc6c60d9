"""Small builders of SQL expressions; a value of a mapping becomes a literal, never text of a statement."""

from collections.abc import Iterable, Sequence

from sqlglot import exp

Expression = exp.Expr
NULL = exp.Null()


def text(value: str) -> Expression:
    """A string literal."""
    return exp.Literal.string(value)


def number(value: float) -> Expression:
    """A number literal."""
    return exp.convert(value)


def call(name: str, *arguments: Expression) -> Expression:
    """A function call."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def column(name: str) -> Expression:
    """A quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True))


def named(value: Expression, name: str) -> Expression:
    """A value under a quoted name."""
    return exp.alias_(value, name, quoted=True)


def cast(value: Expression, dtype: str, *, safe: bool = False) -> Expression:
    """CAST, or TRY_CAST if `safe`."""
    kind = exp.TryCast if safe else exp.Cast
    return kind(this=value, to=exp.DataType.build(dtype, dialect="duckdb"))


def case(
    branches: Iterable[tuple[Expression, Expression]], otherwise: Expression | None = None
) -> Expression:
    """CASE WHEN … THEN … ELSE … END."""
    ifs = [exp.If(this=when, true=then) for when, then in branches]
    if not ifs:
        return otherwise or NULL
    return exp.Case(ifs=ifs, default=otherwise)


def when(condition: Expression, value: Expression) -> Expression:
    """The value where the condition holds, else NULL."""
    return case([(condition, value)])


def is_null(value: Expression) -> Expression:
    """IS NULL."""
    return exp.Is(this=exp.paren(value), expression=exp.Null())


def not_null(value: Expression) -> Expression:
    """IS NOT NULL."""
    return exp.Not(this=is_null(value))


def is_one_of(value: Expression, options: Iterable[Expression]) -> Expression:
    """Equals one of the options; false if there are none."""
    comparisons = [exp.EQ(this=value, expression=option) for option in options]
    return exp.paren(exp.or_(*comparisons)) if comparisons else exp.false()


def all_of(conditions: Iterable[Expression]) -> Expression:
    """AND; true if there are none."""
    given = list(conditions)
    return exp.paren(exp.and_(*given)) if given else exp.true()


def any_of(conditions: Iterable[Expression]) -> Expression:
    """OR; false if there are none."""
    given = list(conditions)
    return exp.paren(exp.or_(*given)) if given else exp.false()


def joined(*parts: Expression) -> Expression:
    """All parts as one text; NULL if one of them is NULL."""
    return exp.paren(exp.DPipe(this=parts[0], expression=joined(*parts[1:]))) if len(parts) > 1 else parts[0]


def total(numbers: Sequence[Expression]) -> Expression:
    """The sum of one or more numbers."""
    first, *rest = numbers
    return exp.Add(this=exp.paren(first), expression=total(rest)) if rest else exp.paren(first)


def matches(value: Expression, pattern: str) -> Expression:
    """The whole value matches a regular expression."""
    return call("regexp_full_match", value, text(pattern))


def json_text(value: Expression) -> Expression:
    """A value as JSON text."""
    return cast(call("to_json", value), "VARCHAR")
