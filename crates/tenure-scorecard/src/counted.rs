//! Accounts counted by class, under a name.

use std::borrow::Cow;

use tenure_classify::Class;

use crate::population::CLASSES;

/// So many accounts, over all and of each class at `as_of`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counted {
    /// What they have in common.
    pub name: Cow<'static, str>,
    /// How many accounts.
    pub accounts: u64,
    /// How many of each class, in the order of the report.
    pub by_class: Vec<(&'static str, u64)>,
}

/// Counts of accounts by row and class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    rows: Vec<[u64; CLASSES.len()]>,
}

impl Rows {
    pub(crate) fn new(rows: usize) -> Self {
        Self { rows: vec![[0; CLASSES.len()]; rows] }
    }

    /// Counts an account of the class of that name.
    pub(crate) fn count(&mut self, row: usize, class: &'static str) {
        let place = place_of(class);
        let slot = self.rows.get_mut(row).zip(place).and_then(|(row, place)| row.get_mut(place));
        if let Some(slot) = slot {
            *slot = slot.saturating_add(1);
        }
    }

    pub(crate) fn row(&self, row: usize, name: impl Into<Cow<'static, str>>) -> Counted {
        let counts = self.rows.get(row).copied().unwrap_or_default();
        Counted {
            name: name.into(),
            accounts: counts.iter().fold(0, |sum: u64, &count| sum.saturating_add(count)),
            by_class: CLASSES.iter().map(|class| class.name()).zip(counts).collect(),
        }
    }
}

/// The place of a class in the order of the report.
pub(crate) fn place_of(class: &'static str) -> Option<usize> {
    CLASSES.iter().map(|known| Class::name(*known)).position(|known| known == class)
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn every_class_has_its_place() {
        let mut rows = Rows::new(2);
        for class in ["hybrid", "client", "hybrid", "undetermined"] {
            rows.count(1, class);
        }
        let found = rows.row(1, "some");
        let by_class = [("client", 1), ("customer", 0), ("hybrid", 2), ("undetermined", 1)];
        assert_eq!((found.accounts, found.by_class.as_slice()), (4, by_class.as_slice()));
        assert_eq!(rows.row(0, "none").accounts, 0);
    }
}
