//! The laws.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "helpers of tests: small numbers, and a panic is a failure"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenure_model::record::{BotOutcome, CaseStatus, Contact};
use tenure_model::{AccountId, AsOf, Book, Event, Instant, Period, Record, Tri};
use tenure_service::{
    AccountEpisodes, AutomationTally, ContactRow, DurationSketch, FcrDefinition, FcrRate, FcrTally,
    OneTouchRule, OneTouchTally, RepeatRow, RepeatRule, ServiceWindow, SlaRow, SlaTally, TouchRow,
    WithinTargets, first_repeats, no_repeat_by,
};
use tenure_stats::{Level, Probability, Ratio, ShareMethod, Sorted};
use tenure_testing::oracle::service as oracle;
use tenure_testing::oracle::service::PlainContact;
use tenure_testing::strategies::service as strategies;

type Law = Result<(), Box<dyn std::error::Error>>;

fn law(result: Law) -> Result<(), TestCaseError> {
    result.map_err(|error| TestCaseError::fail(error.to_string()))
}

fn micros(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

fn rows(contacts: &[PlainContact]) -> Vec<ContactRow<'_>> {
    contacts
        .iter()
        .map(|(issue, at, flag)| ContactRow::new(issue, micros(*at), Tri::from(*flag)))
        .collect()
}

fn definitions() -> impl Strategy<Value = FcrDefinition> {
    (1_u32..20, any::<bool>()).prop_map(|(days, rolling)| {
        let rule = if rolling { RepeatRule::Rolling } else { RepeatRule::Fixed };
        FcrDefinition::new(days, rule).unwrap()
    })
}

fn fcr(
    definition: FcrDefinition,
    as_of: i64,
    accounts: &[Vec<PlainContact>],
) -> Result<FcrTally, Box<dyn std::error::Error>> {
    let mut tally = FcrTally::new(definition, ServiceWindow::until(micros(as_of)));
    for account in accounts {
        tally.push_account(&rows(account))?;
    }
    Ok(tally)
}

fn sketch(durations: &[u64]) -> DurationSketch {
    let mut sketch = DurationSketch::new();
    for &ms in durations {
        sketch.push(ms).unwrap();
    }
    sketch
}

fn sla(promises: &[oracle::PlainPromise]) -> SlaTally {
    let mut tally = SlaTally::new(ServiceWindow::until(micros(1_000_000)));
    for promise in promises {
        tally.push_row(&promise_row(*promise)).unwrap();
    }
    tally
}

fn promise_row((start, end, target, paused): oracle::PlainPromise) -> SlaRow {
    let mut row = SlaRow::new(micros(start * 1_000), target.unsigned_abs());
    row.end = end.map(|end| micros(end * 1_000));
    row.paused_ms = paused.unsigned_abs();
    row
}

fn touches() -> impl Strategy<Value = Vec<(bool, oracle::PlainTouches)>> {
    let column = || prop::option::weighted(0.8, 0_u32..4);
    prop::collection::vec((any::<bool>(), [column(), column(), column()]), 0..60)
}

fn touch_row((solved, [agent, reopens, account]): (bool, oracle::PlainTouches)) -> TouchRow {
    let status = if solved { CaseStatus::Closed } else { CaseStatus::Pending };
    TouchRow::new(status, agent, reopens, account)
}

fn one_touch(cases: &[(bool, oracle::PlainTouches)]) -> OneTouchTally {
    let mut tally = OneTouchTally::new(ServiceWindow::until(micros(0)));
    for &case in cases {
        tally.push_row(touch_row(case)).unwrap();
    }
    tally
}

fn outcomes() -> impl Strategy<Value = Vec<Option<BotOutcome>>> {
    let outcome = prop::sample::select(BotOutcome::ALL);
    prop::collection::vec(prop::option::of(outcome), 0..60)
}

fn automation(outcomes: &[Option<BotOutcome>]) -> AutomationTally {
    let mut tally = AutomationTally::new(ServiceWindow::until(micros(0)));
    for &outcome in outcomes {
        tally.push_outcome(outcome).unwrap();
    }
    tally
}

/// The same rows in another order.
fn shuffled<T: Clone>(rows: &[T], seed: u64) -> Vec<T> {
    let mut keyed: Vec<(u64, usize)> = (0..rows.len())
        .map(|index| {
            let mixed = (seed ^ index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed ^ (mixed >> 29), index)
        })
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, index)| rows[index].clone()).collect()
}

