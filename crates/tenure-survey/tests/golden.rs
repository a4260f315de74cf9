//! Against tables of 40-digit values: see `golden/make.py` for how they were made.

use std::error::Error;

use tenure_stats::{Level, count_to_f64};
use tenure_survey::{
    Band, Definition, DifferenceMethod, FiniteCorrection, FiniteSample, GroupComparison,
    NetDifference, NetMethod, NetScore, PseudoCounts, Stratified, WeightedMethod, WeightedTally,
};

type Outcome = Result<(), Box<dyn Error>>;

/// The rows of a table; its first line names the columns.
fn rows<const N: usize>(table: &str) -> Result<Vec<[f64; N]>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Result<Vec<f64>, _> = line.split(',').map(number).collect();
        rows.push(<[f64; N]>::try_from(cells?).map_err(|_| "another number of columns")?);
    }
    Ok(rows)
}

#[expect(clippy::disallowed_methods, reason = "Python's repr of a float, our own file")]
fn number(cell: &str) -> Result<f64, std::num::ParseFloatError> {
    cell.parse()
}

#[expect(clippy::as_conversions, reason = "whole numbers below 2^53 of our own table")]
fn count(value: f64) -> u64 {
    let count = value as u64;
    assert!((count_to_f64(count) - value).abs() < 0.5, "{value} is no count");
    count
}

fn score([d, n, p]: [f64; 3]) -> Result<NetScore, Box<dyn Error>> {
    Ok(NetScore::new(count(d), count(n), count(p))?)
}

/// |found - wanted| ≤ relative·|wanted| + absolute.
#[track_caller]
fn near(found: Option<f64>, wanted: f64, relative: f64, absolute: f64, row: &[f64]) {
    let Some(found) = found else {
        assert!(wanted.is_nan(), "{row:?}: undefined for {wanted:e}");
        return;
    };
    let error = (found - wanted).abs();
    let bound = relative * wanted.abs() + absolute;
    assert!(error <= bound, "{row:?}: {found:e} for {wanted:e}, off by {error:e}");
}

#[test]
fn intervals_of_one_score() -> Outcome {
    let table = rows::<12>(include_str!("golden/scores.csv"))?;
    assert_eq!(table.len(), 120);
    for row in table {
        let [d, n, p, level, limits @ ..] = row;
        let (score, level) = (score([d, n, p])?, Level::new(level)?);
        for (method, wanted, relative, absolute) in [
            (NetMethod::Wald, [limits[0], limits[1]], 1e-12, 1e-13),
            (NetMethod::AdjustedWald(PseudoCounts::ROCKS), [limits[2], limits[3]], 1e-12, 1e-13),
            (NetMethod::Score, [limits[4], limits[5]], 0.0, 1e-14),
            (NetMethod::NewcombeMover, [limits[6], limits[7]], 1e-12, 1e-13),
        ] {
            let found = score.interval(method, level);
            near(found.map(|found| found.lower()), wanted[0], relative, absolute, &row);
            near(found.map(|found| found.upper()), wanted[1], relative, absolute, &row);
        }
    }
    Ok(())
}

#[test]
fn differences_of_two_scores() -> Outcome {
    let table = rows::<13>(include_str!("golden/differences.csv"))?;
    assert_eq!(table.len(), 38);
    let mut far = 0;
    for row in table {
        let [da, na, pa, db, nb, pb, level, lower, upper, wald_z, wald_p, pooled_z, pooled_p] = row;
        let difference =
            NetDifference::new(score([da, na, pa])?, score([db, nb, pb])?).ok_or("empty")?;
        let interval = difference.interval(DifferenceMethod::MoverScore, Level::new(level)?);
        near(interval.map(|found| found.lower()), lower, 0.0, 1e-13, &row);
        near(interval.map(|found| found.upper()), upper, 0.0, 1e-13, &row);
        for (test, z, p) in [
            (difference.wald_test(), wald_z, wald_p),
            (difference.same_distribution_test(), pooled_z, pooled_p),
        ] {
            near(test.map(|test| test.z), z, 1e-12, 0.0, &row);
            near(test.map(|test| test.p_two_sided), p, 1e-10, 0.0, &row);
            far += u32::from(p > 0.0 && p < 1e-30);
        }
    }
    assert!(far >= 3, "{far} p values below 1e-30");
    Ok(())
}

