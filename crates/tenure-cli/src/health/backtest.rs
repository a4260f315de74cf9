//! Whether the scores of a folder foresaw anything.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use chrono::{Days, Months, NaiveDate};
use serde::Serialize;
use tenure::health::backtest::{
    Area, Backtest, BacktestReport, Decile, FewEvents, Grid, Outcome, Standing,
};
use tenure::health::{MissingPolicy, Observations, Profile, profiles};
use tenure::ingest::Ingested;
use tenure::model::{AsOf, DormancyOptions};
use tenure::stats::{Interval, Level, RankCorrelation, Ratio, integer_to_f64};

use super::Choice;
use crate::args::{DEMO_SEED, HealthArgs, HealthFormat};
use crate::error::CommandError;
use crate::settings::Chosen;
use crate::{demo, document, input, parallel, print, print_json, progress, text};

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/health-backtest/1";

/// Follows every account and prints what came out.
pub(super) fn run(
    args: &HealthArgs,
    choice: &Choice,
    ingested: &Ingested,
    chosen: &Chosen,
) -> Result<(), CommandError> {
    let end = AsOf::new(chosen.settings.as_of).in_zone(ingested.zone);
    let end = end.known_at(chosen.settings.known_at.unwrap_or(chosen.settings.as_of));
    let grid = grid(args, end.day())?;
    let (level, threads) = (Level::default(), input::threads(&args.input));
    let few = if args.force { FewEvents::Force } else { FewEvents::Refuse };
    let mut document = Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        as_of: end.day().to_string(),
        level: level.value(),
        tests: Vec::new(),
        recovery: Vec::new(),
    };
    let dormant = Outcome::Dormant(DormancyOptions::default());
    let renewal = Outcome::NotRenewed;
    let tests: Vec<(&Profile, Outcome)> = match choice {
        Choice::ByClass([client, customer]) => vec![(client, renewal), (customer, dormant)],
        Choice::One(one) if *one == profiles::client() => vec![(one, renewal)],
        Choice::One(one) if *one == profiles::customer() => vec![(one, dormant)],
        // Nobody knows what a profile of one's own is to foresee.
        Choice::One(one) => vec![(one, renewal), (one, dormant)],
    };
    for (profile, outcome) in tests {
        // A test needs one number: what says more than an interval is left as it is.
        let missing = match profile.missing() {
            MissingPolicy::Interval => MissingPolicy::RENORMALISE,
            other => other,
        };
        let profile = profile.clone().with_missing(missing);
        let profile = profile.map_err(CommandError::Profile)?;
        let mut test = Backtest::new(&profile, &grid);
        let relationships = ingested.book.relationships();
        let bar = progress::accounts(u64::try_from(relationships.len()).unwrap_or(u64::MAX));
        bar.set_message("follow");
        let parts = parallel::in_parts(relationships, threads, |first, part| {
            let mut test = Backtest::new(&profile, &grid);
            // More accounts than 32 bits count do not fit in memory.
            for (account, relationship) in (u32::try_from(first).unwrap_or(u32::MAX)..).zip(part) {
                bar.inc(1);
                test.follow(account, relationship, outcome, end).map_err(|source| {
                    CommandError::Follow {
                        account: relationship.account().as_str().to_owned(),
                        source,
                    }
                })?;
            }
            Ok(test)
        })?;
        bar.finish_and_clear();
        for part in &parts {
            test.merge(part).map_err(CommandError::Backtest)?;
        }
        let report = test.report(few, level, args.seed).map_err(CommandError::Backtest)?;
        document.tests.push(TestLine::new(&report, outcome, missing.name()));
        let told = document.recovery.iter().any(|one| one.profile == profile.id());
        if args.input.demo && !told {
            document.recovery.extend(recovery(&profile, ingested, end, level)?);
        }
    }
    match args.format {
        HealthFormat::Text => print(&document.to_text()),
        HealthFormat::Csv => print(&document.to_csv().map_err(CommandError::Print)?),
        HealthFormat::Json => print_json(&document),
    }
}

/// The last days whose window is over by the end of the data, a month apart.
fn grid(args: &HealthArgs, end: NaiveDate) -> Result<Grid, CommandError> {
    let back = args.steps.saturating_sub(1);
    let first = end
        .checked_sub_days(Days::new(args.horizon_days.into()))
        .and_then(|last| last.checked_sub_months(Months::new(back)));
    let first = first.ok_or(CommandError::Grid)?;
    Grid::new(first, 1, args.steps, args.horizon_days).map_err(CommandError::Backtest)
}

