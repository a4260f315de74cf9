//! Named counts that are added and taken back together or not at all.

use tenure_stats::Share;

use crate::error::{CountOverflowError, RetractError, StateError, TallyError};

/// What every tally here is made of: named counts, each at most [`Share::MAX_COUNT`].
pub(crate) trait Counters: Copy {
    /// Which tally they belong to.
    const TALLY: &'static str;

    /// Joins each count with the one of the same name.
    fn try_zip<E>(
        self,
        other: Self,
        join: impl FnMut(&'static str, u64, u64) -> Result<u64, E>,
    ) -> Result<Self, E>;

    /// The first rule these counts break that no rows can break.
    fn broken_rule(&self) -> Option<&'static str>;

    /// Adds all counts of `other`, or none.
    fn absorb(&mut self, other: Self) -> Result<(), CountOverflowError> {
        *self = self.try_zip(other, |counter, held, more| {
            held.checked_add(more)
                .filter(|&sum| sum <= Share::MAX_COUNT)
                .ok_or(CountOverflowError { counter, most: Share::MAX_COUNT })
        })?;
        Ok(())
    }

    /// Takes all counts of `other` back, or none.
    fn remove(&mut self, other: Self) -> Result<(), TallyError> {
        let left = self.try_zip(other, |counter, held, retracted| {
            held.checked_sub(retracted).ok_or(RetractError { counter, held, retracted })
        })?;
        left.check()?;
        *self = left;
        Ok(())
    }

    /// Whether rows can have produced these counts.
    fn check(&self) -> Result<(), StateError> {
        match self.broken_rule() {
            Some(rule) => Err(StateError { tally: Self::TALLY, rule }),
            None => Ok(()),
        }
    }
}

/// Declares a struct of `u64` counts.
macro_rules! counters {
    ($(#[$doc:meta])* $name:ident of $tally:literal {
        $($(#[$fdoc:meta])* $field:ident,)+
    } where |$counts:ident| [$($rule:expr => $text:literal,)+]) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$fdoc])* pub $field: u64,)+
        }

        impl $name {
            pub(crate) const ZERO: Self = Self { $($field: 0,)+ };
        }

        impl $crate::counters::Counters for $name {
            const TALLY: &'static str = $tally;

            fn try_zip<E>(
                self,
                other: Self,
                mut join: impl FnMut(&'static str, u64, u64) -> Result<u64, E>,
            ) -> Result<Self, E> {
                Ok(Self { $($field: join(stringify!($field), self.$field, other.$field)?,)+ })
            }

            fn broken_rule(&self) -> Option<&'static str> {
                let $counts = self;
                $(if !$rule {
                    return Some($text);
                })+
                None
            }
        }
    };
}

pub(crate) use counters;

/// `x` of `n`, for counts already known to be a share: `x` at most `n`, `n` at most 2^62.
pub(crate) fn share(x: u64, n: u64) -> Share {
    debug_assert!(Share::new(x, n).is_ok(), "{x} of {n}");
    Share::new(x, n).unwrap_or_default()
}

/// Whether the parts are exactly the whole, and the whole within its limit.
pub(crate) fn adds_up(whole: u64, parts: &[u64]) -> bool {
    whole <= Share::MAX_COUNT && total(parts) == Some(whole)
}

/// Whether the parts together are at most the whole.
pub(crate) fn at_most(parts: &[u64], whole: u64) -> bool {
    total(parts).is_some_and(|total| total <= whole)
}

fn total(parts: &[u64]) -> Option<u64> {
    parts.iter().try_fold(0_u64, |total, &part| total.checked_add(part))
}

#[cfg(test)]
mod tests {
    use super::{Counters, Share};
    use crate::SlaCounts;

    #[test]
    fn counts_end_at_two_to_the_62() {
        let one = SlaCounts { rows: 1, met: 1, ..SlaCounts::ZERO };
        let most = Share::MAX_COUNT;
        let mut counts = SlaCounts { rows: most - 1, met: most - 1, ..SlaCounts::ZERO };
        counts.absorb(one).unwrap();
        assert_eq!((counts.met, counts.check()), (most, Ok(())));
        let full = counts;
        assert_eq!(counts.absorb(one).unwrap_err().counter(), "rows");
        assert_eq!(counts, full);
        let beyond = SlaCounts { rows: most + 1, met: most + 1, ..SlaCounts::ZERO };
        assert!(beyond.check().is_err());
    }
}
