//! Our side of `peers/clv_lifetimes.py`: what `tenure-clv` takes for the same work on the same
//! files, in processor time of one thread. Reads a file of customers (`x,t_x,T,zbar`) and a log
//! (`id,date,cents`); prints a line `name seconds answer` each.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a measurement of known files")]

use std::time::Duration;

use chrono::NaiveDate;
use cpu_time::ThreadTime;
use tenure_clv::{
    BgNbd, DiscountRate, GammaGamma, GroupedSpend, HistoryColumns, ParetoNbd, Prediction,
    PurchaseColumns, PurchaseModel, PurchaseRow, Refunds, SortedPurchases, Spend,
    SummaryDefinition, TimeSpan, TimeUnit,
};
use tenure_model::{Currency, Minor};

/// The least of three: what the machine did meanwhile is not ours.
fn timed<T>(name: &str, mut work: impl FnMut() -> T, answer: impl Fn(&T) -> String) {
    let mut best = Duration::MAX;
    let mut last = None;
    for _ in 0..3 {
        let start = ThreadTime::now();
        let done = work();
        best = best.min(start.elapsed());
        last = Some(done);
    }
    println!("{name}\t{:.9}\t{}", best.as_secs_f64(), answer(&last.unwrap()));
}

fn sum(values: &[f64]) -> String {
    format!("{:.8}", values.iter().fold(0.0, |sum, value| sum + value))
}

fn parameters<const N: usize>(values: [f64; N]) -> String {
    values.map(|value| format!("{value:.7}")).join(" ")
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let customers = std::fs::read_to_string(arguments.next().unwrap()).unwrap();
    let log = std::fs::read_to_string(arguments.next().unwrap()).unwrap();
    let (mut x, mut recency, mut age, mut spends) = (vec![], vec![], vec![], GroupedSpend::new());
    for line in customers.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let [count, t_x, t, zbar] = cells.try_into().unwrap();
        let count = format!("{count}").parse::<u64>().unwrap();
        x.push(count);
        recency.push(t_x);
        age.push(t);
        match Spend::new(count, zbar) {
            Ok(spend) => spends.push(spend).unwrap(),
            Err(_) => spends.skip().unwrap(),
        }
    }
    let (mut ids, mut dates, mut cents) = (vec![], vec![], vec![]);
    for line in log.lines().skip(1) {
        let mut cells = line.split(',');
        ids.push(cells.next().unwrap().parse::<u64>().unwrap());
        dates.push(cells.next().unwrap().parse::<NaiveDate>().unwrap());
        cents.push(cells.next().unwrap().parse::<i64>().unwrap());
    }
    let week = TimeUnit::Week;
    let columns = HistoryColumns::new(&x, &recency, &age, week).unwrap();
    let definition = SummaryDefinition::new(Currency::new("USD").unwrap(), Refunds::Drop);
    let as_of = NaiveDate::from_ymd_opt(1997, 10, 1).unwrap();

    timed(
        "summary unsorted",
        || {
            PurchaseColumns::new(&ids, &dates, &cents)
                .unwrap()
                .summaries(definition, as_of)
                .unwrap()
        },
        |found| format!("{} rows", found.rows.len()),
    );
    let mut sorted: Vec<(u64, NaiveDate, i64)> = ids
        .iter()
        .zip(&dates)
        .zip(&cents)
        .map(|((&id, &date), &cents)| (id, date, cents))
        .collect();
    sorted.sort();
    timed(
        "summary sorted",
        || {
            let mut stream = SortedPurchases::new(definition, as_of).unwrap();
            let mut found = Vec::new();
            for &(id, date, cents) in &sorted {
                let row = PurchaseRow::purchase(date, Minor::new(cents)).unwrap();
                if let Some((id, outcome)) = stream.push(id, row).unwrap() {
                    let one = outcome.summary.unwrap();
                    found.push((id, one.x(), one.recency(), one.age()));
                }
            }
            let (id, outcome) = stream.finish().unwrap();
            let one = outcome.summary.unwrap();
            found.push((id, one.x(), one.recency(), one.age()));
            found
        },
        |found| format!("{} rows", found.len()),
    );
    timed(
        "BG/NBD fit",
        || BgNbd::fit(&columns.grouped()).unwrap(),
        |fit| format!("{} {:?}", parameters(fit.model.parameters()), fit.status),
    );
    timed(
        "MBG/NBD fit",
        || BgNbd::fit_modified(&columns.grouped()).unwrap(),
        |fit| format!("{} {:?}", parameters(fit.model.parameters()), fit.status),
    );
    if x.len() <= 100_000 {
        timed(
            "Pareto/NBD fit",
            || ParetoNbd::fit(&columns.grouped()).unwrap(),
            |fit| format!("{} {:?}", parameters(fit.model.parameters()), fit.status),
        );
    }
    timed(
        "Gamma-Gamma fit",
        || GammaGamma::fit(&spends).unwrap(),
        |fit| format!("{} {:?}", parameters(fit.model.parameters()), fit.status),
    );
    let models: [(&str, PurchaseModel); 2] = [
        ("BG/NBD", BgNbd::new(0.243, 4.414, 0.793, 2.426, week).unwrap().into()),
        ("Pareto/NBD", ParetoNbd::new(0.553, 10.578, 0.606, 11.669, week).unwrap().into()),
    ];
    let horizon = TimeSpan::new(39.0, week).unwrap();
    let month = TimeSpan::new(4.345, week).unwrap();
    let rate = DiscountRate::per_period(0.01, month).unwrap();
    let weekly = DiscountRate::continuous(0.0027, week).unwrap();
    let mut out = vec![0.0; x.len()];
    for (name, model) in models {
        for (what, prediction) in [
            ("P(alive)", Prediction::PAlive),
            ("E[X(39)]", Prediction::ExpectedPurchases(horizon)),
            (
                "12-month discounted value",
                Prediction::DiscountedByPeriod { rate, period: month, periods: 12 },
            ),
            ("DERT", Prediction::DiscountedPurchases(weekly)),
        ] {
            let mut best = Duration::MAX;
            for _ in 0..3 {
                let start = ThreadTime::now();
                model.predict(&columns, prediction, &mut out).unwrap();
                best = best.min(start.elapsed());
            }
            println!("{name} {what}\t{:.9}\t{}", best.as_secs_f64(), sum(&out));
        }
    }
}
