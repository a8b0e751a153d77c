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
        funnel_id -> Nullable<Int8>,
        funnel_status_id -> Nullable<Int8>,
        custom_fields -> Jsonb,
        archived_at -> Nullable<Timestamptz>,
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
        authorship -> Nullable<Text>,
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

table! {
    /// See the migration for what its columns hold.
    channels (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        kind -> Text,
        modality -> Text,
        name -> Text,
        active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    /// See the migration for what its columns hold.
    drafts (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        kind -> Text,
        status -> Text,
        generation -> Int4,
        conversation_id -> Nullable<Int8>,
        agent_id -> Nullable<Int8>,
        modality -> Nullable<Text>,
        to_user_name -> Nullable<Text>,
        to_email -> Nullable<Text>,
        to_phone_number -> Nullable<Text>,
        subject -> Nullable<Text>,
        folder -> Nullable<Text>,
        body_html -> Nullable<Text>,
        cc_emails -> Array<Text>,
        bcc_emails -> Array<Text>,
        authorship -> Text,
        scheduled_send_at -> Nullable<Timestamptz>,
        sent_at -> Nullable<Timestamptz>,
        message_id -> Nullable<Int8>,
        error -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}
