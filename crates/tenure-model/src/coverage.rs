//! Which tables there are, and how complete each is.

use std::fmt;

/// A table of the input folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Table {
    /// What an account is: kind, segment, name.
    Accounts,
    /// Contracts, with terms and billing.
    Contracts,
    /// Renewals due, won and lost.
    Renewals,
    /// Priced changes of subscriptions.
    Subscriptions,
    /// Purchases and refunds.
    Purchases,
    /// Calls, meetings, messages.
    Interactions,
    /// Things delivered, and milestones.
    Deliverables,
    /// Goals set and reviewed.
    Goals,
    /// Referrals made by the account.
    Referrals,
    /// Who looks after the account.
    Assignments,
    /// Support cases.
    Cases,
    /// Single contacts about an issue.
    Contacts,
    /// Survey answers.
    Responses,
    /// Loyalty points.
    Points,
    /// Observed values of health components.
    Observations,
}

impl Table {
    /// Every table, in the order of the documentation.
    pub const ALL: [Self; 15] = [
        Self::Accounts,
        Self::Contracts,
        Self::Renewals,
        Self::Subscriptions,
        Self::Purchases,
        Self::Interactions,
        Self::Deliverables,
        Self::Goals,
        Self::Referrals,
        Self::Assignments,
        Self::Cases,
        Self::Contacts,
        Self::Responses,
        Self::Points,
        Self::Observations,
    ];

    /// Its name, as in the file `purchases.csv`.
    ///
    /// ```
    /// assert_eq!(tenure_model::Table::Purchases.name(), "purchases");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Contracts => "contracts",
            Self::Renewals => "renewals",
            Self::Subscriptions => "subscriptions",
            Self::Purchases => "purchases",
            Self::Interactions => "interactions",
            Self::Deliverables => "deliverables",
            Self::Goals => "goals",
            Self::Referrals => "referrals",
            Self::Assignments => "assignments",
            Self::Cases => "cases",
            Self::Contacts => "contacts",
            Self::Responses => "responses",
            Self::Points => "points",
            Self::Observations => "observations",
        }
    }

    /// Its place in [`Table::ALL`].
    pub(crate) const fn place(self) -> usize {
        match self {
            Self::Accounts => 0,
            Self::Contracts => 1,
            Self::Renewals => 2,
            Self::Subscriptions => 3,
            Self::Purchases => 4,
            Self::Interactions => 5,
            Self::Deliverables => 6,
            Self::Goals => 7,
            Self::Referrals => 8,
            Self::Assignments => 9,
            Self::Cases => 10,
            Self::Contacts => 11,
            Self::Responses => 12,
            Self::Points => 13,
            Self::Observations => 14,
        }
    }

    /// The table of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_model::Table;
    /// assert_eq!(Table::from_name("cases"), Some(Table::Cases));
    /// assert_eq!(Table::from_name("tickets"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the absence of a record means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Completeness {
    /// The table holds everything that happened: absence means it did not happen.
    Complete,
    /// The table holds some of it: absence means nothing.
    Partial,
    /// There is no such table: absence means nothing. The default.
    #[default]
    Absent,
}

impl Completeness {
    /// Whether absence means that it did not happen.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Complete)
    }

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Absent => "absent",
        }
    }
}

/// How complete each table is; a table not named is absent.
///
/// ```
/// use tenure_model::{Completeness, Coverage, Table};
/// let coverage = Coverage::absent().with(Table::Purchases, Completeness::Complete);
/// assert!(coverage.is_complete(Table::Purchases));
/// assert_eq!(coverage.of(Table::Contracts), Completeness::Absent);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coverage {
    tables: [Completeness; 15],
}

impl Coverage {
    /// Nothing is there.
    #[must_use]
    pub const fn absent() -> Self {
        Self { tables: [Completeness::Absent; 15] }
    }

    /// Everything is there, whole.
    #[must_use]
    pub const fn complete() -> Self {
        Self { tables: [Completeness::Complete; 15] }
    }

    /// The same, but for one table.
    #[must_use]
    pub fn with(mut self, table: Table, completeness: Completeness) -> Self {
        if let Some(slot) = self.tables.get_mut(table.place()) {
            *slot = completeness;
        }
        self
    }

    /// How complete that table is.
    #[must_use]
    pub fn of(&self, table: Table) -> Completeness {
        self.tables.get(table.place()).copied().unwrap_or_default()
    }

    /// Whether absence from that table means that it did not happen.
    #[must_use]
    pub fn is_complete(&self, table: Table) -> bool {
        self.of(table).is_complete()
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn every_table_stands_at_its_place() {
        for (place, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table.place(), place);
        }
    }
}
