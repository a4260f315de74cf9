//! How often intervals hold the truth, by enumeration: every outcome of a sample times its
//! probability. Prints the tables of the README.
//!
//! ```text
//! cargo run --release -p tenure-survey --example coverage
//! ```

#![expect(clippy::print_stdout, reason = "an example program prints its findings")]

mod enumerate;

use std::error::Error;

use tenure_stats::ShareMethod;

use enumerate::{
    Cell, Coverage, Method, NULL_CELLS, Rejections, dirichlet_populations, grid, rejections,
};

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "worst and mean coverage at level 0.95, populations with all shares multiples of 1/20"
    );
    println!("{:<22}{:>16}{:>16}{:>16}", "method", "n = 10", "n = 30", "n = 50");
    for method in Method::ALL {
        let mut line = format!("{:<22}", method.name());
        for n in [10, 30, 50] {
            let Coverage { worst, mean } = enumerate::coverage(method, n, &grid())?;
            line.push_str(&format!("{:>16}", format!("{worst:.3} / {mean:.3}")));
        }
        println!("{line}");
    }

    println!();
    println!("score interval, n = 30, 400 populations drawn from each Dirichlet distribution");
    for parameters in [[1.0, 1.0, 1.0], [2.5, 3.5, 5.0], [0.6, 2.0, 9.0]] {
        let populations = dirichlet_populations(parameters, 400);
        let mut line = format!("{:<22}", format!("{parameters:?}"));
        for n in [10, 30] {
            let Coverage { worst, mean } = enumerate::coverage(Method::Score, n, &populations)?;
            line.push_str(&format!("{:>22}", format!("n = {n}: {worst:.3} / {mean:.3}")));
        }
        println!("{line}");
    }

    println!();
    println!("shares: worst and mean coverage at level 0.95, shares 0.01, 0.02, ..., 0.99");
    for (name, method) in [
        ("Wilson (default)", ShareMethod::Wilson),
        ("Wilson, continuity", ShareMethod::WilsonContinuity),
        ("Clopper-Pearson", ShareMethod::ClopperPearson),
        ("Jeffreys", ShareMethod::Jeffreys),
        ("Agresti-Coull", ShareMethod::AgrestiCoull),
        ("Wald", ShareMethod::Wald),
    ] {
        let mut line = format!("{name:<22}");
        for n in [10, 30, 50, 200] {
            let Coverage { worst, mean } = enumerate::share_coverage(method, n)?;
            line.push_str(&format!("{:>16}", format!("{worst:.3} / {mean:.3}")));
        }
        println!("{line}");
    }

    println!();
    println!("rejections of equal scores at 5 %, in %: detractors/passives/promoters of n");
    println!("{:<26}{:<26}{:>8}{:>8}{:>10}{:>8}", "a", "b", "MOVER", "Wald", "adjusted", "pooled");
    for &Cell { a, b } in NULL_CELLS {
        let Rejections { mover, wald, adjusted, pooled } = rejections(Cell { a, b })?;
        let percent = |share: f64| format!("{:.1}", 100.0 * share);
        println!(
            "{:<26}{:<26}{:>8}{:>8}{:>10}{:>8}",
            enumerate::show(a),
            enumerate::show(b),
            percent(mover),
            percent(wald),
            percent(adjusted),
            percent(pooled)
        );
    }
    Ok(())
}
