use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Playbook, PlaybookParts, Treatment};
use crate::class::Class;
use crate::fault::FaultCode;
use crate::stage::Stage;

type Change = fn(&mut Treatment);

/// Codes and words of everything that is wrong after a change to the default playbook.
fn faults(change: impl FnOnce(&mut PlaybookParts)) -> Vec<(FaultCode, String)> {
    let mut parts = Playbook::standard().to_parts();
    change(&mut parts);
    let error = parts.build().expect_err("a fault");
    let fault = |fault: &crate::Fault| {
        assert_eq!(fault.location(), None);
        (fault.code(), format!("{}: {}", fault.path(), fault.message()))
    };
    error.faults().iter().map(fault).collect()
}

/// The same, of one row of the default playbook.
fn row_faults(id: &str, change: impl FnOnce(&mut Treatment)) -> Vec<(FaultCode, String)> {
    faults(|parts| {
        let rows = parts.treatments.to_mut();
        change(rows.iter_mut().find(|row| row.id == id).expect("a row"));
    })
}

fn one(code: FaultCode, words: &str) -> Vec<(FaultCode, String)> {
    vec![(code, words.to_owned())]
}

#[test]
fn the_default_playbook_is_valid_and_starts_with_a_row_for_every_account() {
    let standard = Playbook::standard();
    assert_eq!(standard.to_parts().build().as_ref(), Ok(standard));
    assert_eq!((standard.id(), standard.version()), ("standard", "1.0.0"));
    assert!(standard.packs().is_empty());
}

#[test]
fn the_default_playbook_is_the_table_of_the_specification() {
    // The table of the specification, column by column: support model, retention, acquisition,
    // revenue model, metrics, dormant action and its days, personal, review, broadcasts, discovery.
    let relational = "CLV, health, renewal, NDR, FCR";
    let standard = "NPS, CES, CSAT, repurchase";
    let both = format!("{relational}, {standard}");
    for &stage in Stage::ALL {
        let row = |class| {
            let row = Playbook::standard().lookup(class, stage, None);
            let cadence = &row.cadence;
            let limits = [
                cadence.personal_within_days,
                cadence.review_within_days,
                cadence.max_broadcasts_per_month,
                cadence.discovery_contacts,
            ];
            (
                [&row.support_model, &row.acquisition, &row.revenue_model].map(ToString::to_string),
                row.metrics.join(", "),
                limits,
                row.retention.to_string(),
                (row.dormant_action.text.to_string(), row.dormant_action.within_days),
            )
        };
        let retention = |word: &str| match stage {
            Stage::Prospect => "none: nothing to keep yet".to_owned(),
            _ => word.to_owned(),
        };
        let action = |word: &str, days| match stage {
            Stage::Dormant | Stage::Former => (word.to_owned(), days),
            _ => ("none".to_owned(), None),
        };
        let texts = |texts: [&str; 3]| texts.map(str::to_owned);
        assert_eq!(
            row(Class::Client),
            (
                texts(["named manager", "referrals, case studies", "retainer, recurring"]),
                relational.to_owned(),
                [Some(30), Some(90), None, None],
                retention("problem-solving"),
                action("manager call", Some(5)),
            )
        );
        assert_eq!(
            row(Class::Customer),
            (
                texts(["shared team, self-service first", "broad, promotions", "per sale"]),
                standard.to_owned(),
                [None, None, Some(2), None],
                retention("loyalty, offers"),
                action("win-back message", None),
            )
        );
        assert_eq!(
            row(Class::Hybrid),
            (
                texts(["by stream", "cross-sell", "split"]),
                both.clone(),
                [Some(30), Some(90), Some(2), None],
                retention("by stream"),
                action("by stream", None),
            )
        );
        assert_eq!(
            row(Class::Undetermined),
            (
                texts(["shared desk, human first", "none", "none"]),
                "coverage".to_owned(),
                [None, None, None, Some(1)],
                "none".to_owned(),
                ("none".to_owned(), None),
            )
        );
        let closes = |class| Playbook::standard().lookup(class, stage, None).auto_close;
        assert_eq!(closes(Class::Undetermined), Some(false));
    }
}

