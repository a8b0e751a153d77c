//! Tables of funnels, tasks and operations.

use diesel::table;

table! {
    /// See the migration for what its columns hold.
    funnels (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        name -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    funnel_statuses (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        funnel_id -> Int8,
        name -> Text,
        position -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    tasks (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        conversation_id -> Int8,
        objective -> Text,
        created_by_agent_id -> Nullable<Int8>,
        created_by_ai_employee_id -> Nullable<Int8>,
        assigned_agent_id -> Nullable<Int8>,
        assigned_ai_employee_id -> Nullable<Int8>,
        status -> Text,
        published_at -> Nullable<Timestamptz>,
        due_at -> Nullable<Timestamptz>,
        completed_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        cancellation_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    operations (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        kind -> Text,
        report -> Jsonb,
        created_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    funnel_channel_sessions (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        conversation_id -> Int8,
        contact_address_id -> Int8,
        channel_type -> Text,
        start_at -> Timestamptz,
        end_at -> Nullable<Timestamptz>,
        archived_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}
