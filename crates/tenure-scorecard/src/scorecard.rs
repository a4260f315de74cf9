//! The scorecard of a portfolio: what the report prints and writes.

use tenure_classify::Aspect;
use tenure_clv::RfmScore;
use tenure_model::{AccountId, AsOf, Completeness, Currency, Month, Period, Table, Text};
use tenure_stats::Ratio;

use crate::figure::Figure;
use crate::loyalty::{LoyaltySection, Membership};
use crate::period::PeriodLength;
use crate::rfm::RfmSection;
use crate::silence::{ReEngagement, Silence};

/// The scorecard of a portfolio.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scorecard {
    /// The day of the question, and what was known.
    pub as_of: AsOf,
    /// The reporting currency; `None` where there is no money.
    pub currency: Option<Currency>,
    /// The window of the survey and service figures and of the renewals.
    pub window: Period,
    /// The closed months of the revenue figures, first and last.
    pub revenue_months: (Month, Month),
    /// How long the periods of `by_period` are.
    pub period: PeriodLength,
    /// The rule set that decided the classes: id and version.
    pub rule_set: String,
    /// The playbook that treatment was compared with: id and version.
    pub playbook: String,
    /// What was used of each table, every one of them, in the order of the documentation.
    pub tables: Vec<TableUse>,
    /// How many accounts there are of each class, by stage.
    pub population: Vec<Population>,
    /// Accounts by their class when the window opened and their class at `as_of`: every pair, the
    /// class before in the order of the report, then accounts that were not there yet.
    pub transitions: Vec<ClassTransition>,
    /// How the money is spread over accounts and classes; one a kind of money that anybody has.
    pub spreads: Vec<Spread>,
    /// The models fitted to the portfolio.
    pub models: Vec<FittedModel>,
    /// Recency, frequency and monetary value; `None` where there is no money.
    pub rfm: Option<RfmSection>,
    /// Who has gone quiet, and who came back.
    pub re_engagement: ReEngagement,
    /// The loyalty programme: tiers and points.
    pub loyalty: LoyaltySection,
    /// Every figure over all accounts.
    pub total: Group,
    /// Every figure by class: client, customer, hybrid, undetermined.
    pub by_class: Vec<Group>,
    /// Every figure by stage, in the order of the stages: the stage on the same day as the class, so
    /// that the outcome does not choose it. Last come the accounts that were not there yet on that
    /// day: no stage is theirs.
    pub by_stage: Vec<Group>,
    /// Every figure by segment, in order of name; accounts without one come last.
    pub by_segment: Vec<Group>,
    /// The figures over a window for each calendar period in it, in order: see
    /// [`Settings::period`](crate::Settings::period).
    pub by_period: Vec<PeriodFigures>,
    /// Every account of which anything can be seen, in order of id.
    pub accounts: Vec<AccountLine>,
    /// Accounts of which nothing can be seen yet: all their records lie after `as_of`, or were not
    /// known. In no group.
    pub accounts_not_yet: u64,
}

/// What was used of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableUse {
    /// The table.
    pub table: Table,
    /// How complete it was declared.
    pub completeness: Completeness,
    /// Records in the book.
    pub records: u64,
    /// Of these, records dated after `as_of`: not used, not lost.
    pub after_as_of: u64,
    /// Of these, records not known yet at `known_at`, the ones after `as_of` not counted again.
    pub not_yet_known: u64,
    /// Of these, amounts in another than the reporting currency: in no figure of money.
    pub other_currency: u64,
}

/// The accounts of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Population {
    /// The class.
    pub class: &'static str,
    /// How many accounts.
    pub accounts: u64,
    /// How many at each stage, in the order of the stages.
    pub stages: Vec<(&'static str, u64)>,
}

/// Accounts that went from one class to another within the window, or stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClassTransition {
    /// The class when the window opened; `None`: not there yet.
    pub from: Option<&'static str>,
    /// The class at `as_of`.
    pub to: &'static str,
    /// How many accounts.
    pub accounts: u64,
}

/// How one kind of money is spread over accounts and classes at `as_of`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spread {
    /// Its name in files.
    pub id: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Accounts with an amount above 0: the ones it is spread over.
    pub accounts: u64,
    /// Accounts with an amount below 0: in none of what follows.
    pub below_zero: u64,
    /// The sum, in minor units; `None` where it does not fit 128 bits.
    pub total: Option<i128>,
    /// Of each class, the sum in minor units and its share of the whole.
    pub by_class: Vec<(&'static str, i128, Option<Ratio>)>,
    /// Gini's coefficient over the accounts: 0 where all have the same.
    pub gini: Option<Ratio>,
    /// How many accounts make the largest tenth, rounded up.
    pub largest: u64,
    /// What share of the whole they have.
    pub largest_share: Option<Ratio>,
}

