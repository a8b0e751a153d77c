//! Requests at the same time.

use super::{BULK, CREATE, Funnel};
use futures_util::future::join_all;
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn requests_with_one_new_address_make_one_contact() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let bodies: Vec<_> = (0..20)
            .map(|number| {
                // Each says the same number, and something else that is new.
                let phones = json!([format!("+5692222{number:04}"), "+56911111111"]);
                funnel.item(&json!({"phones": phones, "emails": ["one@x.example"], "nationalId": "N-1"}))
            })
            .collect();
        let answers = join_all(bodies.iter().map(|body| app.alpha.post(CREATE, body))).await;
        let contacts: Vec<_> = answers
            .into_iter()
            .map(|one| one.expect(200).json["contactId"].clone())
            .collect();
        assert!(contacts.windows(2).all(|pair| pair[0] == pair[1]), "{contacts:?}");
        assert_eq!(
            (
                funnel.count("contacts").await,
                funnel.count("conversations").await
            ),
            (1, 20)
        );
        assert_eq!(funnel.count("contact_addresses").await, 22);
        let bodies: Vec<_> = (0..10)
            .map(|_| funnel.item(&json!({"nationalId": "N-2"})))
            .collect();
        join_all(bodies.iter().map(|body| app.alpha.post(CREATE, body))).await;
        assert_eq!(funnel.count("contacts").await, 2);
    })
    .await;
}

#[tokio::test]
async fn batches_that_overlap_do_not_block_each_other() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        // Some are few enough to be reserved one by one, some are not.
        let people = |count: usize, backwards: bool| -> Value {
            let mut numbers: Vec<usize> = (0..count).collect();
            if backwards {
                numbers.reverse();
            }
            let items = numbers.into_iter().map(|number| {
                let phones = json!([format!("+5691111{number:04}")]);
                funnel.item(&json!({"firstName": "X", "phones": phones, "emails": [format!("{}@x.example", 999 - number)]}))
            });
            json!({"conversations": items.collect::<Vec<_>>()})
        };
        for count in [10, 60, 60] {
            let bodies: Vec<_> = (0..8).map(|number| people(count, number % 2 == 0)).collect();
            let answers = join_all(bodies.iter().map(|body| app.alpha.post(BULK, body))).await;
            for answer in answers {
                let counts = &answer.expect(200).json["report"]["counts"];
                assert_eq!(counts["successful"], count, "{counts}");
            }
        }
        assert_eq!(funnel.count("contacts").await, 60);
        let sql = "SELECT array_agg(id ORDER BY id) FROM conversations";
        let ids: Vec<i64> = app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0);
        let change = |backwards: bool| {
            let mut ids: Vec<_> = ids.iter().take(200).collect();
            if backwards {
                ids.reverse();
            }
            let items = ids.into_iter().map(|id| {
                json!({"id": id, "funnelStatusId": funnel.second, "contact": {"companyPosition": backwards.to_string()}})
            });
            json!({"conversations": items.collect::<Vec<_>>()})
        };
        let bodies: Vec<_> = (0..8).map(|number| change(number % 2 == 0)).collect();
        let answers = join_all(bodies.iter().map(|body| app.alpha.put(BULK, body))).await;
        for answer in answers {
            assert_eq!(answer.expect(200).json["report"]["counts"]["successful"], 200);
        }
    })
    .await;
}
