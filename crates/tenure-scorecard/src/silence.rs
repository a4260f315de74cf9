//! Who has gone quiet, who came back, and did it last? By the rhythm of each account's own purchases,
//! or by its contract.

use std::borrow::Cow;
use std::cmp::Reverse;

use chrono::NaiveDate;
use tenure_classify::Stage;
use tenure_model::{
    AsOf, Dormancy, DormancyOptions, Period, PurchaseDays, Relationship, WinBack, WinBackOutcome,
};
use tenure_stats::Share;

use crate::counted::{Counted, Rows};
use crate::figure::{Basis, Figure};
use crate::relations::of_share;
use crate::scorecard::AccountLine;

/// How an account stands by its own rhythm.
///
/// ```
/// assert_eq!(tenure_scorecard::Rhythm::Cooling.name(), "cooling");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever counts accounts must count them all")]
pub enum Rhythm {
    /// An engagement contract is in force: the contract and the dialogue decide, not purchases.
    UnderContract,
    /// It never purchased.
    NoPurchase,
    /// Fewer than two gaps between purchase days: its rhythm is not known.
    Unknown,
    /// Silent for less than two own gaps.
    Kept,
    /// Silent for two own gaps or more, not for more than three.
    Cooling,
    /// Silent for more than three own gaps.
    Dormant,
}

impl Rhythm {
    /// Every one, in the order of the report.
    pub const ALL: [Self; 6] = [
        Self::UnderContract,
        Self::NoPurchase,
        Self::Unknown,
        Self::Kept,
        Self::Cooling,
        Self::Dormant,
    ];

    /// Its name in the report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnderContract => "under_contract",
            Self::NoPurchase => "no_purchase",
            Self::Unknown => "rhythm_unknown",
            Self::Kept => "in_rhythm",
            Self::Cooling => "cooling",
            Self::Dormant => "dormant",
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::UnderContract => 0,
            Self::NoPurchase => 1,
            Self::Unknown => 2,
            Self::Kept => 3,
            Self::Cooling => 4,
            Self::Dormant => 5,
        }
    }

    const fn is_quiet(self) -> bool {
        matches!(self, Self::Cooling | Self::Dormant)
    }
}

/// How silent an account is at `as_of`, and whether it came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Silence {
    /// What its purchases alone say; never [`Rhythm::UnderContract`].
    pub by_purchases: Rhythm,
    /// Whether an engagement contract is in force.
    pub under_contract: bool,
    /// Whether that contract is quiet: a negotiated one in which nobody has spoken or bought for more
    /// than 180 days (the stage is dormant).
    pub contract_quiet: bool,
    /// The last purchase day, in any currency.
    pub last_purchase: Option<NaiveDate>,
    /// Twice the own gap in days, a whole number; `None` where it is not known.
    pub own_gap_halves: Option<i64>,
    /// The first day that is dormant by purchases, past or to come, if nothing more is bought.
    pub dormant_from: Option<NaiveDate>,
    /// Back, within the last 90 days, after a silence of more than three own gaps.
    pub reengaged: bool,
    /// Its latest return, and what became of it.
    pub win_back: Option<WinBack>,
}

impl Silence {
    /// How it stands: by its contract where one is in force.
    #[must_use]
    pub const fn rhythm(&self) -> Rhythm {
        if self.under_contract { Rhythm::UnderContract } else { self.by_purchases }
    }

