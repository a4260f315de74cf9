//! The lists of a portfolio by hand, and against a slow oracle.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tenure_clv::{RfmBins, RfmScore};
use tenure_health::loyalty::{Landing, Programme, Window};
use tenure_model::record::{
    Billing, Contract, Direction, Initiator, Interaction, Ledger, Points, Purchase, Terms,
};
use tenure_model::{
    AccountId, Book, Coverage, Currency, Event, Money, Record, Relationship, parse_date,
};
use tenure_scorecard::{
    AccountLine, Counted, FrozenBins, Rhythm, Scorecard, ScorecardError, Settings, Value, scorecard,
};
use tenure_testing::oracle::scorecard::Asked;
use tenure_testing::strategies::book::{as_of, book_events};
use tenure_testing::strategies::classify::{ago, coverage};

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn usd() -> Currency {
    Currency::new("USD").unwrap()
}

fn programme() -> Programme {
    let tiers = [("member", 0), ("silver", 20), ("gold", 60)];
    let window = Window::Calendar { first_month: 1 };
    Programme::new(&tiers, window, Landing::Hard).unwrap().with_id("house")
}

fn event(account: &str, record: Record) -> Event {
    Event::new(AccountId::new(account).unwrap(), record)
}

fn bought(account: &str, days: &[&str], amount: &str) -> Vec<Event> {
    bought_in(account, days, amount, "USD")
}

fn bought_in(account: &str, days: &[&str], amount: &str, code: &str) -> Vec<Event> {
    let money = Money::parse(amount, Currency::new(code).unwrap()).unwrap();
    let purchase = |on: &&str| Record::Purchase(Purchase::new(day(on), money).unwrap());
    days.iter().map(|on| event(account, purchase(on))).collect()
}

fn settings(as_of: &str) -> Settings {
    let mut settings = Settings::new(day(as_of), Coverage::complete());
    settings.currency = Some(usd());
    settings
}

fn try_card(events: Vec<Event>, settings: &Settings) -> Result<Scorecard, ScorecardError> {
    let (book, report) = Book::from_events(events);
    assert_eq!(report.rejects, vec![]);
    scorecard(&book, settings, NonZeroUsize::MIN, &|_| {})
}

fn card(events: Vec<Event>, settings: &Settings) -> Scorecard {
    try_card(events, settings).unwrap()
}

fn names(card: &Scorecard, places: &[usize]) -> Vec<String> {
    places.iter().map(|&place| card.accounts[place].account.as_str().to_owned()).collect()
}

fn line<'a>(card: &'a Scorecard, account: &str) -> &'a AccountLine {
    card.accounts.iter().find(|line| line.account.as_str() == account).unwrap()
}

fn counts(rows: &[Counted]) -> Vec<(&str, u64)> {
    rows.iter().map(|one| (one.name.as_ref(), one.accounts)).collect()
}

fn figure(card: &Scorecard, id: &str) -> (Option<Value>, Vec<(String, u128)>) {
    let found = card.total.figures.iter().find(|figure| figure.id == id).unwrap();
    let counts = found.counts.iter().map(|(name, count)| (name.to_string(), *count));
    (found.value, counts.collect())
}

