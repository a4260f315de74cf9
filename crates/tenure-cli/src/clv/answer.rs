//! Fits, predictions, checks and values.

use tenure::clv::{
    BgNbd, Bootstrap, Dropout, ExpectedSpend, Fit, FitError, FitOptions, FitStatus, FitSummary,
    FittedModel, FrequencyClass, FrequencyFit, GammaGamma, GateThresholds, GateVerdict,
    GroupedSpend, GroupedSummary, HistoryColumns, HoldoutAccuracy, Nbd, ParetoNbd, Prediction,
    PurchaseLog, PurchaseModel, PurchaseTime, PurchaseTimeError, Scale, SpendGate, TimeSpan,
    TimeUnit, Tracking, compare,
};
use tenure::stats::{Interval, Level, count_to_f64};

use super::read::Customers;
use super::when::When;
use super::{Asked, ModelName};
use crate::error::CommandError;
use crate::progress;

/// A parameter, its estimate, and how sure it is.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) estimate: f64,
    pub(crate) standard_error: Option<f64>,
    /// Over samples of the customers.
    pub(crate) bootstrap_error: Option<f64>,
}

/// A total over all customers.
#[derive(Debug)]
pub(crate) struct Total {
    pub(crate) value: f64,
    pub(crate) standard_error: Option<f64>,
    pub(crate) interval: Option<Interval>,
}

/// A model, fitted.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) model: PurchaseModel,
    pub(crate) summary: FitSummary,
    pub(crate) status: &'static str,
    pub(crate) condition: Option<f64>,
    pub(crate) parameters: Vec<Parameter>,
    /// P(alive), and purchases within the horizon, of all customers together.
    pub(crate) alive: Total,
    pub(crate) purchases: Total,
    /// How the samples of the bootstrap ended: converged, and not.
    pub(crate) bootstrap: Option<(u64, u32, u64)>,
}

/// The model of spend and the gate before it.
#[derive(Debug)]
pub(crate) struct SpendPart {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) status: &'static str,
    pub(crate) log_likelihood: f64,
    pub(crate) gate: SpendGate,
}

/// What came after the cut.
#[derive(Debug)]
pub(crate) struct After {
    pub(crate) cut: PurchaseTime,
    pub(crate) end: PurchaseTime,
    pub(crate) customers: u64,
    pub(crate) first_seen_after: u64,
    pub(crate) accuracy: HoldoutAccuracy,
    pub(crate) classes: Vec<FrequencyClass>,
    pub(crate) tracking: Tracking,
}

/// What is predicted of one customer, by column.
#[derive(Debug, Default)]
pub(crate) struct Predicted {
    pub(crate) p_alive: Vec<f64>,
    pub(crate) expected: Vec<f64>,
    /// `None` where unbounded.
    pub(crate) discounted: Option<Vec<f64>>,
    /// Within twelve months, discounted at the end of each.
    pub(crate) months: Vec<f64>,
    pub(crate) spend: Vec<Option<f64>>,
    /// Residual value and value within twelve months; `None` where the spend is, and of all where
    /// the gate is shut.
    pub(crate) value: Vec<Option<f64>>,
    pub(crate) months_value: Vec<Option<f64>>,
}

/// Everything that is written.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) customers: u64,
    pub(crate) distinct: usize,
    pub(crate) horizon: TimeSpan,
    pub(crate) discount_per_year: f64,
    pub(crate) margin: f64,
    pub(crate) criterion: &'static str,
    /// The best first.
    pub(crate) fitted: Vec<Fitted>,
    /// Models that could not be fitted, and why.
    pub(crate) not_fitted: Vec<(&'static str, String)>,
    pub(crate) frequencies: FrequencyFit,
    pub(crate) after: Option<After>,
    /// Or why there is no model of spend.
    pub(crate) spend: Result<SpendPart, String>,
    /// Whether values are given.
    pub(crate) valued: bool,
    pub(crate) predicted: Predicted,
}

/// Months of the truncated value.
pub(crate) const MONTHS: u16 = 12;
/// Classes of purchase counts from so many on are one.
const LAST_CLASS: u16 = 7;

