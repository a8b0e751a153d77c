DROP INDEX events_contact;
DELETE FROM contact_addresses WHERE channel_type NOT IN ('EMAIL', 'PHONE');
DROP INDEX contact_addresses_begin;
CREATE INDEX contact_addresses_email ON contact_addresses (organization_id, normalized COLLATE "C")
    WHERE channel_type = 'EMAIL';
DROP INDEX contact_addresses_phone;
CREATE INDEX contact_addresses_phone ON contact_addresses (organization_id, reverse(normalized) COLLATE "C")
    WHERE channel_type = 'PHONE';
ALTER TABLE contact_addresses DROP COLUMN updated_at;
ALTER TABLE contacts
    DROP COLUMN first_name,
    DROP COLUMN last_name,
    DROP COLUMN national_id,
    DROP COLUMN provider_id,
    DROP COLUMN provider_name,
    DROP COLUMN metadata,
    DROP COLUMN agent_id,
    DROP COLUMN archived_at;
