//! What does their money do? Recurring revenue, its movements and retention of a group.

use std::borrow::Cow;

use tenure_clv::{MarginStream, RetentionRate, TimeSpan, TimeUnit};
use tenure_model::{Currency, Month, Period, Relationship};
use tenure_revenue::{AccountRevenue, Rate, RevenueDefinition, RevenuePlan, RevenueState};
use tenure_stats::{Level, Share, ShareMethod, count_to_f64, integer_to_f64};

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};
use crate::money;
use crate::period::Cut;
use crate::settings::{Dates, Settings, ValueSettings};

/// The first and the last month of some figures.
pub(crate) type Months = (Month, Month);

/// What is asked of subscriptions; made once.
#[derive(Debug, Clone)]
pub(crate) struct RevenueQuestion {
    plan: RevenuePlan,
    currency: Currency,
    dates: Dates,
}

impl RevenueQuestion {
    pub(crate) fn new(
        settings: &Settings,
        dates: &Dates,
        currency: Currency,
        periods: &[Cut],
    ) -> Result<Self, ScorecardError> {
        let mut definition = RevenueDefinition::new(currency);
        definition.zone = settings.zone;
        definition.known_by = settings.zone.last_instant(dates.now.knowledge_day());
        let mut plan = RevenuePlan::new(definition, dates.first, dates.last)?
            .with_window(dates.base, dates.last)?;
        for (first, last) in periods.iter().filter_map(|cut| cut.months) {
            if let Some(base) = first.plus(-1) {
                plan = plan.with_window(base, last)?;
            }
        }
        Ok(Self { plan, currency, dates: *dates })
    }

    /// Every month asked about.
    pub(crate) const fn months(&self) -> Months {
        (self.dates.first, self.dates.last)
    }

    /// The days of the closed months of the window.
    pub(crate) fn days(&self) -> Option<Period> {
        let end = self.dates.last.plus(1)?.first_day();
        Period::new(self.dates.first.first_day(), end)
    }

    /// What came under contract in these months, in twelfths of minor units: recurring revenue at
    /// each close, or, without a subscription, the annual values in force then. `None` where it is
    /// not known.
    pub(crate) fn under_contract(
        &self,
        relationship: &Relationship,
    ) -> Result<Option<i128>, ScorecardError> {
        let Dates { now, first, last, .. } = self.dates;
        let months = || (0..).map_while(move |at| first.plus(at).filter(|&month| month <= last));
        let zone = self.plan.definition().zone;
        let visible = || {
            let all = relationship.subscriptions().iter();
            all.filter(move |entry| now.sees(zone.date_of(entry.record.at), entry.recorded_at))
        };
        let recurring = |currency: Currency| currency == self.currency;
        if visible().next().is_some() {
            let mut currencies =
                visible().filter_map(|entry| money::recurring_currency(&entry.record.change));
            if !currencies.all(recurring) {
                return Ok(None);
            }
            let account = self.plan.account(visible())?;
            let sum = months().try_fold(0_i128, |sum, month| sum.checked_add(account.mrr(month)?));
            return Ok(sum.and_then(|sum| sum.checked_mul(12)).filter(|&sum| sum >= 0));
        }
        let contracts = relationship.contracts().iter();
        let contracts = contracts
            .filter(|entry| now.sees(money::contract_day(&entry.record), entry.recorded_at))
            .map(|entry| &entry.record);
        let mut sum = Some(0_i128);
        for contract in contracts {
            for _ in months().filter(|month| contract.in_force(month.last_day())) {
                let annual = contract.annual_value.filter(|value| recurring(value.currency()));
                let annual = annual.and_then(|value| value.to_minor().ok());
                sum = sum.zip(annual).and_then(|(sum, one)| sum.checked_add(one.units().into()));
            }
        }
        Ok(sum.filter(|&sum| sum >= 0))
    }

    /// Purchases less refunds on the days of these months, in minor units; `None` where some are in
    /// another currency, or more was given back than bought.
    pub(crate) fn bought(&self, relationship: &Relationship) -> Option<i128> {
        let months = self.days()?;
        let days = relationship.purchase_days(self.dates.now);
        let mut within = days.nets().iter().filter(|day| months.contains(day.date));
        within
            .try_fold(0_i128, |sum, day| {
                sum.checked_add(day.net).filter(|_| day.currency == self.currency)
            })
            .filter(|&sum| sum >= 0)
    }
}

