DROP INDEX contact_addresses_normalized;
DROP TABLE custom_field_values;
DROP TABLE custom_field_options;
DROP TABLE custom_field_definitions;
