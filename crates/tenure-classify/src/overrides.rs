//! What a person decided, beside what was computed.

use chrono::NaiveDate;
use tenure_model::Text;

use crate::class::Class;

/// A person's word on an account: shown beside the computed verdict, never instead of it.
///
/// It may say [`Class::Undetermined`]: that the computed class is wrong does not mean that anybody
/// knows a better one.
///
/// ```
/// use tenure_classify::{Class, Override};
/// use tenure_model::parse_date;
/// let from = parse_date("2025-01-01")?;
/// let word = Override::new(Class::Client, "j.doe", "retainer agreed by phone", from, None)?;
/// assert!(word.is_in_force(from) && !word.is_in_force(parse_date("2024-12-31")?));
/// assert!(Override::new(Class::Client, "j.doe", "", from, None).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "row::Row", into = "row::Row"))]
pub struct Override {
    from: NaiveDate,
    until: Option<NaiveDate>,
    class: Class,
    author: Text,
    reason: Text,
}

/// Why an override was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// Nobody stands for it.
    #[error("an override needs an author")]
    NoAuthor,
    /// Nobody could later tell why.
    #[error("an override needs a reason")]
    NoReason,
    /// The last day lies before the first.
    #[error("`until` is `{until}`, before `from`, `{from}`")]
    EndsBeforeItBegins {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        until: NaiveDate,
    },
}

impl Override {
    /// From a day until another, both included; `None`: until further notice.
    ///
    /// # Errors
    /// No author or no reason (white space is none), or a last day before the first.
    pub fn new(
        class: Class,
        author: impl Into<Text>,
        reason: impl Into<Text>,
        from: NaiveDate,
        until: Option<NaiveDate>,
    ) -> Result<Self, OverrideError> {
        let (author, reason) = (author.into(), reason.into());
        if author.trim().is_empty() {
            return Err(OverrideError::NoAuthor);
        }
        if reason.trim().is_empty() {
            return Err(OverrideError::NoReason);
        }
        if let Some(until) = until.filter(|&until| until < from) {
            return Err(OverrideError::EndsBeforeItBegins { from, until });
        }
        Ok(Self { from, until, class, author, reason })
    }

    /// The class that was decided.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Who decided it.
    #[must_use]
    pub fn author(&self) -> &str {
        &self.author
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The first day.
    #[must_use]
    pub const fn from(&self) -> NaiveDate {
        self.from
    }

    /// The last day; `None`: until further notice.
    #[must_use]
    pub const fn until(&self) -> Option<NaiveDate> {
        self.until
    }

    /// Whether it holds on that day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// The one that holds on that day: of those in force the latest to begin, and of several of
    /// one day the last in the list, as a later entry of a log corrects an earlier one.
    ///
    /// ```
    /// use tenure_classify::{Class, Override};
    /// use tenure_model::parse_date;
    /// let from = parse_date("2025-01-01")?;
    /// let word = [Override::new(Class::Client, "j.doe", "retainer agreed", from, None)?];
    /// assert_eq!(Override::in_force(&word, from), word.first());
    /// assert_eq!(Override::in_force(&word, parse_date("2024-12-31")?), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_force(overrides: &[Self], day: NaiveDate) -> Option<&Self> {
        overrides.iter().filter(|one| one.is_in_force(day)).max_by_key(|one| one.from)
    }
}

#[cfg(feature = "serde")]
mod row {
    use super::{Class, NaiveDate, Override, OverrideError};

    /// An override as it stands in files.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Row {
        class: Class,
        author: String,
        reason: String,
        #[serde(serialize_with = "crate::dates::plain", deserialize_with = "crate::dates::read")]
        from: NaiveDate,
        #[serde(default, serialize_with = "crate::dates::optional")]
        #[serde(deserialize_with = "crate::dates::read_optional")]
        until: Option<NaiveDate>,
    }

    impl TryFrom<Row> for Override {
        type Error = OverrideError;
        fn try_from(row: Row) -> Result<Self, OverrideError> {
            Self::new(row.class, row.author, row.reason, row.from, row.until)
        }
    }

    impl From<Override> for Row {
        fn from(one: Override) -> Self {
            let Override { from, until, class, author, reason } = one;
            Self { class, author: author.to_string(), reason: reason.to_string(), from, until }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Override, OverrideError};
    use crate::class::Class;
    use chrono::NaiveDate;
    use tenure_model::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn of(class: Class, from: &str, until: Option<&str>) -> Override {
        Override::new(class, "j.doe", "knows them", day(from), until.map(day)).unwrap()
    }

    #[test]
    fn an_override_without_a_reason() {
        for reason in ["", "  \t\n"] {
            let refused = Override::new(Class::Client, "j.doe", reason, day("2025-01-01"), None);
            assert_eq!(refused, Err(OverrideError::NoReason));
        }
        assert_eq!(OverrideError::NoReason.to_string(), "an override needs a reason");
    }

    #[test]
    fn an_override_without_an_author() {
        let refused = Override::new(Class::Client, " ", "knows them", day("2025-01-01"), None);
        assert_eq!(refused, Err(OverrideError::NoAuthor));
        assert_eq!(OverrideError::NoAuthor.to_string(), "an override needs an author");
    }

    #[test]
    fn an_override_that_ends_before_it_begins() {
        let (from, until) = (day("2025-01-02"), day("2025-01-01"));
        let error = Override::new(Class::Client, "j.doe", "knows them", from, Some(until));
        assert_eq!(error, Err(OverrideError::EndsBeforeItBegins { from, until }));
        let said = "`until` is `2025-01-01`, before `from`, `2025-01-02`";
        assert_eq!(error.unwrap_err().to_string(), said);
        assert!(Override::new(Class::Client, "j.doe", "one day", from, Some(from)).is_ok());
    }

    #[test]
    fn the_latest_to_begin_is_in_force_until_its_last_day() {
        let all = [
            of(Class::Hybrid, "2025-03-01", Some("2025-03-31")),
            of(Class::Client, "2025-01-01", None),
            of(Class::Customer, "2025-02-01", Some("2025-04-30")),
        ];
        let on = |text| Override::in_force(&all, day(text)).map(Override::class);
        assert_eq!(on("2024-12-31"), None);
        assert_eq!(on("2025-01-01"), Some(Class::Client));
        assert_eq!([on("2025-02-01"), on("2025-02-28")], [Some(Class::Customer); 2]);
        assert_eq!([on("2025-03-01"), on("2025-03-31")], [Some(Class::Hybrid); 2]);
        assert_eq!([on("2025-04-01"), on("2025-04-30")], [Some(Class::Customer); 2]);
        assert_eq!(on("2025-05-01"), Some(Class::Client));
    }

    #[test]
    fn of_one_day_the_last_in_the_list_is_in_force() {
        let mistaken = of(Class::Client, "2025-01-01", None);
        let corrected = of(Class::Undetermined, "2025-01-01", None);
        let found = [mistaken, corrected.clone()];
        assert_eq!(Override::in_force(&found, day("2025-01-01")), Some(&corrected));
    }
}
