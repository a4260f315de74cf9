use super::{Backtest, Baseline, Fate, FewEvents, Glance, Grid, Standing};
use crate::error::BacktestError;
use crate::observations::Observations;
use crate::profiles::client;
use chrono::NaiveDate;
use tenure_model::{AsOf, Instant, Zone, parse_date};
use tenure_stats::Level;

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn grid() -> Grid {
    Grid::new(day("2025-01-31"), 1, 3, 30).unwrap()
}

fn test() -> Backtest {
    Backtest::new(&client(), &grid())
}

fn row(account: u32, score: u16, event: bool) -> Glance {
    let fate = if event { Fate::Event(day("2025-02-10")) } else { Fate::NoEvent };
    Glance::new(account, day("2025-01-31"), Some(score), fate)
}

#[test]
fn a_component_that_reads_the_future_is_an_error() {
    // Known later than the day of the question, and recorded then.
    let t = day("2025-01-31");
    let as_of = AsOf::new(t).known_at(day("2025-02-28"));
    let mut seen = Observations::new(&client(), as_of);
    let recorded = Instant::parse("2025-02-03", Zone::UTC).unwrap();
    seen.push("outcome", 10.into(), day("2025-01-15"), Some(recorded), None);
    assert_eq!(seen.latest_record(), Some(day("2025-02-03")));
    let mut test = test();
    let leaking = Glance { recorded: seen.latest_record(), ..row(7, 300, true) };
    let error = test.push(leaking).unwrap_err();
    assert_eq!(
        error.to_string(),
        "account 7 as of `2025-01-31`: its score reads a record of `2025-02-03` (leakage)"
    );
    // What was recorded by then is no leakage.
    let mut honest = Observations::new(&client(), AsOf::new(t));
    honest.push("outcome", 10.into(), day("2025-01-15"), Some(recorded), None);
    assert_eq!(honest.latest_record(), None);
    test.push(Glance { recorded: honest.latest_record(), ..row(7, 300, true) }).unwrap();
}

#[test]
fn an_outcome_before_the_score_is_an_error() {
    let t = day("2025-01-31");
    let early = Glance { fate: Fate::Event(t), ..row(7, 300, true) };
    let error = test().push(early).unwrap_err();
    assert_eq!(
        error.to_string(),
        "account 7 as of `2025-01-31`: its outcome of `2025-01-31` is not after the score"
    );
    let error = grid().fate(t, Some(day("2025-01-30")), None, day("2025-12-31")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an outcome of `2025-01-30` is not after the score of `2025-01-31`, and the account had not ended"
    );
}

#[test]
fn everything_else_refused_changes_nothing() {
    let mut test = test();
    test.push(row(1, 300, true)).unwrap();
    let before = test.clone();
    let t = day("2025-01-31");
    let refused = [
        (row(1, 400, false), BacktestError::Twice { account: 1, at: t }),
        (
            Glance { at: day("2025-01-30"), ..row(2, 1, false) },
            BacktestError::OffGrid { at: day("2025-01-30") },
        ),
        (
            Glance { fate: Fate::Event(day("2025-03-03")), ..row(2, 1, true) },
            BacktestError::OutsideWindow { account: 2, at: t, outcome: day("2025-03-03") },
        ),
        (row(2, 1001, true), BacktestError::OffScale { account: 2, at: t, found: 1001 }),
        (
            Glance { probability: Some(1.5), ..row(2, 1, true) },
            BacktestError::Probability { account: 2, at: t, found: 1.5 },
        ),
    ];
    for (row, expected) in refused {
        assert_eq!(test.push(row), Err(expected));
    }
    assert_eq!(test, before);
    for (months, count, horizon) in [(0, 1, 1), (1, 0, 1), (1, 1201, 1), (1, 1, 0)] {
        assert!(matches!(Grid::new(t, months, count, horizon), Err(BacktestError::Grid { .. })));
    }
    assert!(Grid::new(NaiveDate::MAX, 1, 1, 1).is_err());
}