/// Five shops that bought 1, 2, 3, 4, 5 times, the more the later and the dearer: each is a fifth.
#[test]
fn fifths_by_hand() {
    let all = ["2025-06-01", "2025-06-11", "2025-06-21", "2025-07-01", "2025-07-11"];
    let events = (1..=5)
        .flat_map(|count| bought(&format!("shop-{count}"), &all[..count], &format!("{count}.00")))
        .chain(bought_in("abroad", &["2025-07-01"], "9.00", "EUR"))
        .collect();
    let card = card(events, &settings("2025-07-31"));
    let rfm = card.rfm.as_ref().unwrap();
    let scores: Vec<_> = (1..=5)
        .map(|count| line(&card, &format!("shop-{count}")).rfm.unwrap().to_string())
        .collect();
    assert_eq!(scores, ["111", "222", "333", "444", "555"]);
    assert_eq!(rfm.segment_of(line(&card, "shop-5")), Some("champions"));
    assert_eq!(rfm.segment_of(line(&card, "shop-1")), Some("lost"));
    let there = rfm.segments.iter().filter(|one| one.accounts > 0).cloned().collect::<Vec<_>>();
    let expected =
        [("champions", 1), ("loyal", 1), ("needs_attention", 1), ("slipping", 1), ("lost", 1)];
    assert_eq!(counts(&there), expected);
    assert_eq!((rfm.segments.len(), rfm.scored, rfm.without_purchase.accounts), (10, 5, 1));
    assert_eq!((rfm.other_currency, line(&card, "abroad").rfm), (1, None));
    assert_eq!((rfm.sizes.recency, rfm.sizes.monetary), ([1; 5], [1; 5]));
    let bins = rfm.bins.as_ref().unwrap();
    assert_eq!((bins.version(), bins.made()), ("2025-07-31", Some((day("2025-07-31"), 5))));
    // Above 1.00, 2 x 2.00, 3 x 3.00, 4 x 4.00.
    assert_eq!(bins.monetary_minor(), [1_00, 4_00, 9_00, 16_00]);
    assert!(!rfm.frozen);
}

#[test]
fn with_frozen_bins_no_account_moves_because_others_did() {
    let mut asked = settings("2025-07-31");
    let first = [bought("a", &["2025-07-01"], "1.00"), bought("b", &["2025-07-10"], "5.00")];
    let before = card(first.concat(), &asked);
    let bins = before.rfm.as_ref().unwrap().bins.clone().unwrap();
    let more = (0..8).map(|one| bought(&format!("c{one}"), &["2025-07-30"], "9.00"));
    let all: Vec<Event> = first.into_iter().chain(more).flatten().collect();
    let moved = card(all.clone(), &asked);
    assert_ne!(line(&moved, "b").rfm, line(&before, "b").rfm);
    asked.rfm.frozen = Some(FrozenBins { currency: usd(), bins });
    let after = card(all.clone(), &asked);
    for account in ["a", "b"] {
        assert_eq!(line(&after, account).rfm, line(&before, account).rfm);
    }
    let rfm = after.rfm.as_ref().unwrap();
    assert!(rfm.frozen);
    assert_eq!(rfm.bins.as_ref().unwrap().made(), Some((day("2025-07-31"), 2)));
    // Their window stands before the one of the settings, and their currency must be that of the report.
    let fixed = RfmBins::fixed("cuts", [40, 30, 20, 10], [0, 1, 2, 3], [0, 1, 2, 3]).unwrap();
    let bins = fixed.with_window_days(5);
    asked.rfm.frozen = Some(FrozenBins { currency: usd(), bins: bins.clone() });
    let narrow = card(all.clone(), &asked);
    assert_eq!(narrow.rfm.as_ref().unwrap().window_days, 5);
    // 30 days ago: below 40, not below 30; nothing in the last five days.
    assert_eq!(line(&narrow, "a").rfm, RfmScore::new(2, 1, 1).ok());
    asked.rfm.frozen = Some(FrozenBins { currency: Currency::new("EUR").unwrap(), bins });
    let refused = try_card(all, &asked).unwrap_err().to_string();
    assert!(refused.contains("are in EUR, the report is in USD"), "{refused}");
}

#[test]
fn without_money_or_purchase_there_are_no_bins() {
    let profile = || Record::Account(tenure_model::record::AccountProfile::new());
    let mut asked = settings("2025-07-31");
    let found = card(vec![event("a", profile())], &asked);
    let rfm = found.rfm.unwrap();
    assert_eq!((rfm.bins, rfm.scored, rfm.without_purchase.accounts), (None, 0, 1));
    asked.currency = None;
    let found = card(vec![event("a", profile())], &asked);
    assert_eq!(found.rfm, None);
    assert_eq!(found.re_engagement.rhythms[1].accounts, 1);
}

