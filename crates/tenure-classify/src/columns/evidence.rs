//! The evidence of many accounts.

use chrono::NaiveDate;
use tenure_model::Tri;

use crate::class::Class;
use crate::context::Context;
use crate::evidence::{Evidence, Facts};
use crate::overrides::Override;
use crate::signal::{Signal, SignalColumns, Signals, Span};
use crate::stage::Stage;

/// What the histories of many accounts say: a column a signal and end, a column a fact.
///
/// *Shape*: in, [`Evidence`] with the previous class of its [`Context`], or [`EvidenceSlices`];
/// out, one row an account, in the order given. *Cost*: 240 bytes a row, 224 of them the ends of the
/// signals; 460 more for a row with two readings (an account whose relationship may or may not be
/// over), and 120 more for one whose lower ends are not what was observed (contracts or purchases
/// not complete).
///
/// ```
/// use tenure_classify::{Class, Context, Evidence, EvidenceColumns, VerdictColumns};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let mut evidence = EvidenceColumns::new();
/// for id in ["acme", "globex"] {
///     let nothing = Relationship::new(AccountId::new(id)?);
///     evidence.push(&Evidence::of(&nothing, &context), &context);
/// }
/// let mut verdicts = VerdictColumns::new();
/// verdicts.judge(&evidence, &context);
/// assert_eq!(verdicts.classes(), [Class::Undetermined; 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceColumns {
    /// The ends of the signals, wide enough for both readings where there are two.
    pub(super) lo: SignalColumns,
    pub(super) hi: SignalColumns,
    pub(super) transactional: Vec<Tri>,
    pub(super) facts: Vec<Facts>,
    pub(super) stages: Vec<Stage>,
    pub(super) previous: Vec<Option<Class>>,
    pub(super) overridden: Vec<bool>,
    pub(super) waits_since: Vec<Option<NaiveDate>>,
    pub(super) doubtful: Readings,
    pub(super) observed: Observed,
}

/// Two readings each of some rows, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Readings {
    pub(super) rows: Vec<usize>,
    pub(super) lo: SignalColumns,
    pub(super) hi: SignalColumns,
    pub(super) transactional: Vec<Tri>,
}

/// The lower ends of some rows by what was observed alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Observed {
    pub(super) rows: Vec<usize>,
    pub(super) lo: SignalColumns,
}

