//! From opening to closing: movements of money, of accounts, and their counts.

use tenure_model::Currency;

use crate::error::{NotClosedError, WaterfallError};
use crate::movement::MovementLine;

/// Whether a contribution is added or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Add,
    Take,
}

/// A cell of a state: sums that are added element by element.
pub(crate) trait Cell: Copy {
    /// This and another, or this without it; `None` if it does not fit or a count is negative.
    fn combined(self, other: Self, sign: Sign) -> Option<Self>;
}

pub(crate) const fn amount(ours: i128, other: i128, sign: Sign) -> Option<i128> {
    match sign {
        Sign::Add => ours.checked_add(other),
        Sign::Take => ours.checked_sub(other),
    }
}

pub(crate) const fn count(ours: u64, other: u64, sign: Sign) -> Option<u64> {
    match sign {
        Sign::Add => ours.checked_add(other),
        Sign::Take => ours.checked_sub(other),
    }
}

/// The lines of a [`Waterfall`], in minor units, not yet known to close.
///
/// ```
/// use tenure_revenue::MovementLines;
/// let lines = MovementLines { new: 10_000, closing: 10_000, ..MovementLines::default() };
/// assert_eq!(lines.opening, 0);
/// ```
#[expect(clippy::exhaustive_structs, reason = "the identity has these lines and no other")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct MovementLines {
    /// Balance of the previous close.
    pub opening: i128,
    /// Won from accounts that never paid before.
    pub new: i128,
    /// Gained from accounts that pay.
    pub expansion: i128,
    /// Lost from accounts that stay.
    pub contraction: i128,
    /// Lost with accounts that left.
    pub churn: i128,
    /// Won from accounts that paid before.
    pub reactivation: i128,
    /// Moved by exchange rates.
    pub fx: i128,
    /// Moved below 0: credit lines of accounts that do not pay.
    pub adjustment: i128,
    /// Balance of this close.
    pub closing: i128,
}

impl MovementLines {
    fn zip(self, other: Self, combine: impl Fn(i128, i128) -> Option<i128>) -> Option<Self> {
        Some(Self {
            opening: combine(self.opening, other.opening)?,
            new: combine(self.new, other.new)?,
            expansion: combine(self.expansion, other.expansion)?,
            contraction: combine(self.contraction, other.contraction)?,
            churn: combine(self.churn, other.churn)?,
            reactivation: combine(self.reactivation, other.reactivation)?,
            fx: combine(self.fx, other.fx)?,
            adjustment: combine(self.adjustment, other.adjustment)?,
            closing: combine(self.closing, other.closing)?,
        })
    }

    pub(crate) fn plus(&self, other: &Self) -> Option<Self> {
        self.zip(*other, i128::checked_add)
    }

    pub(crate) fn less(&self, other: &Self) -> Option<Self> {
        self.zip(*other, i128::checked_sub)
    }

    /// Opening and movements, less closing.
    pub(crate) fn gap(&self) -> Option<i128> {
        self.opening
            .checked_add(self.new)?
            .checked_add(self.expansion)?
            .checked_sub(self.contraction)?
            .checked_sub(self.churn)?
            .checked_add(self.reactivation)?
            .checked_add(self.fx)?
            .checked_add(self.adjustment)?
            .checked_sub(self.closing)
    }
}

/// How recurring revenue moved from one close to the next, in minor units of one currency.
///
/// ```text
/// opening + new + expansion - contraction - churn + reactivation + fx + adjustment = closing
/// ```
///
/// A value of this type closes: it is made, added and read back by one constructor that checks the
/// identity.
///
/// *Shape*: nine integers. *Accuracy*: exact.
///
/// *Source*: the movement classes of ChartMogul, ProfitWell and Stripe, whose timing differs; the
/// definition beside a result says which is followed.
///
/// ```
/// use tenure_model::Currency;
/// use tenure_revenue::{MovementLines, Waterfall, WaterfallError};
/// let usd = Currency::new("USD")?;
/// let mut lines = MovementLines { opening: 100, churn: 40, closing: 60, ..Default::default() };
/// assert_eq!(Waterfall::new(usd, lines)?.lines().churn, 40);
/// lines.closing = 70;
/// let Err(WaterfallError::NotClosed(error)) = Waterfall::new(usd, lines) else {
///     return Err("it closed".into());
/// };
/// assert_eq!(error.by(), -10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waterfall {
    currency: Currency,
    lines: MovementLines,
}

impl Waterfall {
    /// A waterfall that closes.
    ///
    /// # Errors
    /// The lines do not lead from opening to closing, or their sum does not fit.
    pub fn new(currency: Currency, lines: MovementLines) -> Result<Self, WaterfallError> {
        match lines.gap() {
            Some(0) => Ok(Self { currency, lines }),
            Some(by) => Err(NotClosedError { by }.into()),
            None => Err(WaterfallError::Overflow),
        }
    }

    pub(crate) fn empty(currency: Currency) -> Self {
        Self { currency, lines: MovementLines::default() }
    }