proptest! {
    #[test]
    fn first_contact_resolution_is_what_the_definition_says(
        contacts in strategies::contacts(0..40),
        definition in definitions(),
        as_of in strategies::as_of(),
        seed: u64,
    ) {
        let rolling = definition.rule() == RepeatRule::Rolling;
        let window = i128::from(definition.window_days()) * 86_400_000_000;
        let expected = oracle::fcr(&contacts, window, rolling, as_of);
        let tally = fcr(definition, as_of, &[shuffled(&contacts, seed)]).unwrap();
        let counts = tally.counts();
        let pair = |rate| {
            let share = tally.share(rate);
            (share.x(), share.n())
        };
        prop_assert_eq!(counts.mature, expected.mature);
        prop_assert_eq!(counts.immature, expected.immature);
        prop_assert_eq!(counts.mature_contacts, expected.mature_contacts);
        prop_assert_eq!(counts.unseen_contacts, expected.unseen_contacts);
        prop_assert_eq!(counts.contacts, contacts.len() as u64);
        prop_assert_eq!(
            counts.contacts,
            counts.mature_contacts + counts.immature_contacts + counts.unseen_contacts
        );
        prop_assert_eq!(pair(FcrRate::NoRepeat), (expected.no_repeat, expected.mature));
        prop_assert_eq!(pair(FcrRate::FlagOnly), (expected.flag_resolved, expected.flag_known));
        prop_assert_eq!(
            pair(FcrRate::ResolvedAndNoRepeat),
            (expected.resolved_and_no_repeat, expected.flag_known)
        );
        for &rate in FcrRate::ALL {
            if rate != FcrRate::OneAndDone {
                prop_assert_eq!(tally.share(rate).n() + tally.excluded(rate), counts.mature);
            }
            if let Some(interval) = tally.share(rate).interval(ShareMethod::Wilson, Level::default()) {
                prop_assert!(interval.contains(tally.share(rate).estimate().unwrap()));
            }
        }
        let done = pair(FcrRate::OneAndDone);
        prop_assert_eq!(done, (expected.no_repeat, expected.mature_contacts));
        prop_assert_eq!(
            tally.contacts_per_episode(),
            Ratio::new(i128::from(expected.mature_contacts), i128::from(expected.mature))
        );
    }

    #[test]
    fn accounts_merge_in_any_split_and_are_taken_back(
        accounts in prop::collection::vec(strategies::contacts(0..12), 0..8),
        split in 0_usize..8,
        definition in definitions(),
        as_of in strategies::as_of(),
        seed: u64,
    ) {
        law((|| {
            let split = split.min(accounts.len());
            let whole = fcr(definition, as_of, &shuffled(&accounts, seed))?;
            let left = fcr(definition, as_of, &accounts[..split])?;
            let right = fcr(definition, as_of, &accounts[split..])?;
            let mut merged = right.clone();
            merged.merge(&left)?;
            assert_eq!(merged, whole);
            for account in &accounts[..split] {
                merged.retract_account(&rows(account))?;
            }
            assert_eq!(merged, right);
            Ok(())
        })())?;
    }

    /// Every episode belongs to exactly one period, and a period changes no episode.
    #[test]
    fn periods_share_out_the_episodes(
        contacts in strategies::contacts(0..30),
        definition in definitions(),
        cut in 0_i64..62,
    ) {
        law((|| {
            let account = AccountId::new("acme")?;
            let events = contacts.iter().map(|(issue, at, flag)| {
                let mut contact = Contact::new(micros(*at), issue.as_str());
                contact.resolved = Tri::from(*flag);
                Event::new(account.clone(), Record::Contact(contact))
            });
            let (book, _) = Book::from_events(events);
            let day = |days: i64| micros(days * 86_400_000_000).date_utc();
            let as_of = AsOf::new(day(65));
            let mut parts = Vec::new();
            for (start, end) in [(-1, cut), (cut, 70)] {
                let period = Period::new(day(start), day(end)).ok_or("reversed")?;
                let window = ServiceWindow::of_days(period, as_of)?;
                let mut tally = FcrTally::new(definition, window);
                if let Some(acme) = book.get(&account) {
                    tally.push_contacts(acme.contacts())?;
                    let mut taken_back = tally.clone();
                    let mut of_episodes = FcrTally::new(definition, window);
                    let episodes = AccountEpisodes::of(definition, &window, acme.contacts());
                    of_episodes.push_episodes(&episodes)?;
                    assert_eq!(of_episodes, tally);
                    let other = FcrTally::new(definition, ServiceWindow::until(window.as_of()));
                    assert!(other.clone().push_episodes(&episodes).is_err());
                    taken_back.retract_contacts(acme.contacts())?;
                    assert_eq!(taken_back, FcrTally::new(definition, window));
                }
                parts.push(tally.counts());
            }
            let last = micros(66 * 86_400_000_000 - 1);
            let all = fcr(definition, last.micros(), &[contacts])?.counts();
            let sum = |count: fn(&tenure_service::FcrCounts) -> u64| {
                parts.iter().map(count).reduce(|sum, part| sum + part).unwrap_or(0)
            };
            assert_eq!(sum(|c| c.mature), all.mature);
            assert_eq!(sum(|c| c.immature), all.immature);
            assert_eq!(sum(|c| c.mature_contacts), all.mature_contacts);
            assert_eq!(sum(|c| c.resolved_and_no_repeat), all.resolved_and_no_repeat);
            assert_eq!(sum(|c| c.outside), all.mature + all.immature);
            for part in &parts {
                assert_eq!(
                    part.contacts,
                    part.mature_contacts
                        + part.immature_contacts
                        + part.outside_contacts
                        + part.unseen_contacts
                );
            }
            Ok(())
        })())?;
    }

    #[test]
    fn once_all_is_mature_kaplan_meier_is_the_plain_share(
        contacts in strategies::contacts(1..40),
        definition in definitions(),
    ) {
        law((|| {
            let as_of = 90 * 86_400_000_000;
            let tally = fcr(definition, as_of, std::slice::from_ref(&contacts))?;
            let share = tally.share(FcrRate::NoRepeat);
            let window = ServiceWindow::until(micros(as_of));
            let repeats = first_repeats(&rows(&contacts), definition, &window);
            let within = definition.window_micros().unsigned_abs();
            let estimate = no_repeat_by(&repeats, within).ok_or("no rows")?;
            assert_eq!(estimate.rows, share.n());
            assert_eq!(estimate.exact.map(Ratio::reduced), share.ratio().map(Ratio::reduced));
            assert_eq!(Some(estimate.naive), share.ratio());
            Ok(())
        })())?;
    }

    #[test]
    fn no_repeat_is_what_redistribution_to_the_right_says(
        plain in strategies::repeat_rows(0..60),
        window in 0_u64..14,
        seed: u64,
    ) {
        let rows: Vec<RepeatRow> = shuffled(&plain, seed)
            .into_iter()
            .map(|(after, repeated)| {
                if repeated { RepeatRow::Repeated { after } } else { RepeatRow::Censored { after } }
            })
            .collect();
        let found = no_repeat_by(&rows, window);
        match oracle::no_repeat_by(&plain, window) {
            None => prop_assert!(found.is_none()),
            Some(expected) => {
                let found = found.unwrap();
                prop_assert!((found.estimate - expected).abs() < 1e-12, "{found:?} {expected}");
                prop_assert!(found.estimate <= found.naive.to_f64() + 1e-15);
                prop_assert!((0.0..=1.0).contains(&found.estimate));
            }
        }
    }

    #[test]
    fn sketches_merge_to_the_union_to_the_bit(
        left in strategies::durations(0..80),
        right in strategies::durations(0..80),
        seed: u64,
    ) {
        let mut merged = sketch(&right);
        merged.merge(&sketch(&left)).unwrap();
        let all = shuffled(&[left, right].concat(), seed);
        prop_assert_eq!(&merged, &sketch(&all));
        prop_assert_eq!(merged.count(), all.len() as u64);
        prop_assert_eq!(merged.sum(), all.iter().fold(0, |sum, &ms| sum + u128::from(ms)));
        prop_assert_eq!(merged.min(), all.iter().copied().min());
        prop_assert_eq!(merged.max(), all.iter().copied().max());
        let mean = Ratio::new(merged.sum().cast_signed(), all.len() as i128);
        prop_assert_eq!(merged.mean(), mean);
    }

    #[test]
    fn sketched_quantiles_are_within_one_hundredth(
        mut durations in strategies::durations(1..200),
        thousandths in 0_u64..=1000,
    ) {
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        let p: Probability = std::str::FromStr::from_str(&text).unwrap();
        let sketch = sketch(&durations);
        let exact = oracle::order_statistic(&durations, thousandths).unwrap();
        let found = sketch.order_statistic(p).unwrap();
        prop_assert!(u128::from(found.abs_diff(exact)) * 100 <= u128::from(exact), "{found} {exact}");
        durations.sort_unstable();
        let exact = Sorted::new(&durations).unwrap().quantile(p).unwrap().to_f64();
        let found = sketch.quantile(p).unwrap().to_f64();
        prop_assert!((found - exact).abs() <= 0.01 * exact * (1.0 + 1e-12), "{found} {exact}");
    }

    #[test]
    fn targets_are_counted_exactly(
        left in strategies::durations(0..40),
        right in strategies::durations(0..40),
        targets in prop::collection::vec(0_u64..100_000, 0..5),
    ) {
        law((|| {
            let count = |durations: &[u64]| -> Result<WithinTargets, tenure_service::TallyError> {
                let mut within = WithinTargets::new(targets.iter().copied());
                durations.iter().try_for_each(|&ms| within.push(ms))?;
                Ok(within)
            };
            let mut merged = count(&right)?;
            merged.merge(&count(&left)?)?;
            let all = [left.clone(), right.clone()].concat();
            assert_eq!(merged, count(&all)?);
            for &target in &targets {
                let share = merged.share(target).ok_or("not a target")?;
                assert_eq!(share.x(), all.iter().filter(|&&ms| ms <= target).count() as u64);
                assert_eq!(share.n(), all.len() as u64);
            }
            left.iter().try_for_each(|&ms| merged.retract(ms))?;
            assert_eq!(merged, count(&right)?);
            Ok(())
        })())?;
    }

    #[test]
    fn promises_are_what_the_definition_says(
        left in strategies::promises(0..40),
        right in strategies::promises(0..40),
    ) {
        law((|| {
            let all = [left.clone(), right.clone()].concat();
            let [met, breached, pending, breached_closed] =
                oracle::sla(&all, 1_000).ok_or("impossible promise")?;
            let mut merged = sla(&right);
            merged.merge(&sla(&left))?;
            assert_eq!(merged, sla(&all));
            let counts = merged.counts();
            assert_eq!(counts.rows, all.len() as u64);
            assert_eq!(met + breached + pending, counts.rows);
            let (attained, closed) = (merged.attainment(), merged.closed_only());
            assert_eq!((attained.x(), attained.n()), (met, met + breached));
            assert_eq!((closed.x(), closed.n()), (met, met + breached_closed));
            assert_eq!((counts.pending, counts.breached_closed), (pending, breached_closed));
            for &promise in &left {
                merged.retract_row(&promise_row(promise))?;
            }
            assert_eq!(merged, sla(&right));
            Ok(())
        })())?;
    }

    #[test]
    fn one_touch_is_what_each_rule_says(left in touches(), right in touches()) {
        law((|| {
            let all = [left.clone(), right.clone()].concat();
            let solved: Vec<_> =
                all.iter().filter(|case| case.0).map(|case| case.1).collect();
            let mut merged = one_touch(&right);
            merged.merge(&one_touch(&left))?;
            assert_eq!(merged, one_touch(&all));
            for (&rule, (obey, told)) in OneTouchRule::ALL.iter().zip(oracle::one_touch(&solved)) {
                let share = merged.share(rule);
                assert_eq!((share.x(), share.n()), (obey as u64, told as u64), "{rule:?}");
                assert_eq!(share.n() + merged.excluded(rule), solved.len() as u64);
            }
            assert_eq!(merged.counts().not_solved as usize, all.len() - solved.len());
            for &case in &left {
                merged.retract_row(touch_row(case))?;
            }
            assert_eq!(merged, one_touch(&right));
            Ok(())
        })())?;
    }

    #[test]
    fn automation_counts_and_merges(
        left in outcomes(),
        right in outcomes(),
        sessions in prop::option::of(0_u64..100),
    ) {
        law((|| {
            let all = [left.clone(), right.clone()].concat();
            let mut tally = BTreeMap::new();
            for outcome in &all {
                *tally.entry(outcome.map_or("none", BotOutcome::name)).or_insert(0_u64) += 1;
            }
            let count = |name: &str| tally.get(name).copied().unwrap_or(0);
            let started = all.len() as u64 - count("none");
            let mut merged = automation(&right);
            merged.merge(&automation(&left))?;
            assert_eq!(merged, automation(&all));
            let pair = |share: tenure_stats::Share| (share.x(), share.n());
            assert_eq!(pair(merged.automation()), (count("resolved"), all.len() as u64));
            assert_eq!(
                pair(merged.containment()),
                (count("resolved") + count("abandoned"), started)
            );
            assert_eq!(pair(merged.bot_resolution()), (count("resolved"), started));
            for &outcome in &left {
                merged.retract_outcome(outcome)?;
            }
            assert_eq!(merged, automation(&right));
            let mut with_sessions = automation(&left);
            if let Some(sessions) = sessions {
                with_sessions.push_sessions(sessions)?;
            }
            merged.merge(&with_sessions)?;
            assert_eq!(merged.sessions(), sessions);
            let sum = sessions.map(|sessions| (sessions, sessions + all.len() as u64));
            assert_eq!(merged.self_service_share().map(pair), sum);
            assert_eq!(
                merged.self_service_score(),
                sessions.and_then(|n| Ratio::new(i128::from(n), all.len() as i128))
            );
            Ok(())
        })())?;
    }
}