    /// Whether it has gone quiet: by its contract where one is in force, else by its purchases.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        if self.under_contract { self.contract_quiet } else { self.by_purchases.is_quiet() }
    }

    /// Days since the last purchase day.
    #[must_use]
    pub fn silent_days(&self, as_of: NaiveDate) -> Option<i64> {
        Some(as_of.signed_duration_since(self.last_purchase?).num_days())
    }

    pub(crate) fn of(
        relationship: &Relationship,
        days: &PurchaseDays,
        as_of: AsOf,
        stage: Stage,
    ) -> Self {
        let (dates, options) = (days.dates(), DormancyOptions::default());
        let under_contract = relationship.is_under_contract(as_of);
        let nothing = Self {
            by_purchases: Rhythm::NoPurchase,
            under_contract,
            contract_quiet: under_contract && stage == Stage::Dormant,
            last_purchase: None,
            own_gap_halves: None,
            dormant_from: None,
            reengaged: false,
            win_back: None,
        };
        let Some(seen) = Dormancy::of(&dates, as_of.day(), &options) else { return nothing };
        Self {
            by_purchases: match (seen.dormant(), seen.cooling()) {
                (Some(true), _) => Rhythm::Dormant,
                (_, Some(true)) => Rhythm::Cooling,
                (Some(false), Some(false)) => Rhythm::Kept,
                _ => Rhythm::Unknown,
            },
            last_purchase: Some(seen.last_day()),
            own_gap_halves: seen.rhythm_halves(),
            dormant_from: seen.dormant_from(),
            reengaged: seen.reengaged(),
            win_back: WinBack::of(&dates, as_of.day(), &options),
            ..nothing
        }
    }

    /// The return, if it came within the days.
    fn returned_in(&self, window: Period) -> Option<WinBack> {
        self.win_back.filter(|back| window.contains(back.returned()))
    }
}

/// Who has gone quiet, and who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReEngagement {
    /// Accounts by [`Rhythm`], in its order; together they are all accounts.
    pub rhythms: Vec<Counted>,
    /// Of those under contract, the ones whose contract is quiet: listed.
    pub contract_quiet: Counted,
    /// Of those under contract, the ones that are cooling or dormant by purchases alone: not listed for
    /// that.
    pub contract_silent: Counted,
    /// Back, within the last 90 days, after a silence of more than three own gaps.
    pub reengaged: Counted,
    /// Latest returns within the window, by what became of them.
    pub win_backs: Vec<Counted>,
    /// Places in [`Scorecard::accounts`](crate::Scorecard::accounts) of the quiet ones, by what is at
    /// stake: what was paid in the window, most first; then the longest silence in own gaps; then the id.
    pub quiet: Vec<usize>,
    /// Places of those that returned within the window or are re-engaged: the latest return first, then
    /// the id.
    pub returned: Vec<usize>,
}

const OUTCOMES: [WinBackOutcome; 3] =
    [WinBackOutcome::Won, WinBackOutcome::Lost, WinBackOutcome::Pending];

const fn outcome_place(outcome: WinBackOutcome) -> usize {
    match outcome {
        WinBackOutcome::Won => 0,
        WinBackOutcome::Lost => 1,
        _ => 2,
    }
}

impl ReEngagement {
    /// `accounts` are in order of id.
    pub(crate) fn of(accounts: &[AccountLine], as_of: NaiveDate, window: Period) -> Self {
        let [rhythms, quiet_contracts, silent_contracts, reengaged, outcomes] = [0, 6, 7, 8, 9];
        let mut rows = Rows::new(12);
        let (mut quiet, mut returned) = (Vec::new(), Vec::new());
        for (place, line) in accounts.iter().enumerate() {
            let silence = &line.silence;
            rows.count(silence.rhythm().place().saturating_add(rhythms), line.class);
            if silence.contract_quiet {
                rows.count(quiet_contracts, line.class);
            }
            if silence.under_contract && silence.by_purchases.is_quiet() {
                rows.count(silent_contracts, line.class);
            }
            if silence.reengaged {
                rows.count(reengaged, line.class);
            }
            let back = silence.returned_in(window);
            if let Some(back) = back {
                rows.count(outcome_place(back.outcome()).saturating_add(outcomes), line.class);
            }
            if silence.is_quiet() {
                quiet.push((Stake::of(line, as_of), place));
            }
            if let Some(back) = silence.win_back.filter(|_| back.is_some() || silence.reengaged) {
                returned.push((Reverse(back.returned()), place));
            }
        }
        quiet.sort_unstable();
        returned.sort_unstable();
        Self {
            rhythms: Rhythm::ALL
                .iter()
                .map(|one| rows.row(one.place().saturating_add(rhythms), one.name()))
                .collect(),
            contract_quiet: rows.row(quiet_contracts, "contract_quiet"),
            contract_silent: rows.row(silent_contracts, "contract_silent"),
            reengaged: rows.row(reengaged, "reengaged"),
            win_backs: OUTCOMES
                .iter()
                .map(|&one| rows.row(outcome_place(one).saturating_add(outcomes), one.name()))
                .collect(),
            quiet: quiet.into_iter().map(|(_, place)| place).collect(),
            returned: returned.into_iter().map(|(_, place)| place).collect(),
        }
    }
}

