//! What can be refused here, and why.

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A raw value that cannot be kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("value `{found}` has more than 15 digits before the point, or more than 8 after it")]
pub struct ValueError {
    pub(crate) found: Decimal,
}

impl ValueError {
    /// The value refused.
    #[must_use]
    pub const fn found(&self) -> Decimal {
        self.found
    }
}

/// A float that is no value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("`{found}` is not a number below 10^15 in magnitude")]
pub struct FloatError {
    pub(crate) found: f64,
}

impl FloatError {
    /// The float refused.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }
}

/// Breakpoints that make no normaliser. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NormaliserError {
    /// Fewer than two, or more than [`Normaliser::MAX_BREAKPOINTS`](crate::Normaliser).
    #[error("`{found}` breakpoints: 2 to 256 make a line")]
    Count {
        /// How many.
        found: usize,
    },
    /// An x that is not above the one before it.
    #[error("breakpoint {index} has x `{found}`, not above the x before it")]
    Unsorted {
        /// Which.
        index: usize,
        /// Its x.
        found: Decimal,
    },
    /// A y outside the scale.
    #[error("breakpoint {index} has y `{found}`, outside 0 to 1000")]
    OffScale {
        /// Which.
        index: usize,
        /// Its y.
        found: u16,
    },
    /// A y that goes against the direction.
    #[error("breakpoint {index} has y `{found}`, which goes against `{direction}`")]
    AgainstDirection {
        /// Which.
        index: usize,
        /// Its y.
        found: u16,
        /// The stated direction.
        direction: &'static str,
    },
}

/// A half-life outside 1 to 36500 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("half-life `{found}` is outside 1 to 36500 days")]
pub struct DecayError {
    pub(crate) found: u32,
}

impl DecayError {
    /// The days refused.
    #[must_use]
    pub const fn found(&self) -> u32 {
        self.found
    }
}

/// What makes no component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// An id without text.
    #[error("component id is empty")]
    EmptyId,
    /// A weight that is not above 0, above 100, or has too many decimals.
    #[error(
        "weight `{found}` of `{component}` is not above 0, at most 100, with at most 4 decimals"
    )]
    Weight {
        /// Which component.
        component: String,
        /// Its weight.
        found: Decimal,
    },
}

/// What makes no gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// An id without text.
    #[error("gate id is empty")]
    EmptyId,
    /// A cap outside the scale.
    #[error("cap `{found}` of gate `{gate}` is outside 0 to 1000")]
    Cap {
        /// Which gate.
        gate: String,
        /// Its cap.
        found: u16,
    },
}

/// Bands that do not partition their scale. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BandsError {
    /// None, or more than [`Bands::MAX_BANDS`](crate::Bands::MAX_BANDS).
    #[error("`{found}` bands: 1 to 64 cover a scale")]
    Count {
        /// How many.
        found: usize,
    },
    /// A band that ends where it begins, or before.
    #[error("band `{name}` runs from `{from}` to `{to}`: its end is not above its beginning")]
    Reversed {
        /// Which band.
        name: String,
        /// Its beginning.
        from: Decimal,
        /// Its end.
        to: Decimal,
    },
    /// Between two bands there is something, or they overlap.
    #[error("band {index} begins at `{from}`, the band before it ends at `{end}`: they must touch")]
    NotTouching {
        /// Which band.
        index: usize,
        /// Where it begins.
        from: Decimal,
        /// Where the one before ends.
        end: Decimal,
    },
    /// Two bands of one name.
    #[error("two bands are named `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
}

/// A value outside the scale that bands cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("value `{found}` is outside the bands, `{least}` to `{greatest}`")]
pub struct OffScaleError {
    pub(crate) found: Decimal,
    pub(crate) least: Decimal,
    pub(crate) greatest: Decimal,
}

impl OffScaleError {
    /// The value refused.
    #[must_use]
    pub const fn found(&self) -> Decimal {
        self.found
    }
}

