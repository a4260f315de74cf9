//! The same cases as `tenure-testing/data/health/reference.py`, which is written from the definitions
//! in exact fractions: 200,000 of each kind, compared by a digest a block of 1000.
//!
//! All blocks where the optimiser is on, else every 25th. A block that differs is written to the folder
//! of temporary files; `python3 reference.py KIND BLOCK` prints the other side.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "drawn numbers are small; a wrap, a miss or an error fails the test"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use tenure_health::loyalty::{Entry, Landing, Programme, Window};
use tenure_health::published::{self, PointScale, State, StateLevels};
use tenure_health::{
    BandSeries, Bands, Causes, Combiner, Component, Delta, Direction, Edge, Freshness, Gap, Gate,
    GateState, HalfLife, Joined, MissingPolicy, Normaliser, Observations, Profile, Reading, Score,
    Value,
};
use tenure_model::record::Ledger;
use tenure_model::{
    AsOf, Currency, Dormancy, DormancyOptions, Minor, PurchaseDays, RecordId, Rounding, parse_date,
};
use tenure_stats::Ratio;

const CASES: usize = 1000;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn whole(&mut self, n: u64) -> i64 {
        i64::try_from(self.below(n)).unwrap()
    }

    fn index(&mut self, n: u64) -> usize {
        usize::try_from(self.below(n)).unwrap()
    }

    fn small(&mut self, n: u64) -> u16 {
        u16::try_from(self.below(n)).unwrap()
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }
}

/// FNV-1a.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn check(kind: &str, case: fn(&mut Random) -> String) {
    let expected = include_str!("../../tenure-testing/data/health/expected.txt");
    let mut blocks = 0;
    for line in expected.lines() {
        let mut cells = line.split(' ');
        if cells.next() != Some(kind) {
            continue;
        }
        let block = cells.next().unwrap();
        blocks += 1;
        if cfg!(debug_assertions) && blocks % 25 != 1 {
            continue;
        }
        let mut random = Random(fnv(&format!("{kind} {block}")));
        let lines: Vec<String> = (0..CASES).map(|_| case(&mut random)).collect();
        let lines = lines.join("\n");
        if format!("{:016x}", fnv(&lines)) != cells.next().unwrap() {
            let path = std::env::temp_dir().join(format!("tenure-{kind}-{block}"));
            std::fs::write(&path, lines).unwrap();
            panic!("block {block} of {kind} differs: see {}", path.display());
        }
    }
    assert_eq!(blocks, 200);
}

fn hundredths(count: i64) -> Decimal {
    Decimal::try_from_i128_with_scale(count.into(), 2).unwrap()
}

fn value(count: i64) -> Value {
    Value::new(hundredths(count)).unwrap()
}

fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn ratio(ratio: Ratio) -> String {
    ratio.reduced().to_string()
}

struct Plan {
    id: String,
    units: u64,
    line: Normaliser,
    freshness: Freshness,
}

impl Plan {
    fn component(&self) -> Component {
        let weight = Decimal::try_from_i128_with_scale(self.units.into(), 4).unwrap();
        let component = Component::new(&*self.id, weight, self.line.clone()).unwrap();
        component.with_freshness(self.freshness.clone())
    }
}

