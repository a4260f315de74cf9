//! What is measured: the signals, and a row of their values.

use tenure_model::Table;

use crate::named::named;

macro_rules! signals {
    ($($(#[$doc:meta])* $variant:ident / $field:ident = $text:literal,)+) => {
        named! {
            /// A measured fact about a relationship. Each value is a whole number: a count, a
            /// number of days, 0 or 1 for no or yes, 0, 1, 2 for no contract, standard,
            /// negotiated; [`Signal::ValueRatio`] counts thousandths, rounded down.
            ///
            /// ```
            /// use tenure_classify::Signal;
            /// assert_eq!(Signal::from_name("custom.count"), Some(Signal::CustomCount));
            /// ```
            #[non_exhaustive]
            Signal { $($(#[$doc])* $variant = $text,)+ }
        }

        /// A value of every signal: what the rules look at, and all they look at.
        ///
        /// ```
        /// use tenure_classify::{Signal, Signals, Span};
        /// let mut row = Signals::default();
        /// row.set(Signal::AdviceCount, Span::exactly(3));
        /// assert_eq!(row.get(Signal::AdviceCount), Span::exactly(3));
        /// assert_eq!(row.get(Signal::Exclusive), Span::exactly(0));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct Signals { $($field: Span,)+ }

        impl Signal {
            const EACH: [Self; Self::COUNT] = [$(Self::$variant),+];
        }

        impl Signals {
            /// The value of that signal.
            #[must_use]
            pub const fn get(&self, signal: Signal) -> Span {
                match signal { $(Signal::$variant => self.$field,)+ }
            }

            /// Sets the value of that signal.
            pub const fn set(&mut self, signal: Signal, value: Span) {
                match signal { $(Signal::$variant => self.$field = value,)+ }
            }

            /// Whether that end of every signal is the same.
            pub(crate) fn same(&self, other: &Self, end: impl Fn(Span) -> i64) -> bool {
                $(end(self.$field) == end(other.$field))&&+
            }

            /// The smallest row that holds both, signal by signal.
            #[must_use]
            pub fn hull(&self, other: &Self) -> Self {
                Self { $($field: self.$field.hull(other.$field),)+ }
            }
        }

        /// A column of one end of every signal.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub(crate) struct SignalColumns { $($field: Vec<i64>,)+ }

        impl SignalColumns {
            pub(crate) fn with_capacity(rows: usize) -> Self {
                Self { $($field: Vec::with_capacity(rows),)+ }
            }

            /// The column of that signal.
            pub(crate) fn get(&self, signal: Signal) -> &[i64] {
                match signal { $(Signal::$variant => &self.$field,)+ }
            }

            /// One row more: that end of every signal.
            pub(crate) fn push(&mut self, row: &Signals, end: impl Fn(Span) -> i64) {
                $(self.$field.push(end(row.$field));)+
            }

            /// Columns in the order of [`Signal::ALL`].
            pub(crate) fn from_slices(columns: [&[i64]; Signal::COUNT]) -> Self {
                let [$($field),+] = columns;
                Self { $($field: $field.to_vec(),)+ }
            }

            pub(crate) fn clear(&mut self) {
                $(self.$field.clear();)+
            }
        }
    };
}

impl Signal {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Something for each of them, in the order of [`Signal::ALL`].
    ///
    /// ```
    /// use tenure_classify::Signal;
    /// let lengths = Signal::by_each(|signal| signal.name().len());
    /// assert_eq!((lengths.len(), lengths.first()), (Signal::COUNT, Some(&"contract.form".len())));
    /// ```
    pub fn by_each<T>(each: impl Fn(Self) -> T) -> [T; Self::COUNT] {
        Self::EACH.map(each)
    }
}

signals! {
    /// The best active contract: none, standard, negotiated.
    ContractForm / contract_form = "contract.form",
    /// Whether an active contract is billed monthly, quarterly or annually.
    BillingRecurring / billing_recurring = "billing.recurring",
    /// Days from the opening of the episode to the anchor.
    TenureDays / tenure_days = "tenure.days",
    /// Purchase days in the window, and 12 for a recurring contract.
    RepeatDays / repeat_days = "repeat.days",
    /// Days in the window with something customised bought or delivered.
    CustomCount / custom_count = "custom.count",
    /// Advisory human interactions in the window.
    AdviceCount / advice_count = "advice.count",
    /// Mutual human interactions, and the smaller of those in and out.
    DialogueExchanges / dialogue_exchanges = "dialogue.exchanges",
    /// Human interactions that we began, other than answers and win-backs.
    ProactiveCount / proactive_count = "proactive.count",
    /// Whether a goal was set in the episode.
    GoalTracked / goal_tracked = "goal.tracked",
    /// Customised deliverables done and goals reviewed in the window.
    MilestoneCount / milestone_count = "milestone.count",
    /// Whether somebody is assigned at the anchor.
    ManagerDedicated / manager_dedicated = "manager.dedicated",
    /// Whether an active contract is exclusive.
    Exclusive / exclusive = "exclusive",
    /// Referrals in the episode.
    ReferralCount / referral_count = "referral.count",
    /// Value a day over the portfolio's median, in thousandths, rounded down.
    ValueRatio / value_ratio = "value.ratio",
}

impl Signal {
    /// The tables that must be complete for its value to be exact; a value can be open all the
    /// same where a record itself says `unknown`.
    ///
    /// ```
    /// use tenure_classify::Signal;
    /// use tenure_model::Table;
    /// assert_eq!(Signal::GoalTracked.tables(), [Table::Goals]);
    /// ```
    #[must_use]
    pub const fn tables(self) -> &'static [Table] {
        match self {
            Self::ContractForm | Self::BillingRecurring | Self::Exclusive => &[Table::Contracts],
            Self::TenureDays | Self::RepeatDays | Self::ValueRatio => {
                &[Table::Contracts, Table::Purchases]
            }
            Self::CustomCount => &[Table::Purchases, Table::Deliverables],
            Self::AdviceCount | Self::DialogueExchanges | Self::ProactiveCount => {
                &[Table::Interactions]
            }
            Self::GoalTracked => &[Table::Goals],
            Self::MilestoneCount => &[Table::Deliverables, Table::Goals],
            Self::ManagerDedicated => &[Table::Assignments],
            Self::ReferralCount => &[Table::Referrals],
        }
    }
}

named! {
    /// What kind of value a signal has, and so how a rule file writes its points.
    ///
    /// ```
    /// use tenure_classify::{Signal, SignalKind};
    /// assert_eq!(Signal::ContractForm.kind(), SignalKind::Ordinal);
    /// assert_eq!(SignalKind::Bool.name(), "bool");
    /// ```
    #[non_exhaustive]
    SignalKind {
        /// A whole number, with `bins`.
        Count = "count",
        /// A decimal of three places, with `bins`.
        Rate = "rate",
        /// No or yes, with `points`.
        Bool = "bool",
        /// One of [`Signal::levels`], with `levels`.
        Ordinal = "ordinal",
    }
}

impl Signal {
    /// What kind of value it has.
    #[must_use]
    pub const fn kind(self) -> SignalKind {
        match self {
            Self::ContractForm => SignalKind::Ordinal,
            Self::BillingRecurring
            | Self::GoalTracked
            | Self::ManagerDedicated
            | Self::Exclusive => SignalKind::Bool,
            Self::TenureDays
            | Self::RepeatDays
            | Self::CustomCount
            | Self::AdviceCount
            | Self::DialogueExchanges
            | Self::ProactiveCount
            | Self::MilestoneCount
            | Self::ReferralCount => SignalKind::Count,
            Self::ValueRatio => SignalKind::Rate,
        }
    }

    /// The words for 0, 1, 2 and so on, of an ordinal signal; none for any other.
    ///
    /// ```
    /// use tenure_classify::Signal;
    /// assert_eq!(Signal::ContractForm.levels(), ["none", "standard", "negotiated"]);
    /// ```
    #[must_use]
    pub const fn levels(self) -> &'static [&'static str] {
        match self {
            Self::ContractForm => &["none", "standard", "negotiated"],
            _ => &[],
        }
    }
}

/// What we know of a value: it lies from `lo` to `hi`, both included.
///
/// ```
/// use tenure_classify::Span;
/// let span = Span::new(3, 1);
/// assert_eq!((span.lo(), span.hi(), span.is_exact()), (1, 3, false));
/// assert_eq!(Span::exactly(2).hull(Span::exactly(5)), Span::new(2, 5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Span {
    lo: i64,
    hi: i64,
}

impl Span {
    /// From the smaller to the larger of two values.
    #[must_use]
    pub const fn new(one: i64, other: i64) -> Self {
        if one <= other { Self { lo: one, hi: other } } else { Self { lo: other, hi: one } }
    }

    /// One value, known.
    #[must_use]
    pub const fn exactly(value: i64) -> Self {
        Self { lo: value, hi: value }
    }

    /// The least it can be: what was observed.
    #[must_use]
    pub const fn lo(self) -> i64 {
        self.lo
    }

    /// The most it can be.
    #[must_use]
    pub const fn hi(self) -> i64 {
        self.hi
    }

    /// Whether it is known.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        self.lo == self.hi
    }

    /// Whether every value of the other lies in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
}

#[cfg(test)]
mod tests {
    use super::Signal;
    use crate::context::Context;
    use crate::evidence::Evidence;
    use crate::value::{ValueMedian, ValuePerDay};
    use tenure_model::{
        AccountId, AsOf, Completeness, Coverage, Currency, Relationship, Table, parse_date,
    };

    /// With nothing recorded, a signal is exact unless one of its tables is not complete.
    #[test]
    fn a_signal_is_open_where_one_of_its_tables_is_not_complete() {
        let nothing = Relationship::new(AccountId::new("acme").unwrap());
        let as_of = AsOf::new(parse_date("2025-06-30").unwrap());
        let usd = Currency::new("USD").unwrap();
        for table in Table::ALL {
            let coverage = Coverage::complete().with(table, Completeness::Partial);
            let mut context = Context::new(as_of, coverage);
            context.value_median = ValueMedian::of(usd, ValuePerDay::new(usd, 1, 1));
            let signals = Evidence::of(&nothing, &context).signals();
            for &signal in Signal::ALL {
                let open = !signals.get(signal).is_exact();
                assert_eq!(open, signal.tables().contains(&table), "{signal} without {table}");
            }
        }
    }
}
