ALTER TABLE contact_addresses DROP CONSTRAINT contact_addresses_owner;
CREATE INDEX contact_addresses_normalized ON contact_addresses (organization_id, normalized);
ALTER TABLE contact_addresses ADD CONSTRAINT contact_addresses_owner UNIQUE (organization_id, channel_type, normalized);
