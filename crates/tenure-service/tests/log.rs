//! Laws of the states that may be cut anywhere: contacts by key, sessions, answers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "helpers of tests: small numbers, and a panic is a failure"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenure_model::{Instant, Tri};
use tenure_service::{
    ChannelScope, ContactKind, ContactLog, ContactRow, DeflectionDefinition, DeflectionTally,
    FcrDefinition, FcrTally, KeyedContact, Reopenings, RepeatRow, RepeatRule, ServiceWindow,
    SurveyFcrTally, TallyError, first_repeats, no_repeat_by,
};
use tenure_testing::oracle::service as oracle;
use tenure_testing::strategies::service as strategies;

const DAY: i64 = 86_400_000_000;

fn at(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

fn tri() -> impl Strategy<Value = Tri> {
    prop::sample::select(vec![Tri::Yes, Tri::No, Tri::Unknown])
}

fn contact() -> impl Strategy<Value = KeyedContact> {
    let channel = prop::option::weighted(0.7, 0_u32..2);
    (0_u64..4, 0_u64..3, strategies::as_of(), any::<u8>(), tri(), tri(), channel).prop_map(
        |(account, issue, when, kind, resolved, resolvable, channel)| {
            let mut row = KeyedContact::new(account, issue, at(when));
            row.kind = if kind % 4 == 0 { ContactKind::Reopening } else { ContactKind::Contact };
            (row.resolved, row.resolvable, row.channel) = (resolved, resolvable, channel);
            row
        },
    )
}

fn contacts() -> impl Strategy<Value = Vec<KeyedContact>> {
    prop::collection::vec(contact(), 0..40)
}

fn definitions() -> impl Strategy<Value = FcrDefinition> {
    (1_u32..20, any::<[bool; 3]>()).prop_map(|(days, [rolling, each, reopenings])| {
        let rule = if rolling { RepeatRule::Rolling } else { RepeatRule::Fixed };
        let channels = if each { ChannelScope::EachChannel } else { ChannelScope::AllChannels };
        let reopenings = if reopenings { Reopenings::Contacts } else { Reopenings::Ignored };
        let definition = FcrDefinition::new(days, rule).unwrap();
        definition.with_channels(channels).with_reopenings(reopenings)
    })
}

fn log(contacts: &[KeyedContact]) -> ContactLog {
    let mut log = ContactLog::new();
    log.extend(contacts.iter().copied());
    log
}

const NAMES: [&str; 3] = ["a", "b", "c"];

/// The same contacts by account, with text.
fn accounts(contacts: &[KeyedContact]) -> BTreeMap<u64, Vec<ContactRow<'static>>> {
    let mut accounts: BTreeMap<u64, Vec<ContactRow<'static>>> = BTreeMap::new();
    for row in contacts {
        let mut plain = ContactRow::new(NAMES[row.issue as usize], row.at, row.resolved);
        plain.channel = row.channel.map(|channel| NAMES[channel as usize]);
        (plain.kind, plain.resolvable) = (row.kind, row.resolvable);
        accounts.entry(row.account).or_default().push(plain);
    }
    accounts
}

