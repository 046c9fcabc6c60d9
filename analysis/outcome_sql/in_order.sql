ORDER BY person_key