fn draw_components(random: &mut Random, ids: &[String]) -> Vec<Plan> {
    let raw: Vec<u64> = ids.iter().map(|_| 1 + random.below(1000)).collect();
    let sum: u64 = raw.iter().fold(0, |sum, raw| sum + raw);
    let mut units: Vec<u64> = raw.iter().map(|raw| raw * 1_000_000 / sum).collect();
    units[0] += 1_000_000 - units.iter().fold(0, |sum, units| sum + units);
    let plan = |(id, units): (&String, u64)| {
        let direction =
            if random.below(2) == 1 { Direction::LowerBetter } else { Direction::HigherBetter };
        let mut x = random.whole(2001) - 1000;
        let mut xs = Vec::new();
        for _ in 0..2 + random.below(4) {
            xs.push(x);
            x += 1 + random.whole(500);
        }
        let mut ys: Vec<u16> = xs.iter().map(|_| random.small(1001)).collect();
        ys.sort_unstable();
        if direction == Direction::LowerBetter {
            ys.reverse();
        }
        let freshness = match random.below(3) {
            0 => Freshness::Lasting,
            1 => {
                let days = 1 + random.below(60);
                random.below(200);
                Freshness::HalfLife(HalfLife::new(u32::try_from(days).unwrap()).unwrap())
            }
            _ => {
                random.below(60);
                Freshness::ExpiresAfter { days: u32::try_from(random.below(200)).unwrap() }
            }
        };
        let points: Vec<_> = xs.into_iter().map(value).zip(ys).collect();
        let line = Normaliser::new(direction, &points).unwrap();
        Plan { id: id.clone(), units, line, freshness }
    };
    ids.iter().zip(units).map(plan).collect()
}

fn draw_policy(random: &mut Random) -> MissingPolicy {
    match random.below(4) {
        0 => MissingPolicy::Interval,
        1 => MissingPolicy::Renormalise { min_coverage: hundredths(random.whole(101)) },
        2 => MissingPolicy::Neutral { value: random.small(1001) },
        _ => MissingPolicy::Pessimistic,
    }
}

fn draw_combiner(random: &mut Random) -> Combiner {
    Combiner::ALL[random.index(3)]
}

fn draw_state(random: &mut Random) -> GateState {
    [GateState::Open, GateState::Closed, GateState::Unknown][random.index(3)]
}

fn profile(plans: &[Plan], policy: MissingPolicy, combiner: Combiner, caps: &[u16]) -> Profile {
    let components = plans.iter().map(Plan::component).collect();
    let gates = caps.iter().enumerate();
    let gates = gates.map(|(at, &cap)| Gate::new(format!("g{at}"), cap).unwrap()).collect();
    let profile = Profile::new("p", components).unwrap().with_combiner(combiner);
    profile.with_missing(policy).unwrap().with_gates(gates).unwrap()
}

fn show(score: &Score) -> String {
    let [lo_rest, hi_rest, point_rest] = score.interaction();
    let end = |score_at: Option<u16>, shares: Vec<Option<i32>>, drops: Vec<Option<i32>>, rest| {
        let Some(found) = score_at else { return "none".to_owned() };
        let list = |shares: Vec<Option<i32>>| {
            let shares: Vec<_> =
                shares.into_iter().map(|share| share.unwrap().to_string()).collect();
            shares.join(",")
        };
        format!("{found}={};{};{rest}", list(shares), list(drops))
    };
    let (parts, gates) = (score.parts(), score.gates());
    let lo = end(
        Some(score.lo()),
        parts.iter().map(|part| Some(part.lo)).collect(),
        gates.iter().map(|gate| Some(gate.lo)).collect(),
        lo_rest,
    );
    let hi = end(
        Some(score.hi()),
        parts.iter().map(|part| Some(part.hi)).collect(),
        gates.iter().map(|gate| Some(gate.hi)).collect(),
        hi_rest,
    );
    let point = end(
        score.point(),
        parts.iter().map(|part| part.point).collect(),
        gates.iter().map(|gate| gate.point).collect(),
        point_rest,
    );
    format!("{lo} {hi} {point} {}", ratio(score.coverage()))
}

#[test]
fn scores() {
    check("score", |random| {
        let count = if random.chance(10) { 9 + random.below(4) } else { 1 + random.below(8) };
        let ids: Vec<String> = (0..count).map(|at| at.to_string()).collect();
        let plans = draw_components(random, &ids);
        let readings: Vec<_> = plans
            .iter()
            .map(|_| {
                let known = random.below(10) < 7;
                known
                    .then(|| (random.whole(4001) - 2000, u32::try_from(random.below(400)).unwrap()))
            })
            .collect();
        let (policy, combiner) = (draw_policy(random), draw_combiner(random));
        let gates: Vec<_> = if random.below(3) > 0 {
            Vec::new()
        } else {
            (0..1 + random.below(3)).map(|_| (random.small(1001), draw_state(random))).collect()
        };
        let caps: Vec<u16> = gates.iter().map(|gate| gate.0).collect();
        let states: Vec<GateState> = gates.iter().map(|gate| gate.1).collect();
        let profile = profile(&plans, policy, combiner, &caps);
        let readings: Vec<Reading> = profile
            .components()
            .iter()
            .zip(readings)
            .map(|(component, reading)| match reading {
                Some((raw, age)) => component.read(value(raw), age),
                None => Reading::missing(tenure_health::Absence::NotObserved),
            })
            .collect();
        show(&Score::with_gates(&profile, &readings, &states).unwrap())
    });
}

