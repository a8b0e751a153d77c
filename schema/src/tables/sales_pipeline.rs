//! Tables of the sales pipeline.

use diesel::table;

table! {
    /// See the migration for what its columns hold.
    pipeline_stages (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        position -> Int4,
        name -> Text,
        status -> Nullable<Text>,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    sales (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        draft -> Bool,
        owner_id -> Nullable<Int8>,
        company_id -> Nullable<Int8>,
        stage_id -> Int8,
        currency -> Text,
        quote_arguments -> Jsonb,
        agent_overrides -> Nullable<Jsonb>,
        total_price -> Numeric,
        custom_fields -> Jsonb,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        last_activity_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

table! {
    /// See the migration for what its columns hold.
    sale_contacts (organization_id, sale_id, contact_id) {
        organization_id -> Int8,
        sale_id -> Int8,
        contact_id -> Int8,
        is_primary -> Bool,
        position -> Int4,
    }
}

table! {
    /// See the migration for what its columns hold.
    sale_conversations (organization_id, sale_id, conversation) {
        organization_id -> Int8,
        sale_id -> Int8,
        conversation -> Uuid,
        position -> Int4,
    }
}

table! {
    /// See the migration for what its columns hold.
    sale_status_history (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        sale_id -> Int8,
        stage_id -> Int8,
        label -> Text,
        status -> Nullable<Text>,
        changed_at -> Timestamptz,
    }
}
