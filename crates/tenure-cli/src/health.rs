//! `tenure health`: how every account is doing, why, why it changed, and whether the score foresees
//! anything.

mod backtest;
mod change;
mod page;
mod rule;

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::Serialize;
use tenure::classify::{Class, Context, Evidence, brief};
use tenure::health::{
    Absence, Component, Delta, Joined, Observations, Portfolio, Profile, Score, out_of_100,
    profiles,
};
use tenure::ingest::Ingested;
use tenure::model::{AsOf, Period, Relationship};
use tenure::scorecard::{ScorecardError, ValueStreams, is_seen};
use tenure::stats::Ratio;

use crate::args::{HealthArgs, HealthFormat};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::settings::Chosen;
use crate::{document, near, parallel, print, print_json, progress, settings, text};

use change::ChangeLine;

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/health/1";

/// The profiles that accounts are scored by.
enum Choice {
    /// The one of its class, both of a hybrid.
    ByClass([Profile; 2]),
    /// One for all.
    One(Profile),
}

impl Choice {
    fn read(name: &str) -> Result<Self, CommandError> {
        match name {
            "by-class" => Ok(Self::ByClass([profiles::client(), profiles::customer()])),
            "client" => Ok(Self::One(profiles::client())),
            "customer" => Ok(Self::One(profiles::customer())),
            path if path.ends_with(".toml") => {
                let text = fs::read_to_string(path).map_err(|source| {
                    CommandError::ReadDocument { path: PathBuf::from(path), source }
                })?;
                Profile::from_toml(path, &text).map(Self::One).map_err(CommandError::ProfileFile)
            }
            other => Err(CommandError::NoDocument {
                what: "profile",
                found: other.to_owned(),
                built_in: vec!["by-class", "client", "customer"],
            }),
        }
    }

    fn all(&self) -> &[Profile] {
        match self {
            Self::ByClass(both) => both,
            Self::One(one) => std::slice::from_ref(one),
        }
    }
}

/// Reads, scores and prints.
pub(crate) fn run(args: &HealthArgs) -> Result<Rejects, CommandError> {
    if let Some(name) = &args.show_profile {
        let Choice::One(profile) = Choice::read(name)? else {
            return Err(CommandError::NoDocument {
                what: "single profile",
                found: name.clone(),
                built_in: vec!["client", "customer"],
            });
        };
        print(&text::printable_toml(&profile.to_toml()))?;
        return Ok(Rejects::None);
    }
    if let Some(rule) = rule::read(&args.profile)? {
        return rule::run(args, &rule);
    }
    let choice = Choice::read(&args.profile)?;
    let ingested = input::read(&args.input)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let chosen = settings::read(as_of, &ingested, &args.question)?;
    if args.backtest {
        backtest::run(args, &choice, &ingested, &chosen)?;
        return Ok(input::tell(&args.input, &ingested, None));
    }
    let relationships = ingested.book.relationships();
    let wanted = match &args.account {
        None => relationships,
        Some(account) => {
            let place = relationships.binary_search_by(|one| one.account().as_str().cmp(account));
            let found = place.ok().and_then(|place| relationships.get(place..=place));
            found.ok_or_else(|| CommandError::UnknownAccount {
                found: account.clone(),
                near: near::accounts(account, relationships),
            })?
        }
    };
    let threads = input::threads(&args.input);
    let now = settings::context(&chosen.settings, &ingested, threads)?;
    let earlier = match args.from {
        None => None,
        Some(from) if from > now.as_of.day() => {
            return Err(CommandError::HealthFrom { from, as_of: now.as_of.day() });
        }
        Some(from) => {
            let mut earlier = chosen.settings.clone();
            earlier.as_of = from;
            earlier.known_at = Some(from.min(now.as_of.knowledge_day()));
            Some(earlier)
        }
    };
    let before = match &earlier {
        None => None,
        Some(settings) => Some(settings::context(settings, &ingested, threads)?),
    };
    let streams = match &choice {
        Choice::ByClass(_) => chosen.settings.value_streams(&ingested.book).map_err(scorecard)?,
        Choice::One(_) => None,
    };
    let asked = Asked { choice: &choice, chosen: &chosen, now, before, streams, threads };
    let health = Health::new(&asked, wanted, &ingested)?;
    match args.format {
        HealthFormat::Text => print(&page::to_text(&health))?,
        HealthFormat::Csv => print(&page::to_csv(&health).map_err(CommandError::Print)?)?,
        HealthFormat::Json => print_json(&health)?,
    }
    Ok(input::tell(&args.input, &ingested, None))
}

