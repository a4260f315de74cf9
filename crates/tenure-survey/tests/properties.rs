//! The laws of survey scores.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::float_cmp,
    reason = "laws on small numbers, compared to the bit; a test may overflow loudly"
)]

use std::str::FromStr;

use proptest::prelude::*;
use tenure_model::Rounding;
use tenure_stats::{Level, Ratio, count_to_f64, normal};
use tenure_survey::{
    Answer, Decomposition, Definition, DifferenceMethod, GroupComparison, GroupedTally,
    NetDifference, NetMethod, NetScore, Prior, PseudoCounts, Reason, Segment, Tally, Weight,
    WeightedMethod, WeightedTally,
};
use tenure_testing::oracle::survey as oracle;
use tenure_testing::strategies::survey as strategies;

const METHODS: [NetMethod; 5] = [
    NetMethod::Score,
    NetMethod::Wald,
    NetMethod::WaldT,
    NetMethod::AdjustedWald(PseudoCounts::ROCKS),
    NetMethod::NewcombeMover,
];
const DIFFERENCES: [DifferenceMethod; 3] = [
    DifferenceMethod::MoverScore,
    DifferenceMethod::Wald,
    DifferenceMethod::AdjustedWald(PseudoCounts::ONE_TWO_ONE),
];

fn tally(definition: &Definition, answers: &[Answer]) -> Result<Tally, TestCaseError> {
    let mut tally = Tally::new(definition.clone());
    for &answer in answers {
        tally.push(answer).map_err(fail)?;
    }
    Ok(tally)
}

