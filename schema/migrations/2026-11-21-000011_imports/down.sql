DROP INDEX contact_import_errors_addresses;
ALTER TABLE contact_import_errors DROP COLUMN addresses;
DROP INDEX contact_imports_newest;
