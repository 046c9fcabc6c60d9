-- Who was exposed to which arm of an experiment, and when first; who was exposed before the planned start is left out.
SELECT person, variant AS arm, epoch_us(ts) AS ts, variants
FROM exposures
WHERE experiment = $experiment AND ts >= $start AND ts <= $until
ORDER BY person;