/// Fits what was asked for and predicts with the best.
pub(crate) fn of(customers: &Customers, asked: &Asked) -> Result<Answer, CommandError> {
    let columns = customers.columns()?;
    let steps = u64::try_from(asked.models.len()).unwrap_or(0).saturating_add(3);
    let bar = progress::steps(steps);
    bar.set_message("group");
    let groups = columns.grouped();
    bar.inc(1);
    let (mut fitted, mut not_fitted) = (Vec::new(), Vec::new());
    for &model in &asked.models {
        bar.set_message(format!("fit {}", name(model)));
        match fit(model, &groups, asked, false) {
            Ok(found) => fitted.push(found),
            Err(error) => not_fitted.push((name(model), error.to_string())),
        }
        bar.inc(1);
    }
    if fitted.is_empty() {
        let why = not_fitted.iter().map(|(model, why)| format!("{model}: {why}"));
        let why = why.collect::<Vec<_>>().join("; ");
        return Err(CommandError::Clv(format!("`{}`: no model fits: {why}", customers.source)));
    }
    if asked.options.penalty() <= 0.0 {
        let summaries: Vec<FitSummary> = fitted.iter().map(|found| found.summary).collect();
        let ranked = compare(&summaries, asked.criterion)
            .map_err(|error| CommandError::Clv(error.to_string()))?;
        let rank = |name: &str| ranked.iter().position(|other| other.name == name);
        fitted.sort_by_key(|found| rank(found.summary.name));
    }
    bar.set_message("predict");
    if asked.bootstrap.is_some()
        && let Some(best) = fitted.first_mut()
    {
        let again = asked.models.iter().copied().find(|&model| name(model) == best.summary.name);
        if let Some(model) = again {
            *best = fit(model, &groups, asked, true)
                .map_err(|error| CommandError::Clv(error.to_string()))?;
        }
    }
    let best = fitted.first().map(|best| (best.model, best.summary.parameters));
    let Some((model, parameters)) = best else {
        return Err(CommandError::Clv("no model fits".to_owned()));
    };
    let frequencies =
        FrequencyFit::of(&groups, model, u16::try_from(parameters).unwrap_or(u16::MAX), LAST_CLASS);
    let spend = spend_part(customers, asked.options);
    let shut = spend.as_ref().is_ok_and(|part| part.gate.verdict == GateVerdict::Violated);
    let valued = spend.is_ok() && (!shut || asked.despite_gate);
    let spend_model =
        spend.as_ref().ok().map(|_| ()).and(gamma_gamma(customers, asked.options).ok());
    let predicted = predict(customers, &columns, &model, asked, spend_model.filter(|_| valued))?;
    bar.inc(1);
    bar.set_message("hold against what came after");
    let after = asked.cut.as_ref().map(|cut| after(customers, asked, cut)).transpose()?;
    bar.finish_and_clear();
    Ok(Answer {
        customers: groups.customers(),
        distinct: groups.rows().count(),
        horizon: asked.horizon,
        discount_per_year: asked.discount_per_year,
        margin: asked.margin,
        criterion: match asked.criterion {
            tenure::clv::Criterion::Aic => "aic",
            tenure::clv::Criterion::Bic => "bic",
        },
        fitted,
        not_fitted,
        frequencies,
        after,
        spend,
        valued,
        predicted,
    })
}

const fn name(model: ModelName) -> &'static str {
    match model {
        ModelName::BgNbd => "bg_nbd",
        ModelName::MbgNbd => "mbg_nbd",
        ModelName::ParetoNbd => "pareto_nbd",
        ModelName::Nbd => "nbd",
    }
}

/// One model, fitted; with samples of the customers if `again`.
fn fit(
    model: ModelName,
    groups: &GroupedSummary,
    asked: &Asked,
    again: bool,
) -> Result<Fitted, FitError> {
    let options = asked.options;
    match model {
        ModelName::BgNbd => {
            let fit = BgNbd::fit_with(groups, Dropout::AfterRepeats, options)?;
            describe(name(model), &fit, groups, asked, again)
        }
        ModelName::MbgNbd => {
            let fit = BgNbd::fit_with(groups, Dropout::AfterAny, options)?;
            describe(name(model), &fit, groups, asked, again)
        }
        ModelName::ParetoNbd => {
            describe(name(model), &ParetoNbd::fit_with(groups, options)?, groups, asked, again)
        }
        ModelName::Nbd => {
            describe(name(model), &Nbd::fit_with(groups, options)?, groups, asked, again)
        }
    }
}

