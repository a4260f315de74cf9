//! Against tables of 40-digit values: see `golden/make.py` for how they were made.

use std::error::Error;

use tenure_stats::{Level, Share, ShareMethod, beta, gamma, normal, student};

type Outcome = Result<(), Box<dyn Error>>;

/// The rows of a table; its first line names the columns.
fn rows<const N: usize>(table: &str) -> Vec<[f64; N]> {
    let read = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(number).collect();
        <[f64; N]>::try_from(cells).unwrap_or([f64::NAN; N])
    };
    table.lines().skip(1).map(read).collect()
}

#[expect(clippy::disallowed_methods, reason = "Python's repr of a float, our own file")]
fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or(f64::NAN)
}

#[track_caller]
fn relative(found: f64, wanted: f64, bound: f64, place: &[f64]) {
    let error = (found / wanted - 1.0).abs();
    assert!(error <= bound, "{place:?}: {found:e} for {wanted:e}, off by {error:e}");
}

#[test]
fn normal_distribution() -> Outcome {
    let table = rows::<2>(include_str!("golden/normal_z.csv"));
    assert_eq!(table.len(), 20);
    for row in table {
        relative(normal::two_sided_z(Level::new(row[0])?), row[1], 2e-15, &row);
    }
    let table = rows::<2>(include_str!("golden/normal_tail.csv"));
    assert_eq!(table.len(), 16);
    for row in table {
        // beyond 8.5 the float 37/√2 itself is the limit
        relative(normal::upper_tail(row[0])?, row[1], 1e-13, &row);
        if row[0] > 0.0 {
            relative(normal::two_sided_p(-row[0])?, 2.0 * row[1], 1e-13, &row);
        }
    }
    let table = rows::<2>(include_str!("golden/normal_quantile.csv"));
    assert_eq!(table.len(), 12);
    for row in table {
        relative(normal::quantile(row[0])?, row[1], 2e-14, &row);
    }
    Ok(())
}

#[test]
fn beta_distribution() -> Outcome {
    let table = rows::<5>(include_str!("golden/beta_tails.csv"));
    assert!(table.len() > 100, "{}", table.len());
    for row in table {
        let [x, a, b, lower, upper] = row;
        let tails = beta::tails(x, a, b)?;
        if lower < upper {
            relative(tails.lower, lower, 1e-11, &row);
        } else {
            relative(tails.upper, upper, 1e-11, &row);
        }
        assert!((tails.lower - lower).abs() < 1e-13, "{row:?}");
    }
    let table = rows::<4>(include_str!("golden/beta_quantile.csv"));
    assert!(table.len() > 80, "{}", table.len());
    for row in table {
        let [p, a, b, x] = row;
        relative(beta::quantile(p, a, b)?, x, 1e-11, &row);
    }
    Ok(())
}

#[test]
fn gamma_distribution() -> Outcome {
    let table = rows::<4>(include_str!("golden/gamma_tails.csv"));
    assert_eq!(table.len(), 54);
    for row in table {
        let [shape, x, lower, upper] = row;
        let tails = gamma::tails(shape, x)?;
        // far out the table itself holds 0
        if lower > 0.0 {
            relative(tails.lower, lower, if lower < 0.5 { 1e-12 } else { 1e-14 }, &row);
        }
        if upper > 0.0 {
            relative(tails.upper, upper, if upper < 0.5 { 1e-12 } else { 1e-14 }, &row);
        }
    }
    Ok(())
}

#[test]
fn student_distribution() -> Outcome {
    let table = rows::<3>(include_str!("golden/student_t.csv"));
    assert_eq!(table.len(), 84);
    for row in table {
        let [level, df, t] = row;
        relative(student::two_sided_t(Level::new(level)?, df)?, t, 1e-12, &row);
    }
    let table = rows::<3>(include_str!("golden/student_p.csv"));
    assert_eq!(table.len(), 24);
    for row in table {
        let [t, df, p] = row;
        relative(student::two_sided_p(t, df)?, p, 1e-10, &row);
    }
    Ok(())
}

