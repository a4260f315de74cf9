//! The laws of playbooks, on random rows.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use tenure_classify::{Class, DocumentError, FaultCode, Playbook, PlaybookParts, Stage, Treatment};
use tenure_testing::oracle::classify::playbook as oracle;
use tenure_testing::strategies::classify::playbook::{PACKS, any_rows, valid};

fn names(rows: &[Treatment]) -> Vec<oracle::Row<'_>> {
    rows.iter().map(name).collect()
}

fn name(row: &Treatment) -> oracle::Row<'_> {
    oracle::Row {
        classes: row.classes.iter().map(|class| class.name()).collect(),
        stages: row.stages.iter().map(|stage| stage.name()).collect(),
        packs: row.packs.iter().map(AsRef::as_ref).collect(),
    }
}

/// Ways to ask: without packs, with each, with one nobody named, with several.
fn questions() -> Vec<Vec<&'static str>> {
    let [legal, saas, house] = PACKS;
    vec![
        vec![],
        vec![legal],
        vec![saas],
        vec![house],
        vec!["brewing"],
        vec![house, legal],
        vec!["brewing", saas, legal, house],
    ]
}

/// What each way of asking about each account gives, by id.
fn answers(book: &Playbook) -> Vec<String> {
    let mut answers = Vec::new();
    for &class in Class::ALL {
        for &stage in Stage::ALL {
            for packs in questions() {
                answers.push(book.lookup(class, stage, packs).id.to_string());
            }
        }
    }
    answers
}

/// Paths and messages of the faults of that code.
fn told(error: &DocumentError, code: FaultCode) -> Vec<(String, String)> {
    let of_code = error.faults().iter().filter(|fault| fault.code() == code);
    of_code.map(|fault| (fault.path(), fault.message().to_owned())).collect()
}

fn with_row(parts: &PlaybookParts, row: Treatment) -> PlaybookParts {
    let mut parts = parts.clone();
    parts.treatments.to_mut().push(row);
    parts
}

