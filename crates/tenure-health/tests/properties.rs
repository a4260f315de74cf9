//! Laws of health scores.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "generated numbers are small; a wrap or a miss fails the test"
)]

use proptest::prelude::*;
use tenure_health::{
    Absence, Combiner, Delta, Gate, GateState, HalfLife, MissingPolicy, Observations, Portfolio,
    Profile, Reading, Score, profiles, published,
};
use tenure_model::{AsOf, Instant, RecordId, Rounding, Zone, parse_date};
use tenure_testing::oracle::health as oracle;
use tenure_testing::strategies::health::{
    self as strategies, ComponentPlan, ReadingPlan, hundredths, value,
};

type Outcome = Result<(), TestCaseError>;

fn fail(error: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

fn profile(plans: &[ComponentPlan], policy: MissingPolicy) -> Result<Profile, TestCaseError> {
    strategies::profile(plans, policy).map_err(fail)
}

fn read(profile: &Profile, readings: &[ReadingPlan]) -> Vec<Reading> {
    let pairs = profile.components().iter().zip(readings);
    pairs
        .map(|(component, reading)| match *reading {
            Some((raw, age)) => component.read(value(raw), age),
            None => Reading::missing(Absence::NotObserved),
        })
        .collect()
}

fn score(profile: &Profile, readings: &[ReadingPlan]) -> Result<Score, TestCaseError> {
    Score::new(profile, &read(profile, readings)).map_err(fail)
}

fn whole(parts: &[u16]) -> Vec<i32> {
    parts.iter().map(|&part| part.into()).collect()
}

proptest! {
    #[test]
    fn a_score_is_what_the_definition_says((plans, readings) in strategies::accounts()) {
        let ours = score(&profile(&plans, MissingPolicy::Interval)?, &readings)?;
        let plain = oracle::score(&plans, &readings).ok_or_else(|| fail("oracle"))?;
        prop_assert_eq!((ours.lo(), ours.hi()), (plain.lo, plain.hi));
        let lo: Vec<_> = ours.parts().iter().map(|part| part.lo).collect();
        let hi: Vec<_> = ours.parts().iter().map(|part| part.hi).collect();
        prop_assert_eq!(lo, whole(&plain.lo_parts));
        prop_assert_eq!(hi, whole(&plain.hi_parts));
        prop_assert_eq!(ours.point(), (plain.lo == plain.hi).then_some(plain.lo));
        let present: u32 = plans.iter().zip(&plain.terms).filter(|(_, term)| term.1.is_some())
            .fold(0, |sum, (plan, _)| sum + plan.units);
        prop_assert_eq!(ours.coverage().num() * 1_000_000, i128::from(present) * ours.coverage().den());
    }

    #[test]
    fn a_point_is_what_its_policy_says(
        (plans, readings) in strategies::accounts(),
        policy in strategies::policies(),
    ) {
        let ours = score(&profile(&plans, policy)?, &readings)?;
        let plain = oracle::score(&plans, &readings).ok_or_else(|| fail("oracle"))?;
        let expected = match policy {
            MissingPolicy::Neutral { value } => oracle::mean(&oracle::filled(&plain.terms, value)),
            MissingPolicy::Pessimistic => Some((plain.lo, plain.lo_parts.clone())),
            MissingPolicy::Renormalise { min_coverage } => {
                let share = ours.coverage();
                let enough = rust_decimal::Decimal::from_i128_with_scale(share.num(), 0)
                    >= min_coverage * rust_decimal::Decimal::from_i128_with_scale(share.den(), 0);
                // What is missing weighs nothing.
                let present: Vec<_> = plain.terms.iter()
                    .map(|&(weight, points)| (points.map_or(0, |_| weight), points.unwrap_or(0)))
                    .collect();
                oracle::mean(&present).filter(|_| enough)
            }
            _ => (plain.lo == plain.hi).then(|| (plain.lo, plain.lo_parts.clone())),
        };
        prop_assert_eq!(ours.point(), expected.as_ref().map(|(point, _)| *point));
        let parts: Option<Vec<_>> = ours.parts().iter().map(|part| part.point).collect();
        prop_assert_eq!(parts, expected.map(|(_, parts)| whole(&parts)));
        prop_assert_eq!((ours.lo(), ours.hi()), (plain.lo, plain.hi));
    }

    #[test]
    fn contributions_sum_to_the_score(
        (plans, readings) in strategies::accounts(),
        policy in strategies::policies(),
    ) {
        let ours = score(&profile(&plans, policy)?, &readings)?;
        let sum = |pick: fn(&tenure_health::Part) -> i32| {
            ours.parts().iter().fold(0, |sum, part| sum + pick(part))
        };
        prop_assert_eq!(sum(|part| part.lo), i32::from(ours.lo()));
        prop_assert_eq!(sum(|part| part.hi), i32::from(ours.hi()));
        if let Some(point) = ours.point() {
            prop_assert_eq!(sum(|part| part.point.unwrap_or(0)), i32::from(point));
        }
    }

    #[test]
    fn better_values_never_lower_the_score(
        (plans, readings) in strategies::accounts(),
        policy in strategies::policies(),
        combiner in strategies::combiners(),
        slot in 0..8_usize,
        better_by in 0..2_000_i32,
    ) {
        let slot = slot % plans.len();
        let Some((raw, age)) = readings[slot] else { return Ok(()) };
        let profile = profile(&plans, policy)?.with_combiner(combiner);
        let mut improved = readings.clone();
        let step = if plans[slot].lower_better { -better_by } else { better_by };
        improved[slot] = Some((raw + step, age));
        let (before, after) = (score(&profile, &readings)?, score(&profile, &improved)?);
        prop_assert!(before.lo() <= after.lo() && before.hi() <= after.hi());
        // An interval may shrink to a point, so only points of both compare.
        if let (Some(before), Some(after)) = (before.point(), after.point()) {
            prop_assert!(before <= after);
        }
    }

    #[test]
    fn adding_information_never_widens_the_interval(
        (plans, readings) in strategies::accounts(),
        raw in -1_200..1_200_i32,
        age in 0..400_u32,
        combiner in strategies::combiners(),
    ) {
        let profile = profile(&plans, MissingPolicy::Interval)?.with_combiner(combiner);
        let before = score(&profile, &readings)?;
        for slot in 0..plans.len() {
            if readings[slot].is_none() {
                let mut more = readings.clone();
                more[slot] = Some((raw, age));
                let after = score(&profile, &more)?;
                prop_assert!(before.lo() <= after.lo() && after.hi() <= before.hi());
                prop_assert!(after.lo() <= after.hi());
            }
        }
    }

    #[test]
    fn the_interval_contains_every_completion(
        (plans, readings) in strategies::accounts(),
        fresh in strategies::readings(8),
        combiner in strategies::combiners(),
    ) {
        let profile = profile(&plans, MissingPolicy::Interval)?.with_combiner(combiner);
        let partly = score(&profile, &readings)?;
        // A missing component completed by a value of today.
        let complete: Vec<_> = partly.parts().iter().zip(&readings).zip(&fresh)
            .map(|((part, known), fresh)| match part.reading.points() {
                Some(_) => *known,
                None => Some((fresh.map_or(0, |(raw, _)| raw), 0)),
            })
            .collect();
        let whole = score(&profile, &complete)?;
        prop_assert_eq!(whole.point(), Some(whole.lo()));
        prop_assert!(partly.lo() <= whole.lo() && whole.hi() <= partly.hi());
    }

    #[test]
    fn all_equal_to_v_gives_v(
        count in 1..=32_u32,
        v in 0..=1000_i32,
        combiner in strategies::combiners(),
    ) {
        let plans = strategies::plain(count);
        let all = vec![Some((v, 0)); plans.len()];
        let profile = profile(&plans, MissingPolicy::Interval)?.with_combiner(combiner);
        let score = score(&profile, &all)?;
        prop_assert_eq!(score.point().map(i32::from), Some(v));
    }

    #[test]
    fn order_of_components_changes_no_score(
        (plans, readings) in strategies::accounts(),
        policy in strategies::policies(),
        combiner in strategies::combiners(),
    ) {
        let ours = score(&profile(&plans, policy)?.with_combiner(combiner), &readings)?;
        let plans: Vec<_> = plans.into_iter().rev().collect();
        let readings: Vec<_> = readings.into_iter().rev().collect();
        let turned = score(&profile(&plans, policy)?.with_combiner(combiner), &readings)?;
        prop_assert_eq!((ours.lo(), ours.hi(), ours.point()), (turned.lo(), turned.hi(), turned.point()));
        prop_assert_eq!(ours.coverage(), turned.coverage());
        prop_assert!(ours.bands().eq(turned.bands()));
    }

    #[test]
    fn the_least_is_at_most_the_geometric_mean_at_most_the_mean(
        (plans, readings) in strategies::accounts(),
        policy in strategies::policies(),
    ) {
        let plain = profile(&plans, policy)?;
        let of = |combiner| score(&plain.clone().with_combiner(combiner), &readings);
        let (min, mean) = (of(Combiner::Min)?, of(Combiner::WeightedMean)?);
        let geometric = of(Combiner::WeightedGeometric)?;
        prop_assert!(min.lo() <= geometric.lo() && geometric.lo() <= mean.lo());
        prop_assert!(min.hi() <= geometric.hi() && geometric.hi() <= mean.hi());
        if let (Some(a), Some(b), Some(c)) = (min.point(), geometric.point(), mean.point()) {
            prop_assert!(a <= b && b <= c);
        }
    }

    #[test]
    fn by_any_combiner_everything_sums_to_the_score(
        (plans, readings) in strategies::accounts(),
        policy in strategies::policies(),
        combiner in strategies::combiners(),
        gates in prop::collection::vec((0..=1000_u16, 0..3_usize), 0..4),
    ) {
        let states = [GateState::Open, GateState::Closed, GateState::Unknown];
        let states: Vec<_> = gates.iter().map(|&(_, at)| states[at]).collect();
        let gates: Result<Vec<_>, _> =
            gates.iter().enumerate().map(|(at, gate)| Gate::new(format!("g{at}"), gate.0)).collect();
        let profile = profile(&plans, policy)?.with_combiner(combiner);
        let profile = profile.with_gates(gates.map_err(fail)?).map_err(fail)?;
        let score = Score::with_gates(&profile, &read(&profile, &readings), &states).map_err(fail)?;
        let (parts, gates, [lo, hi, point]) = (score.parts(), score.gates(), score.interaction());
        let lo = parts.iter().fold(lo, |sum, part| sum + part.lo);
        prop_assert_eq!(gates.iter().fold(lo, |sum, gate| sum + gate.lo), i32::from(score.lo()));
        let hi = parts.iter().fold(hi, |sum, part| sum + part.hi);
        prop_assert_eq!(gates.iter().fold(hi, |sum, gate| sum + gate.hi), i32::from(score.hi()));
        prop_assert!(score.lo() <= score.hi());
        let point = parts.iter().map(|part| part.point).try_fold(point, |sum, part| Some(sum + part?));
        let drops = gates.iter().map(|gate| gate.point).try_fold(0, |sum, drop| Some(sum + drop?));
        match score.point() {
            Some(found) => prop_assert_eq!(point.zip(drops).map(|(a, b)| a + b), Some(found.into())),
            None => prop_assert!(parts.iter().all(|part| part.point.is_none())),
        }
    }

    #[test]
    fn a_component_equal_to_the_score_leaves_it(
        values in prop::collection::vec(0..=1000_i32, 1..7),
        combiner in strategies::combiners(),
    ) {
        let count = u32::try_from(values.len()).map_err(fail)?;
        let of = |count: u32, values: &[i32]| {
            let profile = profile(&strategies::plain(count), MissingPolicy::Interval)?;
            let readings: Vec<_> = values.iter().map(|&value| Some((value, 0))).collect();
            Ok::<_, TestCaseError>(score(&profile.with_combiner(combiner), &readings)?.point())
        };
        // Only where equal shares of 100 have four decimals do the others stay equal among themselves.
        let before = of(count, &values)?;
        let weights_stay = 1_000_000 % count == 0 && 1_000_000 % (count + 1) == 0;
        if let (Some(point), true) = (before, weights_stay) {
            let more: Vec<_> = values.iter().copied().chain([i32::from(point)]).collect();
            prop_assert_eq!(of(count + 1, &more)?, before);
        }
    }

    #[test]
    fn refilled_is_new(
        (plans, readings) in strategies::accounts(),
        others in strategies::readings(8),
        policy in strategies::policies(),
    ) {
        let profile = profile(&plans, policy)?;
        let fresh = score(&profile, &readings)?;
        let mut reused = score(&profile, &others[..plans.len()])?;
        reused.refill(&read(&profile, &readings)).map_err(fail)?;
        prop_assert_eq!(reused, fresh);
    }

    #[test]
    fn a_line_is_what_the_definition_says(plans in strategies::components(), x in -1_200..1_200_i32) {
        for (at, plan) in plans.iter().enumerate() {
            let component = strategies::component(at, plan).map_err(fail)?;
            let points = component.normaliser().points(value(x));
            prop_assert_eq!(Some(points), oracle::points(&plan.breakpoints, x));
            // Breakpoints are met exactly.
            for &(x, y) in &plan.breakpoints {
                prop_assert_eq!(component.normaliser().points(value(x)), y);
            }
        }
    }

    #[test]
    fn a_decayed_weight_is_the_nearest_multiple(half_life in 1..120_u32, age in 0..4_000_u32) {
        let factor = HalfLife::new(half_life).map_err(fail)?.factor(age);
        prop_assert!(oracle::is_decay_factor(factor, age, half_life), "{factor}");
    }

    #[test]
    fn weight_never_grows_with_age(half_life in 1..2_000_u32, age in 0..100_000_u32) {
        let half_life = HalfLife::new(half_life).map_err(fail)?;
        prop_assert!(half_life.factor(age) >= half_life.factor(age + 1));
        // A half-life halves; both are rounded to a multiple.
        let (now, later) = (half_life.factor(age), half_life.factor(age + half_life.days()));
        prop_assert!(now.abs_diff(2 * later) <= 1, "{now} {later}");
    }
}

/// An observation: component, day of the month, hour recorded, id, value.
type Seen = (usize, u32, Option<u32>, Option<u8>, i32);

fn seen() -> impl Strategy<Value = Vec<Seen>> {
    let one =
        (0..6_usize, 1..=30_u32, prop::option::of(0..700_u32), prop::option::of(0..3_u8), 0..4);
    prop::collection::vec(one, 0..40)
}

fn pushed(seen: &[Seen]) -> Result<Observations, TestCaseError> {
    let as_of = AsOf::new(parse_date("2024-06-20").map_err(fail)?);
    let mut state = Observations::new(&profiles::client(), as_of);
    for row in seen {
        let (component, day, recorded, id, raw) = stamp(row)?;
        state.push(component, raw.into(), day, recorded, id);
    }
    Ok(state)
}

type Stamp = (&'static str, chrono::NaiveDate, Option<Instant>, Option<RecordId>, i32);

fn stamp(&(slot, day, recorded, id, raw): &Seen) -> Result<Stamp, TestCaseError> {
    let ids = ["outcome", "dialogue", "delivery", "sentiment", "commercial", "usage"];
    let day = parse_date(&format!("2024-06-{day:02}")).map_err(fail)?;
    let start = Instant::parse("2024-06-01", Zone::UTC).map_err(fail)?.micros();
    let recorded =
        recorded.and_then(|hour| Instant::from_micros(start + i64::from(hour) * 3_600_000_000));
    let id = id.map(|id| RecordId::new(&id.to_string())).transpose().map_err(fail)?;
    Ok((ids[slot], day, recorded, id, raw))
}

proptest! {
    #[test]
    fn observations_keep_the_greatest_stamp(rows in seen()) {
        let state = pushed(&rows)?;
        let as_of = parse_date("2024-06-20").map_err(fail)?;
        for (component, latest) in state.profile().components().iter().zip(state.latest()) {
            // Sort all that is visible and take the last.
            let mut visible = Vec::new();
            for row in &rows {
                let (id, day, recorded, record, raw) = stamp(row)?;
                let known = recorded.is_none_or(|at| at.date_utc() <= as_of);
                if id == component.id() && day <= as_of && known {
                    visible.push((day, recorded, record, raw));
                }
            }
            visible.sort();
            let last = visible.last().map(|&(day, _, _, raw)| (raw.into(), day));
            prop_assert_eq!(latest, last);
        }
    }

    #[test]
    fn causes_sum_to_the_change(a in seen(), b in seen(), policy in strategies::policies()) {
        let under = |rows: &[Seen], combiner| {
            let as_of = AsOf::new(parse_date("2024-06-20").map_err(fail)?);
            let profile = profiles::client().with_missing(policy).map_err(fail)?;
            let mut state = Observations::new(&profile.with_combiner(combiner), as_of);
            for row in rows {
                let (component, day, recorded, id, raw) = stamp(row)?;
                state.push(component, (raw * 30).into(), day, recorded, id);
            }
            Ok::<_, TestCaseError>(state)
        };
        let before = under(&a, Combiner::WeightedMean)?;
        let after = under(&[a, b].concat(), Combiner::WeightedGeometric)?;
        let delta = Delta::new(&before, &after).map_err(fail)?;
        let (one, other) = (delta.before(), delta.after());
        let change = |one: u16, other: u16| i32::from(other) - i32::from(one);
        prop_assert_eq!(delta.lo().total(), change(one.lo(), other.lo()));
        prop_assert_eq!(delta.hi().total(), change(one.hi(), other.hi()));
        if let Some(causes) = delta.point() {
            let points = one.point().zip(other.point());
            prop_assert_eq!(points.map(|(one, other)| change(one, other)), Some(causes.total()));
        }
        // Both are of one day and weigh alike.
        prop_assert_eq!((delta.lo().weight, delta.hi().weight), (0, 0));
    }

    #[test]
    fn observations_merge_as_if_pushed_together(a in seen(), b in seen(), c in seen()) {
        let (one, two, three) = (pushed(&a)?, pushed(&b)?, pushed(&c)?);
        let merge = |left: &Observations, right: &Observations| {
            let mut merged = left.clone();
            merged.merge(right).map(|()| merged).map_err(fail)
        };
        let all = pushed(&[a, b, c].concat())?;
        prop_assert_eq!(&merge(&merge(&one, &two)?, &three)?, &all);
        prop_assert_eq!(&merge(&one, &merge(&two, &three)?)?, &all);
        prop_assert_eq!(merge(&one, &two)?, merge(&two, &one)?);
        prop_assert_eq!(&merge(&one, &one)?, &one);
    }

    #[test]
    fn a_portfolio_counts_its_scores(
        (plans, _) in strategies::accounts(),
        readings in prop::collection::vec(strategies::readings(8), 0..12),
        split in 0..12_usize,
        policy in strategies::policies(),
    ) {
        let profile = profile(&plans, policy)?;
        let scores: Result<Vec<_>, _> =
            readings.iter().map(|row| score(&profile, &row[..plans.len()])).collect();
        let scores = scores?;
        let of = |scores: &[Score]| -> Result<Portfolio, TestCaseError> {
            let mut all = Portfolio::new(&profile);
            for score in scores {
                all.push(score).map_err(fail)?;
            }
            Ok(all)
        };
        let all = of(&scores)?;
        let (left, right) = scores.split_at(split.min(scores.len()));
        let mut merged = of(right)?;
        merged.merge(&of(left)?).map_err(fail)?;
        prop_assert_eq!(&merged, &all);
        for score in left {
            merged.retract(score).map_err(fail)?;
        }
        prop_assert_eq!(&merged, &of(right)?);

        // Counted one by one.
        let in_band = |name: &str| scores.iter().filter(|score| score.band() == Some(name)).count();
        for (name, count) in all.bands() {
            prop_assert_eq!(count, u64::try_from(in_band(name)).map_err(fail)?);
        }
        let undetermined = scores.iter().filter(|score| score.bands().count() > 1).count();
        prop_assert_eq!(all.undetermined(), u64::try_from(undetermined).map_err(fail)?);
        prop_assert_eq!(all.min(), scores.iter().map(Score::lo).min());
        prop_assert_eq!(all.max(), scores.iter().map(Score::hi).max());
        prop_assert_eq!(all.sum_lo(), scores.iter().fold(0, |sum, score| sum + u128::from(score.lo())));
        prop_assert_eq!(all.sum_hi(), scores.iter().fold(0, |sum, score| sum + u128::from(score.hi())));
    }
}

fn weighted() -> impl Strategy<Value = Vec<(i32, Option<i32>)>> {
    prop::collection::vec((1..1_000_i32, prop::option::weighted(0.7, 0..=10_000_i32)), 1..9)
}

fn combined(
    terms: &[(i32, Option<i32>)],
    scale: i32,
) -> Result<published::WeightedMean, TestCaseError> {
    let terms: Vec<_> = terms
        .iter()
        .map(|&(weight, score)| {
            (hundredths(weight) * rust_decimal::Decimal::from(scale), score.map(hundredths))
        })
        .collect();
    published::weighted_mean((0.into(), 100.into()), &terms).map_err(fail)
}

proptest! {
    #[test]
    fn a_published_mean_is_a_ratio_of_sums(terms in weighted()) {
        let mean = combined(&terms, 1)?;
        let sums = |fill: Option<i32>| {
            terms.iter().filter_map(|&(weight, score)| Some((weight, score.or(fill)?))).fold(
                (0_i128, 0_i128),
                |(top, bottom), (weight, score)| {
                    (top + i128::from(weight) * i128::from(score), bottom + i128::from(weight))
                },
            )
        };
        // Scores are in hundredths: mean = top / (100 * bottom).
        let is = |mean: tenure_stats::Ratio, (top, bottom): (i128, i128)| mean.num() * bottom * 100 == top * mean.den();
        prop_assert!(is(mean.lo, sums(Some(0))));
        prop_assert!(is(mean.hi, sums(Some(10_000))));
        let present = sums(None);
        prop_assert_eq!(mean.renormalised.is_none(), present.1 == 0);
        prop_assert!(mean.renormalised.is_none_or(|mean| is(mean, present)));
    }

    #[test]
    fn scaling_all_weights_changes_nothing(terms in weighted(), scale in 1..1_000_i32) {
        prop_assert_eq!(combined(&terms, 1)?, combined(&terms, scale)?);
    }

    #[test]
    fn a_component_at_the_current_score_leaves_it(
        whole in prop::collection::vec((1..1_000_i32, 0..=100_i32), 1..6),
        weight in 1..1_000_i32,
    ) {
        // The last weight makes them sum to 100, so that a decimal says the mean exactly.
        let sum = whole.iter().skip(1).fold(0, |sum, &(weight, _)| sum + weight);
        let mut terms: Vec<_> =
            whole.iter().map(|&(weight, score)| (hundredths(weight), Some(score.into()))).collect();
        terms[0].0 = hundredths(10_000 - sum);
        let scale = (0.into(), 100.into());
        let mean = published::weighted_mean(scale, &terms).map_err(fail)?.lo;
        prop_assert_eq!(10_000 % mean.den(), 0);
        let as_decimal =
            rust_decimal::Decimal::from_i128_with_scale(mean.num() * (10_000 / mean.den()), 4);
        let more: Vec<_> = terms.into_iter().chain([(hundredths(weight), Some(as_decimal))]).collect();
        prop_assert_eq!(published::weighted_mean(scale, &more).map_err(fail)?.lo, mean);
    }

    #[test]
    fn renormalised_weights_keep_total_and_proportions(
        weights in prop::collection::vec(1..10_000_i32, 2..7),
        missing in 0..7_usize,
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let given: Vec<_> = names.iter().copied().zip(weights.iter().copied().map(hundredths)).collect();
        let gone = names[missing % weights.len()];
        let left = published::renormalise_weights(&given, &[gone]).map_err(fail)?;
        prop_assert_eq!(left.len(), weights.len() - 1);
        let all = weights.iter().fold(0_i128, |sum, &weight| sum + i128::from(weight));
        let present = all - i128::from(weights[missing % weights.len()]);
        for (name, scaled) in left {
            let slot = names.iter().position(|known| *known == name).ok_or_else(|| fail("name"))?;
            // scaled = weight / 100 * all / present
            prop_assert_eq!(scaled.num() * present * 100, i128::from(weights[slot]) * all * scaled.den());
        }
    }

    #[test]
    fn points_and_clamp_sum_to_the_score(points in prop::collection::vec(-900..900_i32, 0..9)) {
        let given: Vec<_> = points.iter().copied().map(hundredths).collect();
        let score = published::PointScale::default().score(&given).map_err(fail)?;
        let raw = points.iter().fold(500, |sum, &one| sum + one);
        let in_hundredths = |ratio: tenure_stats::Ratio| ratio.num() * 100 / ratio.den();
        prop_assert_eq!(in_hundredths(score.raw()), i128::from(raw));
        prop_assert_eq!(in_hundredths(score.score()), i128::from(raw.clamp(0, 1000)));
        prop_assert_eq!(in_hundredths(score.raw()) + in_hundredths(score.clamp()), in_hundredths(score.score()));
        prop_assert_eq!(in_hundredths(score.clamped_by()), i128::from(raw.clamp(0, 1000).abs_diff(raw)));
        let backwards: Vec<_> = given.into_iter().rev().collect();
        prop_assert_eq!(published::PointScale::default().score(&backwards).map_err(fail)?, score);
    }

    #[test]
    fn state_rule_reads_the_worst(states in prop::collection::vec(0..4_u8, 0..8)) {
        use published::State::{Average, Good, Poor};
        let given: Vec<_> = states.iter().map(|state| match state {
            0 => Some(Poor), 1 => Some(Average), 2 => Some(Good), _ => None,
        }).collect();
        let has = |state| given.contains(&Some(state));
        let expected = if has(Poor) { Some(Poor) } else if has(Average) { Some(Average) }
            else if has(Good) { Some(Good) } else { None };
        prop_assert_eq!(published::state_rule(&given), expected);
    }

    #[test]
    fn component_mean_of_one_member_each_is_a_weighted_mean(
        terms in prop::collection::vec((1..1_000_i32, 0..=10_000_i32), 1..8),
    ) {
        let members: Vec<_> = terms.iter().map(|&(weight, score)| (hundredths(weight), vec![hundredths(score)])).collect();
        let weighted: Vec<_> = terms.iter().map(|&(weight, score)| (weight, Some(score))).collect();
        prop_assert_eq!(published::component_mean(&members).map_err(fail)?, combined(&weighted, 1)?.lo);
    }
}

#[test]
fn rounding_a_published_score_is_once_and_at_the_end() -> Outcome {
    // 2.45 is 2, though 2.5 (rounded first to a tenth) would be 3.
    let mean =
        published::group_mean(&[hundredths(245)]).map_err(fail)?.ok_or_else(|| fail("empty"))?;
    assert_eq!(published::rounded(mean, Rounding::HalfAway), 2);
    Ok(())
}
