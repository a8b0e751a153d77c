-- What refers to a row of its organization belongs to that organization: another reference, to the organization itself,
-- says nothing more, and checking it takes a fifth of the time of inserting addresses.
ALTER TABLE company_redirects DROP CONSTRAINT company_redirects_organization_id_fkey;
ALTER TABLE contact_addresses DROP CONSTRAINT contact_addresses_organization_id_fkey;
ALTER TABLE contact_import_errors DROP CONSTRAINT contact_import_errors_organization_id_fkey;
ALTER TABLE conversations DROP CONSTRAINT conversations_organization_id_fkey;
ALTER TABLE custom_field_options DROP CONSTRAINT custom_field_options_organization_id_fkey;
ALTER TABLE custom_field_values DROP CONSTRAINT custom_field_values_organization_id_fkey;
ALTER TABLE funnel_channel_sessions DROP CONSTRAINT funnel_channel_sessions_organization_id_fkey;
ALTER TABLE funnel_statuses DROP CONSTRAINT funnel_statuses_organization_id_fkey;
ALTER TABLE message_attachments DROP CONSTRAINT message_attachments_organization_id_fkey;
ALTER TABLE messages DROP CONSTRAINT messages_organization_id_fkey;
ALTER TABLE sale_contacts DROP CONSTRAINT sale_contacts_organization_id_fkey;
ALTER TABLE sale_conversations DROP CONSTRAINT sale_conversations_organization_id_fkey;
ALTER TABLE sale_status_history DROP CONSTRAINT sale_status_history_organization_id_fkey;
ALTER TABLE sales DROP CONSTRAINT sales_organization_id_fkey;
ALTER TABLE tasks DROP CONSTRAINT tasks_organization_id_fkey;
ALTER TABLE team_members DROP CONSTRAINT team_members_organization_id_fkey;

-- ASCII, which most texts are, has no accents, and looking for each of them takes most of the time of folding.
CREATE OR REPLACE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    CASE WHEN octet_length($1) = length($1) THEN lower($1) ELSE translate(
        replace(lower($1), 'ß', 'ss'),
        'àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňŉòóôõöøōŏőŕŗřśŝşšșţťŧțùúûüũūŭůűųŵýÿŷźżž'
            || E'\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030A\u030B\u030C\u0327\u0328',
        'aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllllnnnnnooooooooorrrsssssttttuuuuuuuuuuwyyyzzz'
    ) END;
