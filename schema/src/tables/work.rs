//! Tables of funnels and tasks.

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
