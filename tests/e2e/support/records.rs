//! One record of each kind.

use rapport_inbox::files::NewAttachment;
use rapport_platform::ids;
use rapport_test_support::{Tenant, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An id that belongs to no record.
pub fn unknown_id() -> String {
    ids::opaque(Uuid::from_u128(0x0195_878d_2f4b_7c3a_9d1e_5a6b_7c8d_9e0f))
}

/// What is merged into others: the collection, the id, and the name among the records.
const DUPLICATES: [(&str, &str, &str); 2] = [
    ("contacts", "contact_id", "duplicate_contact"),
    ("companies", "company_id", "duplicate_company"),
];

/// The ids of a tenant's records by the name of the path parameter: `contact_id`.
#[derive(Debug, Clone)]
pub struct Records(BTreeMap<&'static str, String>);

impl Records {
    /// Makes one of each, through the API as far as it goes.
    pub async fn make(app: &TestApp, tenant: &Tenant) -> Self {
        let mut records = Self(BTreeMap::from([
            ("organization_id", tenant.organization_id.clone()),
            ("owner_id", tenant.agent_id.clone()),
            ("solution_id", solution(tenant)),
        ]));
        // Not the tenant's only admin, who cannot be deleted.
        let agent = json!({"name": "Kara Danvers", "email": "kara@ferris.example"});
        let agent = records.add(tenant, "agents", &agent, "agent_id").await;
        let company = json!({"name": "Ferris Aircraft", "agent_id": agent});
        let company = records.add(tenant, "companies", &company, "company_id").await;
        let contact = json!({"name": "Carol Ferris", "email": "carol@ferris.example", "company_id": company});
        let contact = records.add(tenant, "contacts", &contact, "contact_id").await;
        for (kind, id, name) in DUPLICATES {
            let duplicate = tenant
                .post(kind, &json!({"name": "Hal Jordan"}))
                .await
                .expect(201);
            records.0.insert(name, duplicate.text(id).to_owned());
        }
        let conversation = json!({"contact_id": contact, "agent_id": agent});
        let conversation = records
            .add(tenant, "conversations", &conversation, "conversation_id")
            .await;
        let message =
            json!({"modality": "email", "message_direction": "sent", "subject": "Hello", "content": "Hi."});
        let path = format!("conversations/{conversation}/messages");
        let message = records.add(tenant, &path, &message, "message_id").await;
        let sale = json!({"owner_id": tenant.agent_id, "associated_contacts": [{"contact_id": contact}]});
        records.add(tenant, "sales", &sale, "sale_id").await;
        let draft = json!({"modality": "email", "to_email": "hal@example.com", "subject": "Hello"});
        records.add(tenant, "message-drafts", &draft, "draft_id").await;
        let response = json!({"body_html": "<p>Hi.</p>"});
        let path = format!("conversations/{conversation}/response-drafts");
        records.add(tenant, &path, &response, "response_id").await;
        let channels = tenant.get("channels").await.expect(200);
        let channel = channels.json["data"][0]["channel_id"].as_str().unwrap();
        records.0.insert("channel_id", channel.to_owned());
        let key = json!({"name": "Another", "scopes": ["read"]});
        records.add(tenant, "api-keys", &key, "api_key_id").await;
        records.add_numbered(app, tenant).await;
        let import = import(
            app,
            tenant,
            "name,email\nBarry Allen,barry@ferris.example\n,nobody\n",
        )
        .await;
        records.0.insert("import_id", import);
        let file = attach(app, tenant, &conversation, &message).await;
        records.0.insert("file_id", file);
        let logged = tenant.get("audit-logs?limit=1").await.expect(200);
        let logged = logged.json["data"][0]["audit_log_id"].as_str().unwrap();
        records.0.insert("audit_log_id", logged.to_owned());
        records
    }

    /// The id of this tenant's record of a kind.
    pub fn get(&self, parameter: &str) -> Option<&str> {
        self.0.get(parameter).map(String::as_str)
    }

    /// Makes what surfaces with numeric ids name, and notes the numbers of what is there.
    async fn add_numbered(&mut self, app: &TestApp, tenant: &Tenant) {
        let funnel = json!({"name": "Roof repairs", "statuses": ["New"]});
        let funnel = tenant.post("funnels", &funnel).await.expect(201);
        let status = &funnel.json["statuses"][0];
        self.0.insert("funnel_id", funnel.text("funnel_id").to_owned());
        let status_id = status["funnel_status_id"].as_str().unwrap();
        self.0.insert("funnel_status_id", status_id.to_owned());
        let team = tenant
            .post("teams", &json!({"name": "Early shift"}))
            .await
            .expect(201);
        self.0.insert("team_id", team.text("team_id").to_owned());
        let ada = json!({"name": "Grace"});
        self.add(tenant, "ai-employees", &ada, "ai_employee_id").await;
        // The one above can be deleted, as no conversation is in it.
        let busy = json!({"name": "Gutters", "statuses": ["New"]});
        let busy = tenant.post("funnels", &busy).await.expect(201);
        for (name, value) in [
            ("funnelId", &busy.json),
            ("funnelStatusId", &busy.json["statuses"][0]),
            ("teamId", &team.json),
        ] {
            self.0.insert(name, value["number"].to_string());
        }
        // Each surface deletes one.
        let contact = json!({"name": "Tom Kalmaku"});
        let contact = tenant.post("contacts", &contact).await.expect(201);
        self.0
            .insert("numbered_contact", contact.text("contact_id").to_owned());
        for (name, table, record) in [
            ("userId", "agents", "owner_id"),
            ("contactId", "contacts", "numbered_contact"),
            ("conversationId", "conversations", "conversation_id"),
        ] {
            let number = number(app, table, self.get(record).unwrap()).await;
            self.0.insert(name, number.to_string());
        }
        let user = self.get("userId").unwrap().to_owned();
        self.0.insert("createdById", user.clone());
        self.0.insert("assignedToId", user.clone());
        let task = json!({
            "context": {"conversationId": self.get("conversationId").unwrap().parse::<i64>().unwrap()},
            "objective": "Call back", "createdBy": {"id": user, "type": "user"},
            "assignedTo": {"id": user, "type": "user"},
        });
        let task = tenant.post("/api/v1/tasks", &task).await.expect(200);
        self.0.insert("taskId", task.text("id").to_owned());
        let items = json!({"conversations": [{}]});
        let bulk = tenant
            .post("/api/v1/conversations/bulk", &items)
            .await
            .expect(200);
        self.0.insert("operation_id", bulk.text("operationId").to_owned());
        self.add_custom_fields(tenant).await;
    }

    /// A list and an option, as the examples have them.
    async fn add_custom_fields(&mut self, tenant: &Tenant) {
        let definitions = "/api/v1/custom-fields/definitions";
        let definition = json!({"entityType": "CONTACT", "fieldKey": "plan", "fieldType": "LIST"});
        let definition = tenant.post(definitions, &definition).await.expect(200);
        let id = definition.json["id"].as_i64().unwrap();
        let option = json!({"definitionId": id, "value": "gold"});
        let option = tenant
            .post(&format!("{definitions}/{id}/options"), &option)
            .await
            .expect(200);
        self.0.insert("definitionId", id.to_string());
        self.0.insert("optionId", option.json["id"].to_string());
    }

    async fn add(&mut self, tenant: &Tenant, path: &str, body: &Value, id: &'static str) -> String {
        let made = tenant.post(path, body).await.expect(201);
        let value = made.text(id).to_owned();
        self.0.insert(id, value.clone());
        value
    }
}

/// Imports contacts from a file to its end, and answers the id of the import.
async fn import(app: &TestApp, tenant: &Tenant, file: &str) -> String {
    let request = tenant.request(Method::POST, "contacts/imports");
    let request = request.header("content-type", "text/csv").body(file.to_owned());
    let made = tenant.send(request).await.expect(202);
    app.run_pending_jobs().await;
    made.text("import_id").to_owned()
}

/// The organization as the retired version of the API names it.
fn solution(tenant: &Tenant) -> String {
    let uuid = ids::parse_opaque(&tenant.organization_id).unwrap();
    uuid.hyphenated().to_string()
}

/// The numeric id of the record with this opaque one.
pub async fn number(app: &TestApp, table: &str, id: &str) -> i64 {
    let uuid = ids::parse_opaque(id).unwrap();
    let query = format!("SELECT id FROM {table} WHERE uuid = '{uuid}'");
    app.database
        .sql()
        .await
        .query_one(&query, &[])
        .await
        .unwrap()
        .get(0)
}

/// Hangs a file on a message and answers its id. Attachments come with imported mail; there is no operation that makes one.
pub async fn attach(app: &TestApp, tenant: &Tenant, conversation: &str, message: &str) -> String {
    let id = |text: &str| ids::parse_opaque(text).unwrap();
    let stored = app.files.put(tenant.organization, "roof").await.unwrap();
    let ctx = tenant.ctx();
    let reader = app.app.reader(&ctx).await.unwrap();
    let message = app.app.messages.get(&reader, id(conversation), id(message));
    let message = message.await.unwrap();
    let new = vec![NewAttachment {
        name: "roof.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        stored,
        content_id: None,
    }];
    let attached = app
        .app
        .db
        .write(&ctx, async |tx| app.app.files.attach(tx, &message, new).await);
    ids::opaque(attached.await.unwrap()[0].file.uuid)
}