#[test]
fn a_name_that_is_empty_is_told() {
    assert_eq!(
        faults(|parts| (parts.id, parts.version) = (Cow::Borrowed(""), Cow::Borrowed(""))),
        [
            (FaultCode::MissingName, "id: `id` is empty".to_owned()),
            (FaultCode::MissingName, "version: `version` is empty".to_owned()),
        ]
    );
}

#[test]
fn a_text_or_list_that_is_empty_is_told() {
    fn nothing(text: &mut Cow<'static, str>) {
        *text = Cow::Borrowed("");
    }
    let changes: [(&str, Change); 10] = [
        ("id", |row| nothing(&mut row.id)),
        ("support_model", |row| nothing(&mut row.support_model)),
        ("cadence.text", |row| nothing(&mut row.cadence.text)),
        ("retention", |row| nothing(&mut row.retention)),
        ("acquisition", |row| nothing(&mut row.acquisition)),
        ("revenue_model", |row| nothing(&mut row.revenue_model)),
        ("dormant_action.text", |row| nothing(&mut row.dormant_action.text)),
        ("technology", |row| nothing(&mut row.technology)),
        ("roles", |row| nothing(&mut row.roles)),
        ("resolution", |row| nothing(&mut row.resolution)),
    ];
    for (key, change) in changes {
        let words = format!("treatment[4].{key}: the text is empty");
        assert_eq!(row_faults("customer-prospect", change), one(FaultCode::MissingName, &words));
    }
    let metrics = row_faults("client", |row| row.metrics = Cow::Borrowed(&[]));
    assert_eq!(metrics, one(FaultCode::MissingName, "treatment[0].metrics: the list is empty"));
    let metric = row_faults("client", |row| nothing(&mut row.metrics.to_mut()[1]));
    assert_eq!(metric, one(FaultCode::MissingName, "treatment[0].metrics[1]: the text is empty"));
    let pack = faults(|parts| {
        let mut row = parts.treatments[0].clone();
        (row.id, row.packs) = (Cow::Borrowed("of a pack"), vec![Cow::Borrowed("")].into());
        parts.treatments.to_mut().push(row);
    });
    assert_eq!(pack, one(FaultCode::MissingName, "treatment[10].pack[0]: the text is empty"));
    let class = row_faults("client", |row| row.classes = Cow::Borrowed(&[]));
    assert_eq!(class[0], one(FaultCode::MissingName, "treatment[0].class: the list is empty")[0]);
    let stage = row_faults("client", |row| row.stages = Cow::Borrowed(&[]));
    assert_eq!(stage[0], one(FaultCode::MissingName, "treatment[0].stage: the list is empty")[0]);
    assert_eq!((class.len(), stage.len()), (5, 5), "and four gaps");
}

#[test]
fn an_id_and_a_name_are_there_once() {
    let id = row_faults("hybrid", |row| row.id = Cow::Borrowed("client"));
    let words = "treatment[6].id: `client` is also the id of treatment[0]";
    assert_eq!(id, one(FaultCode::DuplicateId, words));
    let class = row_faults("client", |row| row.classes.to_mut().push(Class::Client));
    let words = "treatment[0].class[1]: `client` is named twice";
    assert_eq!(class, one(FaultCode::DuplicateId, words));
    let stage = row_faults("client-prospect", |row| row.stages.to_mut().push(Stage::Prospect));
    let words = "treatment[1].stage[1]: `prospect` is named twice";
    assert_eq!(stage, one(FaultCode::DuplicateId, words));
    let metric = row_faults("client", |row| row.metrics.to_mut().push(Cow::Borrowed("NDR")));
    let words = "treatment[0].metrics[5]: `NDR` is named twice";
    assert_eq!(metric, one(FaultCode::DuplicateId, words));
}