/// What is asked of every account.
struct Asked<'a> {
    choice: &'a Choice,
    chosen: &'a Chosen,
    now: Context<'a>,
    before: Option<Context<'a>>,
    /// How the value of a hybrid divides; `None` where there is no money, or nobody is joined.
    streams: Option<ValueStreams>,
    threads: NonZeroUsize,
}

impl Asked<'_> {
    /// The class of an account on the day of a context, and the profiles it is scored by.
    fn profiles(
        &self,
        relationship: &Relationship,
        context: &Context<'_>,
    ) -> (Class, Vec<Profile>) {
        let mut context = *context;
        context.overrides = self.chosen.settings.overrides_of(relationship.account());
        let class = brief(&Evidence::of(relationship, &context), &context).class;
        let profiles = match (self.choice, class) {
            (Choice::One(one), _) => vec![one.clone()],
            (Choice::ByClass([client, _]), Class::Client) => vec![client.clone()],
            (Choice::ByClass([_, customer]), Class::Customer) => vec![customer.clone()],
            (Choice::ByClass(both), Class::Hybrid) => both.to_vec(),
            (Choice::ByClass(_), Class::Undetermined) => Vec::new(),
        };
        (class, profiles)
    }
}

/// Everything the command says, and the document of it.
#[derive(Serialize)]
struct Health {
    schema: &'static str,
    version: &'static str,
    as_of: String,
    known_at: String,
    /// The day the change is told from, where that was asked.
    from: Option<String>,
    /// The days over which the value of a hybrid is divided into contracts and purchases.
    value_from: Option<String>,
    value_to: Option<String>,
    rule_set: settings::Identity,
    profiles: Vec<ProfileLine>,
    summary: Vec<SummaryLine>,
    accounts: Vec<AccountLine>,
    /// Accounts of an undetermined class: no profile is theirs.
    without_profile: u64,
    /// Accounts of which nothing can be seen yet.
    accounts_not_yet: u64,
}

#[derive(Serialize)]
struct ProfileLine {
    id: String,
    combiner: &'static str,
    missing: &'static str,
    components: Vec<ComponentLine>,
}

#[derive(Serialize)]
struct ComponentLine {
    id: String,
    weight: String,
    direction: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct SummaryLine {
    profile: String,
    accounts: u64,
    bands: Vec<(String, u64)>,
    undetermined: u64,
    /// Components of which no account has ever had a value: a name that no table knows?
    never_observed: Vec<String>,
    mean_lo: Option<serde_json::Value>,
    mean_hi: Option<serde_json::Value>,
    #[serde(skip)]
    means: Option<(Ratio, Ratio)>,
}

#[derive(Serialize)]
struct AccountLine {
    account: String,
    class: &'static str,
    scores: Vec<ScoreLine>,
    /// Of a hybrid: both scores as one, by the share of its value under contract.
    joined: Option<JoinedLine>,
}

#[derive(Serialize)]
struct ScoreLine {
    profile: String,
    lo: u16,
    hi: u16,
    point: Option<u16>,
    /// Of 100, as people read it.
    shown: String,
    bands: Vec<String>,
    coverage: serde_json::Value,
    #[serde(skip)]
    coverage_percent: String,
    components: Vec<PartLine>,
    change: Option<ChangeLine>,
}

#[derive(Serialize)]
struct PartLine {
    id: String,
    points: Option<u16>,
    /// Why there is no value.
    absence: Option<&'static str>,
    lo: i32,
    hi: i32,
    point: Option<i32>,
}

#[derive(Serialize)]
struct JoinedLine {
    lo: u16,
    hi: u16,
    point: Option<u16>,
    /// Where it is not known, the score spans both.
    contract_share: Option<serde_json::Value>,
    #[serde(skip)]
    share_percent: Option<String>,
}

impl Health {
    fn new(
        asked: &Asked<'_>,
        wanted: &[Relationship],
        ingested: &Ingested,
    ) -> Result<Self, CommandError> {
        let in_use = asked.choice.all();
        let as_of = asked.now.as_of;
        let bar = progress::accounts(u64::try_from(wanted.len()).unwrap_or(u64::MAX));
        bar.set_message("score");
        let parts = parallel::in_parts(wanted, asked.threads, |_, chunk| {
            let mut part = Scored::new(in_use);
            for relationship in chunk {
                bar.inc(1);
                part.push(asked, relationship, ingested)?;
            }
            Ok(part)
        })?;
        bar.finish_and_clear();
        let mut all = Scored::new(in_use);
        for part in parts {
            all.merge(part)?;
        }
        let months = asked.streams.as_ref().and_then(ValueStreams::window);
        Ok(Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            as_of: as_of.day().to_string(),
            known_at: as_of.knowledge_day().to_string(),
            from: asked.before.map(|before| before.as_of.day().to_string()),
            value_from: months.map(|months| months.start().to_string()),
            value_to: months.and_then(Period::last).map(|day| day.to_string()),
            rule_set: settings::rule_set(asked.now.rules),
            profiles: in_use.iter().map(profile_line).collect(),
            summary: all.portfolios.iter().map(|one| summary_line(one, &all.accounts)).collect(),
            accounts: all.accounts,
            without_profile: all.without_profile,
            accounts_not_yet: all.not_yet,
        })
    }
}

