//! Fixed work, for counting instructions: `valgrind --tool=callgrind` collects inside one of the
//! functions `measured_*`, and `.ci/instructions` compares the count with the committed one.
//!
//! With the name of a workload as argument it runs that one; without, all of them, answers checked.
//! A module an area; a workload is named as the function it measures, after `measured_`.

mod classify;
mod clv;
mod health;
mod revenue;
mod service;
mod survey;

/// Why a workload could not be run.
type Failure = Box<dyn std::error::Error>;

/// A name, and what makes up the inputs, does the work and says whether its answer is right.
type Workload = (&'static str, fn() -> Result<bool, Failure>);

fn workloads() -> impl Iterator<Item = Workload> {
    let areas = [
        classify::WORKLOADS.as_slice(),
        &clv::WORKLOADS,
        &health::WORKLOADS,
        &revenue::WORKLOADS,
        &service::WORKLOADS,
        &survey::WORKLOADS,
    ];
    areas.concat().into_iter()
}

fn main() -> Result<(), Failure> {
    // `cargo bench` says `--bench` to every bench, and users say `--test`.
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    if std::env::args().any(|one| one == "--list") {
        workloads().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    }
    let mut ran = 0_usize;
    for (name, run) in workloads() {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            ran = ran.saturating_add(1);
            if !run()? {
                return Err(format!("`{name}` has another answer").into());
            }
        }
    }
    if ran == 0 { Err(format!("no workload of {asked:?}").into()) } else { Ok(()) }
}
