//! Definitions and states as documents: read back through the constructors, and checked as a whole.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tenure_model::{
    Currency, Instant, MinorUnits, Month, Period, Rounding, Zone, parse_date, parse_decimal,
};
use tenure_stats::SurvivalCount;

use crate::cohort::CohortRow;
use crate::definition::{
    ChurnRecognition, Discounts, FxPolicy, LatePolicy, MonthlyFactor, NegativePolicy, PausePolicy,
    RevenueDefinition, RevenueUnit,
};
use crate::exchange::ExchangeRates;
use crate::plan::{RevenuePlan, span};
use crate::renewal::{LateRenewal, RenewalDefinition, RenewalState, RenewalSums};
use crate::retention::WindowSums;
use crate::state::{MonthSums, RevenueState, Sums};

const STATE_SCHEMA: &str = "tenure.revenue.state.1";
const RENEWAL_SCHEMA: &str = "tenure.revenue.renewals.1";

fn same_schema<E: Error>(found: &str, expected: &str) -> Result<(), E> {
    if found == expected {
        Ok(())
    } else {
        Err(E::custom(format_args!("schema `{found}` is not `{expected}`")))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "MonthlyFactor")]
struct FactorForm {
    num: u32,
    den: u32,
}

impl Serialize for MonthlyFactor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FactorForm { num: self.num(), den: self.den() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MonthlyFactor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = FactorForm::deserialize(deserializer)?;
        Self::new(form.num, form.den).map_err(D::Error::custom)
    }
}

/// A row of the exchange rates; without a month, the constant rate.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "ExchangeRate")]
struct RateForm {
    currency: String,
    month: Option<Month>,
    rate: String,
}

impl Serialize for ExchangeRates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(currency, month, rate)| RateForm {
            currency: currency.code().to_owned(),
            month,
            rate: rate.to_string(),
        }))
    }
}

impl<'de> Deserialize<'de> for ExchangeRates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut rates = Self::default();
        for form in Vec::<RateForm>::deserialize(deserializer)? {
            let currency = currency(&form.currency)?;
            let rate = parse_decimal(&form.rate).map_err(D::Error::custom)?;
            match form.month {
                Some(month) => rates.add(currency, month, rate),
                None => rates.add_constant(currency, rate),
            }
            .map_err(D::Error::custom)?;
        }
        Ok(rates)
    }
}

fn currency<E: Error>(code: &str) -> Result<Currency, E> {
    Currency::new(code).map_err(E::custom)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "RevenueDefinition")]
struct DefinitionForm {
    currency: String,
    minor_units: MinorUnits,
    zone: String,
    unit: RevenueUnit,
    rounding: Rounding,
    week: MonthlyFactor,
    day: MonthlyFactor,
    discounts: Discounts,
    churn_recognition: ChurnRecognition,
    pause: PausePolicy,
    negative: NegativePolicy,
    late: LatePolicy,
    known_by: Option<Instant>,
    fx: FxPolicy,
    rates: ExchangeRates,
    reactivation_window_days: Option<u32>,
}

impl Serialize for RevenueDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DefinitionForm {
            currency: self.currency.code().to_owned(),
            minor_units: self.minor_units.clone(),
            zone: self.zone.name(),
            unit: self.unit,
            rounding: self.rounding,
            week: self.week,
            day: self.day,
            discounts: self.discounts,
            churn_recognition: self.churn_recognition,
            pause: self.pause,
            negative: self.negative,
            late: self.late,
            known_by: self.known_by,
            fx: self.fx,
            rates: self.rates.clone(),
            reactivation_window_days: self.reactivation_window_days,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RevenueDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = DefinitionForm::deserialize(deserializer)?;
        Ok(Self {
            currency: currency(&form.currency)?,
            minor_units: form.minor_units,
            zone: Zone::parse(&form.zone).map_err(D::Error::custom)?,
            unit: form.unit,
            rounding: form.rounding,
            week: form.week,
            day: form.day,
            discounts: form.discounts,
            churn_recognition: form.churn_recognition,
            pause: form.pause,
            negative: form.negative,
            late: form.late,
            known_by: form.known_by,
            fx: form.fx,
            rates: form.rates,
            reactivation_window_days: form.reactivation_window_days,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "RevenuePlan")]
struct PlanForm {
    definition: RevenueDefinition,
    first: Month,
    last: Month,
    windows: Vec<(Month, Month)>,
}

impl Serialize for RevenuePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PlanForm {
            definition: self.definition().clone(),
            first: self.first(),
            last: self.last(),
            windows: self.windows().to_vec(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RevenuePlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = PlanForm::deserialize(deserializer)?;
        let plan = Self::new(form.definition, form.first, form.last).map_err(D::Error::custom)?;
        form.windows
            .into_iter()
            .try_fold(plan, |plan, (from, to)| plan.with_window(from, to).map_err(D::Error::custom))
    }
}

/// The sums, maps as lists: a list cannot have a key twice unseen.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "RevenueState")]
struct StateForm {
    schema: String,
    plan: RevenuePlan,
    accounts: u64,
    months: Vec<MonthSums>,
    windows: Vec<WindowSums>,
    cohorts: Vec<(Month, Vec<CohortRow>)>,
    spells: Vec<(u64, SurvivalCount)>,
}

impl Serialize for RevenueState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sums = self.sums();
        StateForm {
            schema: STATE_SCHEMA.to_owned(),
            plan: self.plan().clone(),
            accounts: sums.accounts,
            months: sums.months.clone(),
            windows: sums.windows.clone(),
            cohorts: sums.cohorts.iter().map(|(&month, rows)| (month, rows.clone())).collect(),
            spells: sums.survival.iter().map(|(&months, &count)| (months, count)).collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RevenueState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = StateForm::deserialize(deserializer)?;
        same_schema(&form.schema, STATE_SCHEMA)?;
        let cohorts = keyed(form.cohorts).map_err(D::Error::custom)?;
        let survival = keyed(form.spells).map_err(D::Error::custom)?;
        let sums = Sums {
            accounts: form.accounts,
            months: form.months,
            windows: form.windows,
            cohorts,
            survival,
        };
        match inconsistency(&form.plan, &sums) {
            Some(fault) => Err(D::Error::custom(fault)),
            None => Ok(Self::from_parts(form.plan, sums)),
        }
    }
}

