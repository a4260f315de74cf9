//! Customer value: a cohort of 2,000 simulated customers, and their purchases.

use std::hint::black_box;

use chrono::{Days, NaiveDate};
use tenure_clv::{
    BgNbd, DiscountRate, Fit, FitStatus, GroupedSummary, HistoryColumns, OccasionPeriod, ParetoNbd,
    Prediction, PurchaseColumns, PurchaseModel, PurchaseSummaries, Refunds, SummaryDefinition,
    TimeSpan, TimeUnit,
};
use tenure_model::{Currency, Instant};

use crate::{Failure, Workload};

const CUSTOMERS: usize = 2_000;

#[inline(never)]
fn measured_clv_summary(
    log: &PurchaseColumns<'_>,
    definition: SummaryDefinition,
    as_of: NaiveDate,
) -> Result<PurchaseSummaries<u64>, Failure> {
    Ok(log.summaries(definition, as_of)?)
}

#[inline(never)]
fn measured_clv_instants(
    log: &PurchaseColumns<'_>,
    definition: SummaryDefinition,
    as_of: Instant,
) -> Result<PurchaseSummaries<u64>, Failure> {
    Ok(log.summaries(definition, as_of)?)
}

#[inline(never)]
fn measured_clv_group(customers: &HistoryColumns<'_>) -> GroupedSummary {
    customers.grouped()
}

#[inline(never)]
fn measured_clv_fit_bg(groups: &GroupedSummary) -> Result<Fit<BgNbd, 4>, Failure> {
    Ok(BgNbd::fit(groups)?)
}

#[inline(never)]
fn measured_clv_fit_pareto(groups: &GroupedSummary) -> Result<Fit<ParetoNbd, 4>, Failure> {
    Ok(ParetoNbd::fit(groups)?)
}

#[inline(never)]
fn measured_clv_alive(
    model: &PurchaseModel,
    customers: &HistoryColumns<'_>,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(model.predict(customers, Prediction::PAlive, out)?)
}

#[inline(never)]
fn measured_clv_expected(
    model: &PurchaseModel,
    customers: &HistoryColumns<'_>,
    horizon: TimeSpan,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(model.predict(customers, Prediction::ExpectedPurchases(horizon), out)?)
}

#[inline(never)]
fn measured_clv_by_period(
    model: &PurchaseModel,
    customers: &HistoryColumns<'_>,
    prediction: Prediction,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(model.predict(customers, prediction, out)?)
}

#[inline(never)]
fn measured_clv_pareto_alive(
    model: ParetoNbd,
    customers: &HistoryColumns<'_>,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(PurchaseModel::from(model).predict(customers, Prediction::PAlive, out)?)
}

#[inline(never)]
fn measured_clv_pareto_expected(
    model: ParetoNbd,
    customers: &HistoryColumns<'_>,
    horizon: TimeSpan,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(PurchaseModel::from(model).predict(
        customers,
        Prediction::ExpectedPurchases(horizon),
        out,
    )?)
}

#[inline(never)]
fn measured_clv_pareto_apart(
    model: ParetoNbd,
    customers: &HistoryColumns<'_>,
    later: TimeSpan,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(PurchaseModel::from(model).predict(customers, Prediction::PAliveAfter(later), out)?)
}

#[inline(never)]
fn measured_clv_discounted(
    model: &PurchaseModel,
    customers: &HistoryColumns<'_>,
    rate: DiscountRate,
    out: &mut [f64],
) -> Result<(), Failure> {
    Ok(model.predict(customers, Prediction::DiscountedPurchases(rate), out)?)
}

/// The columns of a cohort: whole days, told in weeks.
struct Cohort {
    x: Vec<u64>,
    recency: Vec<f64>,
    age: Vec<f64>,
}

