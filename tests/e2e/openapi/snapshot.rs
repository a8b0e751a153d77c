//! The committed documents are those of the program.

use crate::support::process::{RAPPORT, rapport};
use rapport::surfaces;
use std::path::Path;
use std::process::Command;

fn assert_committed(file: &str, arguments: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/openapi")
        .join(file);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let current = rapport(
        std::iter::once("openapi")
            .chain(arguments.iter().copied())
            .map(AsRef::as_ref),
    );
    let differs = committed
        .lines()
        .zip(current.lines())
        .position(|(old, new)| old != new);
    assert!(
        committed == current,
        "docs/openapi/{file} is not what the program says (first difference near line {}): run `make openapi` and \
         commit what it writes",
        differs.map_or(1, |line| line + 1),
    );
}

#[test]
fn the_merged_document_is_committed() {
    assert_committed("openapi.json", &[]);
}

#[test]
fn the_document_of_each_surface_is_committed() {
    for surface in &surfaces::ALL {
        assert_committed(&format!("{}.json", surface.name), &["--surface", surface.name]);
    }
}

#[test]
fn an_unknown_surface_is_refused_naming_the_known_ones() {
    let output = Command::new(RAPPORT)
        .args(["openapi", "--surface", "nope"])
        .output()
        .expect("runs");
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(
        error.contains("nope") && error.contains("organizations"),
        "{error}"
    );
}
