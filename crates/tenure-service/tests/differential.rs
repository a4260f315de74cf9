//! 210,000 generated cases against `python/expected.py`, which computed each metric once more with
//! exact fractions. The inputs are drawn here again from the same generator.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "helpers of tests: small numbers, and a panic is a failure"
)]

use tenure_model::record::CaseStatus;
use tenure_model::{Instant, Tri};
use tenure_service::{
    AutomationCounts, AutomationError, AutomationTally, ChannelScope, ContactKind, ContactLog,
    ContactRow, DeflectionDefinition, DeflectionTally, DurationSketch, FcrDefinition, FcrRate,
    FcrTally, KeyedContact, OneTouchRule, OneTouchTally, Reopenings, RepeatRow, RepeatRule,
    ServiceWindow, SlaRow, SlaTally, TouchRow, no_repeat_by,
};
use tenure_stats::{Probability, Ratio, Share, Sorted};

const CASES: u64 = 30_000;
const DAY: i64 = 86_400_000_000;

/// SplitMix64 (Steele, Lea and Flood 2014), as in the script.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn signed(&mut self, n: i64) -> i64 {
        self.below(n.unsigned_abs()).cast_signed()
    }

    /// A multiple of `unit`, or a microsecond beside it.
    fn around(&mut self, n: i64, unit: i64) -> i64 {
        let units = self.signed(n);
        units * unit + self.signed(3) - 1
    }

    fn chance_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// LEB128 integers one after the other.
struct Expected(&'static [u8]);

impl Expected {
    fn number(&mut self) -> i128 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let (&byte, rest) = self.0.split_first().unwrap();
            self.0 = rest;
            number |= i128::from(byte % 128) << shift;
            if byte < 128 {
                return number;
            }
            shift += 7;
        }
    }

    fn count(&mut self) -> u64 {
        u64::try_from(self.number()).unwrap()
    }

    fn ratio(&mut self) -> Option<Ratio> {
        let num = self.number();
        Ratio::new(num, self.number())
    }
}

/// Runs all cases of a metric, in the order of the script.
fn compare(seed: u64, expected: &'static [u8], case: fn(&mut Random, &mut Expected, u64)) {
    let (mut random, mut expected) = (Random(seed), Expected(expected));
    for number in 0..CASES {
        case(&mut random, &mut expected, number);
    }
    assert_eq!(expected.0, &[]);
}