fn day(at: i64) -> NaiveDate {
    let start = parse_date("2000-01-01").unwrap();
    start.checked_add_days(Days::new(u64::try_from(at).unwrap())).unwrap()
}

#[test]
fn changes() {
    check("delta", |random| {
        let names = |from: u64, count: u64| -> Vec<String> {
            (from..from + count).map(|at| format!("c{at}")).collect()
        };
        let ids = names(0, 1 + random.below(5));
        let before = draw_components(random, &ids);
        let (policy, combiner) = (draw_policy(random), draw_combiner(random));
        let caps: Vec<u16> = (0..random.below(2)).map(|_| random.small(1001)).collect();
        let again = |plan: &Plan| Plan {
            id: plan.id.clone(),
            units: plan.units,
            line: plan.line.clone(),
            freshness: plan.freshness.clone(),
        };
        let mut after: Vec<Plan> = before.iter().map(again).collect();
        let (mut policy_after, mut combiner_after) = (policy, combiner);
        match random.below(4) {
            0 => {}
            1 => {
                for (plan, fresh) in after.iter_mut().zip(draw_components(random, &ids)) {
                    plan.units = fresh.units;
                }
            }
            2 => {
                for (plan, fresh) in after.iter_mut().zip(draw_components(random, &ids)) {
                    *plan = Plan { units: plan.units, ..fresh };
                }
                combiner_after = draw_combiner(random);
            }
            _ => {
                let count = 1 + random.below(5);
                let shift = random.below(3);
                after = draw_components(random, &names(shift, count));
                policy_after = draw_policy(random);
                combiner_after = draw_combiner(random);
            }
        }
        let first = 1000;
        let last = 1000 + random.whole(200);
        let mut seen = [BTreeMap::new(), BTreeMap::new()];
        for plan in &before {
            if random.below(10) < 8 {
                let one = (random.whole(4001) - 2000, first - random.whole(300));
                seen[0].insert(plan.id.clone(), one);
            }
        }
        for plan in &after {
            let kind = random.below(4);
            let known = seen[0].get(&plan.id).copied();
            if let (0, Some(same)) = (kind, known) {
                seen[1].insert(plan.id.clone(), same);
            } else if kind < 3 {
                let one = (random.whole(4001) - 2000, last - random.whole(300));
                seen[1].insert(plan.id.clone(), one);
            }
        }
        let states: Vec<Vec<GateState>> =
            (0..2).map(|_| caps.iter().map(|_| draw_state(random)).collect()).collect();
        let observed = |plans: &[Plan], policy, combiner, at: i64, side: usize| {
            let profile = profile(plans, policy, combiner, &caps);
            let mut state = Observations::new(&profile, AsOf::new(day(at)));
            for (id, &(raw, on)) in &seen[side] {
                state.push(id, value(raw), day(on), None, None);
            }
            for (gate, open) in states[side].iter().enumerate() {
                let open = match open {
                    GateState::Open => 1,
                    GateState::Closed => 0,
                    _ => continue,
                };
                state.push(&format!("g{gate}"), open.into(), day(at), None, None);
            }
            state
        };
        let one = observed(&before, policy, combiner, first, 0);
        let other = observed(&after, policy_after, combiner_after, last, 1);
        let delta = Delta::new(&one, &other).unwrap();
        let show = |causes: Causes| {
            format!("{},{},{},{}", causes.value, causes.weight, causes.staleness, causes.rule)
        };
        format!("{} {} {}", show(delta.lo()), show(delta.hi()), or_none(delta.point().map(show)))
    });
}