/// What makes no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// An id without text.
    #[error("profile id is empty")]
    EmptyId,
    /// No component, or more than [`Profile::MAX_COMPONENTS`](crate::Profile::MAX_COMPONENTS).
    #[error("`{found}` components: 1 to 32 make a profile")]
    ComponentCount {
        /// How many.
        found: usize,
    },
    /// One component twice.
    #[error("component `{component}` is there twice")]
    DuplicateComponent {
        /// Its id.
        component: String,
    },
    /// More than [`Profile::MAX_GATES`](crate::Profile::MAX_GATES) gates.
    #[error("`{found}` gates: a profile has at most 16")]
    GateCount {
        /// How many.
        found: usize,
    },
    /// One gate twice, or one with the id of a component.
    #[error("gate `{gate}` has the id of another gate or of a component")]
    DuplicateGate {
        /// Its id.
        gate: String,
    },
    /// Weights that do not sum to 100.
    #[error("weights sum to `{found}`, not to 100")]
    WeightSum {
        /// Their sum.
        found: Decimal,
    },
    /// Bands of another scale.
    #[error("bands cover `{least}` to `{greatest}`, not 0 to 1000")]
    BandScale {
        /// Where they begin.
        least: Decimal,
        /// Where they end.
        greatest: Decimal,
    },
    /// A least coverage that is no share.
    #[error("min_coverage `{found}` is outside 0 to 1 with at most 8 decimals")]
    MinCoverage {
        /// The coverage.
        found: Decimal,
    },
    /// A neutral value outside the scale.
    #[error("neutral value `{found}` is outside 0 to 1000")]
    Neutral {
        /// The value.
        found: u16,
    },
}

/// Readings that do not belong to the profile: another number of them than of its components, or of
/// its gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` readings for `{expected}` {of}")]
pub struct ReadingsError {
    pub(crate) found: usize,
    pub(crate) expected: usize,
    /// `components` or `gates`.
    pub(crate) of: &'static str,
}

impl ReadingsError {
    /// How many readings there were.
    #[must_use]
    pub const fn found(&self) -> usize {
        self.found
    }

    /// How many there should be.
    #[must_use]
    pub const fn expected(&self) -> usize {
        self.expected
    }
}

/// Why two states of observations were not merged; ours is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The other was made for another profile, or another version of it.
    #[error("profile `{theirs}` is not the same as profile `{ours}`")]
    Profile {
        /// The id of ours.
        ours: String,
        /// The id of theirs.
        theirs: String,
    },
    /// The other looks at another day, or with the knowledge of another day.
    #[error("observations as of {theirs} do not merge with observations as of {ours}")]
    AsOf {
        /// Our day and day of knowledge.
        ours: Days,
        /// Theirs.
        theirs: Days,
    },
}

/// A day, and the day whose knowledge is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Days {
    /// The day of the question.
    pub day: NaiveDate,
    /// The last day whose records are known.
    pub known_at: NaiveDate,
}

impl std::fmt::Display for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` (known at `{}`)", self.day, self.known_at)
    }
}

/// Why a portfolio refused to change; it is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortfolioError {
    /// A score or portfolio of another profile, or of another version of it.
    #[error("profile `{theirs}` is not the same as profile `{ours}`")]
    Profile {
        /// The id of ours.
        ours: String,
        /// The id of theirs.
        theirs: String,
    },
    /// A score taken out that is not in.
    #[error("a score of `{lo}` to `{hi}` is not in the portfolio")]
    NotThere {
        /// Its lower end.
        lo: u16,
        /// Its upper end.
        hi: u16,
    },
    /// No room for one more.
    #[error("a count exceeds 18446744073709551615")]
    Full,
}

/// A change asked for backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{last}` is before `{first}`: a change goes forward")]
pub struct DeltaError {
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
}

impl DeltaError {
    /// The day asked for as the first.
    #[must_use]
    pub const fn first(&self) -> NaiveDate {
        self.first
    }

    /// The day asked for as the last.
    #[must_use]
    pub const fn last(&self) -> NaiveDate {
        self.last
    }
}

