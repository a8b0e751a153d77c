//! Diesel table definitions, kept in the order of the migrations that made them.
#![expect(
    missing_docs,
    reason = "the migrations describe the columns; the macro takes no comment for all it makes"
)]

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    /// See the migration for what its columns hold.
    instance_secrets (name) {
        name -> Text,
        value -> Bytea,
    }
}

table! {
    /// See the migration for what its columns hold.
    organizations (id) {
        id -> Int8,
        uuid -> Uuid,
        parent_organization_id -> Nullable<Int8>,
        sandbox_of -> Nullable<Int8>,
        name -> Text,
        default_region -> Text,
        email_addresses -> Array<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
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
    }
}

table! {
    /// See the migration for what its columns hold.
    users (id) {
        id -> Int8,
        uuid -> Uuid,
        email -> Text,
        password_hash -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    agents (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        user_id -> Int8,
        name -> Text,
        email -> Text,
        role -> Text,
        active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    api_keys (id) {
        id -> Int8,
        organization_id -> Int8,
        uuid -> Uuid,
        digest -> Bytea,
        prefix -> Text,
        name -> Text,
        scopes -> Array<Text>,
        agent_id -> Nullable<Int8>,
        active -> Bool,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    companies (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        name -> Text,
        domain -> Nullable<Text>,
        address -> Nullable<Text>,
        agent_id -> Nullable<Int8>,
        custom_fields -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    contacts (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        phone_number -> Nullable<Text>,
        company_id -> Nullable<Int8>,
        company_role -> Nullable<Text>,
        custom_fields -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

table! {
    /// See the migration for what its columns hold.
    contact_addresses (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        contact_id -> Int8,
        channel_type -> Text,
        address -> Text,
        normalized -> Text,
        created_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    audit_logs (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        occurred_at -> Timestamptz,
        actor_type -> Text,
        agent_id -> Nullable<Int8>,
        api_key_id -> Nullable<Int8>,
        action_type -> Text,
        record_type -> Text,
        record_id -> Uuid,
        changes -> Jsonb,
        request_id -> Nullable<Text>,
    }
}

table! {
    /// See the migration for what its columns hold.
    conversations (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        contact_id -> Int8,
        agent_id -> Nullable<Int8>,
        folder -> Text,
        is_read -> Bool,
        subject_key -> Nullable<Text>,
        start_at -> Timestamptz,
        last_activity_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    messages (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        conversation_id -> Int8,
        agent_id -> Nullable<Int8>,
        modality -> Text,
        direction -> Text,
        channel -> Text,
        status -> Text,
        subject -> Nullable<Text>,
        content -> Nullable<Text>,
        html -> Nullable<Text>,
        form_request_body -> Nullable<Jsonb>,
        call_transcript -> Nullable<Text>,
        call_duration_seconds -> Nullable<Int4>,
        email_message_id -> Nullable<Text>,
        from_address -> Nullable<Text>,
        to_addresses -> Array<Text>,
        cc_emails -> Array<Text>,
        bcc_emails -> Array<Text>,
        occurred_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        drafted_at -> Nullable<Timestamptz>,
        source_digest -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    message_references (organization_id, reference) {
        organization_id -> Int8,
        reference -> Text,
        conversation_id -> Nullable<Int8>,
    }
}

table! {
    /// See the migration for what its columns hold.
    files (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        name -> Text,
        content_type -> Text,
        size_bytes -> Int8,
        sha256 -> Bytea,
        created_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    message_attachments (organization_id, message_id, position) {
        organization_id -> Int8,
        message_id -> Int8,
        file_id -> Int8,
        position -> Int4,
        content_id -> Nullable<Text>,
    }
}

allow_tables_to_appear_in_same_query!(
    agents,
    api_keys,
    audit_logs,
    companies,
    contact_addresses,
    contacts,
    conversations,
    events,
    files,
    idempotency_keys,
    instance_secrets,
    jobs,
    message_attachments,
    message_references,
    messages,
    organizations,
    users
);