#[test]
fn a_limit_is_told_just_outside_its_range_and_not_at_its_ends() {
    type Limit = fn(&mut Treatment) -> &mut Option<u32>;
    let limits: [(&str, Limit, u32, u32); 5] = [
        ("cadence.personal_within_days", |row| &mut row.cadence.personal_within_days, 1, 36_500),
        ("cadence.review_within_days", |row| &mut row.cadence.review_within_days, 1, 36_500),
        (
            "cadence.max_broadcasts_per_month",
            |row| &mut row.cadence.max_broadcasts_per_month,
            0,
            1_000,
        ),
        ("cadence.discovery_contacts", |row| &mut row.cadence.discovery_contacts, 1, 1_000),
        ("dormant_action.within_days", |row| &mut row.dormant_action.within_days, 0, 36_500),
    ];
    for (key, limit, least, most) in limits {
        for found in least.checked_sub(1).into_iter().chain([most + 1]) {
            let words = format!("treatment[6].{key}: `{found}` is not from {least} to {most}");
            let faults = row_faults("hybrid", |row| *limit(row) = Some(found));
            assert_eq!(faults, one(FaultCode::OutOfRange, &words));
        }
        for found in [None, Some(least), Some(most)] {
            let mut parts = Playbook::standard().to_parts();
            *limit(&mut parts.treatments.to_mut()[6]) = found;
            assert!(parts.build().is_ok(), "{key} {found:?}");
        }
    }
}

#[test]
fn what_is_undetermined_is_not_closed_by_itself_nor_left_to_broadcasts() {
    let closed = "treatment[9].auto_close: what is undetermined is never closed without a person";
    for auto_close in [None, Some(true)] {
        let found = row_faults("undetermined", |row| row.auto_close = auto_close);
        assert_eq!(found, one(FaultCode::UndeterminedAutoClose, closed));
    }
    let alone = "treatment[9].cadence: what is undetermined never hears broadcasts alone";
    for broadcasts in [None, Some(1)] {
        let found = row_faults("undetermined", |row| {
            row.cadence.discovery_contacts = None;
            row.cadence.max_broadcasts_per_month = broadcasts;
        });
        assert_eq!(found, one(FaultCode::UndeterminedBroadcastOnly, alone));
    }
    let built = |change: fn(&mut Treatment)| {
        let mut parts = Playbook::standard().to_parts();
        change(parts.treatments.to_mut().last_mut().expect("rows"));
        parts.build()
    };
    // No broadcasts at all, or a person beside them.
    assert!(
        built(|row| {
            row.cadence.discovery_contacts = None;
            row.cadence.max_broadcasts_per_month = Some(0);
        })
        .is_ok()
    );
    assert!(
        built(|row| {
            row.cadence.discovery_contacts = None;
            row.cadence.personal_within_days = Some(60);
            row.cadence.max_broadcasts_per_month = Some(4);
        })
        .is_ok()
    );
}

#[test]
fn a_gap_names_its_cell() {
    let gaps = row_faults("customer-silent", |row| row.stages = Cow::Borrowed(&[Stage::Former]));
    let words = "treatment: nothing is said of `customer` in stage `dormant`";
    assert_eq!(gaps, one(FaultCode::PlaybookGap, words));
    let all = faults(|parts| parts.treatments = Cow::Borrowed(&[]));
    assert_eq!(all.len(), Class::ALL.len() * Stage::ALL.len());
}

#[test]
fn a_row_of_a_pack_fills_no_gap() {
    let gaps = row_faults("client-prospect", |row| row.packs = vec!["legal".into()].into());
    let words = "treatment: nothing is said of `client` in stage `prospect`";
    assert_eq!(gaps, one(FaultCode::PlaybookGap, words));
}

#[test]
fn an_overlap_names_both_rows_and_the_cells() {
    let two = row_faults("client-silent", |row| row.stages.to_mut().push(Stage::New));
    let words = "treatment[2]: treatment[0] has `client` in stage `new` already";
    assert_eq!(two, one(FaultCode::PlaybookOverlap, words));
    let packs = faults(|parts| {
        for (id, packs) in [("a", &["saas", "legal"]), ("b", &["legal", "agency"])] {
            let mut row = parts.treatments[3].clone();
            row.id = Cow::Borrowed(id);
            row.packs = packs.iter().map(|&pack| Cow::Borrowed(pack)).collect();
            parts.treatments.to_mut().push(row);
        }
    });
    let words = "treatment[11]: treatment[10] has `customer` in stage `new` with pack `legal`, \
                 `customer` in stage `active` with pack `legal`, \
                 `customer` in stage `reengaged` with pack `legal` and 1 more already";
    assert_eq!(packs, one(FaultCode::PlaybookOverlap, words));
}