fn at(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

fn lowest(share: Share) -> Option<Ratio> {
    share.ratio().map(Ratio::reduced)
}

/// 0 no, 1 unknown, 2 yes.
fn tri(drawn: u64) -> Tri {
    [Tri::No, Tri::Unknown, Tri::Yes][drawn as usize]
}

#[test]
fn first_contact_resolution() {
    compare(0, include_bytes!("python/fcr.bin"), |random, expected, number| {
        let days = 1 + u32::try_from(random.below(9)).unwrap();
        let rule = if random.chance_in(2) { RepeatRule::Rolling } else { RepeatRule::Fixed };
        let mut definition = FcrDefinition::new(days, rule).unwrap();
        if random.chance_in(3) {
            definition = definition.with_channels(ChannelScope::EachChannel);
        }
        if random.chance_in(2) {
            definition = definition.with_reopenings(Reopenings::Contacts);
        }
        let window = ServiceWindow::until(at(random.around(50, DAY)));
        let mut accounts = [Vec::new(), Vec::new()];
        let mut log = ContactLog::new();
        for _ in 0..random.below(12) {
            let (account, issue) = (random.below(2), random.below(2));
            let when = at(random.around(40, DAY));
            let resolved = tri(random.below(3));
            let (resolvable, channel) = (tri(random.below(3)), random.below(3));
            let reopening = random.chance_in(5);
            let kind = if reopening { ContactKind::Reopening } else { ContactKind::Contact };

            let name = ["bill", "login"][issue as usize];
            let mut row = ContactRow::new(name, when, resolved);
            (row.kind, row.resolvable) = (kind, resolvable);
            row.channel = [None, Some("mail"), Some("phone")][channel as usize];
            accounts[account as usize].push(row);
            let mut row = KeyedContact::new(account, issue, when);
            (row.kind, row.resolved, row.resolvable) = (kind, resolved, resolvable);
            row.channel = [None, Some(1), Some(2)][channel as usize];
            let mut one = ContactLog::new();
            one.extend([row]);
            log.merge(&one);
        }
        let mut tally = FcrTally::new(definition, window);
        for contacts in &accounts {
            tally.push_account(contacts).unwrap();
        }
        assert_eq!(log.tally(definition, window).unwrap(), tally, "case {number}");
        let counts = tally.counts();
        let found = [
            counts.mature,
            counts.immature,
            counts.unseen_contacts,
            counts.reopenings_ignored,
            counts.channel_unknown,
        ];
        assert_eq!(found, found.map(|_| expected.count()), "case {number}");
        let each = tally.contacts_per_episode().map(Ratio::reduced);
        assert_eq!(each, expected.ratio(), "case {number}");
        for rate in [
            FcrRate::ResolvedAndNoRepeat,
            FcrRate::NoRepeat,
            FcrRate::FlagOnly,
            FcrRate::Net,
            FcrRate::OneAndDone,
        ] {
            assert_eq!(lowest(tally.share(rate)), expected.ratio(), "case {number} {rate:?}");
        }
    });
}

#[test]
fn promises() {
    compare(1, include_bytes!("python/sla.bin"), |random, expected, number| {
        let as_of = 1_000_000;
        let mut rows = Vec::new();
        for _ in 0..random.below(9) {
            let start = random.signed(as_of + 1);
            let open = random.chance_in(3);
            let end = if open { as_of } else { start + random.signed(700_000) };
            let gross = u64::try_from((end - start) / 1_000).unwrap();
            let mut row = SlaRow::new(at(start), 1 + random.below(500));
            row.end = (!open).then(|| at(end));
            row.paused_ms = random.below(gross + 1);
            rows.push(row);
        }
        let mut tally = SlaTally::new(ServiceWindow::until(at(as_of)));
        tally.push_rows(&rows).unwrap();
        let counts = tally.counts();
        let found = [counts.met, counts.breached_closed, counts.breached_open, counts.pending];
        assert_eq!(found, found.map(|_| expected.count()), "case {number}");
        assert_eq!(lowest(tally.attainment()), expected.ratio(), "case {number}");
        assert_eq!(lowest(tally.closed_only()), expected.ratio(), "case {number}");
    });
}

#[test]
fn one_touch() {
    compare(2, include_bytes!("python/one_touch.bin"), |random, expected, number| {
        let mut tally = OneTouchTally::new(ServiceWindow::until(at(0)));
        for _ in 0..random.below(10) {
            let status = random.below(4) as usize;
            let status =
                [CaseStatus::Open, CaseStatus::Pending, CaseStatus::Solved, CaseStatus::Closed]
                    [status];
            let mut column = || u32::try_from(random.below(5)).ok().filter(|&count| count < 4);
            tally.push_row(TouchRow::new(status, column(), column(), column())).unwrap();
        }
        assert_eq!(tally.counts().solved, expected.count(), "case {number}");
        for rule in [
            OneTouchRule::ZendeskLt2,
            OneTouchRule::ZendeskEq1,
            OneTouchRule::NoReopen,
            OneTouchRule::Freshservice,
            OneTouchRule::Strict,
        ] {
            assert_eq!(lowest(tally.share(rule)), expected.ratio(), "case {number} {rule:?}");
        }
    });
}

#[test]
fn automation() {
    compare(3, include_bytes!("python/automation.bin"), |random, expected, number| {
        let mut counts = AutomationCounts::default();
        (counts.total_cases, counts.bot_started) = (random.below(200), random.below(100));
        (counts.bot_resolved, counts.bot_escalated) = (random.below(25), random.below(25));
        counts.bot_abandoned = random.below(25);
        let sessions = random.below(300);
        match (expected.number(), counts.check()) {
            (1, Err(AutomationError::MoreOutcomesThanStarted { .. }))
            | (2, Err(AutomationError::MoreStartedThanCases { .. })) => {}
            (0, Ok(())) => {
                let mut tally = AutomationTally::new(ServiceWindow::until(at(0)));
                tally.push_counts(counts).unwrap();
                tally.push_sessions(sessions).unwrap();
                let found = [
                    lowest(tally.automation()),
                    lowest(tally.containment()),
                    lowest(tally.bot_resolution()),
                    tally.self_service_score().map(Ratio::reduced),
                    tally.self_service_share().and_then(lowest),
                ];
                assert_eq!(found, found.map(|_| expected.ratio()), "case {number}");
            }
            (wanted, found) => panic!("case {number}: {wanted} {found:?}"),
        }
    });
}

#[test]
fn deflection() {
    compare(4, include_bytes!("python/deflection.bin"), |random, expected, number| {
        let hours = 1 + u32::try_from(random.below(72)).unwrap();
        let window = ServiceWindow::until(at(random.signed(20) * DAY));
        let mut instants = |most| -> Vec<Instant> {
            let size = random.below(most);
            (0..size).map(|_| at(random.around(500, DAY / 24))).collect()
        };
        let (sessions, opened) = (instants(6), instants(4));
        let mut tally = DeflectionTally::new(DeflectionDefinition::new(hours).unwrap(), window);
        tally.push_account(&sessions, &opened).unwrap();
        let counts = tally.counts();
        let found = [counts.unseen, counts.immature, counts.deflected + counts.followed];
        assert_eq!(found, found.map(|_| expected.count()), "case {number}");
        assert_eq!(lowest(tally.share()), expected.ratio(), "case {number}");
    });
}

#[test]
fn quantiles() {
    compare(5, include_bytes!("python/quantiles.bin"), |random, expected, number| {
        let (size, bits) = (random.below(10), 1 + random.below(24));
        let mut values: Vec<u64> = (0..size).map(|_| random.below(1 << bits)).collect();
        values.sort_unstable();
        let thousandths = random.below(1_001);
        let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
        let p: Probability = std::str::FromStr::from_str(&text).unwrap();
        let sorted = Sorted::new(&values).unwrap();
        let (wanted, type7) = (expected.count(), expected.ratio());
        let found = sorted.order_statistic(p);
        assert_eq!(found, type7.map(|_| wanted), "case {number}");
        assert_eq!(sorted.quantile(p).map(Ratio::reduced), type7, "case {number}");

        let mut sketch = DurationSketch::new();
        values.iter().for_each(|&ms| sketch.push(ms).unwrap());
        let near = sketch.order_statistic(p);
        assert_eq!(near.is_some(), found.is_some(), "case {number}");
        if let (Some(near), Some(exact)) = (near, found) {
            assert!(near.abs_diff(exact) * 100 <= exact, "case {number}: {near} {exact}");
        }
    });
}

#[test]
fn the_chance_of_no_repeat() {
    compare(6, include_bytes!("python/kaplan_meier.bin"), |random, expected, number| {
        let rows: Vec<RepeatRow> = (0..random.below(14))
            .map(|_| {
                let after = random.below(8);
                if random.chance_in(2) {
                    RepeatRow::Repeated { after }
                } else {
                    RepeatRow::Censored { after }
                }
            })
            .collect();
        let found = no_repeat_by(&rows, random.below(10));
        let exact = found.and_then(|found| found.exact).map(Ratio::reduced);
        let wanted = [expected.ratio(), expected.ratio(), expected.ratio()];
        assert_eq!(exact, wanted[0], "case {number}");
        assert_eq!(found.map(|found| found.naive.reduced()), wanted[1], "case {number}");
        if let (Some(found), Some(exact)) = (found, wanted[0]) {
            assert_eq!(found.estimate.to_bits(), exact.to_f64().to_bits(), "case {number}");
        }
        let error = found.and_then(|found| found.standard_error());
        assert_eq!(error.is_some(), wanted[2].is_some(), "case {number}");
        if let (Some(error), Some(variance)) = (error, wanted[2].map(Ratio::to_f64)) {
            assert!((error * error - variance).abs() <= 1e-14 * variance, "case {number}");
        }
    });
}
