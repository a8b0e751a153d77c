//! What changed of a record, field by field.

use rapport_platform::Json;
use serde::Serialize;
use std::collections::BTreeMap;

/// What stands for the value of a secret.
const MASK: &str = "***";
/// What a field that holds a secret is called, among other things, without regard to case, `_` and `-`.
const SECRETS: [&str; 6] = ["password", "passwd", "secret", "token", "apikey", "privatekey"];

/// The fields that changed, each with its old and new value: `{"field", "from", "to"}`.
///
/// - An object, such as custom fields, is told by those of its keys that changed; none counts as an empty one:
///   `{"field": "custom_fields", "from": {}, "to": {"notes": "Call on Monday"}}`.
/// - Numbers are compared and told digit by digit.
/// - Secrets are not told: where a field, or a key at any depth, is called `password`, `client_secret` and the like,
///   `"***"` stands for its value. So a change of nothing but a secret is still seen.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Changes(Vec<Change>);

#[derive(Debug, Clone, Serialize)]
struct Change {
    field: &'static str,
    from: Json,
    to: Json,
}

impl Changes {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes `field` if `from` and `to` differ.
    #[must_use]
    pub fn field(mut self, field: &'static str, from: &impl Serialize, to: &impl Serialize) -> Self {
        let (from, to) = (text(from), text(to));
        // Most fields of most records stay as they are, which the text soon tells.
        if from == to {
            return self;
        }
        if let Some((from, to)) = difference(read(&from), read(&to)) {
            let (from, to) = (masked(field, from), masked(field, to));
            self.0.push(Change { field, from, to });
        }
        self
    }

    /// Notes that a secret changed, without its values.
    #[must_use]
    pub fn masked(mut self, field: &'static str) -> Self {
        let mask = || Json::Text(MASK.to_owned());
        self.0.push(Change {
            field,
            from: mask(),
            to: mask(),
        });
        self
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Its JSON; none for what has no such form.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn read(json: &str) -> Json {
    Json::read(json).unwrap_or(Json::Null)
}

/// What differs, if something does.
fn difference(from: Json, to: Json) -> Option<(Json, Json)> {
    let (from, to) = match (from, to) {
        (Json::Object(from), Json::Object(to)) => apart(from, to),
        (Json::Object(from), Json::Null) => apart(from, BTreeMap::new()),
        (Json::Null, Json::Object(to)) => apart(BTreeMap::new(), to),
        other => other,
    };
    (from != to).then_some((from, to))
}

/// Without the keys that have the same value in both.
fn apart(mut from: BTreeMap<String, Json>, mut to: BTreeMap<String, Json>) -> (Json, Json) {
    from.retain(|key, value| {
        let same = to.get(key) == Some(&*value);
        if same {
            to.remove(key);
        }
        !same
    });
    (Json::Object(from), Json::Object(to))
}

/// The value of what is called `name`, without secrets.
fn masked(name: &str, value: Json) -> Json {
    match value {
        Json::Null => Json::Null,
        _ if is_secret(name) => Json::Text(MASK.to_owned()),
        Json::Object(members) => {
            let masked = members.into_iter().map(|(key, value)| {
                let value = masked(&key, value);
                (key, value)
            });
            Json::Object(masked.collect())
        }
        Json::List(items) => Json::List(items.into_iter().map(|value| masked("", value)).collect()),
        other => other,
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect();
    // `api_key_id` names a key and is none.
    !plain.ends_with("id") && SECRETS.iter().any(|secret| plain.contains(secret))
}

#[cfg(test)]
mod tests {
    use super::Changes;
    use serde_json::{Value, json};

    fn change(field: &'static str, from: &Value, to: &Value) -> Value {
        serde_json::to_value(Changes::new().field(field, from, to)).unwrap()
    }

    #[test]
    fn what_stays_is_not_told() {
        assert!(Changes::new().field("name", &"Hal", &Some("Hal")).is_empty());
        assert!(
            Changes::new()
                .field("name", &None::<&str>, &Value::Null)
                .is_empty()
        );
    }

    #[test]
    fn an_object_is_told_by_the_keys_that_changed() {
        let from = json!({"same": 1, "gone": true, "notes": "Call", "deep": {"a": 1, "b": 2}});
        let to = json!({"notes": "Called", "new": null, "same": 1, "deep": {"a": 1, "b": 3}});
        let expected = json!([{
            "field": "custom_fields",
            "from": {"gone": true, "notes": "Call", "deep": {"a": 1, "b": 2}},
            "to": {"notes": "Called", "new": null, "deep": {"a": 1, "b": 3}}
        }]);
        assert_eq!(change("custom_fields", &from, &to), expected);
    }

    #[test]
    fn no_object_counts_as_an_empty_one() {
        let notes = json!({"notes": "Call"});
        let made = json!([{"field": "custom_fields", "from": {}, "to": notes}]);
        assert_eq!(change("custom_fields", &Value::Null, &notes), made);
        let deleted = json!([{"field": "custom_fields", "from": notes, "to": {}}]);
        assert_eq!(change("custom_fields", &notes, &Value::Null), deleted);
        assert_eq!(change("custom_fields", &Value::Null, &json!({})), json!([]));
    }

    #[test]
    fn the_order_of_keys_is_no_change() {
        assert_eq!(
            change(
                "custom_fields",
                &json!({"a": 1, "b": 2}),
                &json!({"b": 2, "a": 1})
            ),
            json!([])
        );
    }

    #[test]
    fn secrets_are_masked_at_any_depth() {
        let from = json!({"portal": {"user": "hal", "Password": "old"}});
        let to = json!({"portal": {"user": "hal", "Password": "new"}, "clientSecret": ["x"], "keys": [{"API-Key": 7}]});
        let expected = json!([{
            "field": "custom_fields",
            "from": {"portal": {"user": "hal", "Password": "***"}},
            "to": {
                "portal": {"user": "hal", "Password": "***"},
                "clientSecret": "***",
                "keys": [{"API-Key": "***"}]
            }
        }]);
        assert_eq!(change("custom_fields", &from, &to), expected);
        assert_eq!(
            change("webhook_secret", &json!("a"), &json!("b")),
            json!([{"field": "webhook_secret", "from": "***", "to": "***"}])
        );
    }

    #[test]
    fn the_id_of_a_secret_is_none() {
        let expected = json!([{"field": "api_key_id", "from": null, "to": "HR_id_1"}]);
        assert_eq!(change("api_key_id", &Value::Null, &json!("HR_id_1")), expected);
    }
}