impl Cohort {
    fn new() -> Result<Self, Failure> {
        let ages: Vec<TimeSpan> =
            (0..CUSTOMERS).zip((189..274).cycle()).map(|(_, days)| TimeSpan::days(days)).collect();
        let mut found = Self { x: Vec::new(), recency: Vec::new(), age: Vec::new() };
        let none = TimeSpan::new(0.0, TimeUnit::Day)?;
        for customer in published()?.simulate(&ages, none, 7)? {
            let told = customer.history.in_unit(TimeUnit::Day);
            let age = told.age().round();
            found.x.push(told.x());
            found.recency.push(told.recency().ceil().min(age) / 7.0);
            found.age.push(age / 7.0);
        }
        Ok(found)
    }

    fn columns(&self) -> Result<HistoryColumns<'_>, Failure> {
        Ok(HistoryColumns::new(&self.x, &self.recency, &self.age, TimeUnit::Week)?)
    }
}

/// Fader, Hardie, Lee 2005.
fn published() -> Result<PurchaseModel, Failure> {
    Ok(BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?.into())
}

/// The same paper's Pareto/NBD.
fn published_pareto() -> Result<ParetoNbd, Failure> {
    Ok(ParetoNbd::new(0.553, 10.578, 0.606, 11.669, TimeUnit::Week)?)
}

fn summary() -> Result<bool, Failure> {
    let start = NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no such day")?;
    let as_of = NaiveDate::from_ymd_opt(2024, 12, 31).ok_or("no such day")?;
    // Five purchases each, the customers in turn, backwards in time.
    let (mut customers, mut dates, mut minor) = (Vec::new(), Vec::new(), Vec::new());
    for round in (0..5_u64).rev() {
        for customer in 0..2_000_u64 {
            let days = round.saturating_mul(40).saturating_add(customer % 30);
            customers.push(customer);
            dates.push(start.checked_add_days(Days::new(days)).ok_or("no such day")?);
            minor.push(1_000);
        }
    }
    let log = PurchaseColumns::new(&customers, &dates, &minor)?;
    let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net);
    let found = measured_clv_summary(&log, definition, black_box(as_of))?;
    Ok(found.rows.len() == CUSTOMERS && found.rows.iter().all(|(_, one)| one.x() == 4))
}

/// The purchases of `summary`, some microseconds apart: customer, instant and place are wider than one
/// number.
fn instants() -> Result<bool, Failure> {
    const DAY: i64 = 86_400_000_000;
    let at = |micros: i64| Instant::from_micros(micros).ok_or("no such instant");
    let (mut customers, mut instants, mut minor) = (Vec::new(), Vec::new(), Vec::new());
    for round in (0..5_i64).rev() {
        for customer in 0..2_000_u64 {
            let within = i64::try_from(customer.saturating_mul(7_919_000_003) % 2_592_000_000_000)?;
            customers.push(customer);
            instants.push(at(round.saturating_mul(40).saturating_mul(DAY).saturating_add(within))?);
            minor.push(1_000);
        }
    }
    let log = PurchaseColumns::of_instants(&customers, &instants, &minor)?;
    let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net)
        .with_period(OccasionPeriod::Instant);
    let as_of = at(DAY.saturating_mul(365))?;
    let found = measured_clv_instants(&log, definition, black_box(as_of))?;
    Ok(found.rows.len() == CUSTOMERS && found.rows.iter().all(|(_, one)| one.x() == 4))
}

fn group() -> Result<bool, Failure> {
    let cohort = Cohort::new()?;
    let groups = measured_clv_group(black_box(&cohort.columns()?));
    Ok(usize::try_from(groups.customers()) == Ok(CUSTOMERS) && groups.rows().count() < CUSTOMERS)
}

fn fit_bg() -> Result<bool, Failure> {
    let groups = Cohort::new()?.columns()?.grouped();
    Ok(measured_clv_fit_bg(black_box(&groups))?.status == FitStatus::Converged)
}

fn fit_pareto() -> Result<bool, Failure> {
    let groups = Cohort::new()?.columns()?.grouped();
    Ok(measured_clv_fit_pareto(black_box(&groups))?.status != FitStatus::NotConverged)
}

