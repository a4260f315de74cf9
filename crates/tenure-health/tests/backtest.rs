//! Laws of the backtest.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers; a wrap fails the test")]

use chrono::NaiveDate;
use proptest::prelude::*;
use tenure_health::backtest::{Backtest, Fate, FewEvents, FrozenBins, Glance, Grid, deciles};
use tenure_health::profiles;
use tenure_model::parse_date;
use tenure_stats::Level;

fn fail(error: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

fn day(text: &str) -> Result<NaiveDate, TestCaseError> {
    parse_date(text).map_err(fail)
}

/// Account, which day of two, score, what came of it.
type Row = (u32, bool, Option<u16>, u8);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..40_u32, any::<bool>(), prop::option::weighted(0.9, 0..=1000_u16), 0..6_u8);
    prop::collection::vec(row, 0..120)
}

fn tested(rows: &[Row]) -> Result<Backtest, TestCaseError> {
    let grid = Grid::new(day("2025-01-31")?, 1, 2, 30).map_err(fail)?;
    let mut test = Backtest::new(&profiles::client(), &grid);
    for &(account, later, score, fate) in rows {
        let at = day(if later { "2025-02-28" } else { "2025-01-31" })?;
        let fate = match fate {
            0 => Fate::Ended,
            1 => Fate::Censored,
            2 => Fate::NotAtRisk,
            3 => Fate::Event(at.succ_opt().ok_or_else(|| fail("no day"))?),
            _ => Fate::NoEvent,
        };
        // A pair of account and day counts once; the second is refused and changes nothing.
        let before = test.counts().looked_at;
        let taken = test.push(Glance::new(account, at, score, fate)).is_ok();
        prop_assert_eq!(test.counts().looked_at, before + u64::from(taken));
    }
    Ok(test)
}

proptest! {
    #[test]
    fn nothing_is_lost_and_everything_adds_up(rows in rows()) {
        let report = tested(&rows)?.report(FewEvents::Force, Level::default(), 1).map_err(fail)?;
        let counts = report.counts;
        let left_out = counts.ended + counts.censored + counts.not_at_risk + counts.no_score;
        prop_assert_eq!(counts.looked_at, counts.used + left_out);
        let sum = |pick: fn(&tenure_health::backtest::Decile) -> u64| {
            report.deciles.iter().fold(0, |sum, one| sum + pick(one))
        };
        prop_assert_eq!((sum(|one| one.rows), sum(|one| one.events)), (counts.used, report.events));
        let bands = report.bands.iter().fold((0, 0), |(rows, events), band| {
            (rows + band.rows, events + band.events)
        });
        prop_assert_eq!(bands, (counts.used, report.events));
        prop_assert!(report.lead.events <= report.events);
        prop_assert!(report.lead.days().is_sorted() && report.lead.days().iter().all(|&days| days > 0));
    }

    /// Every pair, without ranks: rows with the event should have the lower score.
    #[test]
    fn the_area_is_that_of_all_pairs(rows in rows()) {
        let report = tested(&rows)?.report(FewEvents::Force, Level::default(), 1).map_err(fail)?;
        let mut seen = std::collections::BTreeSet::new();
        let kept: Vec<(u16, bool)> = rows
            .iter()
            .filter(|row| seen.insert((row.0, row.1)))
            .filter(|row| row.3 >= 3)
            .filter_map(|row| Some((row.2?, row.3 == 3)))
            .collect();
        let (mut won, mut pairs) = (0_i128, 0_i128);
        for (event, _) in kept.iter().filter(|row| row.1) {
            for (other, _) in kept.iter().filter(|row| !row.1) {
                pairs += 2;
                won += if event < other { 2 } else { i128::from(event == other) };
            }
        }
        match report.area {
            None => prop_assert_eq!(pairs, 0),
            Some(area) => prop_assert_eq!(area.ratio.num() * pairs, won * area.ratio.den()),
        }
    }

    #[test]
    fn a_decile_never_splits_equal_scores(
        scores in prop::collection::vec(0..20_u16, 1..80),
        event in 0..20_u16,
    ) {
        let events: Vec<bool> = scores.iter().map(|&score| score == event).collect();
        let parts = deciles(&scores, &events);
        // All rows of one score have the event: they lie in one part.
        prop_assert!(parts.iter().filter(|part| part.events > 0).count() <= 1);
        let gains: Vec<f64> = parts.iter().filter_map(|part| Some(part.gain?.to_f64())).collect();
        prop_assert!(gains.is_sorted());
        prop_assert!(gains.last().is_none_or(|&last| (last - 1.0).abs() < 1e-15));
    }

    #[test]
    fn a_spread_is_stable_against_itself_and_no_index_is_negative(
        then in prop::collection::vec(0..=1000_u16, 1..60),
        now in prop::collection::vec(0..=1000_u16, 1..60),
    ) {
        let frozen = FrozenBins::of(&then).ok_or_else(|| fail("no scores"))?;
        prop_assert!(frozen.psi(&then).is_some_and(|psi| psi.abs() < 1e-12));
        prop_assert!(frozen.psi(&now).is_some_and(|psi| psi > -1e-12));
    }
}

/// Where nothing is to be found, one half lies outside the interval about once in twenty seeds.
#[test]
fn the_control_finds_nothing_for_most_seeds() -> Result<(), Box<dyn std::error::Error>> {
    let at = parse_date("2025-01-31")?;
    let grid = Grid::new(at, 1, 1, 30)?;
    let mut test = Backtest::new(&profiles::client(), &grid);
    for account in 0..300_u32 {
        let score = u16::try_from(account * 3)?;
        // The low ones leave: the score itself finds a lot.
        let fate =
            if account < 60 { Fate::Event(parse_date("2025-02-10")?) } else { Fate::NoEvent };
        test.push(Glance::new(account, at, Some(score), fate))?;
    }
    let mut outside = 0;
    for seed in 0..400 {
        let report = test.report(FewEvents::Refuse, Level::default(), seed)?;
        let control = report.control.ok_or("no control")?;
        assert_eq!(control.seed, seed);
        outside += i32::from(!control.found_nothing());
        assert_eq!(report.area.ok_or("no area")?.ratio.to_string(), "1/1");
    }
    // 20 expected, standard deviation 4.4.
    assert!((4..=38).contains(&outside), "{outside} of 400");
    Ok(())
}
