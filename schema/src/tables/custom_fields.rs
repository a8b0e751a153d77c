//! Tables of custom fields.

use diesel::table;

table! {
    /// See the migration for what its columns hold.
    custom_field_definitions (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        entity_type -> Text,
        field_key -> Text,
        field_label -> Nullable<Text>,
        field_type -> Text,
        description -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    custom_field_options (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        definition_id -> Int8,
        value -> Text,
        label -> Nullable<Text>,
        description -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    custom_field_values (organization_id, definition_id, entity_id) {
        organization_id -> Int8,
        definition_id -> Int8,
        entity_id -> Int8,
        entity_created_at -> Timestamptz,
        text_value -> Nullable<Text>,
        text_start -> Nullable<Text>,
        number_value -> Nullable<Numeric>,
        time_value -> Nullable<Timestamptz>,
        boolean_value -> Nullable<Bool>,
    }
}
