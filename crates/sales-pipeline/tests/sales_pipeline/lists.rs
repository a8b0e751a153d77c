//! Lists of sales.

use crate::sales::full;
use crate::stage::{ALL, Stage, at, missing, quote};
use chrono::TimeDelta;
use rapport_platform::PageRequest;
use rapport_sales_pipeline::sales::{Expected, NewSale, SaleFilter};
use rapport_sales_pipeline::{PgSales, SaleService};
use uuid::Uuid;

/// Sales at 100, 250.50, 250.51 and 1000, a minute apart: the first has an owner, the second a company, the last is
/// accepted.
async fn four(stage: &Stage) -> Vec<Uuid> {
    let mut made = Vec::new();
    for (index, price) in ["100", "250.50", "250.51", "1000"].into_iter().enumerate() {
        let new = NewSale {
            owner: (index == 0).then_some(stage.acme.agent),
            company: (index == 1).then_some(stage.acme.company),
            quote: quote(price),
            ..NewSale::default()
        };
        made.push(stage.create(new).await.unwrap().uuid);
        stage.test.clock.advance(TimeDelta::minutes(1));
    }
    let accepted = stage.change_status(*made.last().unwrap(), Some("accepted"), &Expected::Any);
    accepted.await.unwrap();
    made
}

fn filter(set: impl FnOnce(&mut SaleFilter)) -> SaleFilter {
    let mut filter = SaleFilter::default();
    set(&mut filter);
    filter
}

fn priced(least: Option<&str>, most: Option<&str>) -> SaleFilter {
    SaleFilter {
        min_value: least.map(|text| text.parse().unwrap()),
        max_value: most.map(|text| text.parse().unwrap()),
        ..SaleFilter::default()
    }
}

#[tokio::test]
async fn lists_are_filtered() {
    let stage = Stage::new().await;
    let made = four(&stage).await;
    let first = stage.stages().await[0].uuid;
    let accepted = || Some("accepted".to_owned());
    let db = stage.reader(&stage.acme).await;
    for (filter, expected) in [
        (SaleFilter::default(), vec![3, 2, 1, 0]),
        (filter(|f| f.owner = Some(stage.acme.agent)), vec![0]),
        (filter(|f| f.company = Some(stage.acme.company)), vec![1]),
        (filter(|f| f.status = accepted()), vec![3]),
        (filter(|f| f.status = Some("unheard_of".to_owned())), vec![]),
        (filter(|f| f.stage = Some(first)), vec![2, 1, 0]),
        (
            filter(|f| (f.stage, f.status) = (Some(first), accepted())),
            vec![],
        ),
        (priced(Some("250.5"), None), vec![3, 2, 1]),
        (priced(None, Some("250.505")), vec![1, 0]),
        (priced(Some("101"), Some("250.51")), vec![2, 1]),
        (
            filter(|f| (f.from, f.to) = (Some(at(1)), Some(at(3)))),
            vec![2, 1],
        ),
    ] {
        let found = PgSales.list(&db, &filter, &ALL).await.unwrap();
        let found: Vec<_> = found.items.iter().map(|sale| sale.uuid).collect();
        let expected: Vec<_> = expected.into_iter().map(|index: usize| made[index]).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn who_is_not_of_the_organization_is_not_found() {
    let stage = Stage::new().await;
    let db = stage.reader(&stage.acme).await;
    for (filter, what) in [
        (filter(|f| f.owner = Some(stage.other.agent)), "Agent"),
        (filter(|f| f.company = Some(stage.other.company)), "Company"),
    ] {
        assert_eq!(missing(PgSales.list(&db, &filter, &ALL).await), what);
    }
}

/// However many sales a page has, and however much belongs to them, it is read by as many statements.
#[tokio::test]
async fn a_page_is_read_by_four_statements() {
    let stage = Stage::new().await;
    for _ in 0..30 {
        stage.create(full(&stage)).await.unwrap();
    }
    let sql = stage.test.sql().await;
    let read = async |limit| {
        sql.batch_execute("SELECT pg_stat_statements_reset()")
            .await
            .unwrap();
        let page = PageRequest { limit, after: None };
        let db = stage.reader(&stage.acme).await;
        let page = PgSales.list(&db, &SaleFilter::default(), &page).await.unwrap();
        let count = "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s \
                     JOIN pg_database d ON d.oid = s.dbid WHERE datname = current_database() AND query LIKE '%\"sale%'";
        let count: i64 = sql.query_one(count, &[]).await.unwrap().get(0);
        (page.items.len(), count)
    };
    assert_eq!(read(1).await, (1, 4));
    assert_eq!(read(25).await, (25, 4));
}

#[tokio::test]
async fn a_walk_meets_each_sale_once() {
    let stage = Stage::new().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.insert(0, stage.sale().await.uuid);
    }
    let db = stage.reader(&stage.acme).await;
    let mut page = PageRequest {
        limit: 3,
        after: None,
    };
    let mut met = Vec::new();
    loop {
        let found = PgSales.list(&db, &SaleFilter::default(), &page).await.unwrap();
        met.extend(found.items.iter().map(|sale| sale.uuid));
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(met, made);
}
