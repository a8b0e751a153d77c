-- The words that names are made of, without numbers, once for each organization: what is misspelt is compared with these,
-- which are far fewer than contacts. A word may be left when nobody has it any more; it leads to nobody then. Erasing a
-- contact takes its words away unless others have them.
CREATE TABLE search_words (
    organization_id bigint NOT NULL REFERENCES organizations (id),
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('contact', 'company')),
    -- Folded, as in `search_text`.
    word text COLLATE "C" NOT NULL CHECK (word <> ''),
    PRIMARY KEY (organization_id, kind, word)
);
-- New words are few, and every search would read the list of those that are not sorted in yet.
CREATE INDEX search_words_alike ON search_words USING gin (word gin_trgm_ops) WITH (fastupdate = off);

INSERT INTO search_words (organization_id, kind, word)
SELECT DISTINCT c.organization_id, 'contact', w.word
FROM contacts AS c CROSS JOIN LATERAL string_to_table(c.search_text, ' ') AS w (word)
WHERE c.deleted_at IS NULL AND (c.name IS NULL OR strpos(w.word, '@') = 0) AND w.word ~ '[^0-9]' AND length(w.word) <= 64;
INSERT INTO search_words (organization_id, kind, word)
SELECT DISTINCT c.organization_id, 'company', w.word
FROM companies AS c CROSS JOIN LATERAL string_to_table(c.search_text, ' ') AS w (word)
WHERE w.word ~ '[^0-9]' AND length(w.word) <= 64;

-- What was misspelt was compared with this column before.
DROP INDEX contacts_search;
ALTER TABLE contacts DROP COLUMN search_name;
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops)
    WITH (gin_pending_list_limit = 256) WHERE deleted_at IS NULL;
DROP INDEX companies_search;
CREATE INDEX companies_search ON companies USING gin (search_text gin_trgm_ops)
    WITH (gin_pending_list_limit = 256);
