//! The example is a program of its own that works.

use rapport_test_support::TestDatabase;
use tokio::process::Command;

#[tokio::test]
async fn the_example_quotes_and_moves_a_sale() {
    let database = TestDatabase::new().await;
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            env!("CARGO_PKG_NAME"),
            "--example",
            "quote",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
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
