//! Recency, frequency, monetary value: scores from frozen bins, and segments of them.

mod bins;
mod segments;

use chrono::{Days, NaiveDate};

pub use bins::{RfmBins, RfmCells, RfmScore, RfmSizes};
pub use segments::{Segment, SegmentMap};

use crate::error::RfmError;
use crate::log::{PurchaseLog, PurchaseTime, Refunds, ZeroSpend};

/// How lately, how often and for how much did a customer buy?
///
/// *Shape*: from [`PurchaseLog::rfm`], whose occasions are days, refunds netted within the day,
/// days netted to zero dropped, whatever the log's own policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the three numbers the name lists")]
pub struct Rfm {
    /// Days since the last purchase day ever.
    pub recency_days: u32,
    /// Purchase days in the window, the first one included.
    pub frequency: u64,
    /// Sum of their net amounts, in minor units.
    pub monetary_minor: i128,
}

/// Recency, frequency and monetary value of every customer in a log, and who has none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RfmTable<K> {
    /// The last day that counts.
    pub as_of: NaiveDate,
    /// The window of frequency and monetary value, in days: `(as_of - window, as_of]`.
    pub window_days: u32,
    /// One per customer who ever purchased by then, in order of customer. A customer without
    /// purchase in the window has frequency and monetary value 0.
    pub rows: Vec<(K, Rfm)>,
    /// Customers who never purchased by then.
    pub never_purchased: u64,
    /// Customers left out because the amount of a day in the window is not known.
    pub unpriced: u64,
}

/// The window of the definition, in days.
pub const RFM_WINDOW_DAYS: u32 = 365;

impl<K: Ord> PurchaseLog<K> {
    /// How lately, how often and for how much each customer bought, at the end of `as_of`.
    ///
    /// *Cost*: linear in the days kept.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use tenure_clv::{PurchaseLog, PurchaseRow, RFM_WINDOW_DAYS, Refunds, Rfm, SummaryDefinition};
    /// use tenure_model::{Currency, Minor};
    /// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
    /// let mut log = PurchaseLog::new(SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net));
    /// log.push("ann", PurchaseRow::purchase(day(1)?, Minor::new(10_00))?)?;
    /// log.push("ann", PurchaseRow::purchase(day(8)?, Minor::new(30_00))?)?;
    /// let table = log.rfm(day(10)?, RFM_WINDOW_DAYS)?;
    /// let ann = Rfm { recency_days: 2, frequency: 2, monetary_minor: 40_00 };
    /// assert_eq!(table.rows, [(&"ann", ann)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A log of instants: [`PurchaseLog::to_days`] makes it one of days, in a zone.
    pub fn rfm(&self, as_of: NaiveDate, window_days: u32) -> Result<RfmTable<&K>, RfmError> {
        if self.definition().period().is_instant() {
            return Err(RfmError::Instants);
        }
        let definition = crate::SummaryDefinition::new(self.definition().currency(), Refunds::Net)
            .with_zero_spend(ZeroSpend::Drop);
        let mut table =
            RfmTable { as_of, window_days, rows: Vec::new(), never_purchased: 0, unpriced: 0 };
        let opens = as_of.checked_sub_days(Days::new(u64::from(window_days)));
        let mut scratch = crate::log::Scratch::default();
        let opens = opens.map(PurchaseTime::from);
        for (customer, purchases) in self.customers() {
            scratch.finish(purchases, definition, as_of.into());
            let Some(last) = scratch.starts().last() else {
                table.never_purchased = table.never_purchased.saturating_add(1);
                continue;
            };
            let since = PurchaseTime::from(as_of).since(last).to_delta().num_days();
            let (mut frequency, mut monetary, mut priced) = (0_u64, 0_i128, true);
            for (start, amount) in scratch.amounts() {
                if opens.is_some_and(|opens| start <= opens) {
                    continue;
                }
                frequency = frequency.saturating_add(1);
                match amount {
                    // Sums of days are below 2^96, and days below 2^22.
                    Some(amount) => {
                        monetary =
                            monetary.saturating_add(i128::try_from(amount).unwrap_or(i128::MAX));
                    }
                    None => priced = false,
                }
            }
            if priced {
                let recency_days = u32::try_from(since).unwrap_or(u32::MAX);
                let rfm = Rfm { recency_days, frequency, monetary_minor: monetary };
                table.rows.push((customer, rfm));
            } else {
                table.unpriced = table.unpriced.saturating_add(1);
            }
        }
        Ok(table)
    }
}
