//! What are they worth? Purchases, the models fitted to them, and what is left of the value.

use std::borrow::Cow;

use tenure_clv::{
    BgNbd, CustomerPurchases, ExpectedSpend, Fit, FitStatus, GammaGamma, GroupedSpend,
    GroupedSummary, HistoricalValue, History, PurchaseLogError, PurchaseRow, PurchaseSummary,
    SummaryDefinition, Total, residual_value,
};
use tenure_model::{AsOf, Currency, Relationship};
use tenure_stats::{ExactSum, Ratio, integer_to_f64};

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};
use crate::scorecard::FittedModel;
use crate::settings::ValueSettings;

/// The purchases of one account in the reporting currency, as the models see them.
#[derive(Debug, Clone)]
pub(crate) struct Purchases {
    days: CustomerPurchases,
    summary: Option<PurchaseSummary>,
    paid: HistoricalValue,
    /// Purchases in another currency, left out.
    other_currency: u64,
}

impl Purchases {
    /// The purchases visible at `as_of`, refunds on the day of the purchase they name.
    pub(crate) fn of(
        relationship: &Relationship,
        as_of: AsOf,
        definition: SummaryDefinition,
    ) -> Result<Self, ScorecardError> {
        let mut days = CustomerPurchases::new();
        let mut paid = HistoricalValue::new(definition.currency(), as_of.day());
        let mut other_currency = 0_u64;
        for entry in relationship.purchases() {
            let purchase = &entry.record;
            if !as_of.sees(purchase.date, entry.recorded_at) {
                continue;
            }
            if purchase.currency() != definition.currency() {
                other_currency = other_currency.saturating_add(1);
            } else {
                let day = relationship.purchase_day_of(entry, as_of);
                days.push(PurchaseRow::signed(day, purchase.minor())?)?;
                paid.push(purchase.date, purchase.minor())?;
            }
        }
        let outcome = days.summary(definition, as_of.day()).map_err(PurchaseLogError::from)?;
        Ok(Self { days, summary: outcome.summary, paid, other_currency })
    }

    /// Day by day, refunds on the day of the purchase they name.
    pub(crate) const fn days(&self) -> &CustomerPurchases {
        &self.days
    }
}

/// What is needed to fit: every account with a purchase, grouped.
#[derive(Debug, Clone)]
pub(crate) struct Fitting {
    histories: GroupedSummary,
    spends: GroupedSpend,
    without_purchase: u64,
}

impl Fitting {
    pub(crate) const fn new(settings: &ValueSettings) -> Self {
        Self {
            histories: GroupedSummary::new(settings.unit),
            spends: GroupedSpend::new(),
            without_purchase: 0,
        }
    }

