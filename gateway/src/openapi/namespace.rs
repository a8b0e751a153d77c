//! Keeps the names of one surface apart from those of the others, so that documents can be merged.

use super::document::{Document, object};
use crate::surfaces::Surface;
use serde_json::{Map, Value};

/// The kinds of components that each surface has its own of.
const KINDS: [&str; 2] = ["schemas", "responses"];

/// Puts the surface's prefix (`inbox`) before the names of schemas and responses (`InboxContactView`) and, unless the
/// reference itself names them, operation ids (`inbox_get_contact`). An empty one changes nothing.
pub fn apply(document: &mut Document, surface: &Surface) {
    if surface.prefix.is_empty() {
        return;
    }
    components(document, surface.prefix);
    if !surface.names_operations {
        operations(document, surface.prefix);
    }
}

fn components(document: &mut Document, prefix: &str) {
    let capital = capitalized(prefix);
    for kind in KINDS {
        let renamed = std::mem::take(document.component(kind)).into_iter();
        *document.component(kind) = renamed
            .map(|(name, part)| (format!("{capital}{name}"), part))
            .collect::<Map<_, _>>();
    }
    references(document.value_mut(), &capital);
}

fn operations(document: &mut Document, prefix: &str) {
    for item in object(&mut document.value_mut()["paths"]).values_mut() {
        for operation in object(item).values_mut() {
            if let Some(id) = operation["operationId"].as_str() {
                operation["operationId"] = format!("{prefix}_{id}").into();
            }
        }
    }
}

fn capitalized(prefix: &str) -> String {
    let (first, rest) = prefix.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Makes references lead to the new names.
fn references(value: &mut Value, capital: &str) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref") {
                for kind in KINDS {
                    let old = format!("#/components/{kind}/");
                    if let Some(name) = target.strip_prefix(&old) {
                        *target = format!("{old}{capital}{name}");
                        break;
                    }
                }
            }
            map.values_mut().for_each(|part| references(part, capital));
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| references(part, capital)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_references_move_together() {
        let mut document = Document::new(json!({
            "paths": {"/x": {"get": {"operationId": "get_x", "responses": {
                "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}},
                "403": {"$ref": "#/components/responses/Error403"},
            }}}},
            "components": {"schemas": {"X": {"type": "object"}}, "responses": {"Error403": {"description": "no"}}},
        }));
        components(&mut document, "engagement");
        operations(&mut document, "engagement");
        let operation = document.operations().next().expect("one operation");
        assert_eq!(operation.text("operationId"), "engagement_get_x");
        let responses = &operation.value["responses"];
        let schema = document.resolve(&responses["200"]["content"]["application/json"]["schema"]);
        assert_eq!(schema, &json!({"type": "object"}));
        assert_eq!(document.resolve(&responses["403"])["description"], "no");
        assert!(document.json()["components"]["schemas"]["EngagementX"].is_object());
    }
}