/// A profile of one component whose value is its points.
fn plain() -> Profile {
    let line = [(0.into(), 0), (1000.into(), 1000)];
    let line = Normaliser::new(Direction::HigherBetter, &line).unwrap();
    Profile::new("plain", vec![Component::new("a", 100.into(), line).unwrap()]).unwrap()
}

#[test]
fn bands() {
    check("bands", |random| {
        let edge = if random.below(2) == 1 { Edge::UpperInclusive } else { Edge::LowerInclusive };
        let count = 1 + random.below(4);
        let mut cuts: Vec<u64> = (0..count).map(|_| random.below(999) + 1).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let ends: Vec<u64> = [0].into_iter().chain(cuts).chain([1000]).collect();
        let names: Vec<String> = (0..ends.len() - 1).map(|at| at.to_string()).collect();
        let bands = ends.windows(2).zip(&names);
        let bands = bands.map(|(ends, name)| (ends[0].into(), ends[1].into(), name.as_str()));
        let profile = plain().with_bands(Bands::new(edge, bands).unwrap()).unwrap();
        let mut series = BandSeries::new(&profile, Gap::new(random.small(80)).unwrap());
        let mut x = random.whole(1001);
        let mut out = Vec::new();
        for at in 0..12 {
            let x_now = i32::try_from(x).unwrap();
            let reading = profile.components()[0].read(x_now.into(), 0);
            series.push(day(at), &Score::new(&profile, &[reading]).unwrap()).unwrap();
            out.push(series.band().unwrap().to_owned());
            x = (x + random.whole(401) - 200).clamp(0, 1000);
        }
        out.join(" ")
    });
}

#[test]
fn joined_scores() {
    check("joined", |random| {
        let mut score = || {
            let half = 1 + random.below(99);
            let known = random.whole(1001);
            let whole = random.chance(3);
            let other = random.whole(1001);
            let line = [(0.into(), 0), (10.into(), 1000)];
            let line = Normaliser::new(Direction::HigherBetter, &line).unwrap();
            let a = Component::new("a", half.into(), line.clone()).unwrap();
            let b = Component::new("b", (100 - half).into(), line).unwrap();
            let readings = [
                a.read(value(known), 0),
                if whole {
                    b.read(value(other), 0)
                } else {
                    Reading::missing(tenure_health::Absence::NotObserved)
                },
            ];
            let profile = Profile::new("p", vec![a, b]).unwrap();
            Score::new(&profile, &readings).unwrap()
        };
        let (client, customer) = (score(), score());
        let num = random.whole(13);
        let share = if random.chance(4) { None } else { Ratio::new(num.into(), 12) };
        let joined = Joined::new(&client, &customer, share).unwrap();
        format!("{} {} {}", joined.lo(), joined.hi(), or_none(joined.point()))
    });
}

fn cents(random: &mut Random, n: u64) -> Decimal {
    hundredths(random.whole(n))
}

fn weight(random: &mut Random, n: u64) -> Decimal {
    hundredths(random.whole(n) + 1)
}

fn rounded(score: Option<Ratio>) -> String {
    score.map_or_else(
        || "none".to_owned(),
        |score| {
            let by = |rounding| published::rounded(score, rounding);
            format!("{} {} {}", ratio(score), by(Rounding::HalfAway), by(Rounding::HalfEven))
        },
    )
}

const NAMES: [Option<State>; 4] =
    [Some(State::Good), Some(State::Average), Some(State::Poor), None];

