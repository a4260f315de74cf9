//! How fast a column of answers is counted, against summing the same bytes in the same run.
//!
//! ```text
//! cargo run --release -p tenure-survey --example throughput            # 100,000,000 rows
//! cargo run --release -p tenure-survey --example throughput -- 10000000
//! ```

#![expect(clippy::print_stdout, reason = "an example program prints its findings")]

use std::error::Error;
use std::hint::black_box;
use std::str::FromStr;
use std::time::{Duration, Instant};

use tenure_stats::{count_to_f64, len_to_f64};
use tenure_survey::{Definition, GroupedTally, Tally};

const ROWS: usize = 100_000_000;
const GROUPS: u32 = 1_000;
/// Other programs share the machine: the fastest of so many rounds counts.
const ROUNDS: u32 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let rows = match std::env::args().nth(1) {
        Some(text) => usize::from_str(&text)?,
        None => ROWS,
    };
    let mut random = Random(20_260_101);
    // answers from 0 to 11: now and then one that is off the scale
    let answers: Vec<u8> = (0..rows).map(|_| random.byte_below(12)).collect();
    let groups: Vec<u32> = (0..rows).map(|_| random.below(GROUPS)).collect();

    let sum = fastest(|| {
        black_box(&answers).iter().fold(0_u64, |sum, &byte| sum.wrapping_add(u64::from(byte)))
    });
    let mut tally = Tally::new(Definition::nps());
    let histogram = fastest(|| {
        tally = Tally::new(Definition::nps());
        tally.push_column(black_box(&answers))
    });
    let by_group_plain = fastest(|| {
        let mut sums = vec![0_u64; 1_000];
        for (&group, &answer) in black_box(&groups).iter().zip(&answers) {
            if let Ok(group) = usize::try_from(group)
                && let Some(sum) = sums.get_mut(group)
            {
                *sum = sum.wrapping_add(u64::from(answer));
            }
        }
        sums
    });
    let mut grouped = GroupedTally::new(Definition::nps(), 1_000)?;
    let by_group = fastest(|| {
        grouped = GroupedTally::new(Definition::nps(), 1_000)?;
        grouped.push_columns(black_box(&groups), &answers)
    });

    // the two ways to count must agree before their times mean anything
    let mut together = Tally::new(Definition::nps());
    for group in grouped.tallies() {
        together.merge(&group)?;
    }
    assert_eq!(together, tally, "grouped and whole differ");

    let rate = |time: Duration| len_to_f64(rows) / time.as_secs_f64() / 1e9;
    println!("{rows} rows, one core, fastest of {ROUNDS} rounds, in rows a nanosecond");
    println!("sum of the bytes       {:.2}", rate(sum));
    println!(
        "histogram              {:.2}  {:.2} of the sum",
        rate(histogram),
        ratio(sum, histogram)
    );
    println!("sums by group          {:.2}", rate(by_group_plain));
    println!(
        "histograms by group    {:.2}  {:.2} of the sums by group",
        rate(by_group),
        ratio(by_group_plain, by_group)
    );
    println!("counted {}, off the scale {}", tally.answered(), tally.exclusions().total());
    Ok(())
}

fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(work());
        least = least.min(start.elapsed());
    }
    least
}

fn ratio(whole: Duration, part: Duration) -> f64 {
    whole.as_secs_f64() / part.as_secs_f64().max(1.0 / count_to_f64(u64::MAX))
}

/// Steele, Lea and Flood 2014, "`SplitMix`".
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        let wide = (self.next() >> 32).wrapping_mul(u64::from(bound)) >> 32;
        u32::try_from(wide).unwrap_or(0) // below the bound
    }

    fn byte_below(&mut self, bound: u8) -> u8 {
        u8::try_from(self.below(u32::from(bound))).unwrap_or(0) // below the bound
    }
}