#[test]
fn share_intervals() -> Outcome {
    let table = rows::<9>(include_str!("golden/shares.csv"));
    assert_eq!(table.len(), 48);
    for row in table {
        let [x, n, level, ..] = row;
        let share = Share::new(count(x), count(n))?;
        let level = Level::new(level)?;
        for (method, lower, upper, bound) in [
            (ShareMethod::Wilson, row[3], row[4], 1e-14),
            (ShareMethod::ClopperPearson, row[5], row[6], 1e-12),
            (ShareMethod::Jeffreys, row[7], row[8], 1e-12),
        ] {
            let interval = share.interval(method, level).ok_or("undefined")?;
            let error = (interval.lower() - lower).abs().max((interval.upper() - upper).abs());
            assert!(error <= bound, "{method:?} {row:?}: off by {error:e}");
        }
    }
    Ok(())
}

/// Where a table prints 0: p values and quantiles at 1e-30.
#[test]
fn far_tails() -> Outcome {
    let table = rows::<2>(include_str!("golden/normal_far.csv"));
    assert_eq!(table.len(), 5);
    for row in table {
        relative(normal::quantile(row[0])?, row[1], 1e-14, &row);
        relative(normal::upper_tail(-row[1])?, row[0], 1e-12, &row);
        relative(normal::two_sided_p(row[1])?, 2.0 * row[0], 1e-12, &row);
    }
    let table = rows::<4>(include_str!("golden/gamma_quantile.csv"));
    assert_eq!(table.len(), 30);
    for row in table {
        let [p, shape, lower, upper] = row;
        relative(gamma::quantile(p, shape)?, lower, 1e-11, &row);
        relative(gamma::tails(shape, upper)?.upper, p, 1e-11, &row);
        let df = count(2.0 * shape);
        relative(gamma::chi_square_upper_quantile(p, df)?, 2.0 * upper, 1e-11, &row);
        relative(gamma::chi_square_upper_tail(2.0 * upper, df)?, p, 1e-11, &row);
    }
    let table = rows::<3>(include_str!("golden/student_quantile.csv"));
    assert_eq!(table.len(), 12);
    for row in table {
        let [p, df, t] = row;
        relative(student::quantile(p, df)?, t, 1e-11, &row);
        // the float 1 - p says less of p the smaller p is
        if p > 0.01 {
            relative(-student::quantile(1.0 - p, df)?, t, 1e-11, &row);
        }
    }
    let table = rows::<3>(include_str!("golden/student_far.csv"));
    assert_eq!(table.len(), 8);
    for row in table {
        let [t, df, p] = row;
        relative(student::two_sided_p(t, df)?, p, 1e-10, &row);
    }
    let table = rows::<4>(include_str!("golden/beta_far.csv"));
    assert_eq!(table.len(), 10);
    for row in table {
        let [p, a, b, x] = row;
        relative(beta::quantile(p, a, b)?, x, 1e-11, &row);
        relative(beta::tails(x, a, b)?.lower, p, 1e-11, &row);
    }
    Ok(())
}

/// Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
/// 17, table I, level 0.95: methods 1 (Wald), 3 (Wilson), 4 (with continuity correction) and 5
/// (Clopper-Pearson), as printed there, to four places.
#[test]
fn newcombe_table_one() -> Outcome {
    for (x, n, wald, wilson, corrected, exact) in [
        (81, 263, [0.2522, 0.3638], [0.2553, 0.3662], [0.2535, 0.3682], [0.2527, 0.3676]),
        (15, 148, [0.0527, 0.1500], [0.0624, 0.1605], [0.0598, 0.1644], [0.0578, 0.1617]),
        (0, 20, [0.0, 0.0], [0.0, 0.1611], [0.0, 0.2005], [0.0, 0.1684]),
        (1, 29, [-0.0319, 0.1009], [0.0061, 0.1718], [0.0018, 0.1963], [0.0009, 0.1776]),
    ] {
        let share = Share::new(x, n)?;
        for (method, printed) in [
            (ShareMethod::Wald, wald),
            (ShareMethod::Wilson, wilson),
            (ShareMethod::WilsonContinuity, corrected),
            (ShareMethod::ClopperPearson, exact),
        ] {
            let interval = share.interval(method, Level::default()).ok_or("undefined")?;
            for (found, printed) in [interval.lower(), interval.upper()].into_iter().zip(printed) {
                assert!((found - printed).abs() <= 5.0001e-5, "{x}/{n} {method:?}: {found}");
            }
        }
    }
    Ok(())
}

#[expect(clippy::as_conversions, reason = "small whole numbers of our own table")]
fn count(value: f64) -> u64 {
    value as u64
}
