use super::{Entry, Landing, Programme, Standing, Window};
use crate::error::LoyaltyError;
use chrono::NaiveDate;
use tenure_model::record::Ledger::{self, Qualifying, Redeemable};
use tenure_model::{AsOf, Instant, RecordId, Zone, parse_date};

const TIERS: [(&str, i64); 4] = [("member", 0), ("silver", 500), ("gold", 1000), ("black", 5000)];

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn programme(window: Window, landing: Landing) -> Programme {
    Programme::new(&TIERS, window, landing).unwrap()
}

fn entry(on: &str, ledger: Ledger, points: i64) -> Entry {
    Entry::new(day(on), ledger, points).unwrap()
}

fn of(programme: &Programme, joined: &str, entries: &[Entry], on: &str) -> Standing {
    programme.replay(day(joined), entries, AsOf::new(day(on))).unwrap().unwrap()
}

#[test]
fn a_threshold_is_met_exactly() {
    let programme = programme(Window::Anniversary, Landing::Hard);
    for (points, tier, missing) in [(499, "member", 1), (500, "silver", 500), (999, "silver", 1)] {
        let earned = [entry("2025-01-10", Qualifying, points)];
        let standing = of(&programme, "2025-01-01", &earned, "2025-01-10");
        assert_eq!((standing.tier(), standing.next().unwrap().1), (tier, missing), "{points}");
    }
    let top = of(&programme, "2025-01-01", &[entry("2025-01-10", Qualifying, 5000)], "2025-01-10");
    assert_eq!((top.tier(), top.rank(), top.next()), ("black", 3, None));
    // Points taken back cost the tier again.
    let back = [entry("2025-01-10", Qualifying, 500), entry("2025-01-11", Qualifying, -1)];
    assert_eq!(of(&programme, "2025-01-01", &back, "2025-01-10").tier(), "silver");
    assert_eq!(of(&programme, "2025-01-01", &back, "2025-01-11").tier(), "member");
}

#[test]
fn a_soft_landing_drops_one_tier_at_a_window_end() {
    let entries = [entry("2023-06-01", Qualifying, 6000)];
    let window = Window::Calendar { first_month: 1 };
    let soft = programme(window, Landing::Soft);
    let hard = programme(window, Landing::Hard);
    let at =
        |programme: &Programme, on| of(programme, "2023-05-01", &entries, on).tier().to_owned();
    for (on, softly, hardly) in [
        ("2023-12-31", "black", "black"),
        ("2024-01-01", "black", "black"), // earned in 2023, held in 2024
        ("2025-01-01", "gold", "member"),
        ("2026-01-01", "silver", "member"),
        ("2027-01-01", "member", "member"),
        ("2030-01-01", "member", "member"),
    ] {
        assert_eq!((at(&soft, on).as_str(), at(&hard, on).as_str()), (softly, hardly), "{on}");
    }
}

#[test]
fn windows_begin_where_they_should() {
    let joined = "2024-02-29";
    let span = |window, on| {
        let landing = Landing::Hard;
        let (first, last) = of(&programme(window, landing), joined, &[], on).window();
        format!("{first} {last}")
    };
    // 29 February falls on 28 February in common years, and back.
    assert_eq!(span(Window::Anniversary, "2025-02-27"), "2024-02-29 2025-02-27");
    assert_eq!(span(Window::Anniversary, "2025-02-28"), "2025-02-28 2026-02-27");
    assert_eq!(span(Window::Anniversary, "2028-02-28"), "2027-02-28 2028-02-28");
    assert_eq!(span(Window::Anniversary, "2028-02-29"), "2028-02-29 2029-02-27");
    let april = Window::Calendar { first_month: 4 };
    assert_eq!(span(april, "2024-03-31"), "2023-04-01 2024-03-31");
    assert_eq!(span(april, "2024-04-01"), "2024-04-01 2025-03-31");
    assert_eq!(span(Window::Rolling { months: 12 }, "2025-02-28"), "2024-02-29 2025-02-28");
}

