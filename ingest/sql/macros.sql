-- Small pieces that the landing statements share. The exact lane (ingest/event.py) says the same in Python.

-- Epoch seconds, milliseconds or microseconds told apart by size; a fraction is cut at the microsecond.
CREATE OR REPLACE MACRO kz_epoch_us(x) AS CASE
    WHEN TRY_CAST(split_part(x, '.', 1) AS BIGINT) < 100000000000
        THEN TRY_CAST(split_part(x, '.', 1) || left(rpad(split_part(x, '.', 2), 6, '0'), 6) AS BIGINT)
    WHEN TRY_CAST(split_part(x, '.', 1) AS BIGINT) < 100000000000000
        THEN TRY_CAST(split_part(x, '.', 1) || left(rpad(split_part(x, '.', 2), 3, '0'), 3) AS BIGINT)
    ELSE TRY_CAST(split_part(x, '.', 1) AS BIGINT)
END;

-- The instant a time field names, or NULL: ISO 8601 with an offset, or an epoch, of the years 1970 to 2199 as written.
CREATE OR REPLACE MACRO kz_time(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN regexp_full_match(x, '(19[7-9]|20[0-9]|21[0-9])[0-9]-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)')
        THEN TRY_CAST(x AS TIMESTAMPTZ)
    WHEN regexp_full_match(x, '[0-9]{1,16}(\.[0-9]{1,9})?')
        THEN CASE WHEN kz_epoch_us(x) < 7258118400000000 THEN make_timestamptz(kz_epoch_us(x)) END
END;

-- An id is plain when it is no object, no array and not overlong.
CREATE OR REPLACE MACRO kz_plain(x) AS x IS NULL OR (x[1] NOT IN ('{', '[') AND strlen(x) <= 512);

-- A text value; an object, an array or nothing is no text.
CREATE OR REPLACE MACRO kz_text(x) AS CASE WHEN x[1] NOT IN ('{', '[') THEN x END;
CREATE OR REPLACE MACRO kz_is_nested(x) AS coalesce(x[1] IN ('{', '['), FALSE)::TINYINT;

-- A number; text that is no finite number is none.
CREATE OR REPLACE MACRO kz_number(x) AS CASE WHEN isfinite(TRY_CAST(x AS DOUBLE)) THEN TRY_CAST(x AS DOUBLE) END;

CREATE OR REPLACE MACRO kz_flag(x) AS CASE lower(x) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE WHEN '1' THEN TRUE WHEN '0' THEN FALSE END;

CREATE OR REPLACE MACRO kz_unknown_fields(l) AS
    json_merge_patch(l, '{"event_id":null,"event":null,"ts":null,"user_id":null,"anonymous_id":null,"session_id":null,"attempt_id":null,"seq":null,"platform":null,"os_version":null,"app_version":null,"device":null,"sent_at":null,"received_at":null,"properties":null,"__line__":null}')::VARCHAR;

-- The properties of a line together with the fields that the contract does not name; a property of the same name stays.
CREATE OR REPLACE MACRO kz_with_unknown_fields(l, properties) AS
    CASE WHEN kz_unknown_fields(l) = '{}' OR properties[1] <> '{' THEN properties
         ELSE json_merge_patch(kz_unknown_fields(l), coalesce(properties, '{}'))::VARCHAR END;

-- Whose event it is: the user's, else the first user's ever seen with the anonymous id, else the anonymous id's own.
CREATE OR REPLACE MACRO kz_person(user_id, known_user_id, anonymous_id) AS coalesce(user_id, known_user_id, 'anon:' || anonymous_id);

-- The version of what landed.
CREATE OR REPLACE MACRO kz_load_version(last_load, landed) AS coalesce(last_load, 0) || '.' || coalesce(landed, 0)::BIGINT;