/// The subscriptions of one account, read once.
pub(crate) enum Subscriptions {
    /// None that can be seen.
    None,
    /// One in another currency: the account is left out of recurring revenue, and counted.
    OtherCurrency,
    /// What it contributes.
    Revenue(AccountRevenue),
}

impl Subscriptions {
    pub(crate) fn of(
        relationship: &Relationship,
        question: &RevenueQuestion,
    ) -> Result<Self, ScorecardError> {
        // What comes later may be in another currency, and is nobody's business today.
        let now = question.dates.now;
        let zone = question.plan.definition().zone;
        let visible = || {
            let all = relationship.subscriptions().iter();
            all.filter(move |entry| now.sees(zone.date_of(entry.record.at), entry.recorded_at))
        };
        if visible().next().is_none() {
            return Ok(Self::None);
        }
        let foreign = visible().any(|entry| {
            money::recurring_currency(&entry.record.change)
                .is_some_and(|found| found != question.currency)
        });
        if foreign {
            return Ok(Self::OtherCurrency);
        }
        Ok(Self::Revenue(question.plan.account(visible())?))
    }

    /// Its recurring revenue at the last close, where it has a subscription.
    pub(crate) fn mrr(&self, question: &RevenueQuestion) -> Option<i128> {
        match self {
            Self::Revenue(account) => account.mrr(question.dates.last),
            _ => None,
        }
    }
}

/// The recurring revenue of a group of accounts.
#[derive(Debug, Clone)]
pub(crate) struct RevenueStrand {
    state: RevenueState,
    /// Accounts left out of recurring revenue: a subscription in another currency.
    other_currency: u64,
}

impl RevenueStrand {
    pub(crate) fn new(question: &RevenueQuestion) -> Self {
        Self { state: question.plan.state(), other_currency: 0 }
    }

