//! What is counted of the care of accounts.

use std::collections::BTreeMap;

use tenure_model::Text;
use tenure_model::record::Direction;

/// Makes the struct of counts once, with every count reachable in order.
macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What was counted of the care of accounts, all over the window of the definition.
        ///
        /// Where a table is absent its counts stay 0, those of its wholes too: what nobody recorded
        /// is undefined, not 0.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub struct CareCounts {
            $($(#[$doc])* pub $name: u64,)+
        }

        impl CareCounts {
            /// Every count, by name, in a fixed order.
            ///
            /// ```
            /// let counts = tenure_health::CareCounts::default();
            /// assert_eq!(counts.named().next(), Some(("accounts", 0)));
            /// ```
            pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),+].into_iter()
            }

            /// Both put together, count by count; `None` where one cannot be.
            pub(super) fn with(
                self,
                other: Self,
                put: impl Fn(u64, u64) -> Option<u64>,
            ) -> Option<Self> {
                Some(Self { $($name: put(self.$name, other.$name)?,)+ })
            }
        }
    };
}

counts! {
    /// Accounts of which anything was seen by the end of the window.
    accounts,
    /// Days of the window on which an account was there: from the first that was seen of it on.
    /// Only where there is a table of assignments.
    days,
    /// Of these, days on which somebody was assigned to it.
    managed_days,
    /// Days on which a person known by name held a role; two roles on one day are two.
    person_days,
    /// Of these, the days of the person who held the role longest in the window, role by role.
    longest_person_days,
    /// Times a role went from one person known by name to another within the window.
    handovers,
    /// Deliverables due in the window.
    due,
    /// Of these, done on the day or before.
    on_time,
    /// Of these, done later.
    late,
    /// Of these, not done yet.
    overdue,
    /// Days by which the late ones were late, summed.
    days_late,
    /// Deliverables done in the window of which nobody knows when they were due.
    done_without_due,
    /// Customised deliverables done in the window: milestones reached.
    milestones,
    /// Goals that were open on some day of the window.
    goals,
    /// Of these, reviewed in the window.
    goals_reviewed,
    /// Of these, closed in the window.
    goals_closed,
    /// Days of the window on which an account was there; only where there is a table of interactions.
    personal_cadence_days,
    /// Of these, days with a personal contact as recent as the definition asks, or an account no
    /// older than that.
    personal_cadence_kept,
    /// Days of the window on which an account was there; only where there is a table of
    /// interactions or of goals.
    review_cadence_days,
    /// Of these, days with a review as recent as the definition asks, or an account no older.
    review_cadence_kept,
    /// Interactions in the window.
    interactions,
    /// Accounts that could send somebody: only where there is a table of referrals.
    may_refer,
    /// Of these, accounts that did in the window.
    referring,
    /// Referrals in the window.
    referrals,
    /// Accounts that bought in the window: at least one purchase day.
    buyers,
    /// Of these, accounts with two purchase days or more.
    repeat_buyers,
}

/// Interactions of one channel, by the way they went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct ChannelCounts {
    /// From the account.
    pub inward: u64,
    /// To the account.
    pub outward: u64,
    /// Both ways.
    pub mutual: u64,
}

impl ChannelCounts {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.inward.saturating_add(self.outward).saturating_add(self.mutual)
    }

    pub(super) fn count(&mut self, direction: Direction) {
        let count = match direction {
            Direction::In => &mut self.inward,
            Direction::Out => &mut self.outward,
            _ => &mut self.mutual,
        };
        *count = count.saturating_add(1);
    }

    pub(super) fn with(self, other: Self, put: impl Fn(u64, u64) -> Option<u64>) -> Option<Self> {
        Some(Self {
            inward: put(self.inward, other.inward)?,
            outward: put(self.outward, other.outward)?,
            mutual: put(self.mutual, other.mutual)?,
        })
    }
}

/// Interactions by channel; none with nothing in it.
pub(super) type Channels = BTreeMap<Text, ChannelCounts>;