/// As of 2025-03-01: `long` is silent for 49 days against 10, `big` for 39, `even` for 30, `busy` for
/// 8; `once` has no rhythm.
#[test]
fn the_quiet_ones_by_what_is_at_stake() {
    let every_ten = ["2025-01-01", "2025-01-11", "2025-01-21"];
    let events = [
        bought("long", &["2024-12-22", "2025-01-01", "2025-01-11"], "5.00"),
        bought("big", &every_ten, "50.00"),
        bought("even", &["2025-01-10", "2025-01-20", "2025-01-30"], "5.00"),
        bought("early", &["2022-01-01", "2022-01-11", "2022-01-21"], "500.00"),
        bought("busy", &["2025-02-01", "2025-02-11", "2025-02-21"], "5.00"),
        bought("once", &["2025-01-01"], "5.00"),
    ];
    let card = card(events.concat(), &settings("2025-03-01"));
    let found = &card.re_engagement;
    // 150.00; then 15.00 twice, silent for 4.9 and for exactly 3 own gaps; nothing in the window.
    assert_eq!(names(&card, &found.quiet), ["big", "long", "even", "early"]);
    let expected = [
        ("under_contract", 0),
        ("no_purchase", 0),
        ("rhythm_unknown", 1),
        ("in_rhythm", 1),
        ("cooling", 1),
        ("dormant", 3),
    ];
    assert_eq!(counts(&found.rhythms), expected);
    let even = &line(&card, "even").silence;
    assert_eq!((even.rhythm(), even.silent_days(day("2025-03-01"))), (Rhythm::Cooling, Some(30)));
    assert_eq!((even.own_gap_halves, even.dormant_from), (Some(20), Some(day("2025-03-02"))));
    let (dormant, counted) = figure(&card, "dormant");
    let counted: BTreeMap<_, _> = counted.into_iter().collect();
    assert_eq!((counted["accounts"], counted["dormant"], counted["rhythm_unknown"]), (5, 3, 1));
    assert!(matches!(dormant, Some(Value::Ratio(ratio)) if ratio.num() == 3 && ratio.den() == 5));
}

/// A silence of 40 days against 10, then back: won, lost or still to be seen.
#[test]
fn who_came_back_and_stayed() {
    let before = ["2025-01-01", "2025-01-11", "2025-01-21"];
    let back =
        |account: &str, days: &[&str]| bought(account, &[&before[..], days].concat(), "5.00");
    let events = [
        back("won", &["2025-03-02", "2025-03-12"]),
        back("lost", &["2025-03-02", "2025-03-13"]),
        back("pending", &["2025-03-10"]),
        back("gone", &[]),
    ];
    let card = card(events.concat(), &settings("2025-03-20"));
    let found = &card.re_engagement;
    assert_eq!(names(&card, &found.returned), ["pending", "lost", "won"]);
    assert_eq!(counts(&found.win_backs), [("won", 1), ("lost", 1), ("pending", 1)]);
    assert_eq!((found.reengaged.accounts, line(&card, "pending").silence.reengaged), (1, true));
    let (value, counted) = figure(&card, "win_back");
    assert!(matches!(value, Some(Value::Ratio(ratio)) if ratio.num() == 1 && ratio.den() == 2));
    let of = |name: &str| counted.iter().find(|(known, _)| known == name).map(|(_, count)| *count);
    assert_eq!((of("returns"), of("pending")), (Some(2), Some(1)));
    // A return before the window is none of it.
    let mut narrow = settings("2025-12-31");
    narrow.window_months = 1;
    let events = [back("won", &["2025-03-02", "2025-03-12"])];
    let late = self::card(events.concat(), &narrow);
    assert_eq!(late.re_engagement.returned, Vec::<usize>::new());
    assert_eq!(figure(&late, "win_back").0, None);
}

