//! How often intervals hold the truth, by enumeration: the bars, and the figures published before this
//! code was. `cargo run --release -p tenure-survey --example coverage` prints whole tables.

use tenure_stats::ShareMethod;

#[path = "../examples/enumerate/mod.rs"]
mod enumerate;

use enumerate::{
    Cell, Coverage, Fallible, Method, NULL_CELLS, coverage, dirichlet_populations, grid,
    rejections, share_coverage, show,
};

#[test]
fn worst_coverage_of_one_score() -> Fallible<()> {
    for (method, n, published) in [
        (Method::Score, 10, 0.939),
        (Method::Score, 30, 0.938),
        (Method::Score, 50, 0.944),
        (Method::Wald, 10, 0.649),
        (Method::Wald, 30, 0.879),
        (Method::Wald, 50, 0.884),
    ] {
        let found = coverage(method, n, &grid())?.worst;
        assert!((found - published).abs() <= 6e-4, "{method:?} at {n}: {found}");
        assert!(method != Method::Score || found >= 0.93, "{n}: {found}");
    }
    assert_eq!(grid().len(), 171);
    Ok(())
}

/// What the README says of every method at n = 10, to its three places.
#[test]
fn the_table_at_ten() -> Fallible<()> {
    let printed = include_str!("../README.md");
    for method in Method::ALL {
        let Coverage { worst, mean } = coverage(method, 10, &grid())?;
        let row = format!("| {} | {worst:.3} / {mean:.3} |", method.name());
        assert!(printed.contains(&row), "{row}");
    }
    Ok(())
}

#[test]
fn the_share_table_at_ten() -> Fallible<()> {
    let printed = include_str!("../../tenure-stats/README.md");
    for (name, method) in [
        ("Wilson (default)", ShareMethod::Wilson),
        ("Wilson, continuity", ShareMethod::WilsonContinuity),
        ("Clopper-Pearson", ShareMethod::ClopperPearson),
        ("Jeffreys", ShareMethod::Jeffreys),
        ("Agresti-Coull", ShareMethod::AgrestiCoull),
        ("Wald", ShareMethod::Wald),
    ] {
        let Coverage { worst, mean } = share_coverage(method, 10)?;
        let row = format!("| {name} | {worst:.3} / {mean:.3} |");
        assert!(printed.contains(&row), "{row}");
        // "exact" means never below the level
        assert!(method != ShareMethod::ClopperPearson || worst >= 0.95, "{worst}");
    }
    Ok(())
}

/// Populations nobody chose by hand, at n = 30.
#[test]
fn coverage_of_drawn_populations() -> Fallible<()> {
    // in the third, detractors are so rare that most samples have none
    for (parameters, bar) in
        [([1.0, 1.0, 1.0], 0.93), ([2.5, 3.5, 5.0], 0.93), ([0.6, 2.0, 9.0], 0.90)]
    {
        let populations = dirichlet_populations(parameters, 400);
        let Coverage { worst, mean } = coverage(Method::Score, 30, &populations)?;
        assert!(worst >= bar && mean >= 0.95, "{parameters:?}: {worst} {mean}");
    }
    Ok(())
}

/// A test of level 5 % should reject equal scores in 5 % of samples. The first cell is the published
/// one; those of two large samples are left to the example.
#[test]
fn rejections_of_equal_scores() -> Fallible<()> {
    for (index, &cell) in NULL_CELLS.iter().enumerate() {
        let Cell { a, b } = cell;
        if a.1.max(b.1) > 10 && index > 0 && cfg!(debug_assertions) {
            continue;
        }
        let found = rejections(cell)?;
        assert!(found.mover <= 0.06, "{} {}: {found:?}", show(a), show(b));
        if index == 0 {
            for (found, published) in
                [(found.pooled, 0.246), (found.wald, 0.098), (found.mover, 0.048)]
            {
                assert!((found - published).abs() <= 6e-4, "{found}, published {published}");
            }
        }
    }
    Ok(())
}
