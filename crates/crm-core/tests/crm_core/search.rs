//! Search for contacts and companies.

use crate::stage::{Stage, invalid};
use rapport_crm_core::companies::CompanyRemoval;
use rapport_crm_core::contacts::ContactErasure;
use rapport_crm_core::search::{Hit, Kind, SearchQuery, SearchService, fold};
use rapport_crm_core::{
    CompanyPatch, CompanyService, ContactPatch, ContactService, MergeService, NewCompany, NewContact,
    PgCompanies, PgContacts, PgMerges, PgSearch,
};
use rapport_platform::{Ctx, Patch, Result};
use uuid::Uuid;

/// Makes a contact of a name, an e-mail address and a telephone number; those that are empty it lacks.
async fn contact(stage: &Stage, [name, email, phone]: [&str; 3]) -> Uuid {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let new = NewContact {
        name: text(name),
        email: text(email),
        phone_number: text(phone),
        ..NewContact::default()
    };
    let made = stage.write(&stage.acme, async |tx| PgContacts.create(tx, new).await);
    made.await.unwrap().uuid
}

async fn company(stage: &Stage, name: &str, domain: &str) -> Uuid {
    let new = NewCompany {
        name: name.to_owned(),
        domain: Some(domain.to_owned()),
        ..NewCompany::default()
    };
    let made = stage.write(&stage.acme, async |tx| PgCompanies.create(tx, new).await);
    made.await.unwrap().uuid
}

async fn hits(stage: &Stage, text: &str, kinds: &[Kind], limit: i64) -> Result<Vec<Hit>> {
    let ctx = Ctx::system(stage.acme.organization, "test");
    let reader = stage.test.db.report_reader(&ctx).await.unwrap();
    let query = SearchQuery {
        text: text.to_owned(),
        kinds: kinds.to_vec(),
        limit,
    };
    PgSearch.search(&reader, &query).await
}

/// What is found, by name or else by e-mail address or number.
async fn found(stage: &Stage, text: &str) -> Vec<String> {
    let hits = hits(stage, text, &Kind::ALL, 25).await.unwrap();
    let label = |hit: Hit| hit.name.or(hit.email).or(hit.phone_number).unwrap();
    hits.into_iter().map(label).collect()
}

async fn people(stage: &Stage) {
    for person in [
        ["Joanna Ann Lee", "jlee@example.com", ""],
        ["Ann", "", "+1 513 867 5309"],
        ["Anna Smith", "anna@example.com", ""],
        ["Hannah Müller", "hm@example.com", "030 901820"],
        ["", "annabel@example.net", ""],
        [
            "Diana Prince",
            "Diana.Prince@Themyscira.example",
            "(415) 555-0199",
        ],
        ["Micheal O'Brien", "", "+1 415 555 0198"],
        ["Zoe\u{301} Brown", "100%_sure@example.org", ""],
    ] {
        contact(stage, person).await;
    }
    company(stage, "Ferris Aircraft", "ferrisaircraft.example").await;
    company(stage, "Annapolis Foods", "annapolis.example").await;
}

#[tokio::test]
async fn the_better_a_record_fits_the_earlier_it_comes() {
    let stage = Stage::new().await;
    people(&stage).await;
    assert_eq!(
        found(&stage, "ann").await,
        // A whole name, then what begins so (by turns of both kinds), then a word, then a part of one.
        [
            "Ann",
            "Annapolis Foods",
            "Anna Smith",
            "annabel@example.net",
            "Joanna Ann Lee",
            "Hannah Müller"
        ]
    );
    assert_eq!(found(&stage, "ANN  lee").await, ["Joanna Ann Lee"]);
    assert_eq!(found(&stage, "lee ann").await, ["Joanna Ann Lee"]);
}

#[tokio::test]
async fn the_order_is_the_same_every_time_and_the_limit_holds() {
    let stage = Stage::new().await;
    for number in 0..30 {
        contact(&stage, ["Kara Smith", &format!("kara{number}@example.com"), ""]).await;
    }
    for text in ["kara", "smith", "smiht", "example"] {
        let first = hits(&stage, text, &Kind::ALL, 7).await.unwrap();
        assert_eq!(first.len(), 7, "{text}");
        assert_eq!(hits(&stage, text, &Kind::ALL, 7).await.unwrap(), first, "{text}");
    }
}