#[test]
fn published_rules() {
    check("published", |random| match random.below(7) {
        0 => {
            let count = 1 + random.below(5);
            let components: Vec<_> = (0..count)
                .map(|_| {
                    let weight = weight(random, 1000);
                    let members = 1 + random.below(4);
                    (weight, (0..members).map(|_| cents(random, 10001)).collect())
                })
                .collect();
            rounded(Some(published::component_mean(&components).unwrap()))
        }
        1 => {
            let count = random.below(9);
            let values: Vec<_> =
                (0..count).map(|_| cents(random, 20001) - Decimal::ONE_HUNDRED).collect();
            rounded(published::group_mean(&values).unwrap())
        }
        2 => points(random),
        3 => {
            let mut level = || cents(random, 10001);
            let levels = StateLevels { good: level(), average: level(), poor: level() };
            let count = random.below(6);
            let metrics: Vec<_> =
                (0..count).map(|_| (weight(random, 1000), NAMES[random.index(4)])).collect();
            rounded(published::state_mean(&levels, &metrics).unwrap())
        }
        4 => {
            let count = random.below(5);
            let states: Vec<_> = (0..count).map(|_| NAMES[random.index(4)]).collect();
            or_none(published::state_rule(&states).map(State::name))
        }
        5 => {
            let count = 1 + random.below(6);
            let weights: Vec<_> =
                (0..count).map(|at| (at.to_string(), weight(random, 5000))).collect();
            let missing: Vec<_> = weights.iter().filter(|_| random.chance(3)).collect();
            let missing: Vec<&str> = missing.iter().map(|(name, _)| name.as_str()).collect();
            let weights: Vec<_> =
                weights.iter().map(|(name, weight)| (name.as_str(), *weight)).collect();
            let left = published::renormalise_weights(&weights, &missing).unwrap();
            let left: Vec<_> = left
                .into_iter()
                .map(|(name, weight)| format!("{name}:{}", ratio(weight)))
                .collect();
            if left.is_empty() { "-".to_owned() } else { left.join(" ") }
        }
        _ => {
            let least = random.whole(500) - 200;
            let span = random.below(10000) + 1;
            let greatest = least + i64::try_from(span).unwrap();
            let count = 1 + random.below(5);
            let terms: Vec<_> = (0..count)
                .map(|_| {
                    let weight = weight(random, 1000);
                    let score = least + random.whole(span + 1);
                    let known = random.below(3) > 0;
                    (weight, known.then(|| hundredths(score)))
                })
                .collect();
            let scale = (hundredths(least), hundredths(greatest));
            let mean = published::weighted_mean(scale, &terms).unwrap();
            let known = or_none(mean.renormalised.map(ratio));
            format!("{known} {} {}", ratio(mean.lo), ratio(mean.hi))
        }
    });
}

fn points(random: &mut Random) -> String {
    let least = random.whole(500);
    let greatest = least + random.whole(1000) + 1;
    let start = if random.below(2) > 0 {
        (least * 4 + (greatest - least) * random.whole(5)).div_euclid(4)
    } else {
        least
    };
    let count = random.below(7);
    let adds: Vec<_> = (0..count).map(|_| hundredths(random.whole(801) - 400)).collect();
    let scale = PointScale::new(hundredths(start), hundredths(least), hundredths(greatest));
    let score = scale.unwrap().score(&adds).unwrap();
    let parts = [score.raw(), score.score(), score.clamped_by(), score.clamp()];
    parts.map(ratio).join(" ")
}