/// Three accounts that bought every ten days a year ago, under contracts of three kinds.
#[test]
fn under_contract_the_contract_decides() {
    let days = ["2024-01-01", "2024-01-11", "2024-01-21"];
    let signed = |account: &str, kind: &str, terms, end: Option<&str>| {
        let mut contract = Contract::new(kind, day("2024-01-01"), terms, Billing::Monthly);
        contract.end = end.map(day);
        event(account, Record::Contract(contract))
    };
    let called = |account: &str, on: &str| {
        let (way, who) = (Direction::Mutual, Initiator::Provider);
        let mut call = Interaction::new(day(on), "phone", "advice", way, who);
        call.personal = true;
        event(account, Record::Interaction(call))
    };
    let mut events: Vec<Event> =
        ["talking", "quiet", "clicked", "ended"].map(|one| bought(one, &days, "5.00")).concat();
    events.extend([
        signed("talking", "retainer", Terms::Negotiated, None),
        called("talking", "2025-02-01"),
        signed("quiet", "retainer", Terms::Negotiated, None),
        called("quiet", "2024-02-01"),
        signed("clicked", "terms_of_service", Terms::Standard, None),
        signed("ended", "retainer", Terms::Negotiated, Some("2024-12-31")),
    ]);
    let card = card(events, &settings("2025-03-01"));
    let found = &card.re_engagement;
    assert_eq!(found.rhythms[0].accounts, 2);
    assert_eq!((found.contract_quiet.accounts, found.contract_silent.accounts), (1, 2));
    // All are dormant by their purchases; the one that is spoken with is not listed.
    assert!(card.accounts.iter().all(|line| line.silence.by_purchases == Rhythm::Dormant));
    assert_eq!(names(&card, &found.quiet), ["clicked", "ended", "quiet"]);
    assert_eq!(line(&card, "quiet").silence.rhythm(), Rhythm::UnderContract);
}

fn points(account: &str, on: &str, ledger: Ledger, points: i64, expires: Option<&str>) -> Event {
    let mut record = Points::new(day(on), ledger, points);
    record.expires = expires.map(day);
    event(account, Record::Points(record))
}

#[test]
fn tiers_and_points_by_hand() {
    use Ledger::{Qualifying, Redeemable};
    let events = || {
        vec![
            points("gold", "2024-06-01", Qualifying, 60, None),
            points("silver", "2025-06-01", Qualifying, 20, None),
            points("member", "2025-06-01", Qualifying, 19, None),
            points("member", "2025-06-01", Redeemable, 50, Some("2026-03-31")),
            points("member", "2025-06-02", Redeemable, 30, Some("2026-04-01")),
            points("member", "2025-06-03", Redeemable, -10, None),
            points("member", "2025-06-03", Redeemable, 5, Some("2025-12-30")),
            points("later", "2026-01-01", Redeemable, 7, None),
        ]
    };
    let mut asked = settings("2025-12-31");
    let without = card(events(), &asked).loyalty;
    assert_eq!((without.programme, without.members.accounts, without.tiers.len()), (None, 3, 0));
    assert_eq!((without.qualifying_entries, without.redeemable_entries), (3, 4));
    asked.loyalty = Some(programme());
    let card = card(events(), &asked);
    let found = &card.loyalty;
    assert_eq!(counts(&found.tiers), [("member", 1), ("silver", 1), ("gold", 1)]);
    let sums: Vec<_> = found.points.iter().map(|one| (one.name, one.total)).collect();
    // 90 days from the last of December: the last of March.
    assert_eq!(found.expiring_by, day("2026-03-31"));
    let expected = [
        ("outstanding", 70),
        ("expiring", 40),
        ("earned", 85),
        ("spent", 10),
        ("expired", 5),
        ("overdrawn", 0),
    ];
    assert_eq!(sums, expected);
    let member = line(&card, "member").membership.unwrap();
    assert_eq!((member.tier, member.qualifying, member.points), (0, 19, 70));
    assert_eq!(line(&card, "gold").membership.unwrap().tier, 2);
    assert!(!card.accounts.iter().any(|line| line.account.as_str() == "later"));
}

#[test]
fn points_that_sum_to_too_much_are_an_error_of_their_account() {
    let mut asked = settings("2025-12-31");
    asked.loyalty = Some(programme());
    let much = |on| points("rich", on, Ledger::Qualifying, i64::MAX, None);
    let refused = try_card(vec![much("2025-01-01"), much("2025-01-02")], &asked).unwrap_err();
    assert_eq!(refused.to_string(), "account `rich`");
}

