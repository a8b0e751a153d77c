-- Whole words of names are found by a list for each word, where the trigrams of a word have one for each three letters.
-- They stand in the index of the trigrams, so that a row is added to one index only.

-- The words of a name, or of the e-mail address of somebody without one: `search_text` is folded already, begins with a
-- space, and ends with the address, which has none.
CREATE FUNCTION name_words(name text, search_text text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN name IS NULL THEN string_to_array(substr(search_text, 2), ' ')
    ELSE trim_array(string_to_array(substr(search_text, 2), ' '), 1) END;
DROP INDEX contacts_search;
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops, name_words(name, search_text))
    WITH (gin_pending_list_limit = 256) WHERE deleted_at IS NULL;
DROP INDEX companies_search;
CREATE INDEX companies_search ON companies USING gin (search_text gin_trgm_ops, string_to_array(search_text, ' '))
    WITH (gin_pending_list_limit = 256);
