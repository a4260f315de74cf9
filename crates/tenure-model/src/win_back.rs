//! Who has gone quiet and might be won back, and whether that held.

use chrono::{NaiveDate, TimeDelta};

use crate::as_of::AsOf;
use crate::book::Book;
use crate::dormancy::{Dormancy, DormancyOptions, exceeds, middle_halves};
use crate::relationship::Relationship;

/// What became of a return.
///
/// ```
/// assert_eq!(tenure_model::WinBackOutcome::Pending.name(), "pending");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WinBackOutcome {
    /// A second purchase came in time.
    Won,
    /// It did not.
    Lost,
    /// There is still time.
    Pending,
}

impl WinBackOutcome {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Pending => "pending",
        }
    }
}

/// The latest return after a dormant silence, and what became of it.
///
/// 1. *Question*: the account is back; does it stay?
/// 2. *Formula*:
///    ```text
///    return:  the last purchase day whose gap before it exceeds dormant_ratio * median of the gaps before
///             that, of which there are min_gaps or more
///    won:     the next purchase day is at most that median later
///    pending: there is none, and the median is not over by as_of
///    ```
/// 3. *Shape*: in, the purchase days (each once, in order) and a day; out, a day and an outcome. Cost:
///    each gap is sorted in among those before it.
/// 4. *Undefined when* the account never came back from a silence its rhythm shows: `None`.
/// 5. *Accuracy*: exact; all comparisons on integers.
/// 6. *Source*: own definition: one purchase is a return, two are a rhythm.
///
/// ```
/// use tenure_model::{DormancyOptions, WinBack, WinBackOutcome, parse_date};
/// let days = ["2025-01-01", "2025-01-11", "2025-01-21", "2025-04-01"].map(parse_date);
/// let mut days = days.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let (options, as_of) = (DormancyOptions::default(), parse_date("2025-04-10")?);
/// // 70 days of silence, usual gap 10: back on 1 April, with time until the 11th.
/// let back = WinBack::of(&days, as_of, &options).ok_or("not back")?;
/// assert_eq!((back.returned(), back.silence_days()), (parse_date("2025-04-01")?, 70));
/// assert_eq!((back.deadline(), back.outcome()), (parse_date("2025-04-11")?, WinBackOutcome::Pending));
/// days.push(parse_date("2025-04-09")?);
/// let back = WinBack::of(&days, as_of, &options).ok_or("not back")?;
/// assert_eq!(back.outcome(), WinBackOutcome::Won);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WinBack {
    returned: NaiveDate,
    silence_days: i64,
    deadline: NaiveDate,
    outcome: WinBackOutcome,
}

impl WinBack {
    /// Looks at the purchase days (in order, each once) up to `as_of`, that day included.
    #[must_use]
    pub fn of(days: &[NaiveDate], as_of: NaiveDate, options: &DormancyOptions) -> Option<Self> {
        let days = days.get(..days.partition_point(|&day| day <= as_of))?;
        let gap = |pair: &[NaiveDate]| match pair {
            [earlier, later] => Some(later.signed_duration_since(*earlier).num_days()),
            _ => None,
        };
        // The gaps so far, sorted: their median is in the middle.
        let mut earlier: Vec<i64> = Vec::with_capacity(days.len());
        let mut latest = None;
        for (at, silence) in days.windows(2).filter_map(gap).enumerate() {
            if earlier.len() >= options.min_gaps()
                && let Some(median) = middle_halves(&earlier)
                && exceeds(silence.checked_mul(2)?, options.dormant_ratio(), median)?
            {
                latest = Some((at, silence, median));
            }
            earlier.insert(earlier.partition_point(|&one| one <= silence), silence);
        }
        let (at, silence, median) = latest?;
        let returned = *days.get(at.checked_add(1)?)?;
        let reach = TimeDelta::try_days(median.div_euclid(2))?;
        let deadline = returned.checked_add_signed(reach)?;
        let next = days.get(at.checked_add(2)?);
        let outcome = match next {
            Some(&next) if next <= deadline => WinBackOutcome::Won,
            None if as_of <= deadline => WinBackOutcome::Pending,
            _ => WinBackOutcome::Lost,
        };
        Some(Self { returned, silence_days: silence, deadline, outcome })
    }

