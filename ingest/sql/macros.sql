-- Small pieces that the landing statements share. The exact lane (ingest/event.py) says the same in Python.

CREATE OR REPLACE MACRO kz_within_years(t) AS
    CASE WHEN t >= TIMESTAMPTZ '1970-01-01 00:00:00+00' AND t < TIMESTAMPTZ '2200-01-01 00:00:00+00' THEN t END;

-- Epoch seconds, milliseconds or microseconds told apart by size; a fraction is cut at the microsecond.
CREATE OR REPLACE MACRO kz_epoch_us(x) AS CASE
    WHEN TRY_CAST(split_part(x, '.', 1) AS BIGINT) < 100000000000
        THEN TRY_CAST(split_part(x, '.', 1) || left(rpad(split_part(x, '.', 2), 6, '0'), 6) AS BIGINT)
    WHEN TRY_CAST(split_part(x, '.', 1) AS BIGINT) < 100000000000000
        THEN TRY_CAST(split_part(x, '.', 1) || left(rpad(split_part(x, '.', 2), 3, '0'), 3) AS BIGINT)
    ELSE TRY_CAST(split_part(x, '.', 1) AS BIGINT)
END;

CREATE OR REPLACE MACRO kz_time(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN regexp_full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)')
        THEN kz_within_years(TRY_CAST(x AS TIMESTAMPTZ))
    WHEN regexp_full_match(x, '[0-9]{1,17}(\.[0-9]{1,9})?')
        THEN kz_within_years(make_timestamptz(kz_epoch_us(x)))
END;

-- A text field is plain: no object, no array, and none of the words that JSON does not have but parsers let through.
CREATE OR REPLACE MACRO kz_plain(x) AS
    x IS NULL OR (x[1] NOT IN ('{', '[') AND strlen(x) <= 512
                  AND (strlen(x) NOT IN (3, 4, 8, 9) OR lower(x) NOT IN ('nan', '-nan', 'inf', '-inf', 'infinity', '-infinity')));

-- A promoted text property; an object or an array is no text.
CREATE OR REPLACE MACRO kz_text(x) AS CASE WHEN x[1] NOT IN ('{', '[') THEN nullif(x, '') END;

-- A promoted number; text that is no finite number is no number.
CREATE OR REPLACE MACRO kz_number(x) AS CASE WHEN isfinite(TRY_CAST(x AS DOUBLE)) THEN TRY_CAST(x AS DOUBLE) END;

CREATE OR REPLACE MACRO kz_flag(x) AS CASE lower(x) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE WHEN '1' THEN TRUE WHEN '0' THEN FALSE END;
