//! The options of a revenue metric: what is counted as what.

use std::fmt;

use tenure_model::{Currency, Instant, MinorUnits, Month, Rounding, Zone};

use crate::error::FactorError;
use crate::exchange::ExchangeRates;

/// Declares an option: its first value is the default, each has one name in files.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident {
        $(#[$fdoc:meta])* $first:ident = $ftext:literal,
        $($(#[$vdoc:meta])* $variant:ident = $text:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum $name {
            $(#[$fdoc])*
            #[default]
            #[cfg_attr(feature = "serde", serde(rename = $ftext))]
            $first,
            $($(#[$vdoc])* #[cfg_attr(feature = "serde", serde(rename = $text))] $variant,)*
        }

        impl $name {
            /// Every value, the default first.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant),*];

            /// Its name in files and definition texts.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::$first => $ftext,
                    $(Self::$variant => $text,)*
                }
            }

            /// The value of that name; `None` for any other text.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(crate) use options;

options! {
    /// Which discounts lower recurring revenue.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::Discounts::default().name(), "all");
    /// ```
    Discounts {
        /// Every discount while it is in force.
        All = "all",
        /// Only a discount without an end.
        ForeverOnly = "forever_only",
        /// None.
        None = "none",
    }
}

options! {
    /// When a cancelled subscription ends.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::ChurnRecognition::default().name(), "service_end");
    /// ```
    ChurnRecognition {
        /// At the end of the service, where that is given.
        ServiceEnd = "service_end",
        /// When the cancellation was requested.
        Request = "request",
    }
}

options! {
    /// What a paused subscription is.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::PausePolicy::default().name(), "zero_churn");
    /// ```
    PausePolicy {
        /// Nothing: an account with nothing else has left.
        ZeroChurn = "zero_churn",
        /// No revenue, but the account stays a paying one.
        ZeroContraction = "zero_contraction",
        /// Revenue as before.
        Keep = "keep",
    }
}

options! {
    /// What an account whose credits exceed its revenue is worth.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::NegativePolicy::default().name(), "floor");
    /// ```
    NegativePolicy {
        /// Nothing.
        Floor = "floor",
        /// Its negative sum.
        Signed = "signed",
    }
}

options! {
    /// Where an event belongs that was recorded after its month.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::LatePolicy::default().name(), "restate");
    /// ```
    LatePolicy {
        /// Where it took effect: closed months change.
        Restate = "restate",
        /// Not before the start of the month it was recorded in: closed months stay.
        PostWhenRecorded = "post_when_recorded",
    }
}

options! {
    /// At which exchange rate a movement is valued.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::FxPolicy::default().name(), "closing");
    /// ```
    FxPolicy {
        /// Both closes of a month at this month's rate; the rest is `fx`.
        Closing = "closing",
        /// Both closes of a month at the previous month's rate; the rest is `fx`.
        Opening = "opening",
        /// Everything at one constant rate.
        Constant = "constant",
        /// A subscription at the rate of the month of its last price.
        Locked = "locked",
    }
}

options! {
    /// Whose revenue opens, moves and closes.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::RevenueUnit::default().name(), "account");
    /// ```
    RevenueUnit {
        /// An account, with all its subscriptions.
        Account = "account",
        /// Each subscription for itself: a swap of two is churn and new business.
        Subscription = "subscription",
    }
}

/// What a weekly or daily amount is multiplied by to be a monthly one: any fraction above 0.
///
/// ```
/// use tenure_revenue::MonthlyFactor;
/// assert_eq!(MonthlyFactor::new(433, 100)?.to_string(), "433/100");
/// assert!(MonthlyFactor::new(4, 0).is_err());
/// # Ok::<(), tenure_revenue::FactorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MonthlyFactor {
    num: u32,
    den: u32,
}

impl MonthlyFactor {
    /// 52/12: a week is the 52nd part of a year.
    pub const WEEK: Self = Self { num: 52, den: 12 };
    /// 365/12: a day is the 365th part of a year.
    pub const DAY: Self = Self { num: 365, den: 12 };
    pub(crate) const MONTH: Self = Self { num: 1, den: 1 };
    pub(crate) const YEAR: Self = Self { num: 1, den: 12 };

    /// `num / den`.
    ///
    /// # Errors
    /// Either is 0.
    pub const fn new(num: u32, den: u32) -> Result<Self, FactorError> {
        if num == 0 || den == 0 { Err(FactorError { num, den }) } else { Ok(Self { num, den }) }
    }

    /// The numerator.
    #[must_use]
    pub const fn num(self) -> u32 {
        self.num
    }

    /// The denominator.
    #[must_use]
    pub const fn den(self) -> u32 {
        self.den
    }
}

impl fmt::Display for MonthlyFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// What recurring revenue means here: every option that can change a number. It travels with
/// states and results, so a rate is never without its name.
///
/// `Display` names every option, in the words of the case files.
///
/// ```
/// use tenure_model::Currency;
/// use tenure_revenue::{PausePolicy, RevenueDefinition};
/// let mut definition = RevenueDefinition::new(Currency::new("USD")?);
/// definition.pause = PausePolicy::Keep;
/// assert!(definition.to_string().contains("pause keep"));
/// # Ok::<(), tenure_model::CurrencyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevenueDefinition {
    /// The currency of every result.
    pub currency: Currency,
    /// Decimals of the minor units: of this currency's results, and of every price.
    pub minor_units: MinorUnits,
    /// Where the first of a month begins.
    pub zone: Zone,
    /// Whose revenue it is; [`RevenuePlan::units`](crate::RevenuePlan::units) splits the events so.
    pub unit: RevenueUnit,
    /// The one rounding, of a subscription's monthly amount and of its conversion.
    pub rounding: Rounding,
    /// Weeks of a month.
    pub week: MonthlyFactor,
    /// Days of a month.
    pub day: MonthlyFactor,
    /// Which discounts count.
    pub discounts: Discounts,
    /// When a cancelled subscription ends.
    pub churn_recognition: ChurnRecognition,
    /// What a paused subscription is.
    pub pause: PausePolicy,
    /// What an account below 0 is worth.
    pub negative: NegativePolicy,
    /// Where a late event belongs.
    pub late: LatePolicy,
    /// Leaves out what was recorded after that instant; `None` leaves out nothing.
    pub known_by: Option<Instant>,
    /// At which rate movements are valued.
    pub fx: FxPolicy,
    /// The exchange rates.
    pub rates: ExchangeRates,
    /// A return after more whole days than this is `new`; `None` is never.
    pub reactivation_window_days: Option<u32>,
}

impl RevenueDefinition {
    /// Every option at its default.
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self {
            currency,
            minor_units: MinorUnits::default(),
            zone: Zone::UTC,
            unit: RevenueUnit::Account,
            rounding: Rounding::HalfAway,
            week: MonthlyFactor::WEEK,
            day: MonthlyFactor::DAY,
            discounts: Discounts::All,
            churn_recognition: ChurnRecognition::ServiceEnd,
            pause: PausePolicy::ZeroChurn,
            negative: NegativePolicy::Floor,
            late: LatePolicy::Restate,
            known_by: None,
            fx: FxPolicy::Closing,
            rates: ExchangeRates::default(),
            reactivation_window_days: None,
        }
    }
}

impl RevenueDefinition {
    /// The same at constant exchange rates: those named constant, and of a currency without one the
    /// rate of a month, as a rule the close that opens the window. What moves beside the reported
    /// numbers is then what accounts did, and not what rates did.
    ///
    /// ```
    /// use tenure_model::{Currency, Month, parse_decimal};
    /// use tenure_revenue::{FxPolicy, RevenueDefinition};
    /// let (eur, january) = (Currency::new("EUR")?, Month::parse("2024-01")?);
    /// let mut reported = RevenueDefinition::new(Currency::new("USD")?);
    /// reported.rates.add(eur, january, parse_decimal("1.10")?)?;
    /// let constant = reported.at_constant_rates(january);
    /// assert_eq!(constant.fx, FxPolicy::Constant);
    /// assert_eq!(constant.rates.constant(eur), reported.rates.rate(eur, january));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at_constant_rates(&self, month: Month) -> Self {
        let mut constant = self.clone();
        constant.fx = FxPolicy::Constant;
        constant.rates.fix(month);
        constant
    }
}

