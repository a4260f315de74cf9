//! How lately, how often and for how much do they buy? Scores from the bins of the whole portfolio,
//! or from frozen ones, and the segments of them.

use std::borrow::Cow;

use chrono::NaiveDate;
use tenure_clv::{RFM_WINDOW_DAYS, RfmBins, RfmOutcome, RfmScore, RfmSizes, RfmTable, SegmentMap};
use tenure_model::Currency;

use crate::counted::{Counted, Rows};
use crate::error::ScorecardError;
use crate::scorecard::AccountLine;
use crate::value::Purchases;

/// How recency, frequency and monetary value are scored.
///
/// ```
/// use tenure_scorecard::RfmSettings;
/// let settings = RfmSettings::default();
/// assert_eq!((settings.window_days, settings.frozen.is_none()), (365, true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RfmSettings {
    /// Days of the window of frequency and monetary value, which ends with `as_of`; not looked at where
    /// the bins are frozen, whose window stands.
    pub window_days: u32,
    /// Bins made earlier, so that no account moves because others did; `None`: the bins are made of this
    /// portfolio.
    pub frozen: Option<FrozenBins>,
}

/// Bins made earlier, and the currency of their monetary value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two things that mean each other")]
pub struct FrozenBins {
    /// The currency.
    pub currency: Currency,
    /// The bins.
    pub bins: RfmBins,
}

impl Default for RfmSettings {
    fn default() -> Self {
        Self { window_days: RFM_WINDOW_DAYS, frozen: None }
    }
}

/// Recency, frequency and monetary value of a portfolio: the bins, and how many accounts are where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RfmSection {
    /// The bins that scored; `None` where nobody ever purchased and none were given.
    pub bins: Option<RfmBins>,
    /// Whether the bins were given: then `sizes` may be far from fifths.
    pub frozen: bool,
    /// Days of the window of frequency and monetary value.
    pub window_days: u32,
    /// The names of the cells.
    pub map: SegmentMap,
    /// Accounts with a purchase in the reporting currency, which have a score.
    pub scored: u64,
    /// How many accounts have each score: equal values share one, so bins may be uneven.
    pub sizes: RfmSizes,
    /// Accounts of each segment of the map, in its order, each name once.
    pub segments: Vec<Counted>,
    /// Accounts without a purchase in the reporting currency: no score.
    pub without_purchase: Counted,
    /// Of these, accounts that purchased in another currency.
    pub other_currency: u64,
}

impl RfmSection {
    /// The segment of an account of the portfolio; `None` without a score.
    #[must_use]
    pub fn segment_of(&self, line: &AccountLine) -> Option<&str> {
        Some(self.map.name_of(line.rfm?))
    }
}

/// What is asked of recency, frequency and monetary value; made once.
#[derive(Debug)]
pub(crate) struct RfmQuestion {
    as_of: NaiveDate,
    window_days: u32,
    frozen: Option<RfmBins>,
    map: SegmentMap,
}

impl RfmQuestion {
    pub(crate) fn new(
        settings: &RfmSettings,
        currency: Option<Currency>,
        as_of: NaiveDate,
    ) -> Result<Self, ScorecardError> {
        let frozen = match (&settings.frozen, currency) {
            (Some(frozen), Some(report)) if frozen.currency != report => {
                let bins = frozen.currency;
                return Err(ScorecardError::RfmCurrency { bins, report });
            }
            (frozen, _) => frozen.as_ref().map(|frozen| frozen.bins.clone()),
        };
        let window_days = frozen.as_ref().map_or(settings.window_days, RfmBins::window_days);
        Ok(Self { as_of, window_days, frozen, map: SegmentMap::standard()? })
    }

    /// Nobody looked at yet, in the first pass.
    pub(crate) const fn intake(&self) -> RfmTable<()> {
        RfmTable::new(self.as_of, self.window_days)
    }

    pub(crate) fn outcome(&self, purchases: &Purchases) -> Result<RfmOutcome, ScorecardError> {
        Ok(purchases.days().rfm(self.as_of, self.window_days)?)
    }

    /// The bins that score the portfolio; `None` where nobody ever purchased.
    pub(crate) fn bins(&self, seen: &RfmTable<()>) -> Option<RfmBins> {
        let made = || RfmBins::made_from(seen, &self.as_of.to_string()).ok();
        self.frozen.clone().or_else(made)
    }

    pub(crate) fn score(
        &self,
        bins: Option<&RfmBins>,
        purchases: Option<&Purchases>,
    ) -> Result<Option<RfmScore>, ScorecardError> {
        let Some(purchases) = purchases else { return Ok(None) };
        Ok(match self.outcome(purchases)? {
            RfmOutcome::Known(rfm) => bins.map(|bins| bins.score(&rfm)),
            RfmOutcome::NeverPurchased | RfmOutcome::Unpriced => None,
        })
    }

    pub(crate) fn section(&self, bins: Option<RfmBins>, accounts: &[AccountLine]) -> RfmSection {
        let mut names: Vec<&str> = Vec::new();
        for segment in self.map.segments() {
            if !names.contains(&segment.name()) {
                names.push(segment.name());
            }
        }
        // By cell, the row of its segment; the last row is of those without a score.
        let none = names.len();
        let row_of = |cell| names.iter().position(|name| *name == self.map.name_of(cell));
        let rows_of: Vec<Option<usize>> = RfmScore::all().map(row_of).collect();
        let mut rows = Rows::new(none.saturating_add(1));
        let mut sizes = RfmSizes::default();
        let mut other_currency = 0_u64;
        for line in accounts {
            let row = match line.rfm {
                Some(score) => {
                    sizes.count(score);
                    rows_of.get(score.cell()).copied().flatten()
                }
                None => {
                    let elsewhere = line.silence.last_purchase.is_some();
                    other_currency = other_currency.saturating_add(u64::from(elsewhere));
                    Some(none)
                }
            };
            if let Some(row) = row {
                rows.count(row, line.class);
            }
        }
        let name = |name: &str| Cow::Owned(name.to_owned());
        let segments: Vec<Counted> =
            names.iter().enumerate().map(|(row, one)| rows.row(row, name(one))).collect();
        RfmSection {
            bins,
            frozen: self.frozen.is_some(),
            window_days: self.window_days,
            map: self.map.clone(),
            scored: segments.iter().fold(0, |sum: u64, one| sum.saturating_add(one.accounts)),
            sizes,
            segments,
            without_purchase: rows.row(none, "without_purchase"),
            other_currency,
        }
    }
}