/// Whether the score finds the health that was planted: as of the end, each account that has both.
fn recovery(
    profile: &Profile,
    ingested: &Ingested,
    end: AsOf,
    level: Level,
) -> Result<Option<RecoveryLine>, CommandError> {
    let planted: BTreeMap<String, Option<i64>> = demo::planted(DEMO_SEED)
        .into_iter()
        .map(|one| (one.account.clone(), one.on(end.day())))
        .collect();
    let (mut scores, mut healths) = (Vec::new(), Vec::new());
    for relationship in ingested.book.relationships() {
        let account = relationship.account().as_str();
        let (seen, _) = Observations::of(profile, relationship, end)
            .map_err(|source| CommandError::HealthValue { account: account.to_owned(), source })?;
        let planted = planted.get(account).copied().flatten();
        if let (Some(score), Some(health)) = (seen.score().point(), planted) {
            scores.push(f64::from(score));
            healths.push(integer_to_f64(health.into()));
        }
    }
    // Neither can be refused: both are finite, and of one length.
    let found = RankCorrelation::of(&scores, &healths).ok().flatten();
    Ok(found.map(|found| RecoveryLine {
        profile: profile.id().to_owned(),
        accounts: found.rows(),
        rank_correlation: found.estimate(),
        interval: interval(found.interval(level)),
    }))
}

/// Everything a backtest says, and the document of it.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    version: &'static str,
    as_of: String,
    level: f64,
    tests: Vec<TestLine>,
    /// Of the demo portfolio: the score against the health that no table states.
    recovery: Vec<RecoveryLine>,
}

#[derive(Serialize)]
struct RecoveryLine {
    profile: String,
    accounts: usize,
    rank_correlation: f64,
    interval: Option<[f64; 2]>,
}

#[derive(Serialize)]
struct TestLine {
    profile: String,
    /// What a missing component does here: one number is needed.
    missing: &'static str,
    outcome: &'static str,
    days: Vec<String>,
    horizon_days: u32,
    rows: RowsLine,
    accounts: u64,
    events: u64,
    /// Events, each account's counted once.
    distinct_events: u64,
    prevalence: Option<serde_json::Value>,
    too_few: Option<TooFewLine>,
    area: Option<AreaLine>,
    baselines: Vec<BaselineLine>,
    control: Option<ControlLine>,
    deciles: Vec<DecileLine>,
    bands: Vec<BandLine>,
    warned: usize,
    median_lead_days: Option<i64>,
    stability: Vec<StabilityLine>,
}

#[derive(Serialize)]
struct RowsLine {
    looked_at: u64,
    used: u64,
    ended: u64,
    censored: u64,
    not_at_risk: u64,
    no_score: u64,
}

#[derive(Serialize)]
struct TooFewLine {
    found: u64,
    needed: u64,
}

#[derive(Serialize)]
struct AreaLine {
    area: serde_json::Value,
    interval: Option<[f64; 2]>,
    #[serde(skip)]
    estimate: f64,
}

#[derive(Serialize)]
struct BaselineLine {
    baseline: &'static str,
    rows: u64,
    score: AreaLine,
    baseline_area: AreaLine,
    difference: serde_json::Value,
    #[serde(skip)]
    difference_estimate: f64,
    interval: Option<[f64; 2]>,
    standing: &'static str,
}

#[derive(Serialize)]
struct ControlLine {
    seed: u64,
    area: AreaLine,
    found_nothing: bool,
}

#[derive(Serialize)]
struct DecileLine {
    decile: u8,
    rows: u64,
    events: u64,
    lift: Option<serde_json::Value>,
    gain: Option<serde_json::Value>,
    #[serde(skip)]
    shown: [String; 2],
}

#[derive(Serialize)]
struct BandLine {
    band: String,
    rows: u64,
    events: u64,
}

#[derive(Serialize)]
struct StabilityLine {
    day: String,
    psi: Option<f64>,
}

fn interval(interval: Option<Interval>) -> Option<[f64; 2]> {
    interval.map(|interval| [interval.lower(), interval.upper()])
}

impl From<Area> for AreaLine {
    fn from(area: Area) -> Self {
        Self {
            area: document::exact(area.ratio),
            interval: interval(area.interval),
            estimate: area.ratio.to_f64(),
        }
    }
}