fn keyed<K: Ord + Copy + fmt::Display, V>(rows: Vec<(K, V)>) -> Result<BTreeMap<K, V>, String> {
    let mut map = BTreeMap::new();
    for (key, value) in rows {
        if map.insert(key, value).is_some() {
            return Err(format!("`{key}` is there twice"));
        }
    }
    Ok(map)
}

/// What no accounts can add up to.
fn inconsistency(plan: &RevenuePlan, sums: &Sums) -> Option<&'static str> {
    let accounts = sums.accounts;
    if sums.months.len() != plan.len() || sums.windows.len() != plan.windows().len() {
        return Some("the sums are not those of the plan's months and windows");
    }
    let currency = plan.definition().currency;
    let mut close = None;
    for month in &sums.months {
        if month.net.currency() != currency || month.gross.currency() != currency {
            return Some("a waterfall is not in the currency of the definition");
        }
        let (net, gross) = (month.net.lines(), month.gross.lines());
        if (net.opening, net.fx, net.closing) != (gross.opening, gross.fx, gross.closing) {
            return Some("the net and the gross waterfall of a month differ in a balance");
        }
        let opening = (net.opening, month.logos.opening());
        if close.is_some_and(|close| close != opening) {
            return Some("a month does not open where the one before closed");
        }
        close = Some((net.closing, month.logos.closing()));
        if month.logos.opening() > accounts || month.logos.closing() > accounts {
            return Some("more accounts pay than there are");
        }
    }
    for window in &sums.windows {
        let ordered = window.logos_continuous <= window.logos
            && window.logos <= window.accounts
            && window.accounts <= accounts
            && 0 <= window.path_min
            && window.path_min <= window.capped
            && window.capped <= window.base;
        if !ordered {
            return Some("the sums of a window contradict each other");
        }
    }
    let mut born = 0_u64;
    for (&month, rows) in &sums.cohorts {
        let ages = span(month, plan.last()).checked_add(1);
        let logos = rows.first().map_or(0, |row| row.logos);
        if month > plan.last() || ages != Some(rows.len()) || logos == 0 {
            return Some("a cohort does not reach from its first accounts to the last month");
        }
        if rows.iter().any(|row| row.logos > logos) {
            return Some("more accounts of a cohort pay than it has");
        }
        born = born.saturating_add(logos);
    }
    let spells = sums
        .survival
        .values()
        .fold(0_u64, |sum, count| sum.saturating_add(count.events).saturating_add(count.censored));
    if sums.survival.values().any(|count| *count == SurvivalCount::default()) {
        return Some("a length of spells has none");
    }
    if born != spells || born > accounts {
        return Some("cohorts, spells and accounts differ in number");
    }
    None
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "RenewalDefinition")]
struct RenewalDefinitionForm {
    currency: String,
    start: String,
    end: String,
    as_of: String,
    grace_days: u32,
    late: LateRenewal,
}

impl Serialize for RenewalDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RenewalDefinitionForm {
            currency: self.currency.code().to_owned(),
            start: self.period.start().to_string(),
            end: self.period.end().to_string(),
            as_of: self.as_of.to_string(),
            grace_days: self.grace_days,
            late: self.late,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RenewalDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RenewalDefinitionForm::deserialize(deserializer)?;
        let day = |text: &str| -> Result<NaiveDate, D::Error> {
            parse_date(text).map_err(D::Error::custom)
        };
        let period = Period::new(day(&form.start)?, day(&form.end)?)
            .ok_or_else(|| D::Error::custom("`end` is before `start`"))?;
        let mut definition = Self::new(currency(&form.currency)?, period, day(&form.as_of)?);
        (definition.grace_days, definition.late) = (form.grace_days, form.late);
        Ok(definition)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "RenewalState")]
struct RenewalStateForm {
    schema: String,
    definition: RenewalDefinition,
    sums: RenewalSums,
}

impl Serialize for RenewalState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RenewalStateForm {
            schema: RENEWAL_SCHEMA.to_owned(),
            definition: *self.definition(),
            sums: *self.sums(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RenewalState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RenewalStateForm::deserialize(deserializer)?;
        same_schema(&form.schema, RENEWAL_SCHEMA)?;
        let sums = form.sums;
        let decided = sums.won_here.checked_add(sums.pending);
        let ordered = sums.won_here <= sums.won
            && decided.is_some_and(|decided| decided <= sums.due_count)
            && sums.early <= sums.on_time
            && sums.on_time <= sums.due_count
            && 0 <= sums.kept_value
            && sums.kept_value <= sums.won_value
            && 0 <= sums.due_value;
        if ordered {
            Ok(Self::from_parts(form.definition, sums))
        } else {
            Err(D::Error::custom("the sums of renewals contradict each other"))
        }
    }
}
