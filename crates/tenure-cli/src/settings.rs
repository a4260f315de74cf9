//! `[report]` of `tenure.toml`: which windows, packs and definitions a report uses.

use std::num::NonZeroUsize;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tenure::classify::{Context, Digest, Pack, Playbook, Policy, RuleSet};
use tenure::clv::{DiscountRate, Refunds, TimeSpan, TimeUnit, Timing};
use tenure::ingest::Ingested;
use tenure::model::Period;
use tenure::scorecard::{PeriodLength, Settings};

use crate::args::QuestionArgs;
use crate::error::{CommandError, SettingsError};
use crate::{files, overrides, progress};

/// The settings, and the same as they stand in report.json.
pub(crate) struct Chosen {
    pub(crate) settings: Settings,
    pub(crate) echo: serde_json::Value,
    pub(crate) asked: Asked,
    /// The file of frozen bins of recency, frequency and monetary value, beside `tenure.toml`, and the
    /// window that is asked for.
    pub(crate) rfm: Rfm,
}

impl Chosen {
    /// Tells by periods of the length that was typed, which stands before that of the folder.
    pub(crate) fn by_period(&mut self, name: &str) -> Result<(), CommandError> {
        self.settings.period = period("--by", name).map_err(CommandError::Typed)?;
        if let Some(echo) = self.echo.as_object_mut() {
            echo.insert("period".to_owned(), name.into());
        }
        Ok(())
    }
}

/// Of the settings, what a verdict depends on, as it stands in a document.
#[derive(Debug, Serialize)]
pub(crate) struct Asked {
    policy: &'static str,
    packs: Vec<Identity>,
    industry: Option<String>,
}

/// Which rule set or pack, as it stands in a document.
#[derive(Debug, Serialize)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) sha256: Digest,
}

pub(crate) fn rule_set(rules: &RuleSet) -> Identity {
    let (id, version) = (rules.id().to_owned(), rules.version().to_owned());
    Identity { id, version, sha256: rules.digest() }
}

pub(crate) fn playbook(book: &Playbook) -> Identity {
    let (id, version) = (book.id().to_owned(), book.version().to_owned());
    Identity { id, version, sha256: book.digest() }
}

fn pack(pack: &Pack) -> Identity {
    let (id, version) = (pack.id().to_owned(), pack.version().to_owned());
    Identity { id, version, sha256: pack.digest() }
}

