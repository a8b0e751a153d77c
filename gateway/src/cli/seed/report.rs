//! What was made.

use super::random::float;
use super::sizes::Sizes;
use rapport_crm_core::organizations::Tenant;
use rapport_platform::ids;
use serde_json::{Value, json};
use std::time::Duration;

/// What was made, and how long that took.
pub struct Report {
    /// The seed that makes it again.
    pub seed: u64,
    /// How much it is.
    pub sizes: Sizes,
    /// The organizations.
    pub tenants: Vec<Tenant>,
    /// From the first row to the statistics.
    pub took: Duration,
}

impl Report {
    /// Prints it on standard output, as one JSON object or for people.
    pub fn print(&self, as_json: bool) {
        if as_json {
            println!("{}", self.json());
        } else {
            print!("{}", self.text());
        }
    }

    fn rate(&self) -> f64 {
        (float(self.sizes.rows()) / self.took.as_secs_f64()).round()
    }

    fn json(&self) -> Value {
        let organization = |tenant: &Tenant| {
            json!({
                "organization_id": ids::opaque(tenant.organization_uuid),
                "organization_uuid": tenant.organization_uuid,
                "agent_id": ids::opaque(tenant.agent),
                "api_key": tenant.api_key,
            })
        };
        json!({
            "seed": self.seed,
            "counts": self.sizes,
            "seconds": (self.took.as_secs_f64() * 1000.0).round() / 1000.0,
            "rows_per_second": self.rate(),
            "organizations": self.tenants.iter().map(organization).collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let lines = self.tenants.iter().map(|tenant| {
            let organization = ids::opaque(tenant.organization_uuid);
            format!("organization {organization}  API key {}\n", tenant.api_key)
        });
        let Sizes {
            organizations,
            contacts,
            conversations,
            messages,
        } = self.sizes;
        format!(
            "{}{organizations} organizations, {contacts} contacts, {conversations} conversations, {messages} \
             messages in {:.1} s: {} rows/s (--seed {})\n",
            lines.collect::<String>(),
            self.took.as_secs_f64(),
            self.rate(),
            self.seed,
        )
    }
}
