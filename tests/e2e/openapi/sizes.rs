//! Bodies may be as large as the documents say, and no larger.

use crate::isolation::operation::operations;
use crate::support::records::Records;
use rapport_test_support::TestApp;
use std::collections::BTreeSet;

const MEGA: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_may_be_as_large_as_is_said_and_no_larger() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let mut limits = BTreeSet::new();
        for operation in operations(app).await {
            let Some((media_type, limit)) = operation.limit() else {
                assert!(operation.body(&records).is_none(), "{}", operation.name());
                continue;
            };
            limits.insert(limit);
            let path = operation.path(&records, &[]);
            for size in [limit, limit + 1] {
                let request = app.alpha.request(operation.method.clone(), &path);
                let request = request.header("content-type", media_type);
                let answer = app.alpha.send(request.body(vec![b' '; size])).await;
                let what = format!("{} with {size} bytes: {}", operation.name(), answer.json);
                assert_eq!(answer.status == 413, size > limit, "{what}");
                assert!((400..500).contains(&answer.status), "{what}");
                assert_eq!(answer.json == operation.too_large, size > limit, "{what}");
            }
        }
        assert_eq!(limits, BTreeSet::from([MEGA, 4 * MEGA, 64 * MEGA]));
    })
    .await;
}