/// What every account of the folder is judged with.
pub(crate) fn context<'a>(
    settings: &'a Settings,
    ingested: &Ingested,
    threads: NonZeroUsize,
) -> Result<Context<'a>, CommandError> {
    let bar = progress::accounts(u64::try_from(ingested.book.len()).unwrap_or(u64::MAX));
    bar.set_message("find the usual value");
    let context = settings.context(&ingested.book, threads, &|done| bar.inc(done));
    bar.finish_and_clear();
    context.map_err(|source| CommandError::Scorecard { source })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Report {
    window_months: u32,
    revenue_months: u32,
    period: String,
    packs: Vec<String>,
    industry: Option<String>,
    policy: String,
    repeat_window_days: u32,
    clv: Value,
    rfm: Rfm,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rfm {
    pub(crate) window_days: Option<u32>,
    pub(crate) bins: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Value {
    time_unit: String,
    refunds: String,
    horizon_days: f64,
    discount_per_year: f64,
    margin: f64,
    timing: Option<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            window_months: 12,
            revenue_months: 12,
            period: PeriodLength::default().name().to_owned(),
            packs: Vec::new(),
            industry: None,
            policy: "strict".to_owned(),
            repeat_window_days: 7,
            clv: Value::default(),
            rfm: Rfm::default(),
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Self {
            time_unit: "week".to_owned(),
            refunds: "net".to_owned(),
            horizon_days: 364.0,
            discount_per_year: 0.1,
            margin: 1.0,
            timing: None,
        }
    }
}

/// Reads `[report]` and what else of the folder a question needs; what was typed stands before it.
pub(crate) fn read(
    as_of: NaiveDate,
    ingested: &Ingested,
    typed: &QuestionArgs,
) -> Result<Chosen, CommandError> {
    if let Some(name) = &typed.policy {
        policy("--policy", name).map_err(CommandError::Typed)?;
    }
    let packs = files::packs(&typed.packs)?;
    let rules = files::rule_set(&typed.rules, &typed.bases)?;
    let mut chosen = of_folder(as_of, ingested, typed.policy.as_deref(), packs)
        .map_err(|source| CommandError::Settings { source })?;
    Pack::check_together(&chosen.settings.packs).map_err(CommandError::Document)?;
    chosen.settings.rules = rules;
    chosen.settings.overrides = overrides::read(&ingested.overrides)?;
    Ok(chosen)
}

/// The settings of a folder as they stand.
pub(crate) fn of(as_of: NaiveDate, ingested: &Ingested) -> Result<Settings, CommandError> {
    let chosen = of_folder(as_of, ingested, None, Vec::new());
    chosen.map(|chosen| chosen.settings).map_err(|source| CommandError::Settings { source })
}

/// The days whose answers and cases count, the same as in a report.
pub(crate) fn window(as_of: NaiveDate, ingested: &Ingested) -> Result<Period, CommandError> {
    let months = of(as_of, ingested)?.window_months;
    Period::months_ending(months, as_of).ok_or_else(|| {
        let expected = "months that end with a day of the years 1 to 9999".to_owned();
        let (key, found) = ("window_months", months.to_string());
        CommandError::Settings { source: SettingsError::Value { key, found, expected } }
    })
}

/// The settings of a folder; a policy or packs that were typed stand before its own.
fn of_folder(
    as_of: NaiveDate,
    ingested: &Ingested,
    typed_policy: Option<&str>,
    typed_packs: Vec<Pack>,
) -> Result<Chosen, SettingsError> {
    let mut report: Report = ingested
        .report
        .clone()
        .try_into()
        .map_err(|error: toml::de::Error| SettingsError::Shape(error.message().to_owned()))?;
    if let Some(policy) = typed_policy {
        policy.clone_into(&mut report.policy);
    }
    let mut settings = Settings::new(as_of, ingested.coverage);
    settings.known_at = ingested.known_at;
    settings.currency = ingested.currency;
    settings.zone = ingested.zone;
    settings.window_months = within("window_months", report.window_months, 1, 120)?;
    settings.revenue_months = within("revenue_months", report.revenue_months, 1, 120)?;
    settings.period = period("period", &report.period)?;
    settings.repeat_window_days = within("repeat_window_days", report.repeat_window_days, 0, 3660)?;
    settings.packs = if typed_packs.is_empty() { packs(&report.packs)? } else { typed_packs };
    settings.industry.clone_from(&report.industry);
    settings.policy = policy("policy", &report.policy)?;
    let clv = &report.clv;
    settings.value.unit = named(
        "clv.time_unit",
        &clv.time_unit,
        TimeUnit::from_name(&clv.time_unit),
        TimeUnit::ALL.iter().map(|unit| unit.name()),
    )?;
    settings.value.refunds = named(
        "clv.refunds",
        &clv.refunds,
        Refunds::from_name(&clv.refunds),
        Refunds::ALL.iter().map(|refunds| refunds.name()),
    )?;
    settings.value.horizon = Some(
        TimeSpan::new(clv.horizon_days, TimeUnit::Day)
            .map_err(|error| fault("clv.horizon_days", clv.horizon_days, &error))?,
    );
    settings.value.discount = Some(
        DiscountRate::per_year(clv.discount_per_year)
            .map_err(|error| fault("clv.discount_per_year", clv.discount_per_year, &error))?,
    );
    if !(0.0..=1.0).contains(&clv.margin) {
        return Err(SettingsError::Value {
            key: "clv.margin",
            found: clv.margin.to_string(),
            expected: "a share from 0 to 1".to_owned(),
        });
    }
    settings.value.margin = clv.margin;
    settings.value.timing = match &clv.timing {
        None => None,
        Some(name) => Some(named(
            "clv.timing",
            name,
            Timing::from_name(name),
            Timing::ALL.iter().map(|timing| timing.name()),
        )?),
    };
    if let Some(days) = report.rfm.window_days {
        settings.rfm.window_days = within("rfm.window_days", days, 1, 36_600)?;
    }
    if let Some(name) = report.rfm.bins.as_ref().filter(|name| name.contains(['/', '\\'])) {
        let expected = "a file beside tenure.toml".to_owned();
        return Err(SettingsError::Value { key: "rfm.bins", found: name.clone(), expected });
    }
    // Frozen bins bring their own window.
    let own_days = report.rfm.bins.is_none().then_some(settings.rfm.window_days);
    let rfm_days = report.rfm.window_days.or(own_days);
    let echo = serde_json::json!({
        "clv": {
            "discount_per_year": clv.discount_per_year,
            "horizon_days": clv.horizon_days,
            "margin": clv.margin,
            "refunds": clv.refunds,
            "time_unit": clv.time_unit,
            "timing": clv.timing,
        },
        "industry": report.industry,
        "packs": settings.packs.iter().map(Pack::id).collect::<Vec<_>>(),
        "period": report.period,
        "policy": report.policy,
        "repeat_window_days": report.repeat_window_days,
        "revenue_months": report.revenue_months,
        "rfm": { "bins": report.rfm.bins, "window_days": rfm_days },
        "time_zone": ingested.zone.name(),
        "window_months": report.window_months,
    });
    let asked = Asked {
        policy: settings.policy.name(),
        packs: settings.packs.iter().map(pack).collect(),
        industry: report.industry,
    };
    Ok(Chosen { settings, echo, asked, rfm: report.rfm })
}

fn policy(key: &'static str, name: &str) -> Result<Policy, SettingsError> {
    named(key, name, Policy::from_name(name), Policy::ALL.iter().map(|policy| policy.name()))
}

fn period(key: &'static str, name: &str) -> Result<PeriodLength, SettingsError> {
    let known = PeriodLength::ALL.iter().map(|length| length.name());
    named(key, name, PeriodLength::from_name(name), known)
}

fn packs(names: &[String]) -> Result<Vec<Pack>, SettingsError> {
    let pack = |name: &String| {
        named("packs", name, Pack::built_in(name).cloned(), Pack::BUILT_IN.iter().copied())
    };
    names.iter().map(pack).collect()
}

fn within(key: &'static str, found: u32, least: u32, most: u32) -> Result<u32, SettingsError> {
    if (least..=most).contains(&found) {
        return Ok(found);
    }
    let expected = format!("a whole number from {least} to {most}");
    Err(SettingsError::Value { key, found: found.to_string(), expected })
}

fn named<T>(
    key: &'static str,
    found: &str,
    value: Option<T>,
    choices: impl Iterator<Item = &'static str>,
) -> Result<T, SettingsError> {
    value.ok_or_else(|| SettingsError::Value {
        key,
        found: found.to_owned(),
        expected: format!("one of {}", choices.collect::<Vec<_>>().join(", ")),
    })
}

fn fault(key: &'static str, found: f64, error: &dyn std::error::Error) -> SettingsError {
    SettingsError::Value { key, found: found.to_string(), expected: error.to_string() }
}
