//! Keys that only the server keeps.

/// Declares a body in which `id`, `tenantId`, `createdAt` and `updatedAt` may stand besides its own keys, as in a record
/// that was read before. They mean nothing there and are not documented; other keys are refused.
macro_rules! with_kept_keys {
    ($(#[$attribute:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        #[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, remote = "Self")]
        $(#[$attribute])*
        pub struct $name {
            $($fields)*
            #[serde(default, rename = "id")]
            #[schema(ignore)]
            _id: $crate::http::body::Ignored,
            #[serde(default, rename = "tenantId")]
            #[schema(ignore)]
            _tenant_id: $crate::http::body::Ignored,
            #[serde(default, rename = "createdAt")]
            #[schema(ignore)]
            _created_at: $crate::http::body::Ignored,
            #[serde(default, rename = "updatedAt")]
            #[schema(ignore)]
            _updated_at: $crate::http::body::Ignored,
        }

        $crate::http::object::objects!($name);
    };
}

pub(super) use with_kept_keys;