impl EvidenceColumns {
    /// No row, and no room yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No row, and room for so many.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            lo: SignalColumns::with_capacity(rows),
            hi: SignalColumns::with_capacity(rows),
            transactional: Vec::with_capacity(rows),
            facts: Vec::with_capacity(rows),
            stages: Vec::with_capacity(rows),
            previous: Vec::with_capacity(rows),
            overridden: Vec::with_capacity(rows),
            waits_since: Vec::with_capacity(rows),
            doubtful: Readings::default(),
            observed: Observed::default(),
        }
    }

    /// Adds a row: the evidence of an account, and the previous class and overrides of the context.
    pub fn push(&mut self, evidence: &Evidence, context: &Context<'_>) {
        let row = self.len();
        let signals = evidence.signals();
        self.lo.push(&signals, Span::lo);
        self.hi.push(&signals, Span::hi);
        self.transactional.push(evidence.transactional());
        self.facts.push(evidence.facts);
        self.stages.push(evidence.stage());
        self.previous.push(context.previous_class);
        let today = evidence.as_of().day();
        self.overridden.push(Override::in_force(context.overrides, today).is_some());
        self.waits_since.push(evidence.waits_since());
        if let Some(alternative) = &evidence.alternative {
            self.doubtful.rows.push(row);
            for reading in [&evidence.reading, alternative] {
                self.doubtful.lo.push(&reading.signals, Span::lo);
                self.doubtful.hi.push(&reading.signals, Span::hi);
                self.doubtful.transactional.push(reading.transactional);
            }
        }
        if !Signals::same(evidence.observed(), &signals, Span::lo) {
            self.observed.rows.push(row);
            self.observed.lo.push(evidence.observed(), Span::lo);
        }
    }

    /// Rows from slices of equal length.
    ///
    /// # Errors
    /// A slice of another length, or a lower end above its upper end.
    ///
    /// ```
    /// use tenure_classify::{Class, Context, EvidenceColumns, EvidenceSlices, Signal, Stage, VerdictColumns};
    /// use tenure_model::{AsOf, Coverage, Tri, parse_date};
    /// // Two accounts, nothing but dialogue: 11 exchanges are 10 points, 12 are 16.
    /// let (none, dialogue) = ([0, 0], [11, 12]);
    /// let signals = Signal::by_each(|signal| match signal {
    ///     Signal::DialogueExchanges => dialogue.as_slice(),
    ///     _ => none.as_slice(),
    /// });
    /// let slices = EvidenceSlices {
    ///     lo: signals,
    ///     hi: signals,
    ///     transactional: &[Tri::No, Tri::No],
    ///     active: &[true, true],
    ///     sources_complete: &[true, true],
    ///     fiduciary: &[Tri::No, Tri::No],
    ///     human_contact: &[true, true],
    ///     single_purchase: &[false, false],
    ///     mostly_promotional: &[false, false],
    ///     self_service: &[false, false],
    ///     stages: &[Stage::Active, Stage::Active],
    ///     previous_classes: &[None, None],
    ///     overridden: &[false, false],
    ///     waits_since: &[None, None],
    /// };
    /// let evidence = EvidenceColumns::from_slices(&slices)?;
    /// let mut verdicts = VerdictColumns::new();
    /// let today = AsOf::new(parse_date("2025-06-30")?);
    /// verdicts.judge(&evidence, &Context::new(today, Coverage::complete()));
    /// assert_eq!((verdicts.classes(), verdicts.lo()), ([Class::Customer; 2].as_slice(), [10, 16].as_slice()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_slices(slices: &EvidenceSlices<'_>) -> Result<Self, ColumnsError> {
        let rows = slices.transactional.len();
        slices.check(rows)?;
        let facts = (0..rows).filter_map(|row| slices.facts(row)).collect();
        Ok(Self {
            lo: SignalColumns::from_slices(slices.lo),
            hi: SignalColumns::from_slices(slices.hi),
            transactional: slices.transactional.to_vec(),
            facts,
            stages: slices.stages.to_vec(),
            previous: slices.previous_classes.to_vec(),
            overridden: slices.overridden.to_vec(),
            waits_since: slices.waits_since.to_vec(),
            doubtful: Readings::default(),
            observed: Observed::default(),
        })
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.transactional.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactional.is_empty()
    }

    /// Forgets the rows, but keeps their room.
    pub fn clear(&mut self) {
        self.lo.clear();
        self.hi.clear();
        self.transactional.clear();
        self.facts.clear();
        self.stages.clear();
        self.previous.clear();
        self.overridden.clear();
        self.waits_since.clear();
        self.doubtful.rows.clear();
        self.doubtful.lo.clear();
        self.doubtful.hi.clear();
        self.doubtful.transactional.clear();
        self.observed.rows.clear();
        self.observed.lo.clear();
    }

    /// The lower ends of that signal.
    #[must_use]
    pub fn lo(&self, signal: Signal) -> &[i64] {
        self.lo.get(signal)
    }

    /// The upper ends of that signal; `i64::MAX` where nothing bounds it.
    #[must_use]
    pub fn hi(&self, signal: Signal) -> &[i64] {
        self.hi.get(signal)
    }

    /// Where each relationship stands.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }
}

