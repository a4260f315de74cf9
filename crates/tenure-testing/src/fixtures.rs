//! Real data, kept with its source under `data/`.
#![expect(clippy::exhaustive_structs, reason = "unpublished: tests build and match them whole")]

use chrono::NaiveDate;

/// One purchase of the CDNOW sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CdnowPurchase {
    /// The customer, 1 to 2357.
    pub customer: u16,
    /// The day.
    pub date: NaiveDate,
    /// How many CDs.
    pub units: u16,
    /// What was paid, in US cents.
    pub cents: i64,
}

/// The CDNOW purchase log, in the order of the file; `data/cdnow/SOURCE.md` says where it is from.
/// `None` if a row is not as described there.
#[must_use]
pub fn cdnow() -> Option<Vec<CdnowPurchase>> {
    include_str!("../data/cdnow/CDNOW_sample.txt").lines().map(purchase).collect()
}

fn purchase(line: &str) -> Option<CdnowPurchase> {
    let mut cells = line.split_ascii_whitespace();
    let [_, customer, date, units, dollars] = std::array::from_fn(|_| cells.next());
    if cells.next().is_some() {
        return None;
    }
    let date = date.filter(|date| date.len() == 8)?;
    let (whole, cents) = dollars?.split_once('.').filter(|(_, cents)| cents.len() == 2)?;
    Some(CdnowPurchase {
        customer: u16::try_from(digits(customer?)?).ok()?,
        date: NaiveDate::from_ymd_opt(
            i32::try_from(digits(date.get(..4)?)?).ok()?,
            digits(date.get(4..6)?)?,
            digits(date.get(6..)?)?,
        )?,
        units: u16::try_from(digits(units?)?).ok()?,
        cents: i64::from(digits(whole)?.checked_mul(100)?.checked_add(digits(cents)?)?),
    })
}

/// A number of plain digits.
fn digits(text: &str) -> Option<u32> {
    text.bytes().try_fold(0_u32, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::cdnow;
    use std::collections::BTreeSet;

    #[test]
    fn the_log_is_the_one_described() {
        let log = cdnow().unwrap();
        let customers: BTreeSet<_> = log.iter().map(|row| row.customer).collect();
        assert_eq!((log.len(), customers.len()), (6_919, 2_357));
        let days = (log.iter().map(|row| row.date).min(), log.iter().map(|row| row.date).max());
        let named = (days.0.unwrap().to_string(), days.1.unwrap().to_string());
        assert_eq!(named, ("1997-01-01".to_owned(), "1998-06-30".to_owned()));
    }
}