proptest! {
    #[test]
    fn the_lists_are_what_the_definitions_say(
        events in book_events(),
        as_of in as_of(),
        coverage in coverage(),
        known_after in prop::option::weighted(0.3, -40_i64..40),
        window_days in prop_oneof![Just(365_u32), 1_u32..400],
    ) {
        let known_at = known_after.map(|days| ago(-days));
        let mut settings = Settings::new(as_of, coverage);
        settings.currency = Some(usd());
        settings.known_at = known_at;
        settings.rfm.window_days = window_days;
        settings.loyalty = Some(programme());
        let (book, _) = Book::from_events(events);
        let card = scorecard(&book, &settings, NonZeroUsize::MIN, &|_| {}).unwrap();
        let asked = Asked {
            first: card.window.start(),
            last: as_of,
            as_of,
            known_at: known_at.unwrap_or(as_of),
            currency: usd(),
            repeat_days: 7,
        };
        let accounts: Vec<&Relationship> =
            card.accounts.iter().map(|line| book.get(&line.account).unwrap()).collect();
        let scores = asked.rfm(&accounts, window_days.into());
        let rfm = card.rfm.as_ref().unwrap();
        prop_assert_eq!(rfm.scored, u64::try_from(scores.iter().flatten().count()).unwrap());
        let expiring_by = as_of + chrono::TimeDelta::days(90);
        let mut outstanding = 0;
        for ((line, relationship), score) in card.accounts.iter().zip(&accounts).zip(scores) {
            prop_assert_eq!(line.rfm.map(<[u8; 3]>::from), score, "{}", &line.account);
            let (word, last, gap) = asked.silence(relationship);
            let silence = &line.silence;
            prop_assert_eq!(silence.by_purchases.name(), word);
            prop_assert_eq!((silence.last_purchase, silence.own_gap_halves), (last, gap));
            prop_assert_eq!(silence.under_contract, asked.under_contract(relationship));
            let back = silence.win_back.map(|back| {
                (back.returned(), back.outcome().name(), silence.reengaged)
            });
            prop_assert_eq!(back, asked.returned(relationship));
            prop_assert_eq!(line.paid_in_window, asked.paid_in_window(relationship));
            let member = line.membership.map(|one| (usize::from(one.tier), one.points, one.expiring));
            prop_assert_eq!(member, asked.membership(relationship, &[0, 20, 60], expiring_by));
            outstanding += member.map_or(0, |(_, points, _)| i128::from(points));
        }
        check_order(&card, &asked, &accounts);
        let found = &card.re_engagement;
        let all = found.rhythms.iter().fold(0, |sum, one| sum + one.accounts);
        prop_assert_eq!(all, card.total.accounts);
        let sum = |name: &str| card.loyalty.points.iter().find(|one| one.name == name).unwrap().total;
        prop_assert_eq!(sum("outstanding"), outstanding);
        let left = sum("earned") - sum("spent") - sum("expired");
        prop_assert_eq!(left, sum("outstanding") - sum("overdrawn"));
        for sums in &card.loyalty.points {
            prop_assert_eq!(sums.by_class.iter().fold(0, |sum, (_, one)| sum + one), sums.total);
        }
    }

    /// Bins given as they were made are bins made: frozen, nothing moves.
    #[test]
    fn the_bins_of_a_portfolio_frozen_change_no_score(events in book_events(), as_of in as_of()) {
        let mut settings = Settings::new(as_of, Coverage::complete());
        settings.currency = Some(usd());
        let (book, _) = Book::from_events(events);
        let of = |settings: &Settings, threads: usize| {
            let threads = NonZeroUsize::new(threads).unwrap();
            scorecard(&book, settings, threads, &|_| {}).unwrap()
        };
        let made = of(&settings, 1);
        let bins = made.rfm.as_ref().unwrap().bins.clone();
        prop_assume!(bins.is_some());
        settings.rfm.frozen = bins.map(|bins| FrozenBins { currency: usd(), bins });
        let frozen = of(&settings, 3);
        prop_assert!(frozen.accounts == made.accounts);
        let (one, other) = (made.rfm.unwrap(), frozen.rfm.unwrap());
        prop_assert_eq!((one.bins, one.segments, one.sizes), (other.bins, other.segments, other.sizes));
    }
}

