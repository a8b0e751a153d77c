ALTER TABLE contacts
    -- `name` in parts. Of two written parts it is made with a space between; written as a whole it is split at its last
    -- space. Searches look through `name`, and so through both.
    ADD COLUMN first_name text,
    ADD COLUMN last_name text,
    ADD COLUMN national_id text,
    -- What another system, and which one, calls the contact.
    ADD COLUMN provider_id text,
    ADD COLUMN provider_name text,
    ADD COLUMN metadata jsonb,
    -- The agent who looks after the contact.
    ADD COLUMN agent_id bigint,
    ADD COLUMN archived_at timestamptz,
    ADD FOREIGN KEY (organization_id, agent_id) REFERENCES agents (organization_id, id);
UPDATE contacts SET
    first_name = CASE WHEN name LIKE '% %' THEN rtrim(left(name, -length(split_part(name, ' ', -1)))) ELSE name END,
    last_name = CASE WHEN name LIKE '% %' THEN split_part(name, ' ', -1) END
WHERE name IS NOT NULL;

-- Looked up by what other systems call them, and listed by whom they belong to and by their names.
CREATE INDEX contacts_national_id ON contacts (organization_id, national_id) WHERE national_id IS NOT NULL;
CREATE INDEX contacts_provider ON contacts (organization_id, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX contacts_agent ON contacts (organization_id, agent_id, created_at DESC, id DESC)
    WHERE agent_id IS NOT NULL;
CREATE INDEX contacts_first_name ON contacts (organization_id, first_name, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_last_name ON contacts (organization_id, last_name, id) WHERE deleted_at IS NULL;

ALTER TABLE contact_addresses ADD COLUMN updated_at timestamptz;
UPDATE contact_addresses SET updated_at = created_at;
ALTER TABLE contact_addresses ALTER COLUMN updated_at SET NOT NULL;

-- Every channel on which people have a telephone number is searched by how it ends.
DROP INDEX contact_addresses_phone;
CREATE INDEX contact_addresses_phone ON contact_addresses (organization_id, reverse(normalized) COLLATE "C")
    WHERE channel_type IN ('PHONE', 'WHATSAPP', 'SMS');
-- Every other one by how it begins.
DROP INDEX contact_addresses_email;
CREATE INDEX contact_addresses_begin ON contact_addresses (organization_id, lower(normalized) COLLATE "C")
    WHERE channel_type NOT IN ('PHONE', 'WHATSAPP', 'SMS');

-- What happened to a contact last.
CREATE INDEX events_contact ON events (organization_id, subject_id, id) WHERE subject_type = 'contact';
