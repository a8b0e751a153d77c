CREATE INDEX contact_imports_newest ON contact_imports (organization_id, created_at DESC, id DESC);

-- The addresses in the row, by which it is found when their owner is erased.
ALTER TABLE contact_import_errors ADD COLUMN addresses text[] NOT NULL DEFAULT '{}';
CREATE INDEX contact_import_errors_addresses ON contact_import_errors USING gin (addresses);
