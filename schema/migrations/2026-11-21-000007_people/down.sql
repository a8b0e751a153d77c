DROP TABLE contact_import_errors;
DROP TABLE contact_imports;
DROP TABLE company_redirects;
DROP INDEX contact_addresses_phone;
DROP INDEX contact_addresses_email;
DROP INDEX companies_domain;
ALTER TABLE companies DROP COLUMN search_text;
ALTER TABLE contacts DROP COLUMN search_text, DROP COLUMN merged_into;
DROP EXTENSION pg_trgm;