    /// Both together: other accounts over the same month.
    ///
    /// # Errors
    /// Another currency, or a sum that does not fit.
    pub fn plus(&self, other: &Self) -> Result<Self, WaterfallError> {
        self.combine(other, Sign::Add)
    }

    /// This, and then the months of the other: its opening is our closing.
    ///
    /// # Errors
    /// Another currency, an opening that is not our closing, or a sum that does not fit.
    pub fn then(&self, later: &Self) -> Result<Self, WaterfallError> {
        self.same_currency(later)?;
        let lines =
            self.lines.zip(later.lines, i128::checked_add).ok_or(WaterfallError::Overflow)?;
        let lines =
            MovementLines { opening: self.lines.opening, closing: later.lines.closing, ..lines };
        Self::new(self.currency, lines)
    }

    fn same_currency(&self, other: &Self) -> Result<(), WaterfallError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(WaterfallError::Currency { ours: self.currency, other: other.currency })
        }
    }

    fn combine(&self, other: &Self, sign: Sign) -> Result<Self, WaterfallError> {
        self.same_currency(other)?;
        let lines = self
            .lines
            .zip(other.lines, |ours, other| amount(ours, other, sign))
            .ok_or(WaterfallError::Overflow)?;
        Self::new(self.currency, lines)
    }

    /// Its currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Its lines, in minor units.
    #[must_use]
    pub const fn lines(&self) -> &MovementLines {
        &self.lines
    }
}

impl Cell for Waterfall {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        self.combine(&other, sign).ok()
    }
}

/// How many accounts paid, from one close to the next:
/// `opening + new + reactivated - churned = closing`.
///
/// ```
/// use tenure_revenue::Logos;
/// let logos = Logos::new(10, 2, 1, 3, 10).ok_or("it does not close")?;
/// assert_eq!(logos.churned(), 3);
/// assert_eq!(Logos::new(10, 2, 1, 3, 11), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Logos {
    opening: u64,
    new: u64,
    reactivated: u64,
    churned: u64,
    closing: u64,
}

impl Logos {
    /// Counts that close; `None` if they do not, or their sum does not fit.
    #[must_use]
    pub fn new(
        opening: u64,
        new: u64,
        reactivated: u64,
        churned: u64,
        closing: u64,
    ) -> Option<Self> {
        let came = opening.checked_add(new)?.checked_add(reactivated)?;
        let closes = came == closing.checked_add(churned)?;
        closes.then_some(Self { opening, new, reactivated, churned, closing })
    }

    /// This, and then the months of the other: its opening is our closing; `None` if it is not.
    #[must_use]
    pub fn then(&self, later: &Self) -> Option<Self> {
        Self::new(
            self.opening,
            self.new.checked_add(later.new)?,
            self.reactivated.checked_add(later.reactivated)?,
            self.churned.checked_add(later.churned)?,
            later.closing,
        )
    }

    /// Paying at the previous close.
    #[must_use]
    pub const fn opening(&self) -> u64 {
        self.opening
    }

    /// Paying for the first time.
    #[must_use]
    pub const fn new_accounts(&self) -> u64 {
        self.new
    }

    /// Paying again.
    #[must_use]
    pub const fn reactivated(&self) -> u64 {
        self.reactivated
    }

    /// No longer paying.
    #[must_use]
    pub const fn churned(&self) -> u64 {
        self.churned
    }

    /// Paying at this close.
    #[must_use]
    pub const fn closing(&self) -> u64 {
        self.closing
    }
}

impl Cell for Logos {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Self::new(
            count(self.opening, other.opening, sign)?,
            count(self.new, other.new, sign)?,
            count(self.reactivated, other.reactivated, sign)?,
            count(self.churned, other.churned, sign)?,
            count(self.closing, other.closing, sign)?,
        )
    }
}

/// How many movements the gross waterfall of a month has; one account can leave and return within
/// it.
///
/// ```
/// assert_eq!(tenure_revenue::MovementCounts::default().churned, 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct MovementCounts {
    /// First payments.
    pub new: u64,
    /// Returns.
    pub reactivated: u64,
    /// Departures.
    pub churned: u64,
}

impl Cell for MovementCounts {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self {
            new: count(self.new, other.new, sign)?,
            reactivated: count(self.reactivated, other.reactivated, sign)?,
            churned: count(self.churned, other.churned, sign)?,
        })
    }
}

/// One change of one account, put into its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) from: i128,
    pub(crate) to: i128,
    pub(crate) paid: bool,
    pub(crate) pays: bool,
    /// Whether a return counts as the first payment.
    pub(crate) first: bool,
}

impl Change {
    /// Its class and amount; `None` if the difference does not fit.
    pub(crate) fn class(self) -> Option<(MovementLine, i128)> {
        let gain = self.to.checked_sub(self.from)?;
        Some(match (self.paid, self.pays) {
            (false, true) if self.first => (MovementLine::New, gain),
            (false, true) => (MovementLine::Reactivation, gain),
            (true, false) => (MovementLine::Churn, gain.checked_neg()?),
            (true, true) if gain > 0 => (MovementLine::Expansion, gain),
            (true, true) => (MovementLine::Contraction, gain.checked_neg()?),
            (false, false) => (MovementLine::Adjustment, gain),
        })
    }

