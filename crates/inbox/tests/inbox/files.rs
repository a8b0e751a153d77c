//! Attachments and their contents.

use crate::stage::{Stage, missing};
use futures_util::TryStreamExt;
use rapport_inbox::files::NewAttachment;
use rapport_inbox::{FileService, PgFiles};
use rapport_platform::Error;
use rapport_platform::files::FileStore;

async fn content(stream: rapport_platform::files::FileStream) -> Vec<u8> {
    let pieces: Vec<bytes::Bytes> = stream.try_collect().await.unwrap();
    pieces.concat()
}

#[tokio::test]
async fn attachments_keep_order_name_and_content() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::local(folder.path()).unwrap();
    let files = PgFiles::new(store.clone());
    let parent = stage.conversation(0, "Quote").await.uuid;
    let message = stage.mail(parent, 1).await;
    for (name, bytes) in [("../scan.png", vec![0; 100_000]), ("quote.pdf", b"PDF".to_vec())] {
        let new = NewAttachment {
            name: name.to_owned(),
            content_type: "Image/PNG; x=y".to_owned(),
            stored: store.put(stage.acme.organization, bytes).await.unwrap(),
            content_id: Some("<1@x>".to_owned()),
        };
        let attached = stage.write(async |tx| files.attach(tx, &message, vec![new]).await);
        attached.await.unwrap();
    }
    let db = stage.reader(&stage.acme).await;
    let found = files.attachments(&db, message.uuid).await.unwrap();
    let seen: Vec<_> = found
        .iter()
        .map(|a| (a.position, a.file.name.as_str(), a.file.size_bytes))
        .collect();
    assert_eq!(seen, [(0, "scan.png", 100_000), (1, "quote.pdf", 3)]);
    assert_eq!(found[0].file.content_type, "image/png");
    assert_eq!(found[0].content_id.as_deref(), Some("1@x"));
    let (file, stream) = files.open(&db, found[1].file.uuid).await.unwrap();
    assert_eq!(file, found[1].file);
    assert_eq!(content(stream).await, b"PDF");
    let theirs = stage.reader(&stage.other).await;
    assert_eq!(missing(files.open(&theirs, file.uuid).await), "File");
    assert_eq!(missing(files.attachments(&theirs, message.uuid).await), "Message");
}

#[tokio::test]
async fn a_content_that_was_removed_must_be_put_again() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::local(folder.path()).unwrap();
    let files = PgFiles::new(store.clone());
    let parent = stage.conversation(0, "Quote").await.uuid;
    let message = stage.mail(parent, 1).await;
    let stored = store.put(stage.acme.organization, "PDF").await.unwrap();
    let new = NewAttachment {
        name: "quote.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        stored,
        content_id: None,
    };
    store
        .delete(stage.acme.organization, &stored.sha256)
        .await
        .unwrap();
    store
        .delete(stage.acme.organization, &stored.sha256)
        .await
        .unwrap();
    let attached = stage.write(async |tx| files.attach(tx, &message, vec![new.clone()]).await);
    assert!(matches!(attached.await, Err(Error::Unavailable { .. })));
    store.put(stage.acme.organization, "PDF").await.unwrap();
    let attached = stage.write(async |tx| files.attach(tx, &message, vec![new.clone()]).await);
    attached.await.unwrap();
    let (action, changes) = stage.audit("file").await.remove(0);
    assert_eq!(
        (action.as_str(), &changes[1]["to"]),
        ("insert", &"quote.pdf".into())
    );
}

#[tokio::test]
async fn a_content_is_kept_once_for_each_organization() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::local(folder.path()).unwrap();
    let first = store.put(1, "abc").await.unwrap();
    assert_eq!(store.put(1, "abc").await.unwrap(), first);
    assert_eq!(content(store.get(1, &first.sha256).await.unwrap()).await, b"abc");
    assert_eq!(missing(store.get(2, &first.sha256).await), "File");
    let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(folder.path().join("1/ba").join(name).is_file());
}
