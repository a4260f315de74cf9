//! What is promised of the made-up portfolio.

use std::collections::{BTreeMap, BTreeSet};

use tenure::ingest::Folder;
use tenure::model::record::SubscriptionChange;
use tenure::model::{AsOf, Dormancy, DormancyOptions, Table};

use super::{ACCOUNTS, Archetype, files};

/// The seed of `report --demo`.
const SEED: u64 = crate::args::DEMO_SEED;

/// FNV-1a, 64 bits, over names and contents.
fn fingerprint(files: &[(&'static str, String)]) -> u64 {
    let bytes = files
        .iter()
        .flat_map(|(name, text)| name.bytes().chain([0]).chain(text.bytes()).chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn same_seed_same_bytes() {
    assert_eq!(fingerprint(&files(SEED)), 0xc887_d0ef_5d1d_78da);
    assert_ne!(fingerprint(&files(SEED + 1)), fingerprint(&files(SEED)));
}

#[test]
fn planted_health_is_that_of_the_accounts_and_in_no_table() {
    let planted = super::planted(SEED);
    let ids: BTreeSet<_> = planted.iter().map(|one| one.account.as_str()).collect();
    assert_eq!((planted.len(), ids.len()), (400, 400));
    let day = |text| tenure::model::parse_date(text).unwrap();
    for one in &planted {
        assert!((0..=1000).contains(&one.on(day("2025-12-31")).unwrap()));
        assert_eq!((one.on(day("2022-12-31")), one.on(day("2026-01-01"))), (None, None));
    }
    assert!(
        files(SEED).iter().all(|(name, text)| *name == "tenure.toml" || !text.contains("planted"))
    );
}

#[test]
fn every_row_of_any_seed_is_kept() {
    for seed in [SEED, 0, 1, 2, u64::MAX] {
        let ingested = Folder::in_memory(files(seed)).unwrap().read(|_| {}).unwrap();
        let counts = ingested.counts();
        let rejects: Vec<_> = ingested.rejects().take(3).map(|reject| reject.to_string()).collect();
        assert_eq!((counts.rejected, rejects), (0, vec![]), "seed {seed}");
        assert_eq!((counts.duplicates, counts.filtered), (0, 0), "seed {seed}");
        assert_eq!(counts.rows, counts.kept, "seed {seed}");
        assert!((30_000..=60_000).contains(&counts.rows), "{} rows, seed {seed}", counts.rows);
    }
}

#[test]
fn rows_have_the_cells_of_their_header_and_need_no_quotes() {
    let files = files(SEED);
    assert_eq!(files.len(), Table::ALL.len() + 1);
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".csv")) {
        let cells = text.lines().next().unwrap().split(',').count();
        assert!(text.lines().count() > 50, "{name}");
        for line in text.lines() {
            assert_eq!(line.split(',').count(), cells, "{name}: {line}");
            assert!(!line.contains(['"', '=']), "{name}: {line}");
        }
    }
}

#[test]
fn accounts_are_as_many_as_stated_and_labelled() {
    let files = files(SEED);
    let (_, accounts) = files.iter().find(|(name, _)| *name == "accounts.csv").unwrap();
    let stated = ACCOUNTS.iter().fold(0, |sum, (_, count)| sum + count);
    assert_eq!(stated, 400);
    assert_eq!(accounts.lines().skip(1).count(), 400);
    assert!(accounts.lines().skip(1).all(|line| line.contains(",Synthetic ")));
    let segments: BTreeSet<_> =
        accounts.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
    assert_eq!(segments.len(), 4);
    let (_, config) = files.iter().find(|(name, _)| *name == "tenure.toml").unwrap();
    assert!(config.starts_with("# A SYNTHETIC portfolio"));
}

#[test]
fn no_subscription_has_two_changes_at_one_instant() {
    let ingested = Folder::in_memory(files(SEED)).unwrap().read(|_| {}).unwrap();
    let mut kinds = BTreeSet::new();
    for relationship in ingested.book.relationships() {
        let mut at = BTreeSet::new();
        for entry in relationship.subscriptions() {
            let event = &entry.record;
            let fresh = at.insert((event.subscription.clone(), event.at));
            assert!(fresh, "{} {}", relationship.account(), event.at);
            kinds.insert(match &event.change {
                SubscriptionChange::Start(price) if price.trial_end.is_some() => "trial",
                SubscriptionChange::Start(price) if price.discount.is_some() => "discount",
                SubscriptionChange::Start(_) => "start",
                SubscriptionChange::Set { .. } => "set",
                SubscriptionChange::Change(_) => "change",
                SubscriptionChange::Cancel { .. } => "cancel",
                SubscriptionChange::Pause => "pause",
                SubscriptionChange::Resume => "resume",
                _ => "other",
            });
        }
    }
    let all = ["cancel", "change", "discount", "other", "pause", "resume", "set", "start", "trial"];
    assert!(kinds.iter().eq(&all), "{kinds:?}");
}

#[test]
fn refunds_name_a_purchase_of_the_same_account() {
    let ingested = Folder::in_memory(files(SEED)).unwrap().read(|_| {}).unwrap();
    let mut refunds = 0;
    for relationship in ingested.book.relationships() {
        let purchases = relationship.purchases();
        for entry in purchases {
            if let Some(reversed) = &entry.record.reverses {
                refunds += 1;
                assert!(purchases.iter().any(|other| other.id.as_ref() == Some(reversed)));
            }
        }
    }
    assert!(refunds > 50, "{refunds}");
}

/// The archetypes of silence are what they are called, by the rule of the model.
#[test]
fn the_dormant_are_dormant_and_the_reengaged_are_back() {
    let ingested = Folder::in_memory(files(SEED)).unwrap().read(|_| {}).unwrap();
    let as_of = AsOf::new(tenure::model::parse_date("2025-12-31").unwrap());
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for relationship in ingested.book.relationships() {
        let days = relationship.purchase_days(as_of).dates();
        let dormancy = Dormancy::of(&days, as_of.day(), &DormancyOptions::default());
        let Some(dormancy) = dormancy else { continue };
        if dormancy.dormant() == Some(true) {
            *found.entry("dormant").or_default() += 1;
        }
        if dormancy.reengaged() {
            *found.entry("reengaged").or_default() += 1;
        }
    }
    assert!(found["dormant"] >= 20, "{found:?}");
    assert!(found["reengaged"] >= 12, "{found:?}");
}

/// Recency, frequency and returns are what the purchases of `purchases.csv` say, as they were known on
/// the day: counted here day by day from the text.
#[test]
fn what_is_counted_is_what_the_purchases_say() {
    let files = files(SEED);
    let rows = |wanted: &str| -> Vec<Vec<String>> {
        let (_, text) = files.iter().find(|(name, _)| *name == wanted).unwrap();
        text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    let day = |text: &str| tenure::model::parse_date(text.get(..10).unwrap()).unwrap();
    // Of each account, each purchase: day, known on, given back on.
    let mut bought: BTreeMap<String, BTreeMap<String, [Option<chrono::NaiveDate>; 3]>> =
        BTreeMap::new();
    for row in rows("purchases.csv") {
        let [id, account, date, reverses, recorded] = [0, 1, 2, 8, 9].map(|at| row[at].clone());
        let of = bought.entry(account).or_default();
        if reverses.is_empty() {
            let known = if recorded.is_empty() { day(&date) } else { day(&recorded) };
            of.insert(id, [Some(day(&date)), Some(known), None]);
        } else {
            of.get_mut(&reverses).unwrap()[2] = Some(day(&date));
        }
    }
    let mut compared = BTreeMap::new();
    for row in rows("observations.csv") {
        let [account, component, value, on] = [1, 2, 3, 4].map(|at| row[at].as_str());
        let on = day(on);
        let ago = |days| on - chrono::Days::new(days);
        let known: Vec<_> = bought
            .get(account)
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(|one| one[1].unwrap() <= on)
            .collect();
        let within = |from, to| {
            let days = known.iter().filter(|one| one[0] > Some(from) && one[0] <= Some(to));
            u32::try_from(days.count()).unwrap()
        };
        let found = match component {
            "frequency" => {
                f64::from(within(ago(182), on)) / f64::from(within(ago(364), ago(182))) * 100.0
            }
            "returns" => {
                let back = known
                    .iter()
                    .filter(|one| one[0] > Some(ago(364)) && one[2].is_some_and(|back| back <= on));
                f64::from(u32::try_from(back.count()).unwrap()) / f64::from(within(ago(364), on))
                    * 100.0
            }
            "recency" => {
                let mut days: Vec<_> = known.iter().map(|one| one[0].unwrap()).collect();
                days.sort_unstable();
                let silence = (on - *days.last().unwrap()).num_days();
                let mut gaps: Vec<f64> = days
                    .windows(2)
                    .map(|pair| f64::from(i32::try_from((pair[1] - pair[0]).num_days()).unwrap()))
                    .collect();
                gaps.sort_unstable_by(f64::total_cmp);
                let half = gaps.len() / 2;
                let median = if gaps.len() % 2 == 1 {
                    gaps[half]
                } else {
                    f64::midpoint(gaps[half - 1], gaps[half])
                };
                f64::from(i32::try_from(silence).unwrap()) / median
            }
            _ => continue,
        };
        let value: f64 = std::str::FromStr::from_str(value).unwrap();
        // Whole hundredths, rounded down.
        assert!(found - value < 0.01 + 1e-9 && found - value > -1e-9, "{row:?}: {found}");
        *compared.entry(component.to_owned()).or_insert(0) += 1;
    }
    assert!(compared.len() == 3 && compared.values().all(|&count| count > 4_000), "{compared:?}");
}

/// What is planted shows: those who lost a renewal answered lower before than those who kept it.
#[test]
fn answers_follow_the_planted_health() {
    let ingested = Folder::in_memory(files(SEED)).unwrap().read(|_| {}).unwrap();
    let (mut kept, mut lost) = ((0_u32, 0_u32), (0_u32, 0_u32));
    for relationship in ingested.book.relationships() {
        let renewals = relationship.renewals();
        if renewals.is_empty() {
            continue;
        }
        let any_lost = renewals.iter().any(|entry| entry.record.lost_at.is_some());
        let side = if any_lost { &mut lost } else { &mut kept };
        for entry in relationship.responses() {
            if let tenure::model::record::Answer::Score(score) = entry.record.answer
                && entry.record.survey.name() == "nps"
            {
                side.0 += u32::from(score);
                side.1 += 1;
            }
        }
    }
    assert!(kept.1 > 50 && lost.1 > 20, "{kept:?} {lost:?}");
    // Means, compared as fractions: half a point apart at least.
    assert!(2 * kept.0 * lost.1 > 2 * lost.0 * kept.1 + kept.1 * lost.1, "{kept:?} {lost:?}");
}

/// Contracts tell the archetypes of clients apart, purchases those who bought once.
#[test]
fn archetypes_are_as_many_as_stated() {
    let ingested = Folder::in_memory(files(SEED)).unwrap().read(|_| {}).unwrap();
    let mut with_contract: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut bought_once, mut silent) = (0, 0);
    for relationship in ingested.book.relationships() {
        let bought =
            relationship.purchases().iter().filter(|entry| entry.record.minor().units() > 0);
        match relationship.contracts().first() {
            Some(entry) => *with_contract.entry(&entry.record.kind).or_default() += 1,
            None if bought.count() == 1 => bought_once += 1,
            None if relationship.purchases().is_empty() => silent += 1,
            None => {}
        }
    }
    let stated = |wanted: &[Archetype]| {
        let of =
            |(archetype, count): &(Archetype, u64)| wanted.contains(archetype).then_some(*count);
        ACCOUNTS.iter().filter_map(of).fold(0, |sum, count| sum + count)
    };
    let retainers = stated(&[Archetype::Retainer, Archetype::FormerClient]);
    let expected = [
        ("advisory", stated(&[Archetype::Advised])),
        ("retainer", retainers),
        ("subscription", stated(&[Archetype::Subscriber])),
    ];
    assert!(with_contract.into_iter().eq(expected));
    assert!(bought_once >= stated(&[Archetype::OneTime]), "{bought_once}");
    assert!(silent <= stated(&[Archetype::Thin]), "{silent}");
}