#[test]
fn a_rolling_window_follows_the_points_both_ways() {
    let programme = programme(Window::Rolling { months: 12 }, Landing::Hard);
    let entries = [entry("2024-03-10", Qualifying, 600), entry("2024-08-01", Qualifying, 600)];
    for (on, tier) in [
        ("2024-03-09", "member"),
        ("2024-03-10", "silver"),
        ("2024-08-01", "gold"),
        ("2025-03-09", "gold"),
        ("2025-03-10", "silver"),
        ("2025-08-01", "member"),
    ] {
        assert_eq!(of(&programme, "2024-01-01", &entries, on).tier(), tier, "{on}");
    }
}

#[test]
fn ledgers_do_not_mix() {
    let programme = programme(Window::Anniversary, Landing::Hard);
    let entries = [
        entry("2025-01-10", Qualifying, 700),
        entry("2025-01-10", Redeemable, 700),
        entry("2025-01-11", Redeemable, -600),
    ];
    let standing = of(&programme, "2025-01-01", &entries, "2025-02-01");
    assert_eq!((standing.tier(), standing.qualifying()), ("silver", 700));
    let balance = standing.balance();
    assert_eq!((balance.points(), balance.earned(), balance.spent()), (100, 700, 600));
}

#[test]
fn the_oldest_points_are_spent_first_ties_by_id() {
    let programme = programme(Window::Anniversary, Landing::Hard);
    let lot = |id: &str, points, expires: &str| {
        let lot = entry("2025-01-10", Redeemable, points).expiring(day(expires)).unwrap();
        lot.with_id(RecordId::new(id).unwrap())
    };
    let entries = [
        lot("b", 10, "2025-03-31"),
        lot("a", 20, "2025-12-31"),
        entry("2025-01-10", Redeemable, -25),
    ];
    // All 20 of `a`, though it expires later, then 5 of `b`: 5 are left until the end of March.
    let march = of(&programme, "2025-01-01", &entries, "2025-03-31");
    assert_eq!(march.balance().points(), 5);
    assert_eq!(march.balance().lots()[0].last_day, Some(day("2025-03-31")));
    let april = of(&programme, "2025-01-01", &entries, "2025-04-01");
    assert_eq!((april.balance().points(), april.balance().expired()), (0, 5));
    let turned: Vec<Entry> = entries.iter().rev().cloned().collect();
    assert_eq!(of(&programme, "2025-01-01", &turned, "2025-03-31"), march);
}

#[test]
fn what_is_overdrawn_is_made_up_for_first() {
    let programme = programme(Window::Anniversary, Landing::Hard);
    let entries = [
        entry("2025-01-10", Redeemable, 10),
        entry("2025-01-11", Redeemable, -30),
        entry("2025-01-12", Redeemable, 25),
    ];
    let on = |on| of(&programme, "2025-01-01", &entries, on).balance().clone();
    assert_eq!((on("2025-01-11").points(), on("2025-01-11").overdrawn()), (0, 20));
    assert_eq!((on("2025-01-12").points(), on("2025-01-12").overdrawn()), (5, 0));
}

#[test]
fn a_replay_sees_what_was_known_then() {
    let programme = programme(Window::Anniversary, Landing::Hard);
    let recorded = Instant::parse("2025-02-01", Zone::UTC).unwrap();
    let entries = [entry("2025-01-10", Qualifying, 700).recorded(recorded)];
    let joined = day("2025-01-01");
    let january = AsOf::new(day("2025-01-31"));
    let tier =
        |as_of| programme.replay(joined, &entries, as_of).unwrap().unwrap().tier().to_owned();
    assert_eq!(tier(january), "member");
    assert_eq!(tier(january.known_at(day("2025-02-01"))), "silver");
    assert_eq!(programme.replay(joined, &entries, AsOf::new(day("2024-12-31"))), Ok(None));
}

