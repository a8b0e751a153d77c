DROP INDEX companies_search;
CREATE INDEX companies_search ON companies USING gin (search_text gin_trgm_ops, search_name gin_trgm_ops)
    WITH (gin_pending_list_limit = 256);
DROP INDEX contacts_search;
ALTER TABLE contacts ADD COLUMN search_name text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (fold(coalesce(name, email, ''))) STORED;
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops, search_name gin_trgm_ops)
    WITH (gin_pending_list_limit = 256) WHERE deleted_at IS NULL;
DROP TABLE search_words;
