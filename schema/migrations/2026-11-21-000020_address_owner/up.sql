-- One index tells whose an address is with its channel and without.
ALTER TABLE contact_addresses DROP CONSTRAINT contact_addresses_owner;
DROP INDEX contact_addresses_normalized;
ALTER TABLE contact_addresses ADD CONSTRAINT contact_addresses_owner UNIQUE (organization_id, normalized, channel_type);
