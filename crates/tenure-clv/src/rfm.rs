//! Recency, frequency, monetary value: scores from frozen bins, and segments of them.

mod bins;
mod segments;

use chrono::{Days, NaiveDate};

pub use bins::{RfmBins, RfmCells, RfmScore, RfmSizes};
pub use segments::{Segment, SegmentMap};

use crate::error::RfmError;
use crate::log::{CustomerPurchases, PurchaseLog, PurchaseTime};

/// How lately, how often and for how much did a customer buy?
///
/// *Shape*: from [`PurchaseLog::rfm`] or [`CustomerPurchases::rfm`], whose occasions are days, refunds
/// netted within the day, days netted to zero dropped, whatever the log's own policies.
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

/// The recency, frequency and monetary value of one customer, or why there is none.
///
/// ```
/// use tenure_clv::{CustomerPurchases, RFM_WINDOW_DAYS, RfmOutcome};
/// let nothing = CustomerPurchases::new();
/// let day = chrono::NaiveDate::from_ymd_opt(2024, 1, 10).ok_or("no such day")?;
/// assert_eq!(nothing.rfm(day, RFM_WINDOW_DAYS)?, RfmOutcome::NeverPurchased);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever counts customers must count them all")]
pub enum RfmOutcome {
    /// No purchase by that day, or all of them refunded.
    NeverPurchased,
    /// The amount of a day in the window is not known.
    Unpriced,
    /// The three numbers.
    Known(Rfm),
}

/// Recency, frequency and monetary value of many customers, and who has none.
///
/// *Shape*: [`PurchaseLog::rfm`] makes it whole; [`RfmTable::push`] and [`RfmTable::merge`] make it in
/// parts, in any order: [`RfmBins::made_from`] does not look at the order.
///
/// ```
/// use tenure_clv::{Rfm, RfmBins, RfmOutcome, RfmTable};
/// let day = chrono::NaiveDate::from_ymd_opt(2024, 1, 10).ok_or("no such day")?;
/// let known = |recency_days| RfmOutcome::Known(Rfm { recency_days, frequency: 1, monetary_minor: 500 });
/// let (mut one, mut two) = (RfmTable::new(day, 365), RfmTable::new(day, 365));
/// one.push((), known(9));
/// two.push((), known(2));
/// two.push((), RfmOutcome::NeverPurchased);
/// one.merge(&two)?;
/// assert_eq!((one.rows.len(), one.never_purchased), (2, 1));
/// assert!(one.merge(&RfmTable::new(day, 90)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RfmTable<K> {
    /// The last day that counts.
    pub as_of: NaiveDate,
    /// The window of frequency and monetary value, in days: `(as_of - window, as_of]`.
    pub window_days: u32,
    /// One per customer who ever purchased by then, in order of customer where a log made it. A
    /// customer without purchase in the window has frequency and monetary value 0.
    pub rows: Vec<(K, Rfm)>,
    /// Customers who never purchased by then.
    pub never_purchased: u64,
    /// Customers left out because the amount of a day in the window is not known.
    pub unpriced: u64,
}

/// The window of the definition, in days.
pub const RFM_WINDOW_DAYS: u32 = 365;

impl<K> RfmTable<K> {
    /// Nobody yet.
    #[must_use]
    pub const fn new(as_of: NaiveDate, window_days: u32) -> Self {
        Self { as_of, window_days, rows: Vec::new(), never_purchased: 0, unpriced: 0 }
    }

    /// Adds a customer, on the day and in the window of the table.
    pub fn push(&mut self, customer: K, found: RfmOutcome) {
        match found {
            RfmOutcome::Known(rfm) => self.rows.push((customer, rfm)),
            RfmOutcome::NeverPurchased => {
                self.never_purchased = self.never_purchased.saturating_add(1);
            }
            RfmOutcome::Unpriced => self.unpriced = self.unpriced.saturating_add(1),
        }
    }

    /// Takes in the customers of another table.
    ///
    /// # Errors
    /// A table of another day or window; this one is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), RfmError>
    where
        K: Clone,
    {
        if (self.as_of, self.window_days) != (other.as_of, other.window_days) {
            return Err(RfmError::OtherTable);
        }
        self.rows.extend_from_slice(&other.rows);
        self.never_purchased = self.never_purchased.saturating_add(other.never_purchased);
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
        Ok(())
    }
}

impl CustomerPurchases {
    /// How lately, how often and for how much this customer bought, at the end of `as_of`.
    ///
    /// *Cost*: linear in the days kept; nothing is allocated.
    ///
    /// # Errors
    /// Instants: [`PurchaseLog::to_days`] makes days of them, in a zone.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use tenure_clv::{CustomerPurchases, PurchaseRow, RFM_WINDOW_DAYS, Rfm, RfmOutcome};
    /// use tenure_model::Minor;
    /// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
    /// let mut ann = CustomerPurchases::new();
    /// ann.push(PurchaseRow::purchase(day(1)?, Minor::new(10_00))?)?;
    /// ann.push(PurchaseRow::purchase(day(8)?, Minor::new(30_00))?)?;
    /// ann.push(PurchaseRow::refund(day(8)?, Minor::new(5_00))?)?;
    /// let found = Rfm { recency_days: 2, frequency: 2, monetary_minor: 35_00 };
    /// assert_eq!(ann.rfm(day(10)?, RFM_WINDOW_DAYS)?, RfmOutcome::Known(found));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rfm(&self, as_of: NaiveDate, window_days: u32) -> Result<RfmOutcome, RfmError> {
        if self.has_instants() {
            return Err(RfmError::Instants);
        }
        let opens = as_of.checked_sub_days(Days::new(u64::from(window_days)));
        let (as_of, opens) = (PurchaseTime::from(as_of), opens.map(PurchaseTime::from));
        let (mut last, mut frequency, mut monetary, mut priced) = (None, 0_u64, 0_u128, true);
        for (day, paid) in self.nets().take_while(|&(day, _)| day <= as_of) {
            last = Some(day);
            if opens.is_some_and(|opens| day <= opens) {
                continue;
            }
            frequency = frequency.saturating_add(1);
            match paid {
                // Sums of days are below 2^96, and days below 2^22.
                Some(paid) => monetary = monetary.saturating_add(paid),
                None => priced = false,
            }
        }
        let Some(last) = last else { return Ok(RfmOutcome::NeverPurchased) };
        if !priced {
            return Ok(RfmOutcome::Unpriced);
        }
        let since = as_of.since(last).to_delta().num_days();
        Ok(RfmOutcome::Known(Rfm {
            recency_days: u32::try_from(since).unwrap_or(u32::MAX),
            frequency,
            monetary_minor: i128::try_from(monetary).unwrap_or(i128::MAX),
        }))
    }
}

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
        let mut table = RfmTable::new(as_of, window_days);
        for (customer, purchases) in self.customers() {
            table.push(customer, purchases.rfm(as_of, window_days)?);
        }
        Ok(table)
    }
}