impl fmt::Display for RevenueDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MRR in {}, minor units {}, time zone {}, unit {}, rounding {}, week {}, day {}, discounts {}, \
             churn_recognition {}, pause {}, negative {}, late {}, known_by ",
            self.currency,
            self.minor_units,
            self.zone.name(),
            self.unit,
            self.rounding,
            self.week,
            self.day,
            self.discounts,
            self.churn_recognition,
            self.pause,
            self.negative,
            self.late,
        )?;
        match self.known_by {
            Some(instant) => write!(f, "{instant}")?,
            None => f.write_str("none")?,
        }
        write!(f, ", fx {} ({} rates), reactivation_window_days ", self.fx, self.rates.len())?;
        match self.reactivation_window_days {
            Some(days) => write!(f, "{days}"),
            None => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tenure_model::Currency;

    use super::{FxPolicy, MonthlyFactor, RevenueDefinition};

    #[test]
    fn the_text_names_every_option() {
        let definition = RevenueDefinition::new(Currency::new("USD").unwrap());
        assert_eq!(
            definition.to_string(),
            "MRR in USD, minor units ISO 4217, time zone UTC, unit account, rounding half_away, week 52/12, day 365/12, \
             discounts all, churn_recognition service_end, pause zero_churn, negative floor, late restate, \
             known_by none, fx closing (0 rates), reactivation_window_days none"
        );
    }

    #[test]
    fn a_factor_is_above_zero() {
        let error = MonthlyFactor::new(0, 3).unwrap_err();
        assert_eq!(error.to_string(), "factor `0/3` is not a fraction above 0");
    }

    #[test]
    fn names_read_back() {
        for &policy in FxPolicy::ALL {
            assert_eq!(FxPolicy::from_name(policy.name()), Some(policy));
        }
        assert_eq!(FxPolicy::from_name("spot"), None);
    }
}