fn describe<M, const N: usize>(
    name: &'static str,
    fit: &Fit<M, N>,
    groups: &GroupedSummary,
    asked: &Asked,
    again: bool,
) -> Result<Fitted, FitError>
where
    M: FittedModel<N, Data = GroupedSummary> + Into<PurchaseModel>,
{
    let samples = match asked.bootstrap.filter(|_| again) {
        Some((replicates, seed)) => Some(fit.bootstrap(groups, replicates, seed)?),
        None => None,
    };
    let distinct = Distinct::of(groups);
    let total = |prediction| {
        let found = fit.estimate(|model| distinct.total((*model).into(), prediction));
        let interval = found.interval(Level::default(), Scale::Log);
        Total { value: found.value, standard_error: found.se, interval }
    };
    Ok(Fitted {
        model: fit.model.into(),
        summary: fit.summary(name),
        status: status(&fit.status),
        condition: fit.condition,
        parameters: parameters(fit, samples.as_ref()),
        alive: total(Prediction::PAlive),
        purchases: total(Prediction::ExpectedPurchases(asked.horizon)),
        bootstrap: samples.map(|samples| {
            let converged = u64::try_from(samples.models.len()).unwrap_or(u64::MAX);
            (converged, samples.not_converged, samples.seed)
        }),
    })
}

const fn status<const N: usize>(status: &FitStatus<N>) -> &'static str {
    match status {
        FitStatus::Converged => "converged",
        FitStatus::Ridge { .. } => "ridge: the data hardly decide the parameters",
        _ => "not converged",
    }
}

fn parameters<M: FittedModel<N>, const N: usize>(
    fit: &Fit<M, N>,
    samples: Option<&Bootstrap<M>>,
) -> Vec<Parameter> {
    let errors = fit.se.map_or([None; N], |errors| errors.map(Some));
    let values = M::NAMES.into_iter().zip(fit.model.parameters()).zip(errors).enumerate();
    let found = values.map(|(place, ((name, estimate), standard_error))| Parameter {
        name,
        estimate,
        standard_error,
        bootstrap_error: samples.and_then(|samples| {
            samples.se(|model| model.parameters().get(place).copied().unwrap_or_default())
        }),
    });
    found.collect()
}

/// Distinct histories as columns, with how many customers have each.
struct Distinct {
    x: Vec<u64>,
    recency: Vec<f64>,
    age: Vec<f64>,
    weights: Vec<f64>,
    unit: TimeUnit,
}

impl Distinct {
    fn of(groups: &GroupedSummary) -> Self {
        let mut found = Self {
            x: Vec::new(),
            recency: Vec::new(),
            age: Vec::new(),
            weights: Vec::new(),
            unit: groups.unit(),
        };
        for (told, weight) in groups.rows() {
            found.x.push(told.x());
            found.recency.push(told.recency());
            found.age.push(told.age());
            found.weights.push(count_to_f64(weight));
        }
        found
    }

    /// The prediction of all customers together; not a number where it cannot be had.
    fn total(&self, model: PurchaseModel, prediction: Prediction) -> f64 {
        let mut out = vec![0.0; self.x.len()];
        let columns = HistoryColumns::new(&self.x, &self.recency, &self.age, self.unit);
        let done = columns.and_then(|columns| model.predict(&columns, prediction, &mut out));
        if done.is_err() {
            return f64::NAN;
        }
        out.iter().zip(&self.weights).fold(0.0, |sum, (value, weight)| sum + value * weight)
    }
}

fn grouped_spend(customers: &Customers) -> Result<GroupedSpend, String> {
    let mut groups = GroupedSpend::new();
    for spend in &customers.spends {
        match spend {
            Some(spend) => groups.push(*spend),
            None => groups.skip(),
        }
        .map_err(|error| error.to_string())?;
    }
    Ok(groups)
}

fn gamma_gamma(customers: &Customers, options: FitOptions) -> Result<GammaGamma, String> {
    let fit = GammaGamma::fit_with(&grouped_spend(customers)?, options);
    fit.map(|fit| fit.model).map_err(|error| error.to_string())
}

fn spend_part(customers: &Customers, options: FitOptions) -> Result<SpendPart, String> {
    let groups = grouped_spend(customers)?;
    let fit = GammaGamma::fit_with(&groups, options).map_err(|error| error.to_string())?;
    let gate = SpendGate::of(&groups, &fit.model, GateThresholds::default(), Level::default());
    Ok(SpendPart {
        parameters: parameters(&fit, None),
        status: status(&fit.status),
        log_likelihood: fit.log_likelihood,
        gate,
    })
}