#[test]
fn what_is_left_out_is_counted() {
    let mut test = test();
    test.push(row(1, 300, true)).unwrap();
    test.push(Glance { score: None, ..row(2, 0, true) }).unwrap();
    test.push(Glance { fate: Fate::Ended, ..row(3, 300, false) }).unwrap();
    test.push(Glance { fate: Fate::Censored, ..row(4, 300, false) }).unwrap();
    let counts = test.report(FewEvents::Refuse, Level::default(), 1).unwrap().counts;
    assert_eq!(
        (counts.looked_at, counts.used, counts.ended, counts.censored, counts.no_score),
        (4, 1, 1, 1, 1)
    );
}

#[test]
fn few_events_are_counted_and_no_more() {
    let mut test = test();
    for account in 0..200 {
        test.push(row(account, 400, account < 59)).unwrap();
    }
    // Six components: 60 events.
    let refused = test.report(FewEvents::Refuse, Level::default(), 1).unwrap();
    assert_eq!(refused.too_few.map(|few| (few.found, few.needed)), Some((59, 60)));
    assert!(refused.area.is_none() && refused.baselines.is_empty() && refused.control.is_none());
    assert_eq!(refused.prevalence.unwrap().to_string(), "59/200");
    assert!(test.report(FewEvents::Force, Level::default(), 1).unwrap().area.is_some());
    test.push(row(200, 400, true)).unwrap();
    let enough = test.report(FewEvents::Refuse, Level::default(), 1).unwrap();
    assert!(enough.too_few.is_none() && enough.area.is_some());
}

#[test]
fn a_score_that_is_its_own_baseline_is_no_better() {
    let mut test = test();
    for account in 0..300_u32 {
        let score = u16::try_from(account * 3).unwrap();
        // Mostly the low ones leave.
        let event = account % 3 == 0 && account < 240;
        let idle = Some(1000 - u32::from(score));
        test.push(Glance { idle_days: idle, ..row(account, score, event) }).unwrap();
    }
    let report = test.report(FewEvents::Refuse, Level::default(), 1).unwrap();
    let by = |baseline| report.baselines.iter().find(|one| one.baseline == baseline);
    let idle = by(Baseline::IdleDays).unwrap();
    assert_eq!((idle.difference.num(), idle.standing), (0, Standing::NoBetter));
    // Prevalence ranks nothing: the score does better than that.
    let prevalence = by(Baseline::Prevalence).unwrap();
    assert_eq!(prevalence.area.ratio.to_string(), "1/2");
    assert_eq!(prevalence.standing, Standing::Better);
    assert!(by(Baseline::ContractDaysLeft).is_none());
    let control = report.control.unwrap();
    assert!(control.found_nothing(), "{control:?}");
}

#[test]
fn a_baseline_that_knows_better_is_said_to() {
    let mut test = test();
    for account in 0..200_u32 {
        let event = account < 80;
        let left = Some(if event { 10 } else { 200 });
        let score = u16::try_from((account * 37) % 1000).unwrap();
        test.push(Glance { contract_days_left: left, ..row(account, score, event) }).unwrap();
    }
    let report = test.report(FewEvents::Refuse, Level::default(), 1).unwrap();
    let left = report.baselines.iter().find(|one| one.baseline == Baseline::ContractDaysLeft);
    let left = left.unwrap();
    assert_eq!((left.standing, left.area.ratio.to_string().as_str()), (Standing::Worse, "1/1"));
    assert_eq!(left.standing.name(), "worse than baseline");
}

#[test]
fn bands_and_stability_are_counted_by_day() {
    let mut test = test();
    for (account, score, event) in
        [(1, 300, true), (2, 300, false), (3, 600, true), (4, 900, false)]
    {
        test.push(row(account, score, event)).unwrap();
        let later =
            Glance { at: day("2025-02-28"), fate: Fate::NoEvent, ..row(account, score, false) };
        test.push(later).unwrap();
    }
    let report = test.report(FewEvents::Force, Level::default(), 1).unwrap();
    let bands: Vec<_> =
        report.bands.iter().map(|band| (band.band.as_str(), band.rows, band.events)).collect();
    assert_eq!(bands, [("red", 4, 1), ("yellow", 2, 1), ("green", 2, 0)]);
    assert_eq!(report.stability, [(day("2025-02-28"), Some(0.0))]);
    assert_eq!(
        (report.lead.events, report.lead.days(), report.lead.median()),
        (2, [10].as_slice(), Some(10))
    );
    assert_eq!((report.accounts, report.events), (4, 2));
}

