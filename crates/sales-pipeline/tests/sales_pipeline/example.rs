//! The example is a program of its own that works.

use rapport_test_support::TestDatabase;
use std::path::PathBuf;
use tokio::process::Command;

/// The example, built as the tests are, so that what they were built of is used again.
async fn built() -> PathBuf {
    let build = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--example", "quote"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(build.await.unwrap().success());
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).unwrap();
    folder.join("examples/quote")
}

#[tokio::test]
async fn the_example_quotes_and_moves_a_sale() {
    let database = TestDatabase::new().await;
    let output = Command::new(built().await)
        .env("DATABASE_URL", database.url())
        .output()
        .await
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let expected = "Pipeline: Qualified, Site visit, Quoted, Accepted, Lost\n\
                    Qualified: 2960.61 USD\n\
                    Site visit: 2960.61 USD\n\
                    Quoted: 2960.61 USD\n\
                    Accepted: 2960.61 USD\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
