//! From a cell of a waterfall to the events that made it.

use tenure_model::{Instant, Month};

use crate::account::AccountRevenue;
use crate::definition::options;
use crate::error::LedgerError;
use crate::plan::RevenuePlan;
use crate::row::SubscriptionRow;
use crate::waterfall::MovementLines;

options! {
    /// A line of a waterfall.
    ///
    /// ```
    /// use tenure_revenue::{MovementLine, MovementLines};
    /// let lines = MovementLines { churn: 40, ..MovementLines::default() };
    /// assert_eq!(lines.line(MovementLine::Churn), 40);
    /// ```
    MovementLine {
        /// Balance of the previous close.
        Opening = "opening",
        /// Won from accounts that never paid before.
        New = "new",
        /// Gained from accounts that pay.
        Expansion = "expansion",
        /// Lost from accounts that stay.
        Contraction = "contraction",
        /// Lost with accounts that left.
        Churn = "churn",
        /// Won from accounts that paid before.
        Reactivation = "reactivation",
        /// Moved by exchange rates.
        Fx = "fx",
        /// Moved below 0.
        Adjustment = "adjustment",
        /// Balance of this close.
        Closing = "closing",
    }
}

impl MovementLines {
    /// The amount of a line, minor units.
    #[must_use]
    pub const fn line(&self, line: MovementLine) -> i128 {
        match line {
            MovementLine::Opening => self.opening,
            MovementLine::New => self.new,
            MovementLine::Expansion => self.expansion,
            MovementLine::Contraction => self.contraction,
            MovementLine::Churn => self.churn,
            MovementLine::Reactivation => self.reactivation,
            MovementLine::Fx => self.fx,
            MovementLine::Adjustment => self.adjustment,
            MovementLine::Closing => self.closing,
        }
    }
}

/// One change of an account's recurring revenue, and the rows that made it: a gross movement.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{MovementLine, RevenueDefinition, RevenuePlan};
/// let usd = Currency::new("USD")?;
/// let january = Month::parse("2024-01")?;
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), january, january)?;
/// let monthly = Money::parse("100", usd)?;
/// let at = Instant::parse("2024-01-05", Zone::UTC)?;
/// let sold = SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly });
/// let found = plan.movements([&sold])?;
/// let first = found.first().ok_or("nothing moved")?;
/// assert_eq!((first.line, first.amount, first.at), (MovementLine::New, 10_000, at));
/// assert_eq!(first.rows, [0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Movement {
    /// The reported month.
    pub month: Month,
    /// When the ledger posts it.
    pub at: Instant,
    /// Its class.
    pub line: MovementLine,
    /// Its amount in that line, minor units at the month's common rate.
    pub amount: i128,
    /// Worth before.
    pub from: i128,
    /// Worth after.
    pub to: i128,
    /// The rows that took effect then, from 0: also those whose trial or discount ended.
    pub rows: Vec<usize>,
}

impl RevenuePlan {
    /// The gross movements of one account in the reported months, in order, with the rows that made
    /// them: by month and line they add up to [`AccountRevenue::gross`].
    ///
    /// # Errors
    /// As [`RevenuePlan::account`].
    pub fn movements<'a, R>(
        &self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Vec<Movement>, LedgerError>
    where
        R: Into<SubscriptionRow<'a>>,
    {
        AccountRevenue::trace(self, rows.into_iter().map(Into::into).enumerate())
    }
}
