//! Read models of the reports.

use diesel::table;

table! {
    /// See the migration for what its columns hold.
    conversation_facts (organization_id, conversation_id) {
        organization_id -> Int8,
        conversation_id -> Int8,
        uuid -> Uuid,
        is_lead -> Bool,
        first_activity_at -> Timestamptz,
        last_activity_at -> Timestamptz,
        last_direction -> Text,
        first_inbound_id -> Nullable<Int8>,
        first_inbound_at -> Nullable<Timestamptz>,
        first_inbound_modality -> Nullable<Text>,
        first_inbound_forwarded -> Nullable<Bool>,
        first_reply_at -> Nullable<Timestamptz>,
        last_inbound_at -> Nullable<Timestamptz>,
    }
}

table! {
    /// See the migration for what its columns hold.
    conversation_agents (organization_id, conversation_id, agent_id) {
        organization_id -> Int8,
        conversation_id -> Int8,
        agent_id -> Int8,
    }
}

table! {
    /// See the migration for what its columns hold.
    activity_gaps (organization_id, conversation_id, from_at, to_at) {
        organization_id -> Int8,
        conversation_id -> Int8,
        from_at -> Timestamptz,
        to_at -> Timestamptz,
        class -> Int2,
    }
}

table! {
    /// See the migration for what its columns hold.
    analytics_counts (organization_id, agent_id, grain, bucket) {
        organization_id -> Int8,
        agent_id -> Int8,
        grain -> Text,
        bucket -> Timestamptz,
        messages_received -> Int8,
        messages_sent -> Int8,
        ai_sent -> Int8,
        ai_sent_unchanged -> Int8,
        conversations_started -> Int8,
        conversations_ended -> Int8,
        conversations_received -> Int8,
        received_by_email -> Int8,
        received_by_text -> Int8,
        received_by_call -> Int8,
        received_by_live_chat -> Int8,
        received_by_form_request -> Int8,
        conversations_responded -> Int8,
        response_microseconds -> Int8,
    }
}

table! {
    /// See the migration for what its columns hold.
    analytics_deltas (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        agent_id -> Int8,
        measure -> Text,
        bucket -> Timestamptz,
        amount -> Int8,
    }
}
