//! Opaque ids come back as they were made; nothing else is taken for one.

use crate::support::noon;
use rapport_platform::ids::{opaque, parse_opaque, uuid_v7};
use uuid::Uuid;

#[test]
fn an_opaque_id_is_read_as_it_was_made() {
    let ids = [
        Uuid::nil(),
        Uuid::max(),
        Uuid::from_u128(61),
        uuid_v7(noon(), [7; 10]),
    ];
    for id in ids {
        let text = opaque(id);
        assert_eq!(text.len(), "HR_id_".len() + 22, "{text}");
        assert_eq!(parse_opaque(&text), Some(id), "{text}");
    }
}

#[test]
fn anything_else_is_refused() {
    let good = opaque(uuid_v7(noon(), [7; 10]));
    let digits = good.strip_prefix("HR_id_").unwrap();
    let others = [
        String::new(),
        "HR_id_".to_owned(),
        digits.to_owned(),
        format!("hr_id_{digits}"),
        format!("HR_tok_{digits}"),
        format!("HR_id_{}", &digits[1..]),
        format!("HR_id_0{digits}"),
        format!("HR_id_{}-", &digits[1..]),
        format!("HR_id_{}é", &digits[2..]),
        format!(" {good}"),
        // Above 2^128.
        format!("HR_id_{}", "z".repeat(22)),
        Uuid::nil().to_string(),
    ];
    for other in others {
        assert_eq!(parse_opaque(&other), None, "{other:?}");
    }
}