/// Evidence that somebody else worked out, as columns: a query, a data frame. Every account has one
/// reading, and what was observed are its lower ends.
///
/// See [`EvidenceColumns::from_slices`].
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a table with names, written out by users")]
pub struct EvidenceSlices<'a> {
    /// The lower ends of every signal, in the order of [`Signal::ALL`]; see [`Signal::by_each`].
    pub lo: [&'a [i64]; Signal::COUNT],
    /// The upper ends of every signal; `i64::MAX` where nothing bounds it.
    pub hi: [&'a [i64]; Signal::COUNT],
    /// Whether standard buying is material; unknown where it may be either.
    pub transactional: &'a [Tri],
    /// Whether there is an engagement contract or a net purchase.
    pub active: &'a [bool],
    /// Whether the tables of contracts and purchases are complete.
    pub sources_complete: &'a [bool],
    /// Whether an engagement contract of the episode carries a duty of care.
    pub fiduciary: &'a [Tri],
    /// Whether a person has spoken with the account in the window.
    pub human_contact: &'a [bool],
    /// One purchase day ever, and no recurring contract in force.
    pub single_purchase: &'a [bool],
    /// At least half of the lines in the window were bought on promotion, one at least.
    pub mostly_promotional: &'a [bool],
    /// An impersonal interaction that the account began in the window, and no exchange.
    pub self_service: &'a [bool],
    /// Where each relationship stands.
    pub stages: &'a [Stage],
    /// The stable class before.
    pub previous_classes: &'a [Option<Class>],
    /// Whether a person's decision is in force.
    pub overridden: &'a [bool],
    /// The opening of an episode that is live or holds nothing commercial yet: waiting counts from
    /// there. `None` where time does not pass any more.
    pub waits_since: &'a [Option<NaiveDate>],
}

impl EvidenceSlices<'_> {
    fn check(&self, rows: usize) -> Result<(), ColumnsError> {
        let columns = [
            ("active", self.active.len()),
            ("sources_complete", self.sources_complete.len()),
            ("fiduciary", self.fiduciary.len()),
            ("human_contact", self.human_contact.len()),
            ("single_purchase", self.single_purchase.len()),
            ("mostly_promotional", self.mostly_promotional.len()),
            ("self_service", self.self_service.len()),
            ("stages", self.stages.len()),
            ("previous_classes", self.previous_classes.len()),
            ("overridden", self.overridden.len()),
            ("waits_since", self.waits_since.len()),
        ];
        let ends = Signal::ALL.iter().zip(self.lo).zip(self.hi);
        let signals = ends
            .clone()
            .flat_map(|((signal, lo), hi)| [(signal.name(), lo.len()), (signal.name(), hi.len())]);
        if let Some((column, found)) = columns.into_iter().chain(signals).find(|one| one.1 != rows)
        {
            return Err(ColumnsError::Length { column, found, expected: rows });
        }
        for ((&signal, lo), hi) in ends {
            let mut pairs = lo.iter().zip(hi).enumerate();
            if let Some((row, (&lo, &hi))) = pairs.find(|(_, (lo, hi))| lo > hi) {
                return Err(ColumnsError::Reversed { signal, row, lo, hi });
            }
        }
        Ok(())
    }

    /// `None` beyond the last row.
    fn facts(&self, row: usize) -> Option<Facts> {
        let fiduciary = *self.fiduciary.get(row)?;
        Some(Facts {
            active: *self.active.get(row)?,
            sources_complete: *self.sources_complete.get(row)?,
            fiduciary,
            fiduciary_observed: fiduciary == Tri::Yes,
            transactional: *self.transactional.get(row)? == Tri::Yes,
            human_contact: *self.human_contact.get(row)?,
            single_purchase: *self.single_purchase.get(row)?,
            mostly_promotional: *self.mostly_promotional.get(row)?,
            self_service: *self.self_service.get(row)?,
        })
    }
}

/// What can be wrong with slices of evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnsError {
    /// A column has another length than `transactional`.
    #[error("column `{column}` has `{found}` rows, expected {expected} as in `transactional`")]
    Length {
        /// The column, or the signal.
        column: &'static str,
        /// Its length.
        found: usize,
        /// That of `transactional`.
        expected: usize,
    },
    /// A lower end above its upper end.
    #[error(
        "row {row} of `{signal}` has the lower end `{lo}`, expected at most the upper end {hi}"
    )]
    Reversed {
        /// The signal.
        signal: Signal,
        /// The row, from 0.
        row: usize,
        /// The lower end.
        lo: i64,
        /// The upper end.
        hi: i64,
    },
}