/// Why a band was not followed; the series is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HysteresisError {
    /// A gap above the scale.
    #[error("gap `{found}` is outside 0 to 1000")]
    Gap {
        /// Its points.
        found: u16,
    },
    /// A day that is not after the last one.
    #[error("`{found}` is not after `{last}`, the day of the last score")]
    Backwards {
        /// The day of the last score.
        last: NaiveDate,
        /// The day refused.
        found: NaiveDate,
    },
    /// A score of another profile: a change of profile starts a new series.
    #[error("profile `{theirs}` is not the same as profile `{ours}`")]
    Profile {
        /// The id of ours.
        ours: String,
        /// The id of theirs.
        theirs: String,
    },
}

/// A share of value that is none, or too fine to compute with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("share `{num}/{den}` is outside 0 to 1, or needs more than 128 bits")]
pub struct ShareError {
    pub(crate) num: i128,
    pub(crate) den: i128,
}

/// Why a backtest refused a row or a grid; it is then as it was.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BacktestError {
    /// A grid without days, a step or a window.
    #[error(
        "`{count}` days `{months_apart}` months apart with outcomes `{horizon_days}` days ahead: 1 to 1200 days, a step and a window are needed, within the calendar"
    )]
    Grid {
        /// Months between days.
        months_apart: u32,
        /// Days.
        count: u32,
        /// Days ahead.
        horizon_days: u32,
    },
    /// Rows of another profile or grid.
    #[error("a backtest of another profile or grid does not merge with this one")]
    OtherTest,
    /// A day that is none of the grid.
    #[error("`{at}` is not a day of the grid")]
    OffGrid {
        /// The day.
        at: NaiveDate,
    },
    /// A score that reads what nobody had recorded by then.
    #[error("account {account} as of `{at}`: its score reads a record of `{recorded}` (leakage)")]
    Leakage {
        /// The account.
        account: u32,
        /// The day of the score.
        at: NaiveDate,
        /// The day of the record.
        recorded: NaiveDate,
    },
    /// An outcome that was there when the score was.
    #[error("account {account} as of `{at}`: its outcome of `{outcome}` is not after the score")]
    OutcomeBeforeScore {
        /// The account.
        account: u32,
        /// The day of the score.
        at: NaiveDate,
        /// The day of the outcome.
        outcome: NaiveDate,
    },
    /// The same, of an account that is not said to have ended.
    #[error(
        "an outcome of `{outcome}` is not after the score of `{at}`, and the account had not ended"
    )]
    EventBeforeScore {
        /// The day of the score.
        at: NaiveDate,
        /// The day of the outcome.
        outcome: NaiveDate,
    },
    /// An outcome beyond the window.
    #[error("account {account} as of `{at}`: its outcome of `{outcome}` is beyond the window")]
    OutsideWindow {
        /// The account.
        account: u32,
        /// The day of the score.
        at: NaiveDate,
        /// The day of the outcome.
        outcome: NaiveDate,
    },
    /// A score outside the scale.
    #[error("account {account} as of `{at}`: score `{found}` is outside 0 to 1000")]
    OffScale {
        /// The account.
        account: u32,
        /// The day of the score.
        at: NaiveDate,
        /// The score.
        found: u16,
    },
    /// A probability that is none.
    #[error("account {account} as of `{at}`: probability `{found}` is outside 0 to 1")]
    Probability {
        /// The account.
        account: u32,
        /// The day of the score.
        at: NaiveDate,
        /// The number.
        found: f64,
    },
    /// An account twice on a day.
    #[error("account {account} is there twice as of `{at}`")]
    Twice {
        /// The account.
        account: u32,
        /// The day.
        at: NaiveDate,
    },
    /// An area that cannot be computed.
    #[error("the area cannot be computed")]
    Area(#[from] tenure_stats::AucError),
    /// Chances that cannot be checked.
    #[error(transparent)]
    Chance(#[from] ChanceError),
}

/// Why an account could not be followed; the rows of the days before stay in the test.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// A value that cannot be kept.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A row that the test refuses.
    #[error(transparent)]
    Row(#[from] BacktestError),
}

/// What makes no loyalty programme, no entry of one, or no replay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoyaltyError {
    /// None, or more than [`Programme::MAX_TIERS`](crate::loyalty::Programme::MAX_TIERS).
    #[error("`{found}` tiers: a programme has 1 to 64")]
    TierCount {
        /// How many.
        found: usize,
    },
    /// A name that is empty, or there twice.
    #[error("tier `{tier}` has no name, or that of another tier")]
    TierName {
        /// The name.
        tier: String,
    },
    /// A threshold out of order.
    #[error(
        "threshold `{found}` of tier `{tier}`: the first is 0, each other one above that before it"
    )]
    Threshold {
        /// The tier.
        tier: String,
        /// Its threshold.
        found: i64,
    },
    /// A month that is none.
    #[error("month `{found}` is outside 1 to 12")]
    FirstMonth {
        /// The month.
        found: u32,
    },
    /// A rolling window without length, or too long.
    #[error("a rolling window of `{found}` months is outside 1 to 120")]
    RollingMonths {
        /// The months.
        found: u32,
    },
    /// A soft landing where no window ends.
    #[error("a rolling window has no end at which a member could land softly")]
    SoftRolling,
    /// An entry of 0 points.
    #[error("an entry of `{date}` has 0 points")]
    NoPoints {
        /// Its day.
        date: NaiveDate,
    },
    /// Points that expire before they are earned.
    #[error("points of `{date}` expire on `{expires}`, before they are earned")]
    ExpiresBeforeEarned {
        /// The day they are earned.
        date: NaiveDate,
        /// The last day they would count.
        expires: NaiveDate,
    },
    /// Spent points with an end.
    #[error("points spent on `{date}` have an end, `{expires}`: only points earned expire")]
    SpentExpires {
        /// The day they are spent.
        date: NaiveDate,
        /// The end.
        expires: NaiveDate,
    },
    /// An entry of somebody who is no member yet.
    #[error("an entry of `{date}` is before the member joined, `{joined}`")]
    BeforeJoining {
        /// The day of the entry.
        date: NaiveDate,
        /// The day the member joined.
        joined: NaiveDate,
    },
    /// A window beyond the calendar.
    #[error("the window of `{day}` leaves the calendar")]
    Calendar {
        /// The day of the question.
        day: NaiveDate,
    },
    /// Sums beyond 64 bits.
    #[error("points sum to more than 9223372036854775807")]
    Overflow,
}