fn scorecard(source: ScorecardError) -> CommandError {
    CommandError::Scorecard { source }
}

/// Accounts, scored.
struct Scored {
    portfolios: Vec<Portfolio>,
    accounts: Vec<AccountLine>,
    without_profile: u64,
    not_yet: u64,
}

impl Scored {
    fn new(profiles: &[Profile]) -> Self {
        let portfolios = profiles.iter().map(Portfolio::new).collect();
        Self { portfolios, accounts: Vec::new(), without_profile: 0, not_yet: 0 }
    }

    fn merge(&mut self, other: Self) -> Result<(), CommandError> {
        for (own, more) in self.portfolios.iter_mut().zip(&other.portfolios) {
            own.merge(more).map_err(CommandError::Portfolio)?;
        }
        self.accounts.extend(other.accounts);
        self.without_profile = self.without_profile.saturating_add(other.without_profile);
        self.not_yet = self.not_yet.saturating_add(other.not_yet);
        Ok(())
    }

    fn push(
        &mut self,
        asked: &Asked<'_>,
        relationship: &Relationship,
        ingested: &Ingested,
    ) -> Result<(), CommandError> {
        let as_of = asked.now.as_of;
        if !is_seen(relationship, as_of) {
            self.not_yet = self.not_yet.saturating_add(1);
            return Ok(());
        }
        let (class, profiles) = asked.profiles(relationship, &asked.now);
        if profiles.is_empty() {
            self.without_profile = self.without_profile.saturating_add(1);
            return Ok(());
        }
        let before = match &asked.before {
            None => None,
            Some(before) => Some(earlier(asked, relationship, before, ingested)?),
        };
        let mut line = AccountLine {
            account: relationship.account().as_str().to_owned(),
            class: class.name(),
            scores: Vec::new(),
            joined: None,
        };
        let mut scores = Vec::new();
        for profile in &profiles {
            let seen = observed(profile, relationship, as_of, ingested)?;
            let score = seen.score();
            for portfolio in &mut self.portfolios {
                if portfolio.profile() == profile {
                    portfolio.push(&score).map_err(CommandError::Portfolio)?;
                }
            }
            let change = before.as_ref().map(|before| change::line(before, &seen)).transpose()?;
            line.scores.push(score_line(&score, change));
            scores.push(score);
        }
        if let [client, customer] = scores.as_slice() {
            let share = match &asked.streams {
                Some(streams) => streams.contract_share(relationship).map_err(scorecard)?,
                None => None,
            };
            let joined = Joined::new(client, customer, share).map_err(CommandError::Share)?;
            let (lo, hi, point) = (joined.lo(), joined.hi(), joined.point());
            line.joined = Some(JoinedLine {
                lo,
                hi,
                point,
                contract_share: share.map(document::exact),
                share_percent: share.map(percent),
            });
        }
        self.accounts.push(line);
        Ok(())
    }
}