#[test]
fn dormancy() {
    check("dormancy", |random| {
        let base = 1 + random.whole(40);
        let span = u64::try_from(base).unwrap();
        let mut at = random.whole(5);
        let mut rows = Vec::new();
        for _ in 0..random.below(9) {
            let amount = 1 + random.whole(500);
            rows.push((at, amount));
            match random.below(8) {
                0 => rows.push((at, -amount)),
                1 => rows.push((at, 1 + random.whole(500))),
                2 => rows.push((at, -(1 + random.whole(u64::try_from(amount).unwrap())))),
                _ => {}
            }
            at += if random.below(3) > 0 { base } else { 1 + random.whole(4 * span) };
            if random.chance(6) {
                at += 3 * base;
            }
        }
        let as_of = (at + random.whole(4 * span + 2) - base).max(0);
        let min_gaps = 1 + random.index(4);
        let ratios = [("2", "3"), ("1.25", "2.5"), ("1", "1"), ("1.5", "3")][random.index(4)];
        let within = [90, 10, 0][random.index(3)];
        let default = random.chance(4).then(|| 1 + random.below(60));
        let number = |text| Decimal::from_str_exact(text).unwrap();
        let options = DormancyOptions::default()
            .with_min_gaps(min_gaps)
            .and_then(|options| options.with_ratios(number(ratios.0), number(ratios.1)))
            .unwrap()
            .with_reengaged_within_days(within);
        let options = match default {
            Some(days) => options.with_default_gap_days(u32::try_from(days).unwrap()).unwrap(),
            None => options,
        };
        let usd = Currency::new("USD").unwrap();
        let rows = rows.into_iter().map(|(at, amount)| (day(at), usd, Minor::new(amount)));
        let days = PurchaseDays::from_rows(rows.collect()).dates();
        let Some(found) = Dormancy::of(&days, day(as_of), &options) else {
            return "none".to_owned();
        };
        let flag = |flag: Option<bool>| or_none(flag.map(|flag| if flag { "yes" } else { "no" }));
        let mut out = format!("{:?} {} ", found.gaps(), found.recency_days());
        let halves = found.median_gap_halves().and_then(|halves| Ratio::new(halves.into(), 1));
        let silence = found.ratio().and_then(|(one, gap)| Ratio::new(one.into(), gap.into()));
        let when = found.dormant_from().map(|when| when.signed_duration_since(day(0)).num_days());
        let _ = write!(
            out,
            "{} {} {} {} {} {} {}",
            or_none(halves.map(ratio)),
            or_none(silence.map(ratio)),
            flag(found.dormant()),
            flag(found.cooling()),
            flag(Some(found.reengaged())),
            or_none(when),
            flag(Some(found.defined())),
        );
        out
    });
}

#[test]
fn loyalty() {
    check("loyalty", |random| {
        let joined = random.whole(800);
        let kind = random.below(3);
        let first_month = u32::try_from(1 + random.below(12)).unwrap();
        let months = u32::try_from(1 + random.below(24)).unwrap();
        let soft = random.below(2) == 1;
        let mut tiers = vec![("0".to_owned(), 0)];
        for at in 0..random.below(4) {
            let last = tiers.last().unwrap().1;
            tiers.push(((at + 1).to_string(), last + 1 + random.whole(40)));
        }
        let entries: Vec<Entry> = (0..random.below(12))
            .map(|number| {
                let at = joined + random.whole(900);
                let qualifying = random.below(2) == 1;
                let earned = random.below(4) > 0;
                let points = 1 + random.whole(40);
                let life = random.whole(400);
                let ledger = if qualifying { Ledger::Qualifying } else { Ledger::Redeemable };
                let points = if earned { points } else { -points };
                let entry = Entry::new(day(at), ledger, points).unwrap();
                let expires = points > 0 && random.below(2) > 0;
                let entry = if expires { entry.expiring(day(at + life)).unwrap() } else { entry };
                entry.with_id(RecordId::new(&format!("{number:02}")).unwrap())
            })
            .collect();
        let as_of = joined + random.whole(1200);
        let window = match kind {
            0 => Window::Calendar { first_month },
            1 => Window::Anniversary,
            _ => Window::Rolling { months },
        };
        let landing = if soft && kind < 2 { Landing::Soft } else { Landing::Hard };
        let tiers: Vec<(&str, i64)> =
            tiers.iter().map(|(name, threshold)| (name.as_str(), *threshold)).collect();
        let programme = Programme::new(&tiers, window, landing).unwrap();
        let standing = programme.replay(day(joined), &entries, AsOf::new(day(as_of)));
        let standing = standing.unwrap().unwrap();
        let (first, last) = standing.window();
        let balance = standing.balance();
        format!(
            "{} {} {first} {last} {} {} {} {} {}",
            standing.rank(),
            standing.qualifying(),
            balance.points(),
            balance.earned(),
            balance.spent(),
            balance.expired(),
            balance.overdrawn(),
        )
    });
}
