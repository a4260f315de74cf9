//! What an account is.

use super::named::named;
use crate::account::Text;
use crate::error::RecordError;

named! {
    /// A person or an organisation. No signal reads it: it decides nothing.
    ///
    /// ```
    /// use tenure_model::record::AccountKind;
    /// assert_eq!(AccountKind::from_name("person"), Some(AccountKind::Person));
    /// ```
    AccountKind {
        /// A natural person.
        Person = "person",
        /// Anything else.
        Organisation = "organisation",
    }
}

/// A row of `accounts`: what the account is. One an account.
///
/// ```
/// let mut profile = tenure_model::record::AccountProfile::new();
/// profile.segment = Some("north".into());
/// assert!(profile.name.is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub struct AccountProfile {
    /// A name for people.
    pub name: Option<Text>,
    /// Person or organisation.
    pub kind: Option<AccountKind>,
    /// The segment reports group by.
    pub segment: Option<Text>,
    /// The account's industry.
    pub industry: Option<Text>,
}

impl AccountProfile {
    /// A profile that says nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { name: None, kind: None, segment: None, industry: None }
    }

    pub(crate) const fn check(&self) -> Result<(), RecordError> {
        Ok(())
    }
}