    pub(crate) fn push(
        &mut self,
        purchases: &Purchases,
        settings: &ValueSettings,
    ) -> Result<(), ScorecardError> {
        match &purchases.summary {
            None => self.without_purchase = self.without_purchase.saturating_add(1),
            Some(summary) => {
                self.histories.push(summary.history(settings.unit))?;
                match summary.mean_spend() {
                    Some(spend) => self.spends.push(spend)?,
                    None => self.spends.skip()?,
                }
            }
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.histories.merge(&other.histories)?;
        self.spends.merge(&other.spends)?;
        self.without_purchase = self.without_purchase.saturating_add(other.without_purchase);
        Ok(())
    }

    /// Fits the models; where one cannot be fitted, the report says why.
    pub(crate) fn models(
        &self,
        settings: &ValueSettings,
        currency: Option<Currency>,
    ) -> (Models, Vec<FittedModel>) {
        let unit = settings.unit.name();
        let purchases = BgNbd::fit(&self.histories);
        let spend = GammaGamma::fit(&self.spends);
        let mut fitted = Vec::new();
        if let Some(currency) = currency.filter(|_| self.histories.customers() > 0) {
            let definition = format!("bgnbd unit={unit} refunds={}", settings.refunds.name());
            let excluded = vec![("without_purchase", self.without_purchase)];
            fitted.push(match &purchases {
                Ok(fit) => {
                    let names = ["r", "alpha", "a", "b"];
                    described("bgnbd", definition, excluded, names, fit.model.parameters(), fit)
                }
                Err(error) => {
                    let customers = self.histories.customers();
                    not_fitted("bgnbd", definition, excluded, customers, &error.to_string())
                }
            });
            let definition =
                format!("gamma_gamma currency={currency} refunds={}", settings.refunds.name());
            let excluded = vec![
                ("without_purchase", self.without_purchase),
                ("without_repeat_spend", self.spends.skipped()),
            ];
            fitted.push(match &spend {
                Ok(fit) => {
                    let names = ["p", "q", "v"];
                    described(
                        "gamma_gamma",
                        definition,
                        excluded,
                        names,
                        fit.model.parameters(),
                        fit,
                    )
                }
                Err(error) => {
                    let customers = self.spends.customers();
                    not_fitted("gamma_gamma", definition, excluded, customers, &error.to_string())
                }
            });
        }
        let models = Models {
            purchases: purchases.ok().map(|fit| fit.model),
            spend: spend.ok().map(|fit| fit.model),
            settings: *settings,
        };
        (models, fitted)
    }
}

fn described<M, const N: usize>(
    id: &'static str,
    definition: String,
    excluded: Vec<(&'static str, u64)>,
    names: [&'static str; N],
    parameters: [f64; N],
    fit: &Fit<M, N>,
) -> FittedModel {
    let errors = fit.se.map_or([None; N], |errors| errors.map(Some));
    let parameters = names.into_iter().zip(parameters).zip(errors);
    FittedModel {
        id,
        definition,
        status: match fit.status {
            FitStatus::Converged => "converged",
            FitStatus::Ridge { .. } => "ridge: the data hardly decide the parameters",
            _ => "not converged",
        }
        .to_owned(),
        accounts: fit.customers,
        excluded,
        parameters: parameters.map(|((name, value), error)| (name, value, error)).collect(),
        log_likelihood: Some(fit.log_likelihood),
    }
}

fn not_fitted(
    id: &'static str,
    definition: String,
    excluded: Vec<(&'static str, u64)>,
    accounts: u64,
    why: &str,
) -> FittedModel {
    let status = format!("not fitted: {why}");
    FittedModel {
        id,
        definition,
        status,
        accounts,
        excluded,
        parameters: Vec::new(),
        log_likelihood: None,
    }
}

/// The fitted models, as far as there are any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Models {
    purchases: Option<BgNbd>,
    spend: Option<GammaGamma>,
    settings: ValueSettings,
}

/// What the models say of one account.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outlook {
    pub(crate) p_alive: Option<f64>,
    pub(crate) expected_purchases: Option<f64>,
    /// In major units of the reporting currency.
    pub(crate) residual_value: Option<f64>,
}

impl Models {
    pub(crate) fn outlook(&self, purchases: &Purchases) -> Result<Outlook, ScorecardError> {
        let (Some(model), Some(summary)) = (&self.purchases, &purchases.summary) else {
            return Ok(Outlook::default());
        };
        let history = summary.history(self.settings.unit);
        let expected =
            self.settings.horizon.map(|horizon| model.expected_purchases(&history, horizon));
        Ok(Outlook {
            p_alive: Some(model.p_alive(&history)),
            expected_purchases: expected,
            residual_value: self.residual_value(model, summary, &history)?,
        })
    }

    /// `None` without a discount or a model of spend, where the spend is undefined, and where the
    /// sum is unbounded.
    fn residual_value(
        &self,
        model: &BgNbd,
        summary: &PurchaseSummary,
        history: &History,
    ) -> Result<Option<f64>, ScorecardError> {
        let (Some(discount), Some(spend)) = (self.settings.discount, &self.spend) else {
            return Ok(None);
        };
        let expected: ExpectedSpend = match summary.mean_spend() {
            Some(mean) => spend.expected_spend(&mean),
            // Nothing repeated: what is expected of anybody. Repeats of nothing: undefined.
            None if summary.x() == 0 => spend.population_mean(),
            None => return Ok(None),
        };
        let value = residual_value(model, history, expected, self.settings.margin, discount)?;
        Ok(value.value.and_then(Total::finite))
    }
}

/// Value of a group of accounts: exact sums, so that any partition gives the same bytes.
#[derive(Debug, Clone)]
pub(crate) struct ValueState {
    paid: HistoricalValue,
    /// Accounts in that sum, also those to whom all was paid back.
    buyers: u64,
    /// Purchases in another currency, left out.
    other_currency: u64,
    modelled: u64,
    alive: ExactSum,
    expected: ExactSum,
    expected_of: u64,
    residual: ExactSum,
    residual_of: u64,
}

impl ValueState {
    pub(crate) fn new(currency: Currency, as_of: AsOf) -> Self {
        Self {
            paid: HistoricalValue::new(currency, as_of.day()),
            buyers: 0,
            other_currency: 0,
            modelled: 0,
            alive: ExactSum::new(),
            expected: ExactSum::new(),
            expected_of: 0,
            residual: ExactSum::new(),
            residual_of: 0,
        }
    }

    pub(crate) fn push(
        &mut self,
        purchases: &Purchases,
        outlook: &Outlook,
    ) -> Result<(), ScorecardError> {
        self.paid.merge(&purchases.paid)?;
        self.other_currency = self.other_currency.saturating_add(purchases.other_currency);
        let add = |count: &mut u64| *count = count.saturating_add(1);
        if purchases.paid.used() > 0 {
            add(&mut self.buyers);
        }
        if let Some(p) = outlook.p_alive {
            add(&mut self.modelled);
            self.alive.push(p)?;
        }
        if let Some(expected) = outlook.expected_purchases {
            add(&mut self.expected_of);
            self.expected.push(expected)?;
        }
        if let Some(value) = outlook.residual_value {
            add(&mut self.residual_of);
            self.residual.push(value)?;
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.paid.merge(&other.paid)?;
        self.alive.merge(&other.alive)?;
        self.expected.merge(&other.expected)?;
        self.residual.merge(&other.residual)?;
        for (own, more) in [
            (&mut self.buyers, other.buyers),
            (&mut self.other_currency, other.other_currency),
            (&mut self.modelled, other.modelled),
            (&mut self.expected_of, other.expected_of),
            (&mut self.residual_of, other.residual_of),
        ] {
            *own = own.saturating_add(more);
        }
        Ok(())
    }

    pub(crate) fn figures(&self, settings: &ValueSettings, fits: &str, out: &mut Vec<Figure>) {
        let currency = self.paid.currency();
        let refunds = settings.refunds.name();
        let some = |count: u64, value: Value| (count > 0).then_some(value);
        let estimate =
            |count: u64, sum: &ExactSum| sum.value().filter(|_| count > 0).map(Value::Estimate);
        let mut figure = |id, label, unit, value, counts, definition| {
            out.push(Figure {
                id,
                label,
                section: Section::Value,
                unit,
                basis: Basis::AsOf,
                value,
                interval: None,
                counts,
                definition,
            });
        };
        let counts = |used: u64| vec![(Cow::Borrowed("accounts"), u128::from(used))];
        let mut paid_counts = counts(self.buyers);
        if self.other_currency > 0 {
            let left_out = u128::from(self.other_currency);
            paid_counts.push((Cow::Borrowed("other_currency"), left_out));
        }
        figure(
            "historical_value",
            "Paid so far",
            Unit::Money(currency),
            some(self.buyers, Value::Whole(self.paid.total_minor())),
            paid_counts.clone(),
            "Sum of purchases minus refunds up to as_of, of accounts with a purchase or refund."
                .to_owned(),
        );
        figure(
            "historical_value_per_account",
            "Paid so far, per buyer",
            Unit::Money(currency),
            Ratio::new(self.paid.total_minor(), i128::from(self.buyers)).map(Value::Ratio),
            paid_counts,
            "Sum of purchases minus refunds / accounts with a purchase or refund.".to_owned(),
        );
        let model = format!(
            "BG/NBD in units of a {}, refunds={refunds}; fits: {fits}",
            settings.unit.name()
        );
        figure(
            "expected_alive",
            "Buyers expected to be active still",
            Unit::Count,
            estimate(self.modelled, &self.alive),
            counts(self.modelled),
            format!("Sum of P(alive) over accounts with a purchase; {model}."),
        );
        let horizon = settings.horizon.map_or_else(
            || "no horizon chosen".to_owned(),
            |horizon| format!("horizon {} {}", horizon.amount(), horizon.unit().name()),
        );
        figure(
            "expected_purchases",
            "Purchases expected over the horizon",
            Unit::Purchases,
            estimate(self.expected_of, &self.expected),
            counts(self.expected_of),
            format!("Sum of E[X(T, T+t)] over accounts with a purchase; {model}; {horizon}."),
        );
        let residual = self.residual.value().filter(|_| self.residual_of > 0).map(|major| {
            Value::Estimate(major * integer_to_f64(i128::from(currency.minor_per_major())))
        });
        let discount = settings.discount.map_or_else(
            || "no discount chosen".to_owned(),
            |discount| {
                format!(
                    "discount force {:.6} a {}",
                    discount.force(settings.unit),
                    settings.unit.name()
                )
            },
        );
        figure(
            "residual_value",
            "Residual value",
            Unit::Money(currency),
            residual,
            counts(self.residual_of),
            format!(
                "Sum of DERT x expected spend x margin over accounts with a purchase, infinite \
                 horizon; {model}; Gamma-Gamma spend; margin {}; {discount}.",
                settings.margin
            ),
        );
    }
}