    /// The day it came back.
    #[must_use]
    pub const fn returned(&self) -> NaiveDate {
        self.returned
    }

    /// How long it had been silent.
    #[must_use]
    pub const fn silence_days(&self) -> i64 {
        self.silence_days
    }

    /// The last day on which a second purchase makes it won.
    #[must_use]
    pub const fn deadline(&self) -> NaiveDate {
        self.deadline
    }

    /// What became of it.
    #[must_use]
    pub const fn outcome(&self) -> WinBackOutcome {
        self.outcome
    }
}

/// An account that has gone quiet by its own rhythm: see [`re_engagement`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Quiet<'b> {
    /// The account.
    pub relationship: &'b Relationship,
    /// How silent it is.
    pub dormancy: Dormancy,
}

/// The accounts to write to: dormant or cooling by their own rhythm, longest in own gaps first, ties by
/// account.
///
/// *Shape*: in, a book and a day; out, a row an account that is quiet. Accounts whose rhythm is not
/// known are left out, unless the options assume one. Of contracted accounts the contract and the
/// dialogue decide, which the classification looks at. *Accuracy*: exact.
///
/// ```
/// use tenure_model::record::Purchase;
/// use tenure_model::{AccountId, AsOf, Book, Currency, DormancyOptions, Event, Minor, Money, Record};
/// use tenure_model::{parse_date, re_engagement};
/// let one = Money::from_minor(Minor::new(100), Currency::new("USD")?);
/// let bought = ["2025-01-01", "2025-01-11", "2025-01-21"].map(|day| {
///     let purchase = Purchase::new(parse_date(day)?, one)?;
///     Ok::<_, Box<dyn std::error::Error>>(Event::new(AccountId::new("shop")?, Record::Purchase(purchase)))
/// });
/// let (book, _) = Book::from_events(bought.into_iter().collect::<Result<Vec<_>, _>>()?);
/// let on = |day| Ok::<_, tenure_model::DateError>(AsOf::new(parse_date(day)?));
/// let options = DormancyOptions::default();
/// assert!(re_engagement(&book, on("2025-02-09")?, &options).is_empty());
/// let quiet = re_engagement(&book, on("2025-03-01")?, &options);
/// assert_eq!(quiet[0].dormancy.dormant(), Some(true)); // 39 days against 10
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn re_engagement<'b>(book: &'b Book, as_of: AsOf, options: &DormancyOptions) -> Vec<Quiet<'b>> {
    let quiet = |relationship: &'b Relationship| {
        let days = relationship.purchase_days(as_of).dates();
        let dormancy = Dormancy::of(&days, as_of.day(), options)?;
        let is_quiet = dormancy.dormant()? || dormancy.cooling()?;
        is_quiet.then_some(Quiet { relationship, dormancy })
    };
    let mut list: Vec<Quiet<'b>> = book.relationships().iter().filter_map(quiet).collect();
    // Silence / gap, crosswise; both fit 64 bits.
    let cross = |one: &Quiet<'_>, other: &Quiet<'_>| {
        let (silence, _) = one.dormancy.ratio()?;
        let (_, gap) = other.dormancy.ratio()?;
        i128::from(silence).checked_mul(i128::from(gap))
    };
    list.sort_by(|a, b| {
        let by_silence = cross(b, a).cmp(&cross(a, b));
        by_silence.then_with(|| a.relationship.account().cmp(b.relationship.account()))
    });
    list
}