#[test]
fn many_groups() -> Outcome {
    let table = rows::<23>(include_str!("golden/groups.csv"))?;
    assert!(table.len() > 20, "{}", table.len());
    for row in table {
        let scores: Result<Vec<NetScore>, _> =
            row[..12].chunks(3).map(|part| score([part[0], part[1], part[2]])).collect();
        let comparison = GroupComparison::new(&scores?)?;
        let [chi2, p, slope, trend_z, trend_p, departure, departure_p] =
            <[f64; 7]>::try_from(&row[16..])?;
        let test = comparison.homogeneity();
        near(test.map(|test| test.chi2), chi2, 1e-12, 1e-13, &row);
        near(test.map(|test| test.p), p, 1e-10, 0.0, &row);
        let trend = comparison.trend(&row[12..16])?.ok_or("no trend")?;
        near(Some(trend.slope), slope, 1e-12, 1e-13, &row);
        near(Some(trend.test.z), trend_z, 1e-12, 1e-13, &row);
        near(Some(trend.test.p_two_sided), trend_p, 1e-10, 0.0, &row);
        near(trend.departure.map(|test| test.chi2), departure, 1e-12, 1e-12, &row);
        near(trend.departure.map(|test| test.p), departure_p, 1e-10, 0.0, &row);
    }
    Ok(())
}

#[test]
fn weighted_scores() -> Outcome {
    let table = rows::<16>(include_str!("golden/weighted.csv"))?;
    assert_eq!(table.len(), 24);
    for row in table {
        let mut tally = WeightedTally::new(Definition::nps())?;
        for (band, part) in
            [Band::Unfavourable, Band::Neutral, Band::Favourable].into_iter().zip(row.chunks(3))
        {
            tally.push_sums(band, part[0], part[1], count(part[2]))?;
        }
        let score = tally.score().ok_or("no weight")?;
        let [theta, n_eff, kish, hc0, hc1, lower, upper] = <[f64; 7]>::try_from(&row[9..])?;
        near(Some(score.theta()), theta, 1e-12, 0.0, &row);
        near(Some(score.effective_n()), n_eff, 1e-12, 0.0, &row);
        near(Some(score.kish_standard_error()), kish, 1e-12, 0.0, &row);
        near(Some(score.linearized_standard_error_hc0()), hc0, 1e-12, 0.0, &row);
        near(score.linearized_standard_error(), hc1, 1e-12, 0.0, &row);
        let adjusted =
            score.interval(WeightedMethod::AdjustedWald(PseudoCounts::ROCKS), Level::default());
        near(adjusted.map(|found| found.lower()), lower, 1e-12, 1e-13, &row);
        near(adjusted.map(|found| found.upper()), upper, 1e-12, 1e-13, &row);
    }
    Ok(())
}

#[test]
fn designed_samples() -> Outcome {
    let table = rows::<18>(include_str!("golden/designs.csv"))?;
    assert_eq!(table.len(), 24);
    for row in table {
        let mut strata = Vec::new();
        for part in row[..12].chunks(4) {
            let score = score([part[0], part[1], part[2]])?;
            strata.push(FiniteSample::new(score, count(part[3]))?);
        }
        let [se_fpc, post_fpc, se, post, plug_in, unbiased] = <[f64; 6]>::try_from(&row[12..])?;
        for (correction, error, after) in
            [(FiniteCorrection::Apply, se_fpc, post_fpc), (FiniteCorrection::Ignore, se, post)]
        {
            let score = Stratified::new(&strata, correction)?;
            near(score.standard_error(), error, 1e-12, 0.0, &row);
            near(score.post_stratified_standard_error(), after, 1e-12, 0.0, &row);
        }
        near(strata[0].standard_error(), plug_in, 1e-12, 0.0, &row);
        near(strata[0].standard_error_unbiased(), unbiased, 1e-12, 0.0, &row);
    }
    Ok(())
}
