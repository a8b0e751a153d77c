DROP INDEX companies_search;
CREATE INDEX companies_search ON companies USING gin (search_text gin_trgm_ops)
    WITH (gin_pending_list_limit = 256);
DROP INDEX contacts_search;
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops)
    WITH (gin_pending_list_limit = 256) WHERE deleted_at IS NULL;
DROP FUNCTION name_words(text, text);
