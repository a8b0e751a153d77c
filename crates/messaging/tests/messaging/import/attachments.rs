use super::world::{World, from};
use futures_util::TryStreamExt;
use rapport_inbox::{FileService, PgFiles};

#[tokio::test]
async fn attachments_read_back_byte_for_byte() {
    let world = World::new().await;
    let body = "--B\nContent-Type: text/html\n\n<p onclick=\"x()\">see</p><img src=\"cid:i@x\">\n--B\n\
                Content-Type: image/png; name=i.png\nContent-ID: <i@x>\nContent-Transfer-Encoding: base64\n\niVBORwD/\n--B\n\
                Content-Type: message/rfc822\n\nFrom: eve@x.test\nSubject: Inner\n\nnested\n--B--";
    world.mail(
        "1.eml",
        &from(
            "bob@x.test",
            1,
            "Content-Type: multipart/related; boundary=B",
            body,
        ),
    );
    let report = world.import().await;
    assert_eq!((report.imported, report.attachments), (1, 2));
    let message = world.messages().await.remove(0);
    assert_eq!(message.html.as_deref(), Some("<p>see</p><img src=\"cid:i@x\">"));
    assert_eq!(message.content.as_deref(), Some("see"));

    let (files, reader) = (PgFiles::new(world.services.store.clone()), world.reader().await);
    let attached = files.attachments(&reader, message.uuid).await.unwrap();
    let names: Vec<_> = attached
        .iter()
        .map(|a| (&*a.file.name, a.content_id.as_deref()))
        .collect();
    assert_eq!(names, [("i.png", Some("i@x")), ("Inner.eml", None)]);
    for (attachment, bytes) in attached.iter().zip([
        &b"\x89PNG\0\xff"[..],
        b"From: eve@x.test\nSubject: Inner\n\nnested",
    ]) {
        let (_, content) = files.open(&reader, attachment.file.uuid).await.unwrap();
        let pieces: Vec<_> = content.try_collect().await.unwrap();
        assert_eq!(pieces.concat(), bytes);
    }
}
