//! Tables of people, companies and their history.

use diesel::table;

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
        time_zone -> Text,
        business_hours -> Jsonb,
        currency -> Text,
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
        deleted_at -> Nullable<Timestamptz>,
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
        search_text -> Text,
        search_name -> Text,
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
        erased_at -> Nullable<Timestamptz>,
        merged_into -> Nullable<Int8>,
        search_text -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        national_id -> Nullable<Text>,
        provider_id -> Nullable<Text>,
        provider_name -> Nullable<Text>,
        metadata -> Nullable<Jsonb>,
        agent_id -> Nullable<Int8>,
        archived_at -> Nullable<Timestamptz>,
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
        updated_at -> Timestamptz,
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
    company_redirects (organization_id, uuid) {
        organization_id -> Int8,
        uuid -> Uuid,
        company_id -> Int8,
    }
}

table! {
    /// See the migration for what its columns hold.
    contact_imports (organization_id, id) {
        organization_id -> Int8,
        id -> Int8,
        uuid -> Uuid,
        state -> Text,
        dry_run -> Bool,
        options -> Jsonb,
        header -> Array<Text>,
        fields -> Array<Nullable<Text>>,
        sha256 -> Bytea,
        size_bytes -> Int8,
        total -> Nullable<Int4>,
        processed -> Int4,
        created -> Int4,
        updated -> Int4,
        skipped -> Int4,
        failed -> Int4,
        error -> Nullable<Text>,
        agent_id -> Nullable<Int8>,
        api_key_id -> Nullable<Int8>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

table! {
    /// See the migration for what its columns hold.
    contact_import_errors (organization_id, import_id, row_number) {
        organization_id -> Int8,
        import_id -> Int8,
        row_number -> Int4,
        field -> Nullable<Text>,
        message -> Text,
        cells -> Array<Text>,
        addresses -> Array<Text>,
    }
}

table! {
    /// See the migration for what its columns hold.
    ai_employees (organization_id, id) {
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
    teams (organization_id, id) {
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
    team_members (organization_id, team_id, agent_id) {
        organization_id -> Int8,
        team_id -> Int8,
        agent_id -> Int8,
    }
}

table! {
    /// See the migration for what its columns hold.
    search_words (organization_id, kind, word) {
        organization_id -> Int8,
        kind -> Text,
        word -> Text,
    }
}
