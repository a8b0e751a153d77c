ALTER TABLE company_redirects ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE contact_addresses ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE contact_import_errors ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE conversations ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE custom_field_options ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE custom_field_values ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE funnel_channel_sessions ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE funnel_statuses ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE message_attachments ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE messages ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE sale_contacts ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE sale_conversations ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE sale_status_history ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE sales ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE tasks ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);
ALTER TABLE team_members ADD FOREIGN KEY (organization_id) REFERENCES organizations (id);

CREATE OR REPLACE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN translate(
    replace(lower($1), 'ß', 'ss'),
    'àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňŉòóôõöøōŏőŕŗřśŝşšșţťŧțùúûüũūŭůűųŵýÿŷźżž'
        || E'\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030A\u030B\u030C\u0327\u0328',
    'aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllllnnnnnooooooooorrrsssssttttuuuuuuuuuuwyyyzzz'
);
