//! The four answers, and sets of them.

use std::fmt;

use crate::named::named;

named! {
    /// What an account is to us.
    ///
    /// `Undetermined` speaks of our knowledge, `Hybrid` of the account; they are never used for
    /// each other. "Prospect" and "dormant" are stages, not classes.
    ///
    /// ```
    /// use tenure_classify::Class;
    /// assert_eq!(Class::from_name("client"), Some(Class::Client));
    /// assert!(Class::Hybrid.is_definite() && !Class::Undetermined.is_definite());
    /// ```
    // Exhaustive: a fifth class should break the caller's build.
    #[expect(clippy::exhaustive_enums, reason = "a new class must break the caller's build")]
    Class {
        /// Relational evidence, and no material standard buying.
        Client = "client",
        /// Little relational evidence.
        Customer = "customer",
        /// Relational evidence beside material standard buying, or a score between the thresholds.
        Hybrid = "hybrid",
        /// We do not know: nothing happened, or what is missing could change the answer.
        Undetermined = "undetermined",
    }
}

impl Class {
    /// Client, customer or hybrid.
    #[must_use]
    pub const fn is_definite(self) -> bool {
        !matches!(self, Self::Undetermined)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Client => 1,
            Self::Customer => 2,
            Self::Hybrid => 4,
            Self::Undetermined => 8,
        }
    }
}

/// The classes that what we know does not rule out, in order of name.
///
/// ```
/// use tenure_classify::{Class, ClassSet};
/// let set: ClassSet = [Class::Hybrid, Class::Client].into_iter().collect();
/// assert_eq!(set.to_string(), "client, hybrid");
/// assert_eq!((set.contains(Class::Customer), set.only()), (false, None));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClassSet(u8);

impl ClassSet {
    /// No class.
    #[must_use]
    pub const fn empty() -> Self {
        Self(0)
    }

    /// The same set with one class more.
    #[must_use]
    pub const fn with(self, class: Class) -> Self {
        Self(self.0 | class.bit())
    }

    /// The classes of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds that class.
    #[must_use]
    pub const fn contains(self, class: Class) -> bool {
        self.0 & class.bit() != 0
    }

    /// Whether it holds every class of the other.
    #[must_use]
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// How many classes it holds.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its one class; `None` if it holds none or several.
    #[must_use]
    pub fn only(self) -> Option<Class> {
        if self.len() == 1 { self.iter().next() } else { None }
    }

    /// Its classes, in order of name.
    pub fn iter(self) -> impl Iterator<Item = Class> {
        Class::ALL.iter().copied().filter(move |&class| self.contains(class))
    }
}

impl FromIterator<Class> for ClassSet {
    fn from_iter<I: IntoIterator<Item = Class>>(classes: I) -> Self {
        classes.into_iter().fold(Self::empty(), Self::with)
    }
}

impl fmt::Display for ClassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, class) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{class}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ClassSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, ClassSet};

    #[test]
    fn the_order_of_the_variants_is_that_of_the_names() {
        assert!(Class::ALL.is_sorted_by_key(|class| class.name()));
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        assert_eq!(ClassSet::empty().only(), None);
        assert!(ClassSet::empty().is_empty());
        for &class in Class::ALL {
            let one = ClassSet::empty().with(class);
            assert_eq!((one.only(), one.len()), (Some(class), 1));
            assert!(one.with(class) == one && !one.is_empty());
        }
        let both = ClassSet::empty().with(Class::Client).with(Class::Undetermined);
        assert_eq!((both.only(), both.len()), (None, 2));
        assert!(both.contains_all(ClassSet::empty().with(Class::Client)));
        assert!(!ClassSet::empty().with(Class::Client).contains_all(both));
        assert_eq!(format!("{both:?}"), "{Client, Undetermined}");
    }
}
