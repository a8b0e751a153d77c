//! A name in a document means one thing.

use rapport::surfaces;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of Rust below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of the sources");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The types of a source that have a schema: their names in documents.
fn schemas(source: &str) -> Vec<&str> {
    let parts = source.split("derive(").skip(1);
    let parts = parts.filter(|part| {
        part.split(')')
            .next()
            .is_some_and(|list| list.contains("ToSchema"))
    });
    let names = parts.filter_map(|part| {
        let line = part.lines().find(|line| {
            let line = line.trim_start();
            ["pub struct ", "pub enum ", "struct ", "enum "]
                .iter()
                .any(|start| line.starts_with(start))
        });
        let words = line?.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.skip_while(|word| !["struct", "enum"].contains(word)).nth(1)
    });
    let declared = source.split("with_kept_keys! {").skip(1);
    let declared = declared.filter_map(|part| part.split("pub struct ").nth(1)?.split_whitespace().next());
    names.chain(declared).collect()
}

#[test]
fn no_two_types_of_a_surface_have_one_name() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for surface in &surfaces::ALL {
        let folder = sources.join("surfaces").join(surface.name);
        let mut known: BTreeMap<String, PathBuf> = BTreeMap::new();
        for file in files(&folder).into_iter().chain(files(&sources.join("http"))) {
            let source = std::fs::read_to_string(&file).expect("a source");
            for name in schemas(&source) {
                let other = known.insert(name.to_owned(), file.clone());
                assert!(
                    other.is_none(),
                    "{name} is in {} and {}",
                    file.display(),
                    other.unwrap().display()
                );
            }
        }
        assert!(known.len() > 10, "{}: {known:?}", surface.name);
    }
}