#[tokio::test]
async fn neither_case_nor_accents_count_and_nothing_is_a_wildcard() {
    let stage = Stage::new().await;
    people(&stage).await;
    for text in ["muller", "MÜLLER", "Mu\u{308}ller", "hannah mull"] {
        assert_eq!(found(&stage, text).await, ["Hannah Müller"], "{text}");
    }
    for text in ["zoé", "ZOE", "100%_s"] {
        assert_eq!(found(&stage, text).await, ["Zoe\u{301} Brown"], "{text}");
    }
    for text in ["%%%", "___", "\\", "a%n"] {
        assert!(found(&stage, text).await.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn what_is_misspelt_is_found() {
    let stage = Stage::new().await;
    people(&stage).await;
    for (text, name) in [
        ("dianna", "Diana Prince"),
        ("dina prinse", "Diana Prince"),
        ("michael", "Micheal O'Brien"),
        ("obrien", "Micheal O'Brien"),
        ("pirnce", "Diana Prince"),
        ("diana rpince", "Diana Prince"),
        ("feris aircraft", "Ferris Aircraft"),
        ("ferrisaircarft", "Ferris Aircraft"),
        ("DianaPrince", "Diana Prince"),
    ] {
        assert_eq!(
            found(&stage, text).await.first().map(String::as_str),
            Some(name),
            "{text}"
        );
    }
    assert!(found(&stage, "wolverine").await.is_empty());
}

#[tokio::test]
async fn a_word_is_forgotten_with_the_last_contact_who_had_it() {
    let stage = Stage::new().await;
    let one = contact(&stage, ["Quinn Quagga", "one@example.com", ""]).await;
    contact(&stage, ["Quinn Zebra 4711", "", ""]).await;
    contact(&stage, ["", "quokka@example.com", ""]).await;
    let patch = ContactPatch {
        name: Patch::Set("Quinn Okapi".to_owned()),
        ..ContactPatch::default()
    };
    let renamed = stage.write(&stage.acme, async |tx| PgContacts.update(tx, one, patch).await);
    renamed.await.unwrap();
    let words = async || -> Vec<String> {
        let sql = "SELECT word FROM search_words WHERE kind = 'contact' ORDER BY word";
        let rows = stage.test.sql().await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    assert_eq!(
        words().await,
        ["okapi", "quagga", "quinn", "quokka@example.com", "zebra"]
    );
    let erasure = ContactErasure::new([]);
    let erased = stage.write(&stage.acme, async |tx| erasure.erase(tx, one).await);
    erased.await.unwrap();
    assert_eq!(words().await, ["quinn", "quokka@example.com", "zebra"]);
    assert_eq!(found(&stage, "qiunn").await, ["Quinn Zebra 4711"]);
    assert_eq!(found(&stage, "qokka@example.com").await, ["quokka@example.com"]);
}

#[tokio::test]
async fn a_number_is_found_by_its_end_however_it_is_typed() {
    let stage = Stage::new().await;
    people(&stage).await;
    for text in [
        "0199",
        "555-0199",
        "4155550199",
        "+1 (415) 555.0199",
        "1 415 555 0199",
    ] {
        assert_eq!(found(&stage, text).await, ["Diana Prince"], "{text}");
    }
    assert_eq!(found(&stage, "019").await, Vec::<String>::new());
    assert_eq!(found(&stage, "0901820").await, ["Hannah Müller"]);
    assert_eq!(found(&stage, "5309").await, ["Ann"]);
}

#[tokio::test]
async fn an_address_and_a_domain_are_found_by_their_beginning() {
    let stage = Stage::new().await;
    people(&stage).await;
    assert_eq!(
        found(&stage, "diana.prince@themyscira.EXAMPLE").await,
        ["Diana Prince"]
    );
    assert_eq!(found(&stage, "diana.pr").await, ["Diana Prince"]);
    assert_eq!(found(&stage, "themyscira").await, ["Diana Prince"]);
    assert_eq!(found(&stage, "ferrisaircraft.example").await, ["Ferris Aircraft"]);
    let companies = hits(&stage, "ann", &[Kind::Company], 25).await.unwrap();
    assert_eq!(companies.len(), 1);
    assert_eq!(companies[0].domain.as_deref(), Some("annapolis.example"));
}

#[tokio::test]
async fn a_whole_address_finds_whose_it_is_and_nobody_with_one_like_it() {
    let stage = Stage::new().await;
    contact(&stage, ["Lois", "lois@example.com", ""]).await;
    contact(&stage, ["Clara", "clara.lois@example.com", ""]).await;
    assert_eq!(found(&stage, "Lois@Example.com").await, ["Lois"]);
    assert_eq!(found(&stage, "lois@example.co").await, ["Lois", "Clara"]);
}

#[tokio::test]
async fn short_queries_find_beginnings() {
    let stage = Stage::new().await;
    people(&stage).await;
    assert_eq!(found(&stage, "d").await, ["Diana Prince"]);
    assert_eq!(found(&stage, "pr").await, ["Diana Prince"]);
    assert_eq!(found(&stage, "p d").await, ["Diana Prince"]);
    assert!(found(&stage, "x").await.is_empty());
}

#[tokio::test]
async fn what_is_written_is_found_at_once_and_what_is_gone_is_not() {
    let stage = Stage::new().await;
    let diana = contact(&stage, ["Diana Prince", "diana@example.com", ""]).await;
    let ferris = company(&stage, "Ferris", "ferris.example").await;
    let patch = ContactPatch {
        name: Patch::Set("Wonder Woman".to_owned()),
        ..ContactPatch::default()
    };
    let renamed = stage.write(&stage.acme, async |tx| PgContacts.update(tx, diana, patch).await);
    renamed.await.unwrap();
    let patch = CompanyPatch {
        name: Patch::Set("Wonderland".to_owned()),
        ..CompanyPatch::default()
    };
    let renamed = stage.write(&stage.acme, async |tx| {
        PgCompanies.update(tx, ferris, patch).await
    });
    renamed.await.unwrap();
    assert_eq!(found(&stage, "wonder").await, ["Wonder Woman", "Wonderland"]);
    assert!(found(&stage, "prince").await.is_empty());
    let merges = PgMerges::default();
    let other = contact(&stage, ["Princess", "princess@example.com", ""]).await;
    let stays = stage.write(&stage.acme, async |tx| merges.contacts(tx, other, &[diana]).await);
    stays.await.unwrap();
    assert_eq!(found(&stage, "wonder").await, ["Wonderland"]);
    assert_eq!(
        found(&stage, "diana@example.com").await,
        ["Princess"],
        "its address leads on"
    );
    let deleted = stage.write(&stage.acme, async |tx| {
        PgContacts.delete(tx, other).await?;
        CompanyRemoval::new([]).delete(tx, ferris).await
    });
    deleted.await.unwrap();
    for text in ["wonder", "princess", "diana@example.com"] {
        assert!(found(&stage, text).await.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn another_tenant_finds_nothing() {
    let stage = Stage::new().await;
    people(&stage).await;
    let ctx = Ctx::system(stage.other.organization, "test");
    let reader = stage.test.db.report_reader(&ctx).await.unwrap();
    for text in [
        "ann",
        "a",
        "0199",
        "dianna",
        "diana.prince@themyscira.example",
        "smith ann",
    ] {
        let query = SearchQuery {
            text: text.to_owned(),
            kinds: Kind::ALL.to_vec(),
            limit: 25,
        };
        assert_eq!(PgSearch.search(&reader, &query).await.unwrap(), [], "{text}");
    }
    assert_eq!(invalid(hits(&stage, " ", &Kind::ALL, 25).await), "q");
}

#[tokio::test]
async fn the_database_folds_as_the_query_is_folded() {
    let stage = Stage::new().await;
    let latin: String = ('\u{c0}'..='\u{17f}')
        .chain(['Ș', 'ș', 'Ț', 'ț'])
        .filter(|c| c.is_alphabetic())
        .collect();
    let others = "Дмитрий Ωμέγα İstanbul Straße 王小明 Cafe\u{301} Z\u{30c}";
    // Those of Western Europe have a way of their own.
    let western: String = ('\u{c0}'..='\u{ff}').filter(|c| c.is_alphabetic()).collect();
    for name in [latin.as_str(), western.as_str(), others] {
        contact(&stage, [name, "", ""]).await;
    }
    let sql = "SELECT name, search_text FROM contacts";
    for row in stage.test.sql().await.query(sql, &[]).await.unwrap() {
        let (name, stored): (String, String) = (row.get(0), row.get(1));
        assert_eq!(stored, format!(" {} ", fold(&name)));
    }
}