/// What is at stake with a quiet account: orders the most first.
#[derive(Debug)]
struct Stake {
    paid: i128,
    /// Silence over own gap, both doubled; `None` where the rhythm is not known.
    silence: Option<(i64, i64)>,
}

impl Stake {
    fn of(line: &AccountLine, as_of: NaiveDate) -> Self {
        let silence = line.silence.silent_days(as_of).zip(line.silence.own_gap_halves);
        let silence = silence.map(|(days, halves)| (days.saturating_mul(2), halves));
        Self { paid: line.paid_in_window.unwrap_or(0), silence }
    }
}

impl Ord for Stake {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_silence = match (self.silence, other.silence) {
            (Some((silence, gap)), Some((other_silence, other_gap))) => {
                let cross = |silence, gap| i128::from(silence).checked_mul(i128::from(gap));
                cross(other_silence, gap).cmp(&cross(silence, other_gap))
            }
            (own, other) => other.is_some().cmp(&own.is_some()),
        };
        other.paid.cmp(&self.paid).then(by_silence)
    }
}

impl PartialEq for Stake {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Stake {}

impl PartialOrd for Stake {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The accounts of a group by their rhythm, and their returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SilenceState {
    rhythms: [u64; Rhythm::ALL.len()],
    outcomes: [u64; OUTCOMES.len()],
}

impl SilenceState {
    /// Counts an account in the group of its class at `as_of`.
    pub(crate) fn push_rhythm(&mut self, silence: &Silence) {
        if let Some(count) = self.rhythms.get_mut(silence.rhythm().place()) {
            *count = count.saturating_add(1);
        }
    }

    /// Counts its return in the group of its class when the window opened.
    pub(crate) fn push_return(&mut self, silence: &Silence, window: Period) {
        let Some(back) = silence.returned_in(window) else { return };
        if let Some(count) = self.outcomes.get_mut(outcome_place(back.outcome())) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let own = self.rhythms.iter_mut().chain(&mut self.outcomes);
        for (own, more) in own.zip(other.rhythms.iter().chain(&other.outcomes)) {
            *own = own.saturating_add(*more);
        }
    }

    pub(crate) fn figures(&self, out: &mut Vec<Figure>) {
        let [under_contract, no_purchase, unknown, kept, cooling, dormant] = self.rhythms;
        let named = |counts: &[(&'static str, u64)]| {
            let all = counts.iter().map(|&(name, count)| (Cow::Borrowed(name), u128::from(count)));
            all.collect::<Vec<_>>()
        };
        let known = kept.saturating_add(cooling).saturating_add(dormant);
        out.push(Figure {
            basis: Basis::AsOf,
            ..of_share(
                "dormant",
                "Dormant by own rhythm",
                Share::new(dormant, known).unwrap_or_default(),
                named(&[
                    ("accounts", known),
                    ("dormant", dormant),
                    ("cooling", cooling),
                    ("rhythm_unknown", unknown),
                    ("no_purchase", no_purchase),
                    ("under_contract", under_contract),
                ]),
                format!("Accounts that are dormant / accounts whose rhythm is known; {DEFINITION}"),
            )
        });
        let [won, lost, pending] = self.outcomes;
        let decided = won.saturating_add(lost);
        out.push(of_share(
            "win_back",
            "Won back",
            Share::new(won, decided).unwrap_or_default(),
            named(&[("returns", decided), ("won", won), ("lost", lost), ("pending", pending)]),
            "Accounts whose latest return fell in the window, with a second purchase day within the \
             own gap after it / those and the ones whose time for it is over; a return: a purchase \
             day after a silence of more than 3 times the median of the gaps before, of which there \
             are 2 or more; the own gap: that median, half days cut off; Wilson interval."
                .to_owned(),
        ));
    }
}

/// What the words for silence mean.
pub(crate) const DEFINITION: &str = "\
own gap: the median of the days between purchase days, known from 2 gaps on; dormant: silent for more \
than 3 own gaps; cooling: for 2 or more; of accounts under an engagement contract the contract and the \
dialogue decide, and they are counted apart; Wilson interval.";