fn decile_line(decile: &Decile) -> DecileLine {
    let shown =
        |ratio: Option<Ratio>| ratio.map_or_else(|| "–".to_owned(), |ratio| ratio.to_decimal(2));
    DecileLine {
        decile: decile.number.saturating_add(1),
        rows: decile.rows,
        events: decile.events,
        lift: decile.lift.map(document::exact),
        gain: decile.gain.map(document::exact),
        shown: [shown(decile.lift), shown(decile.gain)],
    }
}

impl TestLine {
    fn new(report: &BacktestReport, outcome: Outcome, missing: &'static str) -> Self {
        let counts = report.counts;
        Self {
            profile: report.profile.clone(),
            missing,
            outcome: outcome.name(),
            days: report.grid.days().iter().map(ToString::to_string).collect(),
            horizon_days: report.grid.horizon_days(),
            rows: RowsLine {
                looked_at: counts.looked_at,
                used: counts.used,
                ended: counts.ended,
                censored: counts.censored,
                not_at_risk: counts.not_at_risk,
                no_score: counts.no_score,
            },
            accounts: report.accounts,
            events: report.events,
            distinct_events: report.lead.events,
            prevalence: report.prevalence.map(document::exact),
            too_few: report.too_few.map(|few| TooFewLine { found: few.found, needed: few.needed }),
            area: report.area.map(Into::into),
            baselines: report
                .baselines
                .iter()
                .map(|one| BaselineLine {
                    baseline: one.baseline.name(),
                    rows: one.rows,
                    score: one.score.into(),
                    baseline_area: one.area.into(),
                    difference: document::exact(one.difference),
                    difference_estimate: one.difference.to_f64(),
                    interval: interval(one.interval),
                    standing: Standing::name(one.standing),
                })
                .collect(),
            control: report.control.map(|control| ControlLine {
                seed: control.seed,
                area: control.area.into(),
                found_nothing: control.found_nothing(),
            }),
            deciles: report.deciles.iter().map(decile_line).collect(),
            bands: report
                .bands
                .iter()
                .map(|one| BandLine { band: one.band.clone(), rows: one.rows, events: one.events })
                .collect(),
            warned: report.lead.days().len(),
            median_lead_days: report.lead.median(),
            stability: report
                .stability
                .iter()
                .map(|(day, psi)| StabilityLine { day: day.to_string(), psi: *psi })
                .collect(),
        }
    }

    fn to_text(&self, out: &mut String) {
        let (first, last) = (self.days.first(), self.days.last());
        let _ = writeln!(
            out,
            "PROFILE {} AGAINST {}\n  {} days from {} to {}, outcomes within {} days.",
            self.profile.to_uppercase(),
            self.outcome.replace('_', " ").to_uppercase(),
            self.days.len(),
            first.map_or("–", String::as_str),
            last.map_or("–", String::as_str),
            self.horizon_days,
        );
        let rows = &self.rows;
        let _ = writeln!(
            out,
            "  {} rows looked at: {} used, {} ended, {} censored, {} not at risk, {} without a score.",
            rows.looked_at, rows.used, rows.ended, rows.censored, rows.not_at_risk, rows.no_score,
        );
        let _ = writeln!(
            out,
            "  {} accounts, {} rows with the event ({} events).",
            self.accounts, self.events, self.distinct_events,
        );
        if let Some(few) = &self.too_few {
            let _ = writeln!(
                out,
                "  Too few events to compare: {} of {} needed; --force compares all the same.",
                few.found, few.needed,
            );
        }
        if let Some(area) = &self.area {
            let _ = writeln!(out, "  Area under the curve: {}", area.shown());
        }
        for one in &self.baselines {
            let _ = writeln!(
                out,
                "  Beside {}: {} against {} on {} rows; difference {}: {}.",
                one.baseline.replace('_', " "),
                text_of(one.score.estimate),
                text_of(one.baseline_area.estimate),
                one.rows,
                shown(one.difference_estimate, one.interval),
                one.standing,
            );
        }
        if let Some(control) = &self.control {
            let verdict = if control.found_nothing {
                "one half lies within"
            } else {
                "ONE HALF LIES OUTSIDE: do not trust this test"
            };
            let _ = writeln!(
                out,
                "  Outcomes dealt out anew (seed {}): {}: {verdict}.",
                control.seed,
                control.area.shown(),
            );
        }
        if !self.deciles.is_empty() {
            out.push_str("  By ascending score, in tenths: rows, events, lift, gain\n");
            for one in &self.deciles {
                let [lift, gain] = &one.shown;
                let (rows, events) = (one.rows, one.events);
                let _ = writeln!(
                    out,
                    "    {:>2} {rows:>6} {events:>6} {lift:>6} {gain:>6}",
                    one.decile
                );
            }
        }
        let bands: Vec<String> = self
            .bands
            .iter()
            .map(|one| format!("{} {} of {}", one.band, one.events, one.rows))
            .collect();
        let _ = writeln!(out, "  Events by band: {}.", bands.join(", "));
        if let Some(median) = self.median_lead_days {
            let _ = writeln!(
                out,
                "  In the worst band beforehand: {} of {} events, half of them for {median} days or more.",
                self.warned, self.distinct_events,
            );
        }
        if let Some(greatest) = self.stability.iter().filter_map(|one| one.psi).reduce(f64::max) {
            let _ = writeln!(
                out,
                "  Stability index against the first day: at most {} (an empty part counts as half an \
                 account).",
                text_of(greatest),
            );
        }
    }
}