/// What an account was scored by on the earlier day; none where it was not seen or undetermined.
fn earlier(
    asked: &Asked<'_>,
    relationship: &Relationship,
    before: &Context<'_>,
    ingested: &Ingested,
) -> Result<Vec<Observations>, CommandError> {
    if !is_seen(relationship, before.as_of) {
        return Ok(Vec::new());
    }
    let (_, profiles) = asked.profiles(relationship, before);
    profiles.iter().map(|profile| observed(profile, relationship, before.as_of, ingested)).collect()
}

fn observed(
    profile: &Profile,
    relationship: &Relationship,
    as_of: AsOf,
    ingested: &Ingested,
) -> Result<Observations, CommandError> {
    let as_of = as_of.in_zone(ingested.zone);
    let account = || relationship.account().as_str().to_owned();
    let seen = Observations::of(profile, relationship, as_of);
    seen.map(|(seen, _)| seen)
        .map_err(|source| CommandError::HealthValue { account: account(), source })
}

fn profile_line(profile: &Profile) -> ProfileLine {
    let component = |one: &Component| ComponentLine {
        id: one.id().to_owned(),
        weight: one.weight().to_string(),
        direction: one.direction().name(),
        reason: one.reason().to_owned(),
    };
    ProfileLine {
        id: profile.id().to_owned(),
        combiner: profile.combiner().name(),
        missing: profile.missing().name(),
        components: profile.components().iter().map(component).collect(),
    }
}

fn summary_line(portfolio: &Portfolio, accounts: &[AccountLine]) -> SummaryLine {
    let ids = portfolio.profile().components().iter().map(Component::id).enumerate();
    let scores = || {
        let all = accounts.iter().flat_map(|account| &account.scores);
        all.filter(|score| score.profile == portfolio.profile().id())
    };
    let unseen = |at: usize| {
        let unseen = Some(Absence::NotObserved.name());
        scores().all(|score| score.components.get(at).is_some_and(|part| part.absence == unseen))
    };
    let never = ids.filter(|&(at, _)| portfolio.count() > 0 && unseen(at));
    let never_observed = never.map(|(_, id)| id.to_owned()).collect();
    let means = portfolio.mean_lo().zip(portfolio.mean_hi());
    SummaryLine {
        profile: portfolio.profile().id().to_owned(),
        accounts: portfolio.count(),
        bands: portfolio.bands().map(|(band, count)| (band.to_owned(), count)).collect(),
        undetermined: portfolio.undetermined(),
        never_observed,
        mean_lo: means.map(|(lo, _)| document::exact(lo)),
        mean_hi: means.map(|(_, hi)| document::exact(hi)),
        means,
    }
}

fn score_line(score: &Score, change: Option<ChangeLine>) -> ScoreLine {
    let ids = score.profile().components().iter().map(Component::id);
    let parts = ids.zip(score.parts()).map(|(id, part)| PartLine {
        id: id.to_owned(),
        points: part.reading.points(),
        absence: part.reading.absence().map(|absence| absence.name()),
        lo: part.lo,
        hi: part.hi,
        point: part.point,
    });
    let (lo, hi) = score.point().map_or((score.lo(), score.hi()), |point| (point, point));
    ScoreLine {
        profile: score.profile().id().to_owned(),
        lo: score.lo(),
        hi: score.hi(),
        point: score.point(),
        shown: text::range(out_of_100(lo), out_of_100(hi)),
        bands: score.bands().map(str::to_owned).collect(),
        coverage: document::exact(score.coverage()),
        coverage_percent: percent(score.coverage()),
        components: parts.collect(),
        change,
    }
}

/// A share as a whole percentage, halves up.
fn percent(share: Ratio) -> String {
    let hundred = share.num().saturating_mul(100);
    let percent = tenure::model::Rounding::HalfAway.divide(hundred, share.den());
    percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}