/// The law would hold for books in which nobody ever goes quiet.
#[test]
fn the_books_reach_every_list() {
    let mut runner = TestRunner::deterministic();
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for _ in 0..200 {
        let events = book_events().new_tree(&mut runner).unwrap().current();
        let mut asked = Settings::new(ago(0), Coverage::complete());
        asked.currency = Some(usd());
        asked.loyalty = Some(programme());
        let card = card(events, &asked);
        let lists = &card.re_engagement;
        let rows = lists.rhythms.iter().chain(&lists.win_backs).chain(&card.loyalty.tiers);
        let contracts = [&lists.contract_quiet, &lists.contract_silent, &lists.reengaged];
        for one in rows.chain(contracts) {
            *found.entry(one.name.to_string()).or_default() += one.accounts;
        }
        // One of them is called like a return.
        for one in &card.rfm.unwrap().segments {
            *found.entry(format!("segment {}", one.name)).or_default() += one.accounts;
        }
        for one in &card.loyalty.points {
            *found.entry(one.name.to_owned()).or_default() += u64::from(one.total > 0);
        }
    }
    let never: Vec<_> = found.iter().filter(|(_, count)| **count == 0).collect();
    assert_eq!(never, Vec::<(&String, &u64)>::new());
    assert_eq!(found.len(), 6 + 3 + 3 + 3 + 10 + 6);
}

/// The quiet ones are all there, and no pair is the wrong way round.
fn check_order(card: &Scorecard, asked: &Asked, accounts: &[&Relationship]) {
    let found = &card.re_engagement;
    let is_quiet = |line: &AccountLine, one: &Relationship| {
        if asked.under_contract(one) {
            // By the stage of the verdict: the contract and the dialogue.
            line.stage == "dormant"
        } else {
            matches!(asked.silence(one).0, "cooling" | "dormant")
        }
    };
    let mut listed = found.quiet.clone();
    listed.sort_unstable();
    let lines = card.accounts.iter().zip(accounts).enumerate();
    let expected: Vec<usize> =
        lines.filter(|(_, (line, one))| is_quiet(line, one)).map(|(place, _)| place).collect();
    assert_eq!(listed, expected);
    for pair in found.quiet.windows(2) {
        let key = |place: usize| {
            let paid = asked.paid_in_window(accounts[place]).unwrap_or(0);
            let (_, last, gap) = asked.silence(accounts[place]);
            let days = last.map(|last| (asked.as_of - last).num_days());
            (paid, days.zip(gap))
        };
        let ((paid, own), (less, other)) = (key(pair[0]), key(pair[1]));
        assert!(paid >= less, "{pair:?}");
        if paid == less {
            match (own, other) {
                (Some((days, gap)), Some((fewer, other_gap))) => {
                    assert!(days * other_gap >= fewer * gap, "{pair:?}");
                    assert!(days * other_gap > fewer * gap || pair[0] < pair[1], "{pair:?}");
                }
                (own, other) => {
                    assert!(own.is_some() || other.is_none(), "{pair:?}");
                    assert!(own.is_some() || pair[0] < pair[1], "{pair:?}");
                }
            }
        }
    }
    let returned: Vec<usize> = {
        let mut all: Vec<(std::cmp::Reverse<NaiveDate>, usize)> = Vec::new();
        for (place, one) in accounts.iter().enumerate() {
            if let Some((back, _, fresh)) = asked.returned(one)
                && (back >= asked.first || fresh)
            {
                all.push((std::cmp::Reverse(back), place));
            }
        }
        all.sort_unstable();
        all.into_iter().map(|(_, place)| place).collect()
    };
    assert_eq!(found.returned, returned);
}