fn alive() -> Result<bool, Failure> {
    let (cohort, model) = (Cohort::new()?, published()?);
    let mut out = vec![-1.0; CUSTOMERS];
    measured_clv_alive(&model, black_box(&cohort.columns()?), &mut out)?;
    Ok(out.iter().all(|p| (0.0..=1.0).contains(p)))
}

fn expected() -> Result<bool, Failure> {
    let (cohort, model) = (Cohort::new()?, published()?);
    let mut out = vec![-1.0; CUSTOMERS];
    let quarter = TimeSpan::new(39.0, TimeUnit::Week)?;
    measured_clv_expected(&model, black_box(&cohort.columns()?), quarter, &mut out)?;
    Ok(out.iter().all(|purchases| *purchases > 0.0))
}

fn discounted() -> Result<bool, Failure> {
    let (cohort, model) = (Cohort::new()?, published()?);
    let mut out = vec![-1.0; CUSTOMERS];
    let rate = DiscountRate::per_year(0.15)?;
    measured_clv_discounted(&model, black_box(&cohort.columns()?), rate, &mut out)?;
    Ok(out.iter().all(|purchases| *purchases > 0.0))
}

/// Twelve months, discounted at the end of each.
fn by_period() -> Result<bool, Failure> {
    let (cohort, model) = (Cohort::new()?, published()?);
    let mut out = vec![-1.0; CUSTOMERS];
    let period = TimeSpan::new(4.345, TimeUnit::Week)?;
    let rate = DiscountRate::per_period(0.01, period)?;
    let prediction = Prediction::DiscountedByPeriod { rate, period, periods: 12 };
    measured_clv_by_period(&model, black_box(&cohort.columns()?), prediction, &mut out)?;
    Ok(out.iter().all(|purchases| *purchases > 0.0))
}

fn pareto_alive() -> Result<bool, Failure> {
    let (cohort, model) = (Cohort::new()?, published_pareto()?);
    let mut out = vec![-1.0; CUSTOMERS];
    measured_clv_pareto_alive(model, black_box(&cohort.columns()?), &mut out)?;
    Ok(out.iter().all(|p| (0.0..=1.0).contains(p)))
}

fn pareto_expected() -> Result<bool, Failure> {
    let (cohort, model) = (Cohort::new()?, published_pareto()?);
    let mut out = vec![-1.0; CUSTOMERS];
    let quarter = TimeSpan::new(39.0, TimeUnit::Week)?;
    measured_clv_pareto_expected(model, black_box(&cohort.columns()?), quarter, &mut out)?;
    Ok(out.iter().all(|purchases| *purchases > 0.0))
}

/// P(alive) later, where `alpha` and `beta` are far apart: integrals, remembered by history.
fn pareto_apart() -> Result<bool, Failure> {
    let model = ParetoNbd::new(0.553, 2.0, 0.606, 200.0, TimeUnit::Week)?;
    let quarter = TimeSpan::new(39.0, TimeUnit::Week)?;
    let cohort = Cohort::new()?;
    let mut out = vec![-1.0; CUSTOMERS];
    measured_clv_pareto_apart(model, black_box(&cohort.columns()?), quarter, &mut out)?;
    Ok(out.iter().all(|p| (0.0..=1.0).contains(p)))
}

pub(crate) const WORKLOADS: [Workload; 12] = [
    ("clv_summary", summary),
    ("clv_instants", instants),
    ("clv_group", group),
    ("clv_fit_bg", fit_bg),
    ("clv_fit_pareto", fit_pareto),
    ("clv_alive", alive),
    ("clv_expected", expected),
    ("clv_by_period", by_period),
    ("clv_pareto_alive", pareto_alive),
    ("clv_pareto_expected", pareto_expected),
    ("clv_pareto_apart", pareto_apart),
    ("clv_discounted", discounted),
];