fn fail(error: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

fn some<T>(value: Option<T>) -> Result<T, TestCaseError> {
    value.ok_or_else(|| TestCaseError::fail("undefined"))
}

fn fraction(ratio: Ratio) -> oracle::Fraction {
    (ratio.num(), ratio.den())
}

fn level() -> impl Strategy<Value = Level> {
    (1_u32..10_000).prop_filter_map("no level", |parts| Level::new(f64::from(parts) / 1e4).ok())
}

proptest! {
    #[test]
    fn any_split_merges_to_the_whole(
        definition in strategies::definition(),
        left in strategies::answers(),
        right in strategies::answers(),
    ) {
        let whole = tally(&definition, &[left.clone(), right.clone()].concat())?;
        let (left, right) = (tally(&definition, &left)?, tally(&definition, &right)?);
        let mut merged = right.clone();
        merged.merge(&left).map_err(fail)?;
        prop_assert_eq!(&merged, &whole);
        merged.retract(&left).map_err(fail)?;
        prop_assert_eq!(merged, right);
    }

    #[test]
    fn retract_is_never_pushed(
        definition in strategies::definition(),
        answers in strategies::answers(),
        answer in strategies::answer(),
    ) {
        let before = tally(&definition, &answers)?;
        let mut after = before.clone();
        after.push(answer).map_err(fail)?;
        prop_assert_eq!(after.rows(), before.rows() + 1);
        after.retract_answer(answer).map_err(fail)?;
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_column_is_its_rows(
        definition in strategies::definition(),
        column in prop::collection::vec(prop_oneof![0_u8..12, any::<u8>()], 0..700),
    ) {
        let mut by_column = Tally::new(definition.clone());
        by_column.push_column(&column).map_err(fail)?;
        let rows: Vec<Answer> = column.into_iter().map(Answer::from).collect();
        prop_assert_eq!(by_column, tally(&definition, &rows)?);
    }

    #[test]
    fn groups_are_tallies_of_their_rows(
        definition in strategies::definition(),
        rows in prop::collection::vec((0_u32..5, prop_oneof![0_u8..12, any::<u8>()]), 0..200),
        cut in 0_usize..200,
    ) {
        let (groups, answers): (Vec<u32>, Vec<u8>) = rows.iter().copied().unzip();
        let mut whole = GroupedTally::new(definition.clone(), 5).map_err(fail)?;
        whole.push_columns(&groups, &answers).map_err(fail)?;
        for (group, found) in (0_u32..).zip(whole.tallies()) {
            let own = rows.iter().filter(|row| row.0 == group).map(|row| Answer::from(row.1));
            prop_assert_eq!(found, tally(&definition, &own.collect::<Vec<_>>())?);
        }
        let cut = cut.min(rows.len());
        let mut left = GroupedTally::new(definition.clone(), 5).map_err(fail)?;
        left.push_columns(&groups[..cut], &answers[..cut]).map_err(fail)?;
        let mut merged = GroupedTally::new(definition, 5).map_err(fail)?;
        merged.push_columns(&groups[cut..], &answers[cut..]).map_err(fail)?;
        let right = merged.clone();
        merged.merge(&left).map_err(fail)?;
        prop_assert_eq!(&merged, &whole);
        merged.retract(&left).map_err(fail)?;
        prop_assert_eq!(merged, right);
    }

    /// Any number of threads, each its own part, merged as they end: the same bytes.
    #[cfg(feature = "serde")]
    #[test]
    fn threads_merge_to_the_same_bytes(
        rows in prop::collection::vec((0_u8..=12, 0.0..10.0_f64), 1..200),
        threads in 1_usize..9,
    ) {
        let part = |rows: &[(u8, f64)]| {
            let (answers, weights): (Vec<u8>, Vec<f64>) = rows.iter().copied().unzip();
            let mut tally = Tally::new(Definition::nps());
            tally.push_column(&answers).map_err(fail)?;
            let mut weighted = WeightedTally::new(Definition::nps()).map_err(fail)?;
            weighted.push_columns(&answers, &weights).map_err(fail)?;
            Ok::<_, TestCaseError>((tally, weighted))
        };
        let ended = std::sync::Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for rows in rows.chunks(rows.len().div_ceil(threads)) {
                let ended = &ended;
                scope.spawn(move || ended.lock().map(|mut ended| ended.push(part(rows))).is_ok());
            }
        });
        let empty = (
            Tally::new(Definition::nps()),
            WeightedTally::new(Definition::nps()).map_err(fail)?,
        );
        let mut merged = empty;
        for part in ended.into_inner().map_err(|_| TestCaseError::fail("a thread died"))? {
            let (tally, weighted) = part?;
            merged.0.merge(&tally).map_err(fail)?;
            merged.1.merge(&weighted).map_err(fail)?;
        }
        let whole = part(&rows)?;
        prop_assert_eq!(
            serde_json::to_vec(&(merged.0, merged.1)).map_err(fail)?,
            serde_json::to_vec(&(whole.0, whole.1)).map_err(fail)?
        );
    }

    #[test]
    fn every_row_is_counted_once(
        definition in strategies::definition(),
        answers in strategies::answers(),
    ) {
        let tally = tally(&definition, &answers)?;
        let valid: u64 = tally.histogram().iter().fold(0, |total: u64, count| total.saturating_add(*count));
        prop_assert_eq!(tally.rows(), u64::try_from(answers.len()).map_err(fail)?);
        prop_assert_eq!(tally.answered(), valid);
        prop_assert_eq!(tally.rows(), tally.answered() + tally.exclusions().total());
        prop_assert_eq!(tally.mean().n(), tally.answered());
    }

    #[test]
    fn nps_is_the_mean_of_what_answers_are_worth(answers in prop::collection::vec(0_i16..=10, 0..80)) {
        let rows: Vec<Answer> = answers.iter().map(|&answer| Answer::from(i64::from(answer))).collect();
        let score = some(tally(&Definition::nps(), &rows)?.net_score())?;
        let worth: Vec<i128> = answers.iter().map(|&answer| oracle::worth(answer)).collect();
        prop_assert_eq!(score.theta().map(fraction), oracle::mean(&worth));
        for (found, expected) in [
            (score.variance(), oracle::variance(&worth, 0)),
            (score.variance_unbiased(), oracle::variance(&worth, 1)),
        ] {
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                prop_assert!(oracle::same(fraction(found), expected));
            }
        }
    }

    #[test]
    fn the_mean_is_the_mean(answers in prop::collection::vec(1_i16..=7, 0..80)) {
        let rows: Vec<Answer> = answers.iter().map(|&answer| Answer::from(i64::from(answer))).collect();
        let mean = tally(&Definition::ces(), &rows)?.mean();
        let values: Vec<i128> = answers.iter().map(|&answer| i128::from(answer)).collect();
        prop_assert_eq!(mean.mean().map(fraction), oracle::mean(&values));
        let (found, expected) = (mean.variance(), oracle::variance(&values, 1));
        prop_assert_eq!(found.is_some(), expected.is_some());
        if let (Some(found), Some(expected)) = (found, expected) {
            prop_assert!(oracle::same(fraction(found), expected));
        }
        if let (Some(average), Some(rescaled)) = (mean.mean(), mean.rescaled()) {
            let by_hand = 100.0 * (average.to_f64() - 1.0) / 6.0;
            prop_assert!((rescaled.to_f64() - by_hand).abs() < 1e-12);
        }
    }

    #[test]
    fn shares_and_bands_count_answers(
        definition in strategies::definition(),
        answers in strategies::answers(),
    ) {
        let tally = tally(&definition, &answers)?;
        let points: Vec<i16> = answers
            .iter()
            .filter_map(|answer| match *answer {
                Answer::Value(value) => i16::try_from(value).ok(),
                Answer::Missing(_) => None,
            })
            .filter(|&point| (definition.scale().lo()..=definition.scale().hi()).contains(&point))
            .collect();
        let count = |takes: &dyn Fn(i16) -> bool| {
            u64::try_from(points.iter().filter(|&&point| takes(point)).count()).map_err(fail)
        };
        if let (Some(top_box), Some(share)) = (definition.top_box(), tally.top_box()) {
            prop_assert_eq!(share.x(), count(&|point| top_box.takes(point))?);
        }
        if let (Some(bands), Some(score)) = (definition.bands(), tally.net_score()) {
            prop_assert_eq!(score.promoters(), count(&|point| bands.favourable().takes(point))?);
            prop_assert_eq!(score.detractors(), count(&|point| bands.unfavourable().takes(point))?);
        }
    }

    #[test]
    fn turned_round_everything_turns(score in strategies::net_score(), level in level()) {
        let mirror = score.mirrored();
        prop_assert_eq!(score.theta().map(Ratio::num), mirror.theta().map(|theta| -theta.num()));
        prop_assert_eq!(score.variance(), mirror.variance());
        for method in METHODS {
            let (one, other) = (score.interval(method, level), mirror.interval(method, level));
            prop_assert_eq!(one.map(|it| it.lower()), other.map(|it| -it.upper()), "{:?}", method);
            prop_assert_eq!(one.map(|it| it.upper()), other.map(|it| -it.lower()), "{:?}", method);
        }
    }

    #[test]
    fn intervals_hold_the_score_and_nest(
        score in strategies::net_score(),
        one in level(),
        other in level(),
    ) {
        let (narrow, wide) = if one < other { (one, other) } else { (other, one) };
        let Some(theta) = score.theta() else {
            prop_assert_eq!(score.n(), 0);
            return Ok(());
        };
        for method in METHODS {
            let (Some(inner), Some(outer)) =
                (score.interval(method, narrow), score.interval(method, wide))
            else {
                prop_assert!(method == NetMethod::WaldT && score.n() == 1);
                continue;
            };
            let slack = 1e-14;
            prop_assert!(outer.lower() <= inner.lower() + slack, "{:?} {:?} {:?}", method, inner, outer);
            prop_assert!(outer.upper() >= inner.upper() - slack, "{:?} {:?} {:?}", method, inner, outer);
            if !matches!(method, NetMethod::AdjustedWald(_)) {
                prop_assert!(inner.lower() <= theta.to_f64() && theta.to_f64() <= inner.upper());
            }
            if matches!(method, NetMethod::Score) {
                prop_assert!(inner.lower() >= -1.0 && inner.upper() <= 1.0);
            }
        }
    }

    /// To 1e-7: near its maximum a likelihood in floats is flat.
    #[test]
    fn score_limits_are_what_the_likelihood_says(
        (d, n, p) in (0_u64..60, 0_u64..60, 0_u64..60),
        level in level(),
    ) {
        prop_assume!(d + n + p > 0);
        let score = NetScore::new(d, n, p).map_err(fail)?;
        let interval = some(score.interval(NetMethod::Score, level))?;
        let z = normal::two_sided_z(level);
        let [d, n, p] = [d, n, p].map(count_to_f64);
        let lower = if n + p == 0.0 { -1.0 } else { oracle::score_lower(d, n, p, z) };
        let upper = if n + d == 0.0 { 1.0 } else { -oracle::score_lower(p, n, d, z) };
        prop_assert!((interval.lower() - lower).abs() < 1e-7, "{} {}", interval.lower(), lower);
        prop_assert!((interval.upper() - upper).abs() < 1e-7, "{} {}", interval.upper(), upper);
    }

    #[test]
    fn a_difference_has_a_sign(
        a in strategies::net_score(),
        b in strategies::net_score(),
        level in level(),
    ) {
        let (Some(one), Some(other)) = (NetDifference::new(a, b), NetDifference::new(b, a)) else {
            prop_assert!(a.n() == 0 || b.n() == 0);
            return Ok(());
        };
        prop_assert_eq!(one.theta().num(), -other.theta().num());
        prop_assert_eq!(one.wald_test().map(|test| test.z), other.wald_test().map(|test| -test.z));
        let pooled = (one.same_distribution_test(), other.same_distribution_test());
        prop_assert_eq!(pooled.0.map(|test| test.z), pooled.1.map(|test| -test.z));
        for method in DIFFERENCES {
            let (left, right) =
                (some(one.interval(method, level))?, some(other.interval(method, level))?);
            prop_assert_eq!(left.lower(), -right.upper());
            prop_assert_eq!(left.upper(), -right.lower());
        }
        // as the exact scores of both say
        let (x, y) = (some(a.theta())?.to_f64(), some(b.theta())?.to_f64());
        prop_assert!((one.theta().to_f64() - (x - y)).abs() < 4e-16);
        let to_itself = some(NetDifference::new(a, a))?;
        prop_assert_eq!(to_itself.theta().num(), 0);
    }

    #[test]
    fn rounding_moves_less_than_one(score in strategies::net_score(), decimals in 0_u8..=10) {
        let Some(points) = score.points() else { return Ok(()) };
        let unit = 10_i128.pow(u32::from(decimals));
        let (num, den) = (points.num() * unit, points.den());
        for (rounding, half) in [
            (Rounding::HalfAway, true),
            (Rounding::HalfEven, true),
            (Rounding::HalfUp, true),
            (Rounding::Floor, false),
            (Rounding::Ceil, false),
            (Rounding::Truncate, false),
        ] {
            let rounded = some(score.points_rounded(rounding, decimals))?;
            let apart = (rounded * den - num).abs();
            let near = if half { 2 * apart <= den } else { apart < den };
            prop_assert!(near, "{:?} {}", rounding, rounded);
        }
    }

    #[test]
    fn canonical_text_reads_back(definition in strategies::definition(), decimals in 0_u8..=10) {
        let definition = definition.with_rounding(Rounding::Ceil, decimals).map_err(fail)?;
        let read: Definition = Definition::from_str(&definition.to_string()).map_err(fail)?;
        prop_assert_eq!(read, definition);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        if let Ok(definition) = Definition::from_str(&text) {
            prop_assert_eq!(Definition::from_str(&definition.to_string()).ok(), Some(definition));
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_tally_survives_its_document(
        definition in strategies::definition(),
        answers in strategies::answers(),
    ) {
        let tally = tally(&definition, &answers)?;
        let text = serde_json::to_string(&tally).map_err(fail)?;
        prop_assert_eq!(serde_json::from_str::<Tally>(&text).map_err(fail)?, tally);
    }
}

fn weighted(rows: &[(i64, f64)]) -> Result<WeightedTally, TestCaseError> {
    let mut tally = WeightedTally::new(Definition::nps()).map_err(fail)?;
    for &(answer, weight) in rows {
        tally.push(answer, Weight::new(weight).map_err(fail)?).map_err(fail)?;
    }
    Ok(tally)
}

fn weighted_rows() -> impl Strategy<Value = Vec<(i64, f64)>> {
    let weight = prop_oneof![4 => 0.0..10.0_f64, 1 => 1e-9..1e9_f64, 1 => Just(0.0)];
    prop::collection::vec((0_i64..=10, weight), 0..40)
}

fn small_score() -> impl Strategy<Value = NetScore> {
    (0_u64..40, 0_u64..40, 0_u64..40)
        .prop_filter_map("too many", |(d, n, p)| NetScore::new(d, n, p).ok())
}

proptest! {
    #[test]
    fn weights_merge_in_any_order_to_the_bit(
        (rows, shuffled) in weighted_rows()
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        cut in 0_usize..40,
    ) {
        let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
        let mut merged = weighted(right)?;
        merged.merge(&weighted(left)?).map_err(fail)?;
        prop_assert_eq!(merged, weighted(&rows)?);
    }

    #[test]
    fn weighted_retract_is_never_merged(left in weighted_rows(), right in weighted_rows()) {
        let (left, right) = (weighted(&left)?, weighted(&right)?);
        let mut merged = left.clone();
        merged.merge(&right).map_err(fail)?;
        merged.retract(&right).map_err(fail)?;
        prop_assert_eq!(merged, left);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_weighted_tally_survives_its_document(rows in weighted_rows()) {
        let tally = weighted(&rows)?;
        let text = serde_json::to_string(&tally).map_err(fail)?;
        prop_assert_eq!(serde_json::from_str::<WeightedTally>(&text).map_err(fail)?, tally);
    }

    #[test]
    fn a_weighted_column_is_its_rows(
        rows in prop::collection::vec((0_u8..=12, 0.0..10.0_f64), 0..40),
    ) {
        let (answers, weights): (Vec<u8>, Vec<f64>) = rows.iter().copied().unzip();
        let mut column = WeightedTally::new(Definition::nps()).map_err(fail)?;
        column.push_columns(&answers, &weights).map_err(fail)?;
        let rows: Vec<(i64, f64)> =
            rows.into_iter().map(|(answer, weight)| (i64::from(answer), weight)).collect();
        prop_assert_eq!(column, weighted(&rows)?);
    }

    /// Another unit of weight, not only a power of two.
    #[test]
    fn the_unit_of_weights_changes_nothing(rows in weighted_rows(), unit in 1e-3..1e3_f64) {
        let scaled: Vec<(i64, f64)> =
            rows.iter().map(|&(answer, weight)| (answer, weight * unit)).collect();
        let (Some(plain), Some(scaled)) = (weighted(&rows)?.score(), weighted(&scaled)?.score())
        else {
            return Ok(());
        };
        prop_assert!((plain.theta() - scaled.theta()).abs() < 1e-14);
        prop_assert!((plain.effective_n() / scaled.effective_n() - 1.0).abs() < 1e-13);
        for method in [
            WeightedMethod::Linearized,
            WeightedMethod::Kish,
            WeightedMethod::AdjustedWald(PseudoCounts::ROCKS),
        ] {
            let pair = (plain.interval(method, Level::default()), scaled.interval(method, Level::default()));
            prop_assert_eq!(pair.0.is_some(), pair.1.is_some());
            if let (Some(plain), Some(scaled)) = pair {
                prop_assert!((plain.lower() - scaled.lower()).abs() < 1e-12);
                prop_assert!((plain.upper() - scaled.upper()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn weighted_scores_are_weighted_means(rows in weighted_rows()) {
        let rows: Vec<(i64, f64)> = rows.into_iter().filter(|row| row.1 > 0.0).collect();
        let Some(score) = weighted(&rows)?.score() else {
            prop_assert!(rows.is_empty());
            return Ok(());
        };
        let worth: Vec<(f64, f64)> = rows
            .iter()
            .map(|&(answer, weight)| {
                let worth = if answer >= 9 { 1.0 } else if answer >= 7 { 0.0 } else { -1.0 };
                (worth, weight)
            })
            .collect();
        let total = |of: &dyn Fn(f64, f64) -> f64| {
            worth.iter().fold(0.0, |total, &(worth, weight)| total + of(worth, weight))
        };
        let whole = total(&|_, weight| weight);
        let theta = total(&|worth, weight| worth * weight) / whole;
        prop_assert!((score.theta() - theta).abs() < 1e-12);
        let apart = total(&|worth, weight| weight * weight * (worth - theta) * (worth - theta)).sqrt() / whole;
        prop_assert!((score.linearized_standard_error_hc0() - apart).abs() < 1e-9);
        let effective = whole * whole / total(&|_, weight| weight * weight);
        prop_assert!((score.effective_n() / effective - 1.0).abs() < 1e-12);
        prop_assert!(score.design_effect() >= 1.0 - 1e-12);
    }

    #[test]
    fn equal_weights_change_nothing(answers in prop::collection::vec(0_i64..=10, 1..40), power in -60_i32..60) {
        let weight = libm::exp2(f64::from(power));
        let rows: Vec<(i64, f64)> = answers.iter().map(|&answer| (answer, weight)).collect();
        let score = some(weighted(&rows)?.score())?;
        let answers: Vec<Answer> = answers.into_iter().map(Answer::from).collect();
        let plain = some(tally(&Definition::nps(), &answers)?.net_score())?;
        prop_assert_eq!(Some(score.theta()), plain.theta().map(Ratio::to_f64));
        prop_assert!((score.effective_n() - count_to_f64(plain.n())).abs() < 1e-9);
        let (kish, wald) = (score.kish_standard_error(), some(plain.standard_error())?);
        prop_assert!((kish - wald).abs() < 1e-14);
        if let Some(unbiased) = plain.standard_error_unbiased() {
            let linearized = some(score.linearized_standard_error())?;
            prop_assert!((linearized - unbiased).abs() < 1e-14);
        }
    }

    #[test]
    fn rate_and_mix_add_up_exactly(
        segments in prop::collection::vec((strategies::net_score(), small_score()), 1..6),
    ) {
        let segments: Vec<Segment> =
            segments.into_iter().map(|(before, after)| Segment { before, after }).collect();
        let Ok(change) = Decomposition::new(&segments) else { return Ok(()) };
        let Some(change) = change else { return Ok(()) };
        prop_assert_eq!(&change.rate().plus(change.mix()), &change.difference());
        prop_assert_eq!(&change.before().plus(&change.difference()), change.after());
        let three = change.segments().iter().fold(0.0, |total, effect| {
            total + effect.laspeyres_rate.to_f64() + effect.laspeyres_mix.to_f64()
                + effect.interaction.to_f64()
        });
        prop_assert!((three - change.difference().to_f64()).abs() < 1e-13);
        // one segment has no mix
        if segments.len() == 1 {
            prop_assert_eq!(change.rate(), &change.difference());
        }
    }

    #[test]
    fn alike_groups_do_not_differ(score in small_score(), copies in 2_usize..5) {
        let comparison = GroupComparison::new(&vec![score; copies]).map_err(fail)?;
        if let Some(test) = comparison.homogeneity() {
            prop_assert_eq!((test.chi2, test.p), (0.0, 1.0));
        }
        let times: Vec<f64> = (0_u32..).take(copies).map(f64::from).collect();
        if let Some(trend) = comparison.trend(&times).map_err(fail)? {
            prop_assert_eq!(trend.slope, 0.0);
        }
    }

    /// Two groups: the chi-square is the square of the pooled z.
    #[test]
    fn two_groups_are_a_difference(a in small_score(), b in small_score()) {
        let comparison = GroupComparison::new(&[a, b]).map_err(fail)?;
        let pooled = NetDifference::new(a, b).and_then(|difference| difference.same_distribution_test());
        let Some(pooled) = pooled else { return Ok(()) };
        let test = some(comparison.homogeneity())?;
        prop_assert!((test.chi2 - pooled.z * pooled.z).abs() < 1e-10);
        prop_assert!((test.p - pooled.p_two_sided).abs() < 1e-12);
    }
}

/// Not random: each interval costs some milliseconds.
#[test]
fn a_posterior_turns_with_its_score() -> Result<(), Box<dyn std::error::Error>> {
    for (d, n, p) in [(0, 0, 1), (0, 5, 0), (3, 4, 8), (17, 0, 2), (300, 20, 900)] {
        let score = NetScore::new(d, n, p)?;
        let level = Level::new(0.9)?;
        for prior in [Prior::JEFFREYS, Prior::UNIFORM] {
            let one = score.posterior(prior).ok_or("undefined")?;
            let other = score.mirrored().posterior(prior).ok_or("undefined")?;
            assert_eq!(one.mean(), -other.mean());
            let above = one.probability_above_zero() + other.probability_above_zero();
            assert!((above - 1.0).abs() < 1e-13);
            let (one, other) = (one.interval(level), other.interval(level));
            let (one, other) = (one.ok_or("undefined")?, other.ok_or("undefined")?);
            assert!((one.lower() + other.upper()).abs() < 1e-11);
            assert!(-1.0 <= one.lower() && one.lower() < one.upper() && one.upper() <= 1.0);
        }
    }
    Ok(())
}

/// Random sizes seldom meet these.
#[test]
fn blanks_alone_are_passives_or_nothing() -> Result<(), Box<dyn std::error::Error>> {
    let blank = Answer::Missing(Reason::Blank);
    let mut excluded = Tally::new(Definition::nps());
    excluded.push(blank)?;
    assert_eq!(excluded.net_score().and_then(NetScore::theta), None);
    let policy = tenure_survey::MissingPolicy::CountAsPassive;
    let mut counted = Tally::new(Definition::nps().with_missing(policy)?);
    counted.push(blank)?;
    assert_eq!(counted.net_score().and_then(NetScore::theta), Ratio::new(0, 1));
    assert_eq!(counted.mean().mean(), None);
    Ok(())
}
