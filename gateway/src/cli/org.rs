//! `rapport org`

use super::database::DatabaseArgs;
use anyhow::Result;
use clap::{Args, Subcommand};
use rapport_crm_core::organizations::{NewOrganization, NewTenant, Tenant, provision};
use rapport_platform::{Error, ids};
use serde_json::json;

/// Manage organizations
#[derive(Debug, Args)]
pub struct OrgArgs {
    #[command(subcommand)]
    command: OrgCommand,
}

#[derive(Debug, Subcommand)]
enum OrgCommand {
    Create(Create),
}

/// Make an organization with an admin and an API key, all or nothing
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rapport org create --name 'Acme Roofing' --admin-email kara@example.com --admin-password 'a long one'\n\nThe API key is printed once; only a digest of it is stored."
)]
struct Create {
    /// The organization's name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The e-mail address of the first admin
    #[arg(long, value_name = "EMAIL")]
    admin_email: String,
    /// The admin's password, 8 to 128 characters; of no effect when the login exists already
    #[arg(
        long,
        env = "RAPPORT_ADMIN_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD"
    )]
    admin_password: String,
    /// The ISO 3166 region in which national telephone numbers are read
    #[arg(long, default_value = "US", value_name = "REGION")]
    region: String,
    /// An own e-mail address, or @domain for a whole domain; mail from it counts as sent
    #[arg(long = "email-address", value_name = "ADDRESS")]
    email_addresses: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: OrgArgs) -> Result<()> {
    let OrgCommand::Create(args) = args.command;
    let new = NewTenant {
        organization: NewOrganization {
            name: args.name,
            default_region: Some(args.region),
            email_addresses: args.email_addresses,
            ..NewOrganization::default()
        },
        admin_email: args.admin_email,
        admin_password: args.admin_password,
    };
    let made = args
        .database
        .with(async |db| Ok(provision(&db, "rapport org create", new).await.map_err(option)?));
    print(&made.await?, args.json);
    Ok(())
}

/// Names the option where the domain names its field.
fn option(error: Error) -> Error {
    match error {
        Error::Invalid { field, message } => {
            let name = if field == "default_region" {
                "region".to_owned()
            } else {
                field.replace('_', "-")
            };
            Error::invalid(format!("--{name}"), message)
        }
        other => other,
    }
}

fn print(tenant: &Tenant, as_json: bool) {
    let organization = ids::opaque(tenant.organization_uuid);
    let agent = ids::opaque(tenant.agent);
    if as_json {
        let report = json!({
            "organization_id": organization,
            "organization_uuid": tenant.organization_uuid,
            "agent_id": agent,
            "api_key": tenant.api_key,
        });
        println!("{report}");
    } else {
        println!(
            "organization {organization}\nagent        {agent}\nAPI key      {}",
            tenant.api_key
        );
        println!("The key is not stored and cannot be shown again.");
    }
}
