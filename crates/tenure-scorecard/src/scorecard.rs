//! The scorecard of a portfolio: what the report prints and writes.

use tenure_model::{AccountId, AsOf, Completeness, Currency, Month, Period, Table, Text};

use crate::figure::Figure;

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
    /// The rule set that decided the classes: id and version.
    pub rule_set: String,
    /// What was used of each table, every one of them, in the order of the documentation.
    pub tables: Vec<TableUse>,
    /// How many accounts there are of each class, by stage.
    pub population: Vec<Population>,
    /// The models fitted to the portfolio.
    pub models: Vec<FittedModel>,
    /// Every figure over all accounts.
    pub total: Group,
    /// Every figure by class: client, customer, hybrid, undetermined.
    pub by_class: Vec<Group>,
    /// Every figure by segment, in order of name; accounts without one come last.
    pub by_segment: Vec<Group>,
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

/// A class, a segment, or everybody, with every figure.
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
    /// Its class when the window opened.
    pub class_at_opening: &'static str,
    /// Its health, least and greatest, 0 to 1000; `None` without a profile.
    pub health: Option<(i64, i64)>,
    /// The probability that it still buys; `None` where no model speaks of it.
    pub p_alive: Option<f64>,
    /// Purchases expected over the horizon.
    pub expected_purchases: Option<f64>,
    /// What is left of its value, in major units of the reporting currency.
    pub residual_value: Option<f64>,
}