proptest! {
    #[test]
    fn every_account_has_exactly_one_row(parts in valid()) {
        let rows = names(&parts.treatments);
        let all = oracle::written_out(&rows);
        let book = parts.clone().build().unwrap();
        for &class in Class::ALL {
            for &stage in Stage::ALL {
                for packs in questions() {
                    let hits = oracle::hits(&all, class.name(), stage.name(), &packs);
                    prop_assert_eq!(hits.len(), 1, "{} {} {:?}", class, stage, packs);
                    let found = book.lookup(class, stage, packs.iter().copied());
                    prop_assert_eq!(found, &parts.treatments[hits[0]]);
                }
            }
        }
    }

    #[test]
    fn a_row_less_is_a_gap_where_it_alone_was_or_a_fall_back(parts in valid(), place in any::<Index>()) {
        let place = place.index(parts.treatments.len());
        let mut less = parts.clone();
        let gone = less.treatments.to_mut().remove(place);
        let rows = names(&less.treatments);
        match less.clone().build() {
            Ok(book) => {
                prop_assert!(!gone.packs.is_empty());
                let full = parts.build().unwrap();
                for &class in gone.classes.iter() {
                    for &stage in gone.stages.iter() {
                        for pack in gone.packs.iter() {
                            let found = book.lookup(class, stage, [&**pack]);
                            prop_assert_eq!(found, full.lookup(class, stage, None));
                        }
                    }
                }
            }
            Err(error) => {
                prop_assert!(gone.packs.is_empty());
                let own: BTreeSet<(&str, &str)> =
                    oracle::cells(&name(&gone)).into_iter().map(|(class, stage, _)| (class, stage)).collect();
                prop_assert_eq!(&own, &oracle::gaps(&rows));
                let expected: BTreeSet<String> = own
                    .into_iter()
                    .map(|(class, stage)| format!("nothing is said of `{class}` in stage `{stage}`"))
                    .collect();
                let gaps = told(&error, FaultCode::PlaybookGap);
                prop_assert_eq!(gaps.len(), error.faults().len(), "nothing else is wrong");
                prop_assert_eq!(gaps.len(), expected.len());
                let gaps: BTreeSet<String> = gaps.into_iter().map(|(_, message)| message).collect();
                prop_assert_eq!(gaps, expected);
            }
        }
    }

    #[test]
    fn a_row_twice_is_an_overlap_with_itself(parts in valid(), place in any::<Index>()) {
        let place = place.index(parts.treatments.len());
        let mut twin = parts.treatments[place].clone();
        let last = parts.treatments.len();
        let path = format!("treatment[{last}]");
        let same_id = with_row(&parts, twin.clone()).build().unwrap_err();
        let codes: Vec<FaultCode> = same_id.faults().iter().map(tenure_classify::Fault::code).collect();
        prop_assert_eq!(codes, [FaultCode::DuplicateId, FaultCode::PlaybookOverlap]);

        twin.id = "twin".into();
        let error = with_row(&parts, twin.clone()).build().unwrap_err();
        let overlaps = told(&error, FaultCode::PlaybookOverlap);
        prop_assert_eq!(overlaps.len(), error.faults().len(), "nothing else is wrong");
        prop_assert_eq!(overlaps.len(), 1);
        prop_assert_eq!(&overlaps[0].0, &path);
        let start = format!("treatment[{place}] has `{}` in stage `", twin.classes.iter().min().unwrap());
        prop_assert!(overlaps[0].1.starts_with(&start), "{}", overlaps[0].1);
        // Three cells are named and the others counted.
        let more = oracle::cells(&name(&twin)).len().checked_sub(3).filter(|&more| more > 0);
        let end = more.map_or("` already".to_owned(), |more| format!("` and {more} more already"));
        prop_assert!(overlaps[0].1.ends_with(&end), "{}", overlaps[0].1);
    }

    #[test]
    fn gaps_and_overlaps_are_those_that_scanning_finds(parts in any_rows()) {
        let rows = names(&parts.treatments);
        let (gaps, late) = (oracle::gaps(&rows), oracle::late_comers(&rows));
        match parts.clone().build() {
            Ok(_) => prop_assert!(gaps.is_empty() && late.is_empty()),
            Err(error) => {
                let found: BTreeSet<String> = told(&error, FaultCode::PlaybookGap)
                    .into_iter()
                    .map(|(_, message)| message)
                    .collect();
                let expected: BTreeSet<String> = gaps
                    .into_iter()
                    .map(|(class, stage)| format!("nothing is said of `{class}` in stage `{stage}`"))
                    .collect();
                prop_assert_eq!(found, expected);
                let found: BTreeSet<String> = told(&error, FaultCode::PlaybookOverlap)
                    .into_iter()
                    .map(|(path, _)| path)
                    .collect();
                let expected: BTreeSet<String> =
                    late.into_iter().map(|place| format!("treatment[{place}]")).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn the_order_of_rows_and_names_changes_nothing(
        (parts, order) in valid().prop_flat_map(|parts| {
            let order: Vec<usize> = (0..parts.treatments.len()).collect();
            (Just(parts), Just(order).prop_shuffle())
        }),
    ) {
        let book = parts.clone().build().unwrap();
        let mut other = parts.clone();
        other.treatments = order.iter().map(|&place| parts.treatments[place].clone()).collect();
        for row in other.treatments.to_mut() {
            row.classes.to_mut().reverse();
            row.stages.to_mut().reverse();
            row.packs.to_mut().reverse();
        }
        let other = other.build().unwrap();
        prop_assert_eq!(answers(&book), answers(&other));
        prop_assert_eq!(book.digest(), other.digest());
    }

    #[cfg(feature = "files")]
    #[test]
    fn what_is_written_reads_as_the_same_playbook(parts in valid()) {
        let book = parts.build().unwrap();
        let toml = book.to_toml();
        let read = Playbook::from_toml("f", &toml).unwrap();
        prop_assert_eq!(&read, &book);
        prop_assert_eq!(read.digest(), book.digest());
        prop_assert_eq!(read.to_toml(), toml);
        prop_assert_eq!(&Playbook::from_json("f", book.to_json()).unwrap(), &book);
        let value = serde_json::to_value(&book).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Playbook>(value).unwrap(), &book);
    }

    #[cfg(feature = "files")]
    #[test]
    fn a_file_with_other_bytes_is_a_playbook_or_has_a_fault_with_its_place(
        place in any::<Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..4),
        gone in 0_usize..40,
        json in any::<bool>(),
    ) {
        let standard = Playbook::standard();
        let text = if json { standard.to_json() } else { standard.to_toml() };
        let mut text = text.into_bytes();
        let start = place.index(text.len());
        text.splice(start..(start + gone).min(text.len()), bytes);
        let read = if json {
            Playbook::from_json("f", &text)
        } else {
            Playbook::from_toml("f", &text)
        };
        if let Err(error) = read {
            for fault in error.faults() {
                let at = fault.location().unwrap();
                let (line, column) = (at.line(), at.column());
                prop_assert!(at.file() == "f" && line > 0 && column > 0, "{}", fault);
                prop_assert!(line <= text.split(|&byte| byte == b'\n').count(), "{}", fault);
            }
        }
    }
}
