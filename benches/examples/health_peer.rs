//! Our side of `peers/health_frame.py`: what scores with interval and contributions take of the same
//! points, in processor time of one thread. Reads a file of points (eight cells a line, empty: missing),
//! prints seconds, the least of five, then `lo,hi` and the contributions to both of every line.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a measurement of known files")]

use std::fmt::Write as _;
use std::time::Duration;

use cpu_time::ThreadTime;
use tenure_benches::health::points_profile;
use tenure_health::{Absence, Reading, Score};

fn main() {
    let file = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let profile = points_profile().unwrap();
    let read = |line: &str| -> Vec<Reading> {
        let cells = line.split(',').zip(profile.components());
        let cells = cells.map(|(cell, component)| match cell {
            "" => Reading::missing(Absence::NotObserved),
            points => component.read(points.parse::<i32>().unwrap().into(), 0),
        });
        cells.collect()
    };
    let rows: Vec<Vec<Reading>> = text.lines().map(read).collect();
    let mut score = Score::new(&profile, rows.first().unwrap()).unwrap();
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = ThreadTime::now();
        let mut sum = 0_i64;
        for row in &rows {
            score.refill(row).unwrap();
            let last = score.parts().last().map_or(0, |part| part.hi);
            sum = sum.wrapping_add(i64::from(score.hi()).wrapping_sub(i64::from(last)));
        }
        std::hint::black_box(sum);
        best = best.min(start.elapsed());
    }
    let mut out = format!("{:.9}\n", best.as_secs_f64());
    for row in &rows {
        score.refill(row).unwrap();
        let _ = write!(out, "{},{}", score.lo(), score.hi());
        for part in score.parts() {
            let _ = write!(out, ",{}", part.lo);
        }
        for part in score.parts() {
            let _ = write!(out, ",{}", part.hi);
        }
        out.push('\n');
    }
    print!("{out}");
}