/// A stated chance that is none. Rows count from 0.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("chance `{found}` of row {row} is outside 0 to 1")]
pub struct ChanceError {
    pub(crate) row: usize,
    pub(crate) found: f64,
}

impl ChanceError {
    /// The row.
    #[must_use]
    pub const fn row(&self) -> usize {
        self.row
    }

    /// What it states.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }
}

/// Why a published combiner has no answer. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishedError {
    /// Nothing to combine.
    #[error("there is no component")]
    Empty,
    /// A weight not above 0.
    #[error("weight {index} is `{found}`, not above 0")]
    Weight {
        /// Which.
        index: usize,
        /// The weight.
        found: Decimal,
    },
    /// A component without members.
    #[error("component {index} has no members")]
    NoMembers {
        /// Which.
        index: usize,
    },
    /// Not one value an input.
    #[error("`{found}` values for `{expected}` inputs")]
    Values {
        /// The values.
        found: usize,
        /// The inputs.
        expected: usize,
    },
    /// A scale whose end is not above its beginning.
    #[error("scale `{least}` to `{greatest}` has no inside")]
    Scale {
        /// Its beginning.
        least: Decimal,
        /// Its end.
        greatest: Decimal,
    },
    /// A value outside its scale.
    #[error("value `{found}` is outside the scale `{least}` to `{greatest}`")]
    OffScale {
        /// The value.
        found: Decimal,
        /// The least of the scale.
        least: Decimal,
        /// The greatest.
        greatest: Decimal,
    },
    /// A name that is not among those given.
    #[error("`{name}` is not one of the names given")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// A name twice.
    #[error("`{name}` is there twice")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// The exact result needs more than 128 bits.
    #[error("the exact result needs more than 128 bits")]
    Overflow,
}
