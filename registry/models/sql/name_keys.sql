-- Under which keys a person is looked for by name: each word of the search key but the sounds of
-- single words, the sound of the Latin name, and after a dash each Latin name less one letter. Who
-- asks makes keys that meet these exactly when two names are the same, sound the same or are nearly
-- spelt the same (registry.search.duplicates).
CREATE OR REPLACE FUNCTION registry_name_keys(names text, sound text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT key), '{}') FROM (
        SELECT key FROM unnest(string_to_array(names, ' ') || sound) AS key
        WHERE key NOT LIKE '.%'
        UNION ALL
        SELECT '-' || left(word, n - 1) || substr(word, n + 1)
        FROM unnest(string_to_array(names, ' ')) AS word, generate_series(1, length(word)) AS n
        WHERE length(word) > 3 AND word ~ '^[a-z0-9]+$'
    ) AS keys WHERE key <> ''
$$;