fn predict(
    customers: &Customers,
    columns: &HistoryColumns<'_>,
    model: &PurchaseModel,
    asked: &Asked,
    spend: Option<GammaGamma>,
) -> Result<Predicted, CommandError> {
    let told = |error: &dyn std::error::Error| CommandError::Clv(error.to_string());
    let column = |prediction| {
        let mut out = vec![0.0; columns.len()];
        model.predict(columns, prediction, &mut out).map(|()| out)
    };
    let period = TimeSpan::new(1.0, TimeUnit::Month).map_err(|error| told(&error))?;
    let months = Prediction::DiscountedByPeriod { rate: asked.discount, period, periods: MONTHS };
    let mut found = Predicted {
        p_alive: column(Prediction::PAlive).map_err(|error| told(&error))?,
        expected: column(Prediction::ExpectedPurchases(asked.horizon))
            .map_err(|error| told(&error))?,
        discounted: column(Prediction::DiscountedPurchases(asked.discount)).ok(),
        months: column(months).map_err(|error| told(&error))?,
        ..Predicted::default()
    };
    let Some(spend) = spend else { return Ok(found) };
    for ((known, &x), place) in customers.spends.iter().zip(&customers.x).zip(0_usize..) {
        let mean = match known {
            Some(known) => spend.expected_spend(known).mean(),
            // Nothing repeated: what is expected of anybody. Repeats of nothing: undefined.
            None if x == 0 => spend.population_mean().mean(),
            None => ExpectedSpend::MeanUndefined.mean(),
        };
        let worth = |column: Option<&Vec<f64>>| {
            let purchases = column.and_then(|column| column.get(place));
            purchases.zip(mean).map(|(purchases, mean)| purchases * mean * asked.margin)
        };
        found.value.push(worth(found.discounted.as_ref()));
        found.months_value.push(worth(Some(&found.months)));
        found.spend.push(mean);
    }
    Ok(found)
}

fn after(customers: &Customers, asked: &Asked, cut: &When) -> Result<After, CommandError> {
    let told = |error: &dyn std::error::Error| CommandError::Clv(format!("--cut: {error}"));
    let (Some(log), Some(end)) = (&customers.log, customers.as_of) else {
        return Err(CommandError::Clv("--cut needs purchases, not customers".to_owned()));
    };
    let cut = customers.clock.end_of(cut);
    let cut = cut.map_err(|why| CommandError::Clv(format!("--cut: {why}")))?;
    let holdout = log.holdout(cut, end).map_err(|error| told(&error))?;
    let groups = holdout.calibration(customers.unit);
    let mut best: Option<Fitted> = None;
    let mut why = None;
    for &model in &asked.models {
        match fit(model, &groups, asked, false) {
            Ok(found) => {
                let better = |best: &Fitted| {
                    let value = |fit: &FitSummary| match asked.criterion {
                        tenure::clv::Criterion::Aic => fit.aic(),
                        tenure::clv::Criterion::Bic => fit.bic(),
                    };
                    (found.summary.converged, -value(&found.summary))
                        > (best.summary.converged, -value(&best.summary))
                };
                if best.as_ref().is_none_or(better) {
                    best = Some(found);
                }
            }
            Err(error) => why = Some(error),
        }
    }
    let Some(best) = best else {
        let why = why.map_or_else(String::new, |error| error.to_string());
        return Err(CommandError::Clv(format!("--cut: no model fits the calibration: {why}")));
    };
    let (start, weeks) = cohort(log, end).map_err(|error| told(&error))?;
    let tracking = log.tracking(best.model, start.unwrap_or(cut), weeks);
    Ok(After {
        cut,
        end,
        customers: u64::try_from(holdout.rows.len()).unwrap_or(u64::MAX),
        first_seen_after: holdout.first_seen_after,
        accuracy: holdout.accuracy(best.model),
        classes: holdout.by_frequency(best.model, LAST_CLASS),
        tracking: tracking.map_err(|error| told(&error))?,
    })
}

/// When the first occasion of all started, if there is one, and how many whole weeks it is to the end.
fn cohort(
    log: &PurchaseLog<String>,
    end: PurchaseTime,
) -> Result<(Option<PurchaseTime>, u16), PurchaseTimeError> {
    let summaries = log.summaries(end)?;
    let start = summaries.rows.iter().map(|(_, summary)| summary.first()).min();
    // The last day, or the last microsecond, is one of them.
    let days = start.and_then(|start| match (start.date(), end.date()) {
        (Some(from), Some(to)) => to.signed_duration_since(from).num_days().checked_add(1),
        _ => {
            let micros = end.instant()?.micros().checked_sub(start.instant()?.micros())?;
            micros.checked_add(1)?.checked_div(86_400_000_000)
        }
    });
    let weeks = days.unwrap_or(0).checked_div(7).unwrap_or(0);
    Ok((start, u16::try_from(weeks).unwrap_or(u16::MAX)))
}