proptest! {
    #[test]
    fn a_log_is_the_accounts_pushed_whole(
        contacts in contacts(),
        definition in definitions(),
        as_of in strategies::as_of(),
    ) {
        let window = ServiceWindow::until(at(as_of));
        let log = log(&contacts);
        let mut whole = FcrTally::new(definition, window);
        let mut repeats = Vec::new();
        for rows in accounts(&contacts).values() {
            whole.push_account(rows).unwrap();
            repeats.extend(first_repeats(rows, definition, &window));
        }
        prop_assert_eq!(&log.tally(definition, window).unwrap(), &whole);
        let mut found = log.first_repeats(definition, &window);
        found.sort_unstable();
        repeats.sort_unstable();
        prop_assert_eq!(&found, &repeats);
        let days = u64::from(definition.window_days()) * DAY.unsigned_abs();
        prop_assert_eq!(no_repeat_by(&found, days), no_repeat_by(&repeats, days));
    }

    #[test]
    fn any_partition_order_and_number_of_threads_gives_the_same_log(
        contacts in contacts(),
        chunk in 1_usize..10,
        reverse: bool,
    ) {
        let whole = log(&contacts);
        let mut parts: Vec<ContactLog> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                contacts.chunks(chunk).map(|rows| scope.spawn(move || log(rows))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        if reverse {
            parts.reverse();
        }
        let mut merged = ContactLog::new();
        parts.iter().for_each(|part| merged.merge(part));
        prop_assert_eq!(&merged, &whole);

        // what is taken back was never there
        let mut left = ContactLog::new();
        parts.iter().skip(1).for_each(|part| left.merge(part));
        if let Some(first) = parts.first() {
            merged.retract(first).unwrap();
        }
        prop_assert_eq!(&merged, &left);
        if let Some(&one) = contacts.first() {
            let mut twice = whole.clone();
            twice.extend([one]);
            let mut refused = whole.clone();
            prop_assert!(matches!(refused.retract(&twice), Err(TallyError::Retract(_))));
            prop_assert_eq!(refused, whole);
        }
    }

    #[test]
    fn groups_share_out_the_accounts(
        contacts in contacts(),
        definition in definitions(),
        other in definitions(),
        as_of in strategies::as_of(),
    ) {
        let window = ServiceWindow::until(at(as_of));
        let log = log(&contacts);
        // each group by a definition of its own
        let mut groups = [FcrTally::new(definition, window), FcrTally::new(other, window)];
        log.tally_groups(&mut groups, |account| (account % 2) as usize).unwrap();
        for (group, definition) in [definition, other].into_iter().enumerate() {
            let mut alone = FcrTally::new(definition, window);
            for (account, rows) in accounts(&contacts) {
                if account % 2 == group as u64 {
                    alone.push_account(&rows).unwrap();
                }
            }
            prop_assert_eq!(&groups[group], &alone);
        }
        let before = groups.clone();
        let refused = log.tally_groups(&mut groups, |account| account as usize + 1);
        let outside = log.rows().iter().find(|row| row.account > 0);
        match outside {
            None => prop_assert!(refused.is_ok()),
            Some(row) => {
                let Err(TallyError::Group(error)) = refused else { panic!("{refused:?}") };
                let found = (error.account(), error.group(), error.groups());
                prop_assert_eq!(found, (row.account, row.account as usize + 1, 2));
                prop_assert_eq!(groups, before);
            }
        }
    }

    #[test]
    fn deflection_is_what_the_definition_says(
        accounts in prop::collection::vec(
            (
                prop::collection::vec(strategies::as_of(), 0..6),
                prop::collection::vec(strategies::as_of(), 0..4),
            ),
            0..5,
        ),
        days in 1_u32..20,
        as_of in strategies::as_of(),
        split in 0_usize..5,
    ) {
        let definition = DeflectionDefinition::new(days * 24).unwrap();
        let window = ServiceWindow::until(at(as_of));
        let tally = |accounts: &[(Vec<i64>, Vec<i64>)]| {
            let mut tally = DeflectionTally::new(definition, window);
            for (sessions, cases) in accounts {
                let [sessions, cases] = [sessions, cases]
                    .map(|times| times.iter().map(|&time| at(time)).collect::<Vec<_>>());
                tally.push_account(&sessions, &cases).unwrap();
            }
            tally
        };
        let whole = tally(&accounts);
        let expected = oracle::deflection(&accounts, i64::from(days) * DAY, as_of);
        let counts = whole.counts();
        prop_assert_eq!([counts.deflected, counts.followed, counts.immature], expected);
        let parts = [counts.deflected, counts.followed, counts.immature, counts.unseen];
        prop_assert_eq!(parts.into_iter().reduce(|sum, part| sum + part), Some(counts.sessions));

        let rates = whole.rates();
        prop_assert_eq!((rates.len(), rates[0].share), (1, whole.share()));
        let apart = rates[0].excluded.iter().fold(0, |sum, (_, count)| sum + count);
        prop_assert_eq!(whole.share().n() + apart, counts.sessions);

        let (left, right) = accounts.split_at(split.min(accounts.len()));
        let mut merged = tally(right);
        merged.merge(&tally(left)).unwrap();
        prop_assert_eq!(&merged, &whole);
        for (sessions, cases) in left {
            let [sessions, cases] = [sessions, cases]
                .map(|times| times.iter().map(|&time| at(time)).collect::<Vec<_>>());
            merged.retract_account(&sessions, &cases).unwrap();
        }
        prop_assert_eq!(merged, tally(right));
    }

    #[test]
    fn answers_are_counted_as_given(
        left in prop::collection::vec((0_i64..3, tri()), 0..20),
        right in prop::collection::vec((0_i64..3, tri()), 0..20),
    ) {
        let window = ServiceWindow::until(at(1));
        let tally = |answers: &[(i64, Tri)]| {
            let mut tally = SurveyFcrTally::new(window);
            answers.iter().for_each(|&(when, answer)| tally.push(at(when), answer).unwrap());
            tally
        };
        let all = [left.clone(), right.clone()].concat();
        let mut merged = tally(&right);
        merged.merge(&tally(&left)).unwrap();
        prop_assert_eq!(&merged, &tally(&all));
        let count = |wanted: Tri| {
            all.iter().filter(|&&(when, answer)| when <= 1 && answer == wanted).count() as u64
        };
        let share = merged.share();
        prop_assert_eq!((share.x(), share.misses()), (count(Tri::Yes), count(Tri::No)));
        prop_assert_eq!(merged.counts().no_answer, count(Tri::Unknown));
        let rates = merged.rates();
        prop_assert_eq!((rates.len(), rates[0].name, rates[0].share), (1, "survey_fcr", share));
        prop_assert_eq!(share.n() + merged.counts().no_answer + merged.counts().unseen, all.len() as u64);
        left.iter().for_each(|&(when, answer)| merged.retract(at(when), answer).unwrap());
        prop_assert_eq!(merged, tally(&right));
    }
}

/// A mail after a call is a repeat, unless each channel counts for itself; reopenings are contacts
/// only where asked for.
#[test]
fn options_decide_what_a_repeat_is() {
    let row = |day: i64, channel, kind| {
        let mut row = KeyedContact::new(1, 1, at(day * DAY));
        (row.channel, row.kind, row.resolved) = (channel, kind, Tri::Yes);
        row
    };
    let log = log(&[
        row(0, Some(1), ContactKind::Contact),
        row(1, Some(2), ContactKind::Contact),
        row(2, None, ContactKind::Contact),
        row(3, Some(1), ContactKind::Reopening),
    ]);
    let window = ServiceWindow::until(at(60 * DAY));
    let counts = |definition| log.tally(definition, window).unwrap().counts();
    let all = FcrDefinition::default();
    let each = all.with_channels(ChannelScope::EachChannel);

    let found = counts(all);
    assert_eq!((found.mature, found.mature_contacts, found.no_repeat), (1, 3, 0));
    assert_eq!((found.reopenings_ignored, found.channel_unknown), (1, 0));
    let found = counts(each);
    assert_eq!((found.mature, found.mature_contacts, found.no_repeat), (2, 2, 2));
    assert_eq!((found.reopenings_ignored, found.channel_unknown), (1, 1));
    let found = counts(all.with_reopenings(Reopenings::Contacts));
    assert_eq!((found.mature, found.mature_contacts, found.reopenings_ignored), (1, 4, 0));
    let found = counts(each.with_reopenings(Reopenings::Contacts));
    assert_eq!((found.mature, found.mature_contacts, found.no_repeat), (2, 3, 1));
}

#[test]
fn what_was_recorded_later_is_unseen_in_a_log_too() {
    let mut late = KeyedContact::new(1, 1, at(0));
    late.recorded_at = Some(at(5 * DAY));
    let day = |days: i64| at(days * DAY).date_utc();
    let period = tenure_model::Period::new(day(0), day(1)).unwrap();
    let as_of = tenure_model::AsOf::new(day(20));
    for (known, unseen) in [(day(4), 1), (day(5), 0)] {
        let window = ServiceWindow::of_days(period, as_of.known_at(known)).unwrap();
        let counts = log(&[late]).tally(FcrDefinition::default(), window).unwrap().counts();
        assert_eq!((counts.unseen_contacts, counts.mature), (unseen, 1 - unseen), "{window}");
    }
}

#[test]
fn young_episodes_are_censored_not_successes() {
    let log = log(&[KeyedContact::new(1, 1, at(0)), KeyedContact::new(2, 1, at(DAY))]);
    let window = ServiceWindow::until(at(2 * DAY));
    let repeats = log.first_repeats(FcrDefinition::default(), &window);
    let after = |days: i64| RepeatRow::Censored { after: (days * DAY).unsigned_abs() };
    assert_eq!(repeats, [after(2), after(1)]);
    let week = log.tally(FcrDefinition::default(), window).unwrap();
    assert_eq!((week.counts().immature, week.counts().mature), (2, 0));
}