#[test]
fn what_is_no_programme_or_no_entry() {
    let window = Window::Anniversary;
    let of = |tiers: &[(&str, i64)], window, landing| Programme::new(tiers, window, landing);
    let hard = Landing::Hard;
    assert_eq!(of(&[], window, hard), Err(LoyaltyError::TierCount { found: 0 }));
    assert!(matches!(of(&[("a", 1)], window, hard), Err(LoyaltyError::Threshold { found: 1, .. })));
    let flat = [("a", 0), ("b", 0)];
    assert!(matches!(of(&flat, window, hard), Err(LoyaltyError::Threshold { .. })));
    let twice = [("a", 0), ("a", 1)];
    assert!(matches!(of(&twice, window, hard), Err(LoyaltyError::TierName { .. })));
    let month = Window::Calendar { first_month: 13 };
    assert_eq!(of(&TIERS, month, hard), Err(LoyaltyError::FirstMonth { found: 13 }));
    for months in [0, 121] {
        let rolling = Window::Rolling { months };
        assert_eq!(of(&TIERS, rolling, hard), Err(LoyaltyError::RollingMonths { found: months }));
    }
    let rolling = Window::Rolling { months: 12 };
    assert_eq!(of(&TIERS, rolling, Landing::Soft), Err(LoyaltyError::SoftRolling));
    let date = day("2025-01-10");
    assert_eq!(Entry::new(date, Redeemable, 0), Err(LoyaltyError::NoPoints { date }));
    let spent = entry("2025-01-10", Redeemable, -1).expiring(date);
    assert_eq!(spent, Err(LoyaltyError::SpentExpires { date, expires: date }));
    let expires = day("2025-01-09");
    let error = entry("2025-01-10", Redeemable, 1).expiring(expires).unwrap_err();
    assert_eq!(
        error.to_string(),
        "points of `2025-01-10` expire on `2025-01-09`, before they are earned"
    );
}

#[test]
fn what_cannot_be_replayed() {
    let programme = programme(Window::Anniversary, Landing::Hard);
    let replay =
        |entries: &[Entry], on| programme.replay(day("2025-01-01"), entries, AsOf::new(day(on)));
    let early = [entry("2024-12-31", Qualifying, 1)];
    assert!(matches!(replay(&early, "2025-02-01"), Err(LoyaltyError::BeforeJoining { .. })));
    for ledger in [Qualifying, Redeemable] {
        let much = [entry("2025-01-02", ledger, i64::MAX), entry("2025-01-03", ledger, 1)];
        assert_eq!(replay(&much, "2025-02-01"), Err(LoyaltyError::Overflow));
    }
    let least = [entry("2025-01-02", Redeemable, i64::MIN)];
    assert_eq!(replay(&least, "2025-02-01"), Err(LoyaltyError::Overflow));
}

#[test]
fn of_a_relationship() {
    use tenure_model::record::Points;
    use tenure_model::{AccountId, Book, Event, Record};
    let account = AccountId::new("a").unwrap();
    let mut points = Points::new(day("2025-01-10"), Redeemable, 100);
    points.expires = Some(day("2025-02-10"));
    let qualifying = Points::new(day("2025-01-10"), Qualifying, 500);
    let events = [points, qualifying].map(|one| Event::new(account.clone(), Record::Points(one)));
    let book = Book::from_events(events).0;
    let programme = programme(Window::Anniversary, Landing::Hard);
    let of = |on: &str| {
        let as_of = AsOf::new(day(on));
        let relationship = &book.relationships()[0];
        programme.replay_relationship(day("2025-01-01"), relationship, as_of).unwrap().unwrap()
    };
    assert_eq!((of("2025-02-10").tier(), of("2025-02-10").balance().points()), ("silver", 100));
    assert_eq!(of("2025-02-11").balance().expired(), 100);
}
