//! Mail of somebody who was erased.

use super::world::{World, from};
use rapport_crm_core::contacts::ContactErasure;
use rapport_inbox::InboxErasure;
use rapport_inbox::conversations::ConversationFilter;
use rapport_inbox::{ConversationService, PgConversations};
use std::sync::Arc;

#[tokio::test]
async fn what_was_erased_does_not_come_back_and_new_mail_makes_a_new_contact() {
    let world = World::new().await;
    let first = "Subject: The roof\nMessage-ID: <1@x>";
    world.mail("1.eml", &from("Bob <bob@x.test>", 1, first, "It leaks."));
    world.import().await;
    let bob = world.contacts().await.remove(0);
    let erasure = ContactErasure::new([Arc::new(InboxErasure) as _]);
    let ctx = world.ctx();
    let work = async |tx: &mut rapport_platform::Tx| erasure.erase(tx, bob.uuid).await;
    world.database.db.write(&ctx, work).await.unwrap();
    assert!(world.contacts().await.is_empty());

    let again = world.import().await;
    assert_eq!((again.imported, again.duplicates), (0, 1));
    assert!(world.contacts().await.is_empty());

    let reply = "Subject: Re: The roof\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>";
    world.mail("2.eml", &from("Bob <bob@x.test>", 2, reply, "It still leaks."));
    let later = world.import().await;
    assert_eq!(
        (
            later.imported,
            later.contacts_created,
            later.conversations_created
        ),
        (1, 1, 1)
    );
    let new = world.contacts().await.remove(0);
    assert_ne!(new.uuid, bob.uuid);
    let filter = ConversationFilter {
        contact: Some(new.uuid),
        ..ConversationFilter::default()
    };
    let all = rapport_platform::PageRequest {
        limit: 10,
        after: None,
    };
    let theirs = PgConversations
        .list(&world.reader().await, &filter, &all)
        .await
        .unwrap();
    assert_eq!(
        theirs.items.len(),
        1,
        "the thread of before is not known any more"
    );
}
