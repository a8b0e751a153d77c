//! Tables of the platform.

use diesel::table;

table! {
    /// See the migration for what its columns hold.
    instance_secrets (name) {
        name -> Text,
        value -> Bytea,
    }
}

table! {
    /// See the migration for what its columns hold.
    events (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        kind -> Text,
        subject_type -> Text,
        subject_id -> Uuid,
        payload -> Jsonb,
        occurred_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    jobs (id) {
        id -> Int8,
        organization_id -> Nullable<Int8>,
        kind -> Text,
        payload -> Jsonb,
        state -> Text,
        run_at -> Timestamptz,
        attempts -> Int4,
        max_attempts -> Int4,
        lease_token -> Nullable<Uuid>,
        unique_key -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    idempotency_keys (organization_id, credential_id, key) {
        organization_id -> Int8,
        credential_id -> Int8,
        key -> Text,
        fingerprint -> Bytea,
        status -> Int2,
        body -> Bytea,
        created_at -> Timestamptz,
        etag -> Nullable<Text>,
    }
}
