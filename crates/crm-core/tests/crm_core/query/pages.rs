//! Pages, cursors and free text.

use super::world::{World, find};
use crate::stage::invalid;
use rapport_crm_core::query::{After, Direction, Filter, Search, Sort, Start, Window};
use rapport_crm_core::{ContactService, NewContact, PgContacts};
use std::collections::HashSet;

fn by(field: &str, direction: Direction) -> Search {
    Search {
        sort: vec![Sort {
            field: field.to_owned(),
            direction,
        }],
        ..Search::default()
    }
}

#[tokio::test]
async fn a_number_reaches_the_first_ten_thousand_rows() {
    let world = World::new(3).await;
    let reader = world.reader().await;
    let page = async |number, limit| {
        let window = Window {
            start: Start::Page(number),
            limit,
            total: false,
        };
        find(&reader, &Search::default(), &window).await
    };
    assert_eq!(page(1, 2).await.unwrap().items.len(), 2);
    assert_eq!(page(2, 2).await.unwrap().items.len(), 1);
    assert!(page(20, 500).await.unwrap().items.is_empty());
    for (number, limit) in [(21, 500), (0, 20), (-1, 20), (i64::MAX, 500), (10_001, 1)] {
        assert_eq!(invalid(page(number, limit).await), "page", "{number} of {limit}");
    }
}

#[tokio::test]
async fn a_page_by_number_goes_on_by_cursor() {
    let world = World::new(30).await;
    let reader = world.reader().await;
    let search = by("customFields.note", Direction::Desc);
    let window = |start, limit| Window {
        start,
        limit,
        total: false,
    };
    let all = find(&reader, &search, &window(Start::Top, 100))
        .await
        .unwrap()
        .items;
    let second = find(&reader, &search, &window(Start::Page(2), 10)).await.unwrap();
    let next = Start::After(second.next.unwrap());
    let third = find(&reader, &search, &window(next, 10)).await.unwrap();
    assert_eq!([second.items, third.items].concat(), all[10..]);
    assert_eq!(third.next, None);
}

#[tokio::test]
async fn a_cursor_serves_the_search_it_was_made_for() {
    let world = World::new(5).await;
    let (search, other) = (by("name", Direction::Asc), by("name", Direction::Desc));
    let window = Window {
        limit: 2,
        ..Window::default()
    };
    let after = find(&world.reader().await, &search, &window)
        .await
        .unwrap()
        .next
        .unwrap();
    let cursors = world.stage.test.db.cursors();
    let cursor = after.seal(cursors, &search.binding());
    assert_eq!(After::open(cursors, &search.binding(), &cursor), Some(after));
    assert_eq!(After::open(cursors, &other.binding(), &cursor), None);
    let changed = cursor.replace(&cursor[20..22], "AA");
    assert_eq!(After::open(cursors, &search.binding(), &changed), None);
}

#[tokio::test]
async fn rows_that_come_meanwhile_hide_none_and_repeat_none() {
    let world = World::new(20).await;
    let reader = world.reader().await;
    for search in [
        by("name", Direction::Asc),
        by("customFields.score", Direction::Desc),
    ] {
        let (mut met, mut start) = (HashSet::new(), Start::Top);
        loop {
            let window = Window {
                start,
                limit: 3,
                total: false,
            };
            let page = find(&reader, &search, &window).await.unwrap();
            for id in page.items {
                assert!(met.insert(id), "{id} again");
            }
            let new = NewContact {
                name: Some("Ma".to_owned()),
                ..NewContact::default()
            };
            let made = world
                .stage
                .write(&world.stage.acme, async |tx| PgContacts.create(tx, new).await);
            made.await.unwrap();
            match page.next {
                // Those without a value come last, and more of them with each page.
                Some(after) if met.len() < 60 => start = Start::After(after),
                _ => break,
            }
        }
        assert!(world.models.iter().all(|model| met.contains(&model.id)));
    }
}

#[tokio::test]
async fn a_free_text_is_looked_for_word_by_word() {
    let world = World::new(30).await;
    let reader = world.reader().await;
    let ids = async |text: &str| {
        let search = Search {
            text: Some(text.to_owned()),
            ..Search::default()
        };
        let window = Window {
            limit: 100,
            ..Window::default()
        };
        find(&reader, &search, &window).await.unwrap().items
    };
    let address = Search {
        filters: vec![Filter::eq("addresses.address", "p1.13@example.com")],
        ..Search::default()
    };
    let window = Window {
        limit: 2,
        ..Window::default()
    };
    let exact = find(&reader, &address, &window).await.unwrap().items;
    assert_eq!(exact.len(), 1);
    assert_eq!(ids("P1.13@").await, exact);
    assert_eq!(ids("  example.COM   p1.13 ").await, exact);
    assert!(ids("p1.13 nobody").await.is_empty());
    assert_eq!(ids("").await.len(), 30);
}

#[tokio::test]
async fn a_deleted_contact_and_one_of_another_tenant_are_not_found() {
    let world = World::new(6).await;
    let reader = world.reader().await;
    let window = Window {
        limit: 100,
        total: true,
        ..Window::default()
    };
    let all = find(&reader, &Search::default(), &window).await.unwrap();
    assert_eq!(all.total, Some(6));
    let contact = PgContacts
        .list(&reader, &crate::stage::ALL)
        .await
        .unwrap()
        .items
        .remove(0);
    let stage = &world.stage;
    let deleted = stage.write(&stage.acme, async |tx| PgContacts.delete(tx, contact.uuid).await);
    deleted.await.unwrap();
    for search in [Search::default(), by("customFields.score", Direction::Asc)] {
        let left = find(&reader, &search, &window).await.unwrap();
        assert!(!left.items.contains(&contact.id));
        assert_eq!(left.total, Some(5));
    }
    let others = find(&stage.reader(&stage.other).await, &Search::default(), &window)
        .await
        .unwrap();
    assert!(others.items.is_empty());
    let values = format!(
        "SELECT count(*) FROM custom_field_values WHERE entity_id = {}",
        contact.id
    );
    assert_eq!(stage.count(&values).await, 0);
}
