//! Folders of all kinds.

use crate::support::{folder, options, query, start};
use rapport_schema::embedded::Embedded;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

async fn failure(data_dir: &Path) -> String {
    format!("{:#}", Embedded::start(options(data_dir)).await.unwrap_err())
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works() {
    let dir = folder();
    let deep = dir.path().join("x".repeat(120));
    let database = start(&deep).await;
    assert_eq!(query(&database, "SELECT 'alive'").await, "alive");
    assert!(database.home().starts_with(&deep) && !database.socket_dir().starts_with(&deep));
    let sockets = database.socket_dir().to_path_buf();
    assert!(database.stop().await.unwrap());
    fs::remove_dir(sockets).unwrap();
}

#[tokio::test]
async fn a_path_with_special_characters_works() {
    let dir = folder();
    let database = start(&dir.path().join("a b, \"ü\" 100%&?#='\\")).await;
    assert_eq!(query(&database, "SELECT 'alive'").await, "alive");
    assert!(database.stop().await.unwrap());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let dir = folder();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = failure(&file.join("data")).await;
    assert!(
        error.contains(file.to_str().unwrap()) && !error.contains('\n'),
        "{error}"
    );
}

#[tokio::test]
async fn a_cluster_of_a_version_that_is_not_installed_is_refused() {
    let dir = folder();
    let database = start(dir.path()).await;
    let version = database.home().join("data/PG_VERSION");
    assert!(database.stop().await.unwrap());
    fs::write(version, "99\n").unwrap();
    let error = failure(dir.path()).await;
    assert!(
        error.contains("made by PostgreSQL 99") && error.contains("postgresql-99"),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_that_is_no_cluster_is_left_alone() {
    let dir = folder();
    let data = dir.path().join("postgres/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("mine"), "precious").unwrap();
    let error = failure(dir.path()).await;
    assert!(error.contains(data.to_str().unwrap()), "{error}");
    assert_eq!(fs::read_to_string(data.join("mine")).unwrap(), "precious");
}

#[tokio::test]
async fn root_keeps_to_folders_the_account_can_enter() {
    if !rustix::process::geteuid().is_root() {
        // Only root switches accounts; for others the cluster is where they say.
        let dir = folder();
        let database = start(dir.path()).await;
        assert_eq!(
            database.home(),
            dir.path().canonicalize().unwrap().join("postgres")
        );
        assert!(database.stop().await.unwrap());
        return;
    }
    let private = folder();
    fs::set_permissions(private.path(), Permissions::from_mode(0o700)).unwrap();
    let data_dir = private.path().join("data");
    let database = start(&data_dir).await;
    let home = database.home().to_path_buf();
    assert_eq!(query(&database, "SELECT 'alive'").await, "alive");
    assert!(database.stop().await.unwrap());

    assert!(home.starts_with("/var/lib/rapport"));
    assert_ne!(fs::metadata(home.join("data")).unwrap().uid(), 0);
    let left_alone = fs::metadata(private.path()).unwrap();
    assert_eq!((left_alone.uid(), left_alone.mode() & 0o777), (0, 0o700));
    let note = fs::read_to_string(data_dir.join("postgres-is-elsewhere.txt")).unwrap();
    assert_eq!(Path::new(note.trim()), home);

    let moved = private.path().join("moved");
    fs::rename(&data_dir, &moved).unwrap();
    let error = failure(&moved).await;
    assert!(
        error.contains("was moved") && error.contains(home.to_str().unwrap()),
        "{error}"
    );
    fs::remove_dir_all(home).unwrap();
}