#[cfg(test)]
mod tests {
    use super::{WinBack, WinBackOutcome, re_engagement};
    use crate::account::AccountId;
    use crate::as_of::AsOf;
    use crate::book::Book;
    use crate::currency::Currency;
    use crate::date::parse_date;
    use crate::dormancy::DormancyOptions;
    use crate::event::{Event, Record};
    use crate::money::{Minor, Money};
    use crate::record::Purchase;
    use chrono::NaiveDate;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn outcome(days: &[&str], as_of: &str) -> Option<WinBackOutcome> {
        let days: Vec<_> = days.iter().map(|text| day(text)).collect();
        WinBack::of(&days, day(as_of), &DormancyOptions::default()).map(|back| back.outcome())
    }

    #[test]
    fn a_second_purchase_within_the_own_gap_wins() {
        use WinBackOutcome::{Lost, Pending, Won};
        // Usual gap 10, silent for 31, more than 30; the last day is the 31st.
        let back = ["2025-01-01", "2025-01-11", "2025-01-21", "2025-02-21"];
        let with = |day| [&back[..], &[day]].concat();
        assert_eq!(outcome(&back, "2025-03-03"), Some(Pending));
        assert_eq!(outcome(&back, "2025-03-04"), Some(Lost));
        assert_eq!(outcome(&with("2025-03-03"), "2025-03-03"), Some(Won));
        assert_eq!(outcome(&with("2025-03-04"), "2025-03-04"), Some(Lost));
        // What comes after as-of is not looked at.
        assert_eq!(outcome(&with("2025-03-03"), "2025-03-02"), Some(Pending));
    }

    #[test]
    fn no_silence_no_return() {
        // Exactly three gaps are no dormant silence.
        let days = ["2025-01-01", "2025-01-11", "2025-01-21", "2025-02-20"];
        assert_eq!(outcome(&days, "2025-03-01"), None);
        // One gap before it is no rhythm.
        assert_eq!(outcome(&["2025-01-01", "2025-01-11", "2025-06-01"], "2025-07-01"), None);
        assert_eq!(outcome(&[], "2025-07-01"), None);
    }

    #[test]
    fn a_half_day_of_the_median_is_no_day() {
        // Gaps 3 and 4: median 3.5, silent for 11 days, more than 10.5; three days' time.
        let days = ["2025-01-01", "2025-01-04", "2025-01-08", "2025-01-19"];
        let days: Vec<_> = days.iter().map(|text| day(text)).collect();
        let back = WinBack::of(&days, day("2025-01-19"), &DormancyOptions::default()).unwrap();
        assert_eq!((back.deadline(), back.silence_days()), (day("2025-01-22"), 11));
    }

    #[test]
    fn the_latest_of_two_returns_counts() {
        let days =
            ["2025-01-01", "2025-01-11", "2025-01-21", "2025-03-21", "2025-03-26", "2025-05-01"];
        let days: Vec<_> = days.iter().map(|text| day(text)).collect();
        let back = WinBack::of(&days, day("2025-05-01"), &DormancyOptions::default()).unwrap();
        assert_eq!(back.returned(), day("2025-05-01"));
    }

    #[test]
    fn longest_silent_first() {
        let one = Money::from_minor(Minor::new(100), Currency::new("USD").unwrap());
        let bought = |account: &str, days: &[&str]| {
            let account = AccountId::new(account).unwrap();
            let event = |text: &&str| {
                let purchase = Purchase::new(day(text), one).unwrap();
                Event::new(account.clone(), Record::Purchase(purchase))
            };
            days.iter().map(event).collect::<Vec<_>>()
        };
        let events = [
            bought("b", &["2025-01-01", "2025-01-11", "2025-01-21"]),
            bought("a", &["2025-01-01", "2025-01-11", "2025-01-21"]),
            bought("short", &["2025-01-17", "2025-01-19", "2025-01-21"]),
            bought("busy", &["2025-02-01", "2025-02-11", "2025-02-21"]),
            bought("once", &["2025-01-01"]),
        ];
        let book = Book::from_events(events.concat()).0;
        let list = re_engagement(&book, AsOf::new(day("2025-02-21")), &DormancyOptions::default());
        let accounts: Vec<_> = list.iter().map(|one| one.relationship.account().as_str()).collect();
        assert_eq!(accounts, ["short", "a", "b"]);
    }
}
