//! How types are written down: plain fields, read back through the constructors.

use std::fmt;

use chrono::NaiveDate;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::bg_nbd::Dropout;
use crate::{FirstPurchase, OccasionPeriod, Refunds, TimeUnit, ZeroSpend};

macro_rules! wire {
    ($name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(pub(crate) $field: $kind),*
        }
    };
}

wire!(TimeSpan { amount: f64, unit: TimeUnit });
wire!(History { x: u64, recency: f64, age: f64, unit: TimeUnit });
wire!(HistoryRow { x: u64, recency: f64, age: f64, customers: u64 });
wire!(GroupedSummary { unit: TimeUnit, rows: Vec<HistoryRow> });
wire!(Spend { purchases: u64, mean: f64 });
wire!(SpendRow { purchases: u64, mean: f64, customers: u64 });
wire!(GroupedSpend { rows: Vec<SpendRow>, skipped: u64 });
wire!(BgNbd { r: f64, alpha: f64, a: f64, b: f64, unit: TimeUnit, dropout: Dropout });
wire!(ParetoNbd { r: f64, alpha: f64, s: f64, beta: f64, unit: TimeUnit });
wire!(Nbd { r: f64, alpha: f64, unit: TimeUnit });
wire!(BgBb { alpha: f64, beta: f64, gamma: f64, delta: f64 });
wire!(GammaGamma { p: f64, q: f64, v: f64 });
wire!(Sbg { alpha: f64, beta: f64 });
wire!(RfmMade { as_of: Date, customers: u64 });
wire!(RfmBins {
    version: String,
    made: Option<RfmMade>,
    window_days: u32,
    recency_days: [u32; 4],
    frequency: [u64; 4],
    monetary_minor: [String; 4],
});
wire!(Segment { name: String, recency: [u8; 2], frequency: [u8; 2], monetary: [u8; 2] });
wire!(SegmentMap { version: String, segments: Vec<crate::Segment> });
wire!(SummaryDefinition {
    currency: String,
    refunds: Refunds,
    period: OccasionPeriod,
    first_purchase: FirstPurchase,
    zero_spend: ZeroSpend,
});
wire!(CustomerPurchases { times: Vec<Moment> });
wire!(Moment {
    time: crate::PurchaseTime,
    purchases: u64,
    paid_minor: Digits,
    unpriced: u64,
    refunds: u64,
    refunded_minor: Digits,
});

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogCustomer<K> {
    pub(crate) customer: K,
    pub(crate) purchases: crate::CustomerPurchases,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurchaseLog<K> {
    pub(crate) definition: crate::SummaryDefinition,
    pub(crate) customers: Vec<LogCustomer<K>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum DiscountRate {
    Discrete { rate: f64, period: crate::TimeSpan },
    Continuous { force: f64, unit: TimeUnit },
}

/// A date in the canonical text.
pub(crate) struct Date(pub(crate) NaiveDate);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Date;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2024-02-29")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Date, E> {
                tenure_model::parse_date(text).map(Date).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Serialize for crate::PurchaseTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for crate::PurchaseTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = crate::PurchaseTime;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2024-02-29 or an instant such as 2024-02-29T12:00:00Z")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                if !text.contains('T') {
                    return tenure_model::parse_date(text).map(Into::into).map_err(E::custom);
                }
                let instant = tenure_model::Instant::parse(text, tenure_model::Zone::UTC);
                let instant = instant.map_err(E::custom)?;
                // One instant, one text: a time without an offset is none.
                if instant.to_string() != text {
                    return Err(E::custom(format!("instant is not written as {instant}")));
                }
                Ok(instant.into())
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A wide count as a string of digits, which every JSON reader keeps whole.
pub(crate) struct Digits(pub(crate) u128);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Digits;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string of digits")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Digits, E> {
                digits(text).map(Digits).ok_or_else(|| E::custom("not a string of digits"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A signed amount, written as its own text.
pub(crate) fn minor(text: &str) -> Option<i128> {
    let (sign, rest) = text.strip_prefix('-').map_or((1_i128, text), |rest| (-1, rest));
    let magnitude = i128::try_from(digits(rest)?).ok()?;
    (sign > 0 || magnitude > 0).then(|| sign.checked_mul(magnitude)).flatten()
}

fn digits(text: &str) -> Option<u128> {
    if text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.bytes().try_fold(0_u128, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u128::from(digit))
    })
}

/// Both ways between a type and what is written of it.
macro_rules! through {
    ($type:ty, $wire:ident, |$value:ident| $out:expr, |$read:ident| -> $error:ty { $back:expr }) => {
        impl From<$type> for $wire {
            fn from($value: $type) -> Self {
                $out
            }
        }
        impl TryFrom<$wire> for $type {
            type Error = $error;
            fn try_from($read: $wire) -> Result<Self, Self::Error> {
                $back
            }
        }
    };
}

through!(
    crate::TimeSpan,
    TimeSpan,
    |span| Self { amount: span.amount(), unit: span.unit() },
    |wire| -> crate::SpanError { Self::new(wire.amount, wire.unit) }
);
through!(
    crate::SummaryDefinition,
    SummaryDefinition,
    |definition| Self {
        currency: definition.currency().code().to_owned(),
        refunds: definition.refunds(),
        period: definition.period(),
        first_purchase: definition.first_purchase(),
        zero_spend: definition.zero_spend(),
    },
    |wire| -> tenure_model::CurrencyError {
        Ok(Self::new(tenure_model::Currency::new(&wire.currency)?, wire.refunds)
            .with_period(wire.period)
            .with_first_purchase(wire.first_purchase)
            .with_zero_spend(wire.zero_spend))
    }
);
through!(
    crate::History,
    History,
    |told| Self { x: told.x(), recency: told.recency(), age: told.age(), unit: told.unit() },
    |wire| -> crate::HistoryError { Self::new(wire.x, wire.recency, wire.age, wire.unit) }
);
through!(
    crate::Spend,
    Spend,
    |spend| Self { purchases: spend.purchases(), mean: spend.mean() },
    |wire| -> crate::SpendError { Self::new(wire.purchases, wire.mean) }
);
through!(
    crate::ParetoNbd,
    ParetoNbd,
    |model| {
        let [r, alpha, s, beta] = model.parameters();
        Self { r, alpha, s, beta, unit: model.unit() }
    },
    |wire| -> crate::ParameterError { Self::new(wire.r, wire.alpha, wire.s, wire.beta, wire.unit) }
);
through!(
    crate::BgNbd,
    BgNbd,
    |model| {
        let [r, alpha, a, b] = model.parameters();
        Self { r, alpha, a, b, unit: model.unit(), dropout: model.dropout() }
    },
    |wire| -> crate::ParameterError {
        Self::with_dropout([wire.r, wire.alpha, wire.a, wire.b], wire.unit, wire.dropout)
    }
);
through!(
    crate::Nbd,
    Nbd,
    |model| {
        let [r, alpha] = model.parameters();
        Self { r, alpha, unit: model.unit() }
    },
    |wire| -> crate::ParameterError { Self::new(wire.r, wire.alpha, wire.unit) }
);
through!(
    crate::BgBb,
    BgBb,
    |model| {
        let [alpha, beta, gamma, delta] = model.parameters();
        Self { alpha, beta, gamma, delta }
    },
    |wire| -> crate::ParameterError { Self::new(wire.alpha, wire.beta, wire.gamma, wire.delta) }
);
through!(
    crate::GammaGamma,
    GammaGamma,
    |model| {
        let [p, q, v] = model.parameters();
        Self { p, q, v }
    },
    |wire| -> crate::ParameterError { Self::new(wire.p, wire.q, wire.v) }
);
through!(
    crate::Sbg,
    Sbg,
    |model| {
        let [alpha, beta] = model.parameters();
        Self { alpha, beta }
    },
    |wire| -> crate::ParameterError { Self::new(wire.alpha, wire.beta) }
);
through!(
    crate::GroupedSummary,
    GroupedSummary,
    |groups| {
        let rows = groups.rows().map(|(told, customers)| HistoryRow {
            x: told.x(),
            recency: told.recency(),
            age: told.age(),
            customers,
        });
        Self { unit: groups.unit(), rows: rows.collect() }
    },
    |wire| -> String {
        {
            let mut groups = Self::new(wire.unit);
            for row in wire.rows {
                let told = crate::History::new(row.x, row.recency, row.age, wire.unit);
                let told = told.map_err(|error| error.to_string())?;
                groups.push_many(told, row.customers).map_err(|error| error.to_string())?;
            }
            Ok(groups)
        }
    }
);
through!(
    crate::GroupedSpend,
    GroupedSpend,
    |groups| {
        let rows = groups.rows().map(|(spend, customers)| SpendRow {
            purchases: spend.purchases(),
            mean: spend.mean(),
            customers,
        });
        Self { rows: rows.collect(), skipped: groups.skipped() }
    },
    |wire| -> String {
        {
            let mut groups = Self::new();
            for row in wire.rows {
                let spend = crate::Spend::new(row.purchases, row.mean);
                let spend = spend.map_err(|error| error.to_string())?;
                groups.push_many(spend, row.customers).map_err(|error| error.to_string())?;
            }
            groups.skip_many(wire.skipped).map_err(|error| error.to_string())?;
            Ok(groups)
        }
    }
);