/// Buys every ten days from the first of January on, so often.
fn buyer(purchases: usize) -> tenure_model::Book {
    let account = tenure_model::AccountId::new("shop").unwrap();
    let usd = tenure_model::Currency::new("USD").unwrap();
    let purchase = |at: u64| {
        let on = day("2025-01-01").checked_add_days(chrono::Days::new(at)).unwrap();
        let amount = tenure_model::Money::from_minor(tenure_model::Minor::new(100), usd);
        let purchase = tenure_model::record::Purchase::new(on, amount).unwrap();
        tenure_model::Event::new(account.clone(), tenure_model::Record::Purchase(purchase))
    };
    tenure_model::Book::from_events((0..).step_by(10).take(purchases).map(purchase)).0
}

#[test]
fn silence_is_an_event_by_the_own_rhythm() {
    let grid = Grid::new(day("2025-01-31"), 1, 3, 60).unwrap();
    let outcome = super::Outcome::Dormant(tenure_model::DormancyOptions::default());
    // Until 20 February: silent from 23 March on, 30 days and one more.
    let book = buyer(6);
    let mut test = Backtest::new(&client(), &grid);
    let end = AsOf::new(day("2025-12-31"));
    test.follow(0, &book.relationships()[0], outcome, end).unwrap();
    let counts = test.counts();
    // January and February see it come, though without a score; at the end of March it is there.
    assert_eq!((counts.looked_at, counts.no_score, counts.ended), (3, 2, 1));
    let at = |text, end: &str| {
        test.dormancy_fate(
            &book.relationships()[0],
            &tenure_model::DormancyOptions::default(),
            day(text),
            AsOf::new(day(end)),
        )
    };
    assert_eq!(at("2025-01-31", "2025-12-31"), Fate::Event(day("2025-03-23")));
    assert_eq!(at("2025-01-21", "2025-12-31"), Fate::NoEvent);
    assert_eq!(at("2025-01-31", "2025-03-31"), Fate::Censored);
    assert_eq!(at("2025-01-12", "2025-12-31"), Fate::NotAtRisk);
    assert_eq!(at("2024-12-31", "2025-12-31"), Fate::NotAtRisk);
}

#[test]
fn a_renewal_is_lost_kept_open_or_not_due() {
    use tenure_model::record::Renewal;
    let account = tenure_model::AccountId::new("acme").unwrap();
    let usd = tenure_model::Currency::new("USD").unwrap();
    let fate = |change: fn(&mut Renewal)| {
        let amount = tenure_model::Money::from_minor(tenure_model::Minor::new(100), usd);
        let mut renewal = Renewal::new("K1", day("2025-02-20"), amount);
        change(&mut renewal);
        if renewal.closed_at.is_some() {
            renewal.arr_renewed = Some(amount);
        }
        let record = tenure_model::Record::Renewal(renewal);
        let (book, report) =
            tenure_model::Book::from_events([tenure_model::Event::new(account.clone(), record)]);
        assert!(report.rejects.is_empty(), "{:?}", report.rejects);
        let end = AsOf::new(day("2025-12-31"));
        test().renewal_fate(&book.relationships()[0], day("2025-01-31"), end)
    };
    assert_eq!(fate(|one| one.lost_at = Some(day("2025-02-20"))), Fate::Event(day("2025-02-20")));
    assert_eq!(fate(|one| one.closed_at = Some(day("2025-02-10"))), Fate::NoEvent);
    assert_eq!(fate(|one| one.closed_at = Some(day("2025-04-10"))), Fate::NoEvent);
    assert_eq!(fate(|one| one.closed_at = Some(day("2025-01-20"))), Fate::NotAtRisk);
    assert_eq!(fate(|_| {}), Fate::Censored);
    assert_eq!(fate(|one| one.due = day("2025-03-20")), Fate::NotAtRisk);
}
