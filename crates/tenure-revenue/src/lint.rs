//! What looks wrong in the events of an account: a report, which never changes a number.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use tenure_model::record::{Price, Reduction, SubscriptionChange};
use tenure_model::{Currency, Instant, Month};

use crate::definition::{ChurnRecognition, FxPolicy, options};
use crate::plan::RevenuePlan;
use crate::row::SubscriptionRow;

options! {
    /// What looks wrong.
    ///
    /// ```
    /// use tenure_revenue::LintKind;
    /// assert_eq!(LintKind::from_name("start_while_live"), Some(LintKind::StartWhileLive));
    /// ```
    LintKind {
        /// The same event as an earlier row, recorded at the same time.
        Duplicate = "duplicate",
        /// A subscription begins at the price of another one that is live.
        DoubleSubscription = "double_subscription",
        /// A subscription begins while another one is live.
        Overlap = "overlap",
        /// A start of what is live.
        StartWhileLive = "start_while_live",
        /// A change of what is not live.
        ChangeOfNothing = "change_of_nothing",
        /// A pause of what is not live.
        PauseOfNothing = "pause_of_nothing",
        /// A resumption of what is not paused.
        ResumeOfNothing = "resume_of_nothing",
        /// A cancellation of what is not live.
        CancelOfNothing = "cancel_of_nothing",
        /// A service that ends before its cancellation.
        ServiceEndBefore = "service_end_before",
        /// A trial that ends before it begins.
        TrialEndBefore = "trial_end_before",
        /// A discount that ends before it begins.
        DiscountEndBefore = "discount_end_before",
        /// A price below 0.
        NegativePrice = "negative_price",
        /// A price of the other sign than the one before.
        SignFlip = "sign_flip",
        /// A discount above the price.
        DiscountAbovePrice = "discount_above_price",
        /// A price in another currency than the one before.
        CurrencyChange = "currency_change",
        /// No exchange rate where one is needed.
        MissingRate = "missing_rate",
        /// A subscription that begins again after it ended.
        Gap = "gap",
        /// An event after the last month of the report.
        Future = "future",
        /// An event recorded before the calendar day before it took effect.
        RecordedBefore = "recorded_before",
        /// A subscription of an earlier run that is no longer there.
        Vanished = "vanished",
    }
}

/// One finding: what, in which row, when, of which subscription.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Month, Zone};
/// use tenure_revenue::{LintKind, RevenueDefinition, RevenuePlan};
/// let january = Month::parse("2024-01")?;
/// let plan = RevenuePlan::new(RevenueDefinition::new(Currency::new("USD")?), january, january)?;
/// let at = Instant::parse("2024-01-20", Zone::UTC)?;
/// let pause = SubscriptionEvent::new(at, "S-1", SubscriptionChange::Pause);
/// let found = plan.lint([&pause]);
/// let first = found.first().ok_or("nothing found")?;
/// assert_eq!((first.kind, first.row), (LintKind::PauseOfNothing, Some(0)));
/// assert_eq!(first.to_string(), "row 0, 2024-01-20T00:00:00Z, `S-1`: pause_of_nothing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LintFinding {
    /// What.
    pub kind: LintKind,
    /// Which row, from 0; `None` of what is not there.
    pub row: Option<usize>,
    /// When it takes effect.
    pub at: Instant,
    /// Of which subscription.
    pub subscription: String,
    /// What was found, where that is not plain.
    pub detail: Option<String>,
}

impl fmt::Display for LintFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}, ")?;
        }
        write!(f, "{}, `{}`: {}", self.at, self.subscription, self.kind)?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

/// A subscription as far as the events have come.
#[derive(Default)]
struct Seen {
    live: bool,
    paused: bool,
    ended: Option<Instant>,
    amount: Option<Decimal>,
    currency: Option<Currency>,
}

/// An event in the order it takes effect.
struct Step<'a> {
    at: Instant,
    row: usize,
    of: SubscriptionRow<'a>,
}

struct Linter<'p> {
    plan: &'p RevenuePlan,
    found: Vec<LintFinding>,
}

impl RevenuePlan {
    /// What looks wrong in the events of one account, in order of instant, then of row. A report:
    /// it refuses nothing and changes no number.
    ///
    /// Cost: a sort of the events, then one pass; a second one for duplicates.
    #[must_use]
    pub fn lint<'a, R>(&self, rows: impl IntoIterator<Item = R>) -> Vec<LintFinding>
    where
        R: Into<SubscriptionRow<'a>>,
    {
        let mut linter = Linter { plan: self, found: Vec::new() };
        let rows: Vec<SubscriptionRow<'a>> = rows.into_iter().map(Into::into).collect();
        linter.duplicates(&rows);
        let service_end = self.definition().churn_recognition == ChurnRecognition::ServiceEnd;
        let mut steps: Vec<Step<'a>> = rows
            .iter()
            .enumerate()
            .map(|(row, &of)| {
                let at = match of.event.change {
                    SubscriptionChange::Cancel { service_end: Some(end) } if service_end => end,
                    _ => of.event.at,
                };
                Step { at, row, of }
            })
            .collect();
        steps.sort_by_key(|step| (step.at, step.of.event.seq, step.row));
        let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
        for step in &steps {
            linter.step(step, &mut seen);
        }
        linter.rates(&steps);
        linter.found.sort_by_key(|found| (found.at, found.row, found.kind));
        linter.found
    }