/// A class, a stage, a segment, or everybody, with every figure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Accounts in it at `as_of`.
    pub accounts: u64,
    /// Every figure, always the same ones in the same order.
    pub figures: Vec<Figure>,
}

/// What the figures over a window are for one calendar month or quarter of it.
///
/// The periods share out the windows: what is counted by its own day, such as answers, cases,
/// deliverables, terms due and movements of revenue, sums to the figure of the window. All periods
/// are seen from `as_of`, and an account is in the class it had when the window opened in all of them.
/// A first contact belongs to the period of its day, and what is still too young to be settled is
/// left out as in the window.
///
/// Left out are figures as of a day, and what is asked of the whole window: `repurchase`, `win_back`
/// and `contract_value_per_account`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PeriodFigures {
    /// Its name: `2025-07`, `2025-Q3`.
    pub name: String,
    /// The days that the window has in it, which may begin later and end earlier; `None` where it
    /// has none, and then no figure of them.
    pub days: Option<Period>,
    /// The months that the revenue window has in it, first and last; `None` where it has none.
    pub months: Option<(Month, Month)>,
    /// The figures over all accounts.
    pub total: Vec<Figure>,
    /// The figures of each class, in the order of the report; the same ones.
    pub by_class: Vec<(&'static str, Vec<Figure>)>,
}

/// A model fitted to the portfolio.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FittedModel {
    /// Its id, such as `bgnbd`.
    pub id: &'static str,
    /// The definition: what it was fitted to, in which unit.
    pub definition: String,
    /// How the fit ended, or why there is none.
    pub status: String,
    /// Accounts it was fitted to.
    pub accounts: u64,
    /// Accounts left out, by reason.
    pub excluded: Vec<(&'static str, u64)>,
    /// Parameters with their standard errors, where the fit gave them.
    pub parameters: Vec<(&'static str, f64, Option<f64>)>,
    /// The log-likelihood, a total in the unit of the definition.
    pub log_likelihood: Option<f64>,
}

/// One account of the portfolio.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AccountLine {
    /// Which.
    pub account: AccountId,
    /// Its segment.
    pub segment: Option<Text>,
    /// Its class at `as_of`.
    pub class: &'static str,
    /// The classes it may be, given what is not known.
    pub possible: Vec<&'static str>,
    /// The relational score: least and greatest, 0 to 100.
    pub score: (i64, i64),
    /// Its stage.
    pub stage: &'static str,
    /// The word to use for it.
    pub term: String,
    /// How firm the verdict is.
    pub confidence: &'static str,
    /// Why, at most four codes, weightiest first.
    pub reasons: Vec<&'static str>,
    /// The class that a person decided; beside the computed one, never instead of it.
    pub overridden: Option<&'static str>,
    /// Its class when the window opened; undetermined where it was not there yet.
    pub class_at_opening: &'static str,
    /// Its stage when the window opened; `None` where it was not there yet.
    pub stage_at_opening: Option<&'static str>,
    /// Whether anything of it could be seen when the window opened.
    pub there_at_opening: bool,
    /// Where it is not treated as the playbook says, as far as its history tells.
    pub mismatches: Vec<Aspect>,
    /// What it paid in the window, refunds taken off, in minor units of the reporting currency;
    /// `None` where it bought nothing in it.
    pub paid_in_window: Option<i128>,
    /// Its monthly recurring revenue at the last close, in minor units; `None` without a
    /// subscription in the reporting currency.
    pub mrr: Option<i128>,
    /// Its health, least and greatest, 0 to 1000; `None` without a profile. Of a hybrid both scores
    /// joined by the share under contract, or spanned where that is not known.
    pub health: Option<(i64, i64)>,
    /// Of a hybrid, the share of its value that comes under contract; `None` where it is not known.
    pub contract_share: Option<Ratio>,
    /// The probability that it still buys; `None` where no model speaks of it.
    pub p_alive: Option<f64>,
    /// Purchases expected over the horizon.
    pub expected_purchases: Option<f64>,
    /// What is left of its value, in major units of the reporting currency.
    pub residual_value: Option<f64>,
    /// Its scores of recency, frequency and monetary value; `None` without a purchase in the reporting
    /// currency. [`RfmSection::segment_of`] names its segment.
    pub rfm: Option<RfmScore>,
    /// How silent it is, and whether it came back.
    pub silence: Silence,
    /// Its tier and points; `None` without a programme, and without an entry of points.
    pub membership: Option<Membership>,
}