    /// Adds an account.
    pub(crate) fn push(&mut self, subscriptions: &Subscriptions) -> Result<(), ScorecardError> {
        match subscriptions {
            Subscriptions::None => {}
            Subscriptions::OtherCurrency => {
                self.other_currency = self.other_currency.saturating_add(1);
            }
            Subscriptions::Revenue(account) => self.state.push(account)?,
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.state.merge(&other.state)?;
        self.other_currency = self.other_currency.saturating_add(other.other_currency);
        Ok(())
    }

    /// Movements and retention from the close before those months to the close of the last.
    pub(crate) fn figures(
        &self,
        question: &RevenueQuestion,
        months: Months,
        out: &mut Vec<Figure>,
    ) {
        self.recurring(question, months, out);
        self.retention(question, months, out);
    }

    /// The definition, of those months alone.
    fn definition(question: &RevenueQuestion, (first, last): Months) -> String {
        let base = first.plus(-1).unwrap_or(first);
        let definition = question.plan.definition();
        format!("{definition}, months {first}..{last}, retention {base}..{last}")
    }

    fn recurring(&self, question: &RevenueQuestion, months: Months, out: &mut Vec<Figure>) {
        let within =
            || question.plan.months().filter(|month| (months.0..=months.1).contains(month));
        let mut nets = within().filter_map(|month| self.state.net(month).copied());
        let net = nets.next().filter(|_| self.state.accounts() > 0);
        let net = net.and_then(|first| nets.try_fold(first, |sum, month| sum.then(&month).ok()));
        let lines = net.as_ref().map(|waterfall| *waterfall.lines());
        let mut paying = within().filter_map(|month| self.state.logos(month).copied());
        let logos = paying.next();
        let logos = logos.and_then(|first| paying.try_fold(first, |sum, month| sum.then(&month)));
        let definition = format!("Net movements, {}", Self::definition(question, months));
        let mut counts = vec![(Cow::Borrowed("accounts"), u128::from(self.state.accounts()))];
        if let Some(logos) = logos {
            for (name, count) in [
                ("paying_at_opening", logos.opening()),
                ("new", logos.new_accounts()),
                ("reactivated", logos.reactivated()),
                ("churned", logos.churned()),
                ("paying_at_closing", logos.closing()),
            ] {
                counts.push((Cow::Borrowed(name), u128::from(count)));
            }
        }
        if self.other_currency > 0 {
            counts.push((Cow::Borrowed("other_currency"), u128::from(self.other_currency)));
        }
        for (id, label, line) in [
            ("mrr_opening", "MRR when the window opened", lines.map(|lines| lines.opening)),
            ("mrr_new", "+ new", lines.map(|lines| lines.new)),
            ("mrr_expansion", "+ expansion", lines.map(|lines| lines.expansion)),
            ("mrr_contraction", "- contraction", lines.map(|lines| lines.contraction)),
            ("mrr_churn", "- churn", lines.map(|lines| lines.churn)),
            ("mrr_reactivation", "+ reactivation", lines.map(|lines| lines.reactivation)),
            ("mrr_adjustment", "+ adjustment", lines.map(|lines| lines.adjustment)),
            ("mrr_closing", "MRR when it closed", lines.map(|lines| lines.closing)),
        ] {
            out.push(figure(
                id,
                label,
                Unit::Money(question.currency),
                line.map(Value::Whole),
                counts.clone(),
                definition.clone(),
            ));
        }
    }

    fn retention(&self, question: &RevenueQuestion, months: Months, out: &mut Vec<Figure>) {
        let (first, last) = months;
        let retention = first.plus(-1).and_then(|base| self.state.retention(base, last));
        let base = retention.as_ref().map_or(0, |retention| retention.base_accounts());
        let counts = || vec![(Cow::Borrowed("accounts"), u128::from(base))];
        let pick = |rate: fn(&tenure_revenue::Retention) -> Option<Rate>| {
            retention.as_ref().and_then(rate).map(|rate| Value::Ratio(rate.ratio()))
        };
        let definition = Self::definition(question, months);
        let named = |name: &str| format!("{name}, {definition}");
        out.push(figure(
            "ndr",
            "Net dollar retention",
            Unit::Share,
            pick(tenure_revenue::Retention::nrr_point_to_point),
            counts(),
            named("nrr_point_to_point: closing MRR of the accounts that paid at the opening / their opening MRR"),
        ));
        out.push(figure(
            "grr",
            "Gross revenue retention",
            Unit::Share,
            pick(tenure_revenue::Retention::grr_point_to_point),
            counts(),
            named("grr_point_to_point: the same, each account capped at its opening MRR"),
        ));
        let kept = retention.as_ref().map_or(0, |retention| retention.kept_accounts());
        let mut logos = figure(
            "logo_retention",
            "Accounts retained",
            Unit::Share,
            pick(tenure_revenue::Retention::logo_point_to_point),
            counts(),
            named(
                "logo_point_to_point: accounts that paid at the opening and still pay / accounts that paid at the opening",
            ),
        );
        logos.interval = Share::new(kept, base)
            .ok()
            .and_then(|share| share.interval(ShareMethod::default(), Level::default()));
        out.push(logos);
    }

    /// What a paying account is worth by its contract: margin, retention and discount a year.
    pub(crate) fn contract_value(
        &self,
        question: &RevenueQuestion,
        settings: &ValueSettings,
        out: &mut Vec<Figure>,
    ) {
        let currency = question.currency;
        let closing = self.state.net_total().map_or(0, |waterfall| waterfall.lines().closing);
        let paying = self.state.logos_total().map_or(0, |logos| logos.closing());
        let retained = self
            .state
            .retention(question.dates.base, question.dates.last)
            .and_then(|retention| retention.logo_point_to_point());
        let yearly = question.plan.months().count() == 12;
        let value =
            settings.timing.zip(settings.discount).filter(|_| yearly && paying > 0).and_then(
                |(timing, discount)| {
                    let year = TimeSpan::new(1.0, TimeUnit::Year).ok()?;
                    let retention = RetentionRate::new(retained?.to_f64(), year).ok()?;
                    let annual = integer_to_f64(closing.checked_mul(12)?) / count_to_f64(paying);
                    let stream =
                        MarginStream::new(annual * settings.margin, retention, discount).ok()?;
                    stream.lifetime_value(timing).finite().map(Value::Estimate)
                },
            );
        let timing = settings.timing.map_or("no timing chosen", |timing| timing.name());
        let contract = figure(
            "contract_value_per_account",
            "Contract value, per paying account",
            Unit::Money(currency),
            value,
            vec![(Cow::Borrowed("paying"), u128::from(paying))],
            format!(
                "Deterministic lifetime value of 12 x closing MRR / paying accounts x margin {}, at \
                 the logo retention and discount of a year, infinite horizon, timing {timing}.",
                settings.margin
            ),
        );
        out.push(contract);
    }
}

fn figure(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    value: Option<Value>,
    counts: Vec<(Cow<'static, str>, u128)>,
    definition: String,
) -> Figure {
    Figure {
        id,
        label,
        section: Section::Revenue,
        unit,
        basis: Basis::RevenueOpening,
        value,
        interval: None,
        counts,
        definition,
    }
}
