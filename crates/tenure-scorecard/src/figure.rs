//! One number of the scorecard, with all that is needed to defend it.

use std::borrow::Cow;

use tenure_model::Currency;
use tenure_stats::{Interval, Ratio};

/// What a number counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows figures must show them all")]
pub enum Unit {
    /// A share of a whole; 1 is all of it. Some ratios of money may exceed 1.
    Share,
    /// Net points, -100 to 100.
    Points,
    /// Thousandths of a score, 0 to 1000.
    Thousandths,
    /// Whole things.
    Count,
    /// Purchases, as an expectation.
    Purchases,
    /// Minor units of a currency.
    Money(Currency),
    /// Milliseconds.
    Millis,
    /// Days.
    Days,
}

/// A number: exact where it can be.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows figures must show them all")]
pub enum Value {
    /// A whole number of the unit.
    Whole(i128),
    /// An exact ratio, in the unit.
    Ratio(Ratio),
    /// An estimate, finite.
    Estimate(f64),
    /// Somewhere from the first to the second whole number: what is missing decides.
    Between(i128, i128),
}

/// The room a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows figures must show them all")]
pub enum Section {
    /// What do they say?
    Survey,
    /// How well are they served?
    Service,
    /// What does their money do?
    Revenue,
    /// What are they worth?
    Value,
    /// How are they doing?
    Health,
    /// How are they looked after, and do they come back?
    Relations,
}

impl Section {
    /// Every section, in the order of the report.
    pub const ALL: [Self; 6] =
        [Self::Survey, Self::Service, Self::Revenue, Self::Value, Self::Health, Self::Relations];

    /// Its name in the report.
    ///
    /// ```
    /// assert_eq!(tenure_scorecard::Section::Survey.name(), "survey");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Service => "service",
            Self::Revenue => "revenue",
            Self::Value => "value",
            Self::Health => "health",
            Self::Relations => "relations",
        }
    }
}

/// By which of an account's classes a figure is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows figures must show them all")]
pub enum Basis {
    /// The class at `as_of`.
    AsOf,
    /// The class when the window opened, so that the outcome does not choose the class.
    WindowOpening,
    /// The class when the revenue window opened.
    RevenueOpening,
}

impl Basis {
    /// Its name in the report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsOf => "as_of",
            Self::WindowOpening => "window_opening",
            Self::RevenueOpening => "revenue_opening",
        }
    }
}

/// One number: its value or why there is none, its interval where it is an estimate, its counts, its
/// definition.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Figure {
    /// Its name in files: lower snake case, for ever.
    pub id: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// The room it comes from.
    pub section: Section,
    /// What it counts in.
    pub unit: Unit,
    /// By which class it is grouped.
    pub basis: Basis,
    /// The number; `None` where it is undefined.
    pub value: Option<Value>,
    /// Its interval where it is an estimate, in the unit.
    pub interval: Option<Interval>,
    /// What it counts, by name: used first, then excluded by reason.
    pub counts: Vec<(Cow<'static, str>, u128)>,
    /// The definition in full.
    pub definition: String,
}