    /// Which subscriptions of an earlier run are no longer there: history that was rewritten.
    #[must_use]
    pub fn vanished<'a, 'b, R, Q>(
        &self,
        before: impl IntoIterator<Item = R>,
        after: impl IntoIterator<Item = Q>,
    ) -> Vec<LintFinding>
    where
        R: Into<SubscriptionRow<'a>>,
        Q: Into<SubscriptionRow<'b>>,
    {
        let mut first: BTreeMap<&str, Instant> = BTreeMap::new();
        for row in before {
            let event = row.into().event;
            let at = first.entry(&event.subscription).or_insert(event.at);
            *at = event.at.min(*at);
        }
        for row in after {
            let name: &str = &row.into().event.subscription;
            first.remove(name);
        }
        let finding = |(name, at): (&str, Instant)| LintFinding {
            kind: LintKind::Vanished,
            row: None,
            at,
            subscription: name.to_owned(),
            detail: None,
        };
        first.into_iter().map(finding).collect()
    }
}

impl Linter<'_> {
    fn tell(&mut self, kind: LintKind, step: &Step<'_>, detail: Option<String>) {
        self.found.push(LintFinding {
            kind,
            row: Some(step.row),
            at: step.at,
            subscription: step.of.event.subscription.to_string(),
            detail,
        });
    }

    fn duplicates(&mut self, rows: &[SubscriptionRow<'_>]) {
        let mut order: Vec<(usize, &SubscriptionRow<'_>)> = rows.iter().enumerate().collect();
        order.sort_by_key(|&(row, of)| (of.event, of.recorded_at, row));
        for pair in order.windows(2) {
            let [(first, one), (row, other)] = pair else { continue };
            if one == other {
                let (at, of) = (other.event.at, **other);
                let step = Step { at, row: *row, of };
                self.tell(LintKind::Duplicate, &step, Some(format!("as row {first}")));
            }
        }
    }

    fn step<'a>(&mut self, step: &Step<'a>, seen: &mut BTreeMap<&'a str, Seen>) {
        let event = step.of.event;
        let name: &str = &event.subscription;
        let last = self.plan.last().plus(1).and_then(|next| self.plan.start(next));
        if last.is_some_and(|end| step.at.micros() >= end) {
            self.tell(LintKind::Future, step, None);
        }
        if let Some(recorded) = step.of.recorded_at
            && step.of.event.at.micros().saturating_sub(recorded.micros()) > DAY
        {
            self.tell(LintKind::RecordedBefore, step, Some(format!("recorded at {recorded}")));
        }
        match &event.change {
            SubscriptionChange::Set { monthly } => {
                self.priced(step, monthly.amount(), monthly.currency(), seen);
            }
            SubscriptionChange::Start(price) => {
                if seen.get(name).is_some_and(|own| own.live) {
                    self.tell(LintKind::StartWhileLive, step, None);
                }
                self.price(step, price);
                self.priced(step, price.amount.amount(), price.amount.currency(), seen);
            }
            SubscriptionChange::Change(price) => {
                if !seen.get(name).is_some_and(|own| own.live) {
                    self.tell(LintKind::ChangeOfNothing, step, None);
                }
                self.price(step, price);
                self.priced(step, price.amount.amount(), price.amount.currency(), seen);
            }
            SubscriptionChange::Cancel { service_end } => {
                if let Some(end) = service_end.filter(|&end| end < event.at) {
                    let detail = format!("requested at {}, ended at {end}", event.at);
                    self.tell(LintKind::ServiceEndBefore, step, Some(detail));
                }
                let own = seen.entry(name).or_default();
                if !own.live {
                    self.tell(LintKind::CancelOfNothing, step, None);
                }
                (own.live, own.paused, own.ended) = (false, false, Some(step.at));
            }
            SubscriptionChange::Pause => {
                let own = seen.entry(name).or_default();
                own.paused = own.live;
                if !own.live {
                    self.tell(LintKind::PauseOfNothing, step, None);
                }
            }
            SubscriptionChange::Resume => {
                let own = seen.entry(name).or_default();
                if !own.paused {
                    self.tell(LintKind::ResumeOfNothing, step, None);
                }
                own.paused = false;
            }
            _ => {}
        }
    }

    fn priced<'a>(
        &mut self,
        step: &Step<'a>,
        amount: Decimal,
        currency: Currency,
        seen: &mut BTreeMap<&'a str, Seen>,
    ) {
        let name: &str = &step.of.event.subscription;
        if amount < Decimal::ZERO {
            self.tell(LintKind::NegativePrice, step, Some(amount.to_string()));
        }
        let begins = !seen.get(name).is_some_and(|own| own.live);
        let others = || seen.iter().filter(|(known, own)| **known != name && own.live);
        if begins && let Some((other, _)) = others().next() {
            let same = others()
                .find(|(_, own)| (own.amount, own.currency) == (Some(amount), Some(currency)));
            match same {
                Some((other, _)) => {
                    self.tell(
                        LintKind::DoubleSubscription,
                        step,
                        Some(format!("beside `{other}`")),
                    );
                }
                None => self.tell(LintKind::Overlap, step, Some(format!("beside `{other}`"))),
            }
        }
        let own = seen.entry(name).or_default();
        let before = (own.amount, own.currency, own.ended.filter(|_| !own.live));
        (own.live, own.amount, own.currency) = (true, Some(amount), Some(currency));
        own.ended = None;
        if let Some(ended) = before.2.filter(|&ended| ended < step.at) {
            self.tell(LintKind::Gap, step, Some(format!("ended at {ended}")));
        }
        if let Some(known) = before.1.filter(|&known| known != currency) {
            self.tell(
                LintKind::CurrencyChange,
                step,
                Some(format!("{known} before, {currency} now")),
            );
        }
        let sign = |amount: Decimal| amount.cmp(&Decimal::ZERO);
        if before.0.is_some_and(|known| sign(known) == sign(amount).reverse() && !known.is_zero()) {
            let known = before.0.unwrap_or_default();
            self.tell(LintKind::SignFlip, step, Some(format!("{known} before, {amount} now")));
        }
    }

    fn price(&mut self, step: &Step<'_>, price: &Price) {
        let at = step.of.event.at;
        if let Some(end) = price.trial_end.filter(|&end| end < at) {
            self.tell(LintKind::TrialEndBefore, step, Some(format!("ended at {end}")));
        }
        let Some(discount) = price.discount else { return };
        if let Some(until) = discount.until.filter(|&until| until < at) {
            self.tell(LintKind::DiscountEndBefore, step, Some(format!("ended at {until}")));
        }
        if let Reduction::Amount(off) = discount.reduction {
            let amount = price.amount.amount();
            let whole = amount.checked_mul(Decimal::from(price.quantity));
            if amount >= Decimal::ZERO && whole.is_some_and(|whole| off > whole) {
                let whole = whole.unwrap_or_default();
                self.tell(LintKind::DiscountAbovePrice, step, Some(format!("{off} off {whole}")));
            }
        }
    }

    /// Months from the first price in a currency to the last of the plan without a rate.
    fn rates(&mut self, steps: &[Step<'_>]) {
        let definition = self.plan.definition();
        let mut told: Vec<(Currency, Option<Month>)> = Vec::new();
        for step in steps {
            let currency = match &step.of.event.change {
                SubscriptionChange::Set { monthly } => monthly.currency(),
                SubscriptionChange::Start(price) | SubscriptionChange::Change(price) => {
                    price.amount.currency()
                }
                _ => continue,
            };
            if currency == definition.currency {
                continue;
            }
            let Some(month) = Month::of(definition.zone.date_of(step.at)) else { continue };
            let missing: Vec<Option<Month>> = match definition.fx {
                FxPolicy::Constant => {
                    let known = definition.rates.constant(currency).is_some();
                    if known { Vec::new() } else { vec![None] }
                }
                FxPolicy::Locked => {
                    let known = definition.rates.rate(currency, month).is_some();
                    if known { Vec::new() } else { vec![Some(month)] }
                }
                FxPolicy::Closing | FxPolicy::Opening => {
                    let next = |month: &Month| month.plus(1);
                    std::iter::successors(Some(month), next)
                        .take_while(|&month| month <= self.plan.last())
                        .take(RevenuePlan::MAX_MONTHS)
                        .filter(|&month| definition.rates.rate(currency, month).is_none())
                        .map(Some)
                        .collect()
                }
            };
            for month in missing {
                if told.contains(&(currency, month)) {
                    continue;
                }
                told.push((currency, month));
                let when = month.map_or_else(|| "constant".to_owned(), |month| month.to_string());
                self.tell(LintKind::MissingRate, step, Some(format!("{currency} {when}")));
            }
        }
    }
}

/// Microseconds of 24 hours.
const DAY: i64 = 86_400_000_000;