#[test]
fn every_word_and_number_is_part_of_the_identity() {
    let changes: [Change; 22] = [
        |row| row.id = "other".into(),
        |row| row.packs = vec!["legal".into()].into(),
        |row| row.packs = vec!["legal".into(), "saas".into()].into(),
        |row| row.support_model = "other".into(),
        |row| row.cadence.text = "other".into(),
        |row| row.cadence.personal_within_days = Some(31),
        |row| row.cadence.personal_within_days = None,
        |row| row.cadence.review_within_days = Some(31),
        |row| row.cadence.max_broadcasts_per_month = Some(31),
        |row| row.cadence.discovery_contacts = Some(31),
        |row| row.retention = "other".into(),
        |row| row.acquisition = "other".into(),
        |row| row.revenue_model = "other".into(),
        |row| row.metrics = vec!["CLV".into()].into(),
        |row| row.metrics.to_mut().reverse(),
        |row| row.dormant_action.text = "other".into(),
        |row| row.dormant_action.within_days = Some(31),
        |row| row.technology = "other".into(),
        |row| row.roles = "other".into(),
        |row| row.resolution = "other".into(),
        |row| row.auto_close = Some(false),
        |row| row.auto_close = Some(true),
    ];
    // A row of its own, which may be left out and changed freely.
    let with = |row: Option<Treatment>| {
        let mut parts = Playbook::standard().to_parts();
        parts.treatments.to_mut().extend(row);
        parts.build().expect("a playbook").digest()
    };
    let mut row = Playbook::standard().lookup(Class::Client, Stage::Dormant, None).clone();
    (row.id, row.packs) = ("of a pack".into(), vec!["agency".into()].into());
    let mut digests = BTreeSet::from([with(None), with(Some(row.clone()))]);
    for change in changes {
        let mut row = row.clone();
        change(&mut row);
        digests.insert(with(Some(row)));
    }
    for (classes, stages) in [(Class::Hybrid, Stage::Dormant), (Class::Client, Stage::New)] {
        let mut row = row.clone();
        (row.classes, row.stages) = (vec![classes].into(), vec![stages].into());
        digests.insert(with(Some(row)));
    }
    assert_eq!(digests.len(), changes.len() + 4);
    let named = |change: fn(&mut PlaybookParts)| {
        let mut parts = Playbook::standard().to_parts();
        change(&mut parts);
        parts.build().expect("a playbook").digest()
    };
    assert!(digests.insert(named(|parts| parts.id = "other".into())));
    assert!(digests.insert(named(|parts| parts.version = "other".into())));
}

#[test]
fn the_first_pack_with_a_row_comes_before_the_rows_without() {
    let mut parts = Playbook::standard().to_parts();
    let rows: [(&str, &[&str], &[Stage]); 2] =
        [("law", &["legal"], &[Stage::New]), ("software", &["saas"], &[Stage::New, Stage::Active])];
    for (id, packs, stages) in rows {
        let mut row = parts.treatments[0].clone();
        row.id = id.into();
        row.stages = stages.to_vec().into();
        row.packs = packs.iter().map(|&pack| Cow::Borrowed(pack)).collect();
        // In front, so that the first row of the playbook is not the first of the list.
        parts.treatments.to_mut().insert(0, row);
    }
    let book = parts.build().expect("a playbook");
    assert_eq!(book.treatments().next().map(|row| &*row.id), Some("client"));
    assert_eq!(book.packs().into_iter().collect::<Vec<_>>(), ["legal", "saas"]);
    let id = |stage, packs: &[&str]| {
        let row = book.lookup(Class::Client, stage, packs.iter().copied());
        row.id.to_string()
    };
    assert_eq!(id(Stage::New, &["legal", "saas"]), "law");
    assert_eq!(id(Stage::New, &["saas", "legal"]), "software");
    assert_eq!(id(Stage::Active, &["legal", "saas"]), "software");
    assert_eq!(id(Stage::Active, &["legal"]), "client");
    assert_eq!(id(Stage::New, &["brewing", "legal"]), "law");
    assert_eq!(id(Stage::New, &["brewing"]), "client");
    assert_eq!(id(Stage::Former, &["legal", "saas"]), "client-silent");
}
