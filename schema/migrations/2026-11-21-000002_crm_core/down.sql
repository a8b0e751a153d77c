DROP TABLE audit_logs;
DROP TABLE contact_addresses;
DROP TABLE contacts;
DROP TABLE companies;
DROP TABLE api_keys;
DROP TABLE agents;
DROP TABLE users;