    /// Whether anything changes.
    pub(crate) const fn is_movement(self) -> bool {
        self.from != self.to || self.paid != self.pays
    }

    /// Adds its amount to the line of its class and counts it; `None` if the sum does not fit.
    pub(crate) fn enter(
        self,
        lines: &mut MovementLines,
        counts: &mut MovementCounts,
    ) -> Option<()> {
        let (class, amount) = self.class()?;
        let (line, counter) = match class {
            MovementLine::New => (&mut lines.new, Some(&mut counts.new)),
            MovementLine::Reactivation => (&mut lines.reactivation, Some(&mut counts.reactivated)),
            MovementLine::Churn => (&mut lines.churn, Some(&mut counts.churned)),
            MovementLine::Expansion => (&mut lines.expansion, None),
            MovementLine::Contraction => (&mut lines.contraction, None),
            _ => (&mut lines.adjustment, None),
        };
        *line = line.checked_add(amount)?;
        if let Some(counter) = counter {
            *counter = counter.checked_add(1)?;
        }
        Some(())
    }
}

#[cfg(feature = "serde")]
mod serde_impl {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use tenure_model::Currency;

    use super::{Logos, MovementLines, Waterfall};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename = "Waterfall")]
    struct WaterfallForm {
        currency: String,
        lines: MovementLines,
    }

    impl Serialize for Waterfall {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            WaterfallForm { currency: self.currency.code().to_owned(), lines: self.lines }
                .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Waterfall {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = WaterfallForm::deserialize(deserializer)?;
            let currency = Currency::new(&form.currency).map_err(D::Error::custom)?;
            Self::new(currency, form.lines).map_err(D::Error::custom)
        }
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename = "Logos")]
    struct LogosForm {
        opening: u64,
        new: u64,
        reactivated: u64,
        churned: u64,
        closing: u64,
    }

    impl Serialize for Logos {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            LogosForm {
                opening: self.opening,
                new: self.new,
                reactivated: self.reactivated,
                churned: self.churned,
                closing: self.closing,
            }
            .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Logos {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = LogosForm::deserialize(deserializer)?;
            Self::new(form.opening, form.new, form.reactivated, form.churned, form.closing)
                .ok_or_else(|| D::Error::custom("the counts do not lead from opening to closing"))
        }
    }
}

#[cfg(test)]
mod tests {
    use tenure_model::Currency;

    use super::{Logos, MovementLines, Waterfall};
    use crate::error::WaterfallError;

    fn waterfall(code: &str, lines: MovementLines) -> Result<Waterfall, WaterfallError> {
        Waterfall::new(Currency::new(code).unwrap(), lines)
    }

    #[test]
    fn every_line_is_in_the_identity_with_its_sign() {
        let lines = MovementLines {
            opening: 1_000_000,
            new: 200_000,
            expansion: 30_000,
            contraction: 4_000,
            churn: 500,
            reactivation: 60,
            fx: 7,
            adjustment: -2,
            closing: 1_225_565,
        };
        assert_eq!(waterfall("USD", lines).unwrap().lines(), &lines);
    }

    #[test]
    fn two_currencies_are_never_added() {
        let usd = waterfall("USD", MovementLines::default()).unwrap();
        let eur = waterfall("EUR", MovementLines::default()).unwrap();
        let error = usd.plus(&eur).unwrap_err();
        assert!(matches!(error, WaterfallError::Currency { .. }));
        assert_eq!(error.to_string(), "a waterfall in EUR cannot be added to one in USD");
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        let half = MovementLines { opening: i128::MAX, closing: i128::MAX, ..Default::default() };
        let half = waterfall("USD", half).unwrap();
        assert_eq!(half.plus(&half), Err(WaterfallError::Overflow));
        let lines = MovementLines { opening: i128::MAX, new: 1, ..Default::default() };
        assert_eq!(waterfall("USD", lines), Err(WaterfallError::Overflow));
    }

    #[test]
    fn months_follow_only_where_they_meet() {
        let lines = |opening, new, closing| MovementLines {
            opening,
            new,
            closing,
            ..MovementLines::default()
        };
        let january = waterfall("USD", lines(0, 5, 5)).unwrap();
        let february = waterfall("USD", lines(5, 2, 7)).unwrap();
        assert_eq!(january.then(&february).unwrap().lines(), &lines(0, 7, 7));
        let error = february.then(&january).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the waterfall does not close: opening and movements miss the closing by `7` minor units"
        );
        let first = Logos::new(0, 1, 0, 0, 1).unwrap();
        let second = Logos::new(1, 0, 0, 1, 0).unwrap();
        assert_eq!(first.then(&second), Logos::new(0, 1, 0, 1, 0));
        assert_eq!(first.then(&first), None);
    }
}
