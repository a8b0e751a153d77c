//! Tables of the inbox.

use diesel::table;

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
