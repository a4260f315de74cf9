//! Days with purchases, refunds netted where they belong.

use chrono::NaiveDate;

use crate::currency::Currency;
use crate::money::Minor;

/// What one day came to in one currency, refunds netted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct PurchaseDay {
    /// The day.
    pub date: NaiveDate,
    /// The currency.
    pub currency: Currency,
    /// Net minor units; not above 0 where refunds took it all back.
    pub net: i128,
}

/// The nets of an account by day and currency, in that order.
///
/// A *purchase day* is a day whose net is above 0 in at least one currency; currencies are never
/// added up.
///
/// ```
/// use tenure_model::{Currency, Minor, PurchaseDays, parse_date};
/// let usd = Currency::new("USD")?;
/// let (monday, friday) = (parse_date("2024-01-01")?, parse_date("2024-01-05")?);
/// let days = PurchaseDays::from_rows(vec![
///     (monday, usd, Minor::new(500)),
///     (monday, usd, Minor::new(250)),
///     (friday, usd, Minor::new(900)),
///     (friday, usd, Minor::new(-900)),
/// ]);
/// assert_eq!(days.dates(), [monday]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PurchaseDays {
    nets: Vec<PurchaseDay>,
}

impl PurchaseDays {
    /// Nets rows (day, currency, minor units) in any order. Cost: a sort of the rows, which is
    /// linear where they are in order.
    #[must_use]
    pub fn from_rows(rows: Vec<(NaiveDate, Currency, Minor)>) -> Self {
        let mut days = Self::default();
        days.fill(rows);
        days
    }

    /// The same, keeping the room of what was there before.
    pub(crate) fn fill(&mut self, rows: impl IntoIterator<Item = (NaiveDate, Currency, Minor)>) {
        self.nets.clear();
        let mut in_order = true;
        for (date, currency, minor) in rows {
            let net = i128::from(minor.units());
            match self.nets.last_mut() {
                Some(day) if day.date == date && day.currency == currency => {
                    // Cannot saturate: 2^64 amounts of 2^63 fit.
                    day.net = day.net.saturating_add(net);
                    continue;
                }
                Some(day) => {
                    in_order &= day.date < date || (day.date == date && day.currency < currency);
                }
                None => {}
            }
            self.nets.push(PurchaseDay { date, currency, net });
        }
        if !in_order {
            let key = |day: &PurchaseDay| (day.date, day.currency);
            self.nets.sort_unstable_by_key(key);
            self.nets.dedup_by(|next, day| {
                let same = key(next) == key(day);
                if same {
                    day.net = day.net.saturating_add(next.net);
                }
                same
            });
        }
    }

    /// Every net, by day and currency, also those not above 0.
    #[must_use]
    pub fn nets(&self) -> &[PurchaseDay] {
        &self.nets
    }

    /// The purchase days, in order, each once.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let mut last = None;
        let bought = self.nets.iter().filter(|day| day.net > 0).map(|day| day.date);
        bought.filter(move |&day| last.replace(day) != Some(day))
    }

    /// The [`days`](Self::days), as a list.
    #[must_use]
    pub fn dates(&self) -> Vec<NaiveDate> {
        self.days().collect()
    }
}