impl AreaLine {
    fn shown(&self) -> String {
        shown(self.estimate, self.interval)
    }
}

fn text_of(number: f64) -> String {
    format!("{number:.3}")
}

fn shown(estimate: f64, interval: Option<[f64; 2]>) -> String {
    match interval {
        Some([lower, upper]) => {
            format!("{} ({} to {})", text_of(estimate), text_of(lower), text_of(upper))
        }
        None => format!("{} (no interval: too few accounts)", text_of(estimate)),
    }
}

impl Document {
    fn to_text(&self) -> String {
        let mut out = String::new();
        for (place, test) in self.tests.iter().enumerate() {
            if place > 0 {
                out.push('\n');
            }
            test.to_text(&mut out);
        }
        if !self.recovery.is_empty() {
            out.push_str("\nPLANTED HEALTH (the demo portfolio knows it, its tables do not)\n");
        }
        for one in &self.recovery {
            let _ = writeln!(
                out,
                "  Profile {}: rank correlation with the score {}, {} accounts.",
                one.profile,
                shown(one.rank_correlation, one.interval),
                text::grouped(i128::try_from(one.accounts).unwrap_or(i128::MAX)),
            );
        }
        let _ = writeln!(
            out,
            "\nIntervals at {}, by account. A test needs one number: where a profile gives an interval, \
             missing components are left out here, down to half of the weight. A score is no probability.",
            self.level,
        );
        out
    }

    fn to_csv(&self) -> io::Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record([
            "profile", "outcome", "figure", "of", "rows", "value", "lower", "upper",
        ])?;
        let number = |value: f64| value.to_string();
        let ends = |interval: Option<[f64; 2]>| {
            interval.map_or_else(Default::default, |ends| ends.map(number))
        };
        for test in &self.tests {
            let mut put = |figure: &str, of: &str, rows: u64, value: String, ends: [String; 2]| {
                let [lower, upper] = ends;
                let rows = rows.to_string();
                out.write_record([
                    test.profile.as_str(),
                    test.outcome,
                    figure,
                    of,
                    &rows,
                    &value,
                    &lower,
                    &upper,
                ])
            };
            let used = test.rows.used;
            put("events", "", used, test.events.to_string(), Default::default())?;
            if let Some(area) = &test.area {
                put("area", "score", used, number(area.estimate), ends(area.interval))?;
            }
            for one in &test.baselines {
                let area = &one.baseline_area;
                put("area", one.baseline, one.rows, number(area.estimate), ends(area.interval))?;
                let difference = number(one.difference_estimate);
                put("difference", one.baseline, one.rows, difference, ends(one.interval))?;
            }
            if let Some(control) = &test.control {
                let area = &control.area;
                put("area", "control", used, number(area.estimate), ends(area.interval))?;
            }
            for one in &test.deciles {
                let [lift, _] = &one.shown;
                let decile = one.decile.to_string();
                put("lift", &decile, one.rows, lift.clone(), Default::default())?;
            }
        }
        for one in &self.recovery {
            let [lower, upper] = ends(one.interval);
            let (rows, value) = (one.accounts.to_string(), number(one.rank_correlation));
            out.write_record([
                one.profile.as_str(),
                "planted",
                "rank_correlation",
                "score",
                &rows,
                &value,
                &lower,
                &upper,
            ])?;
        }
        let bytes = out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}
