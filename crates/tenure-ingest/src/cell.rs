//! One cell, and every way to read it.

use std::borrow::Cow;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use tenure_model::{
    AccountId, Currency, Instant, Money, MoneyError, RecordId, Text, Tri, parse_date, parse_decimal,
};

use crate::context::Context;
use crate::number;
use crate::plan::Bound;
use crate::reject::{Fault, RejectCode};

/// The places a plain number is rounded to, the most our decimals hold.
const NUMBER_PLACES: u32 = 8;

/// A cell: as the file has it, and after its value map.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'r> {
    pub(crate) raw: &'r str,
    pub(crate) text: &'r str,
    pub(crate) bound: &'r Bound,
}

impl<'r> Cell<'r> {
    /// This cell is not what it should be.
    pub(crate) fn fault(&self, code: RejectCode, expected: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(code, &self.bound.name, self.raw, expected)
    }

    /// This cell is not of its column's kind.
    fn unlike(&self, code: RejectCode) -> Fault {
        let mut expected = self.bound.schema.kind.describe();
        if let Some(format) = &self.bound.format {
            expected = format!("a date or time in the format `{}`", format.as_str());
        }
        self.fault(code, expected)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text, which must be there.
    pub(crate) fn needed(&self) -> Result<&'r str, Fault> {
        if self.is_empty() { Err(self.unlike(RejectCode::Missing)) } else { Ok(self.text) }
    }

    /// What `read` makes of the cell, or nothing if it is empty.
    pub(crate) fn given<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        if self.is_empty() { Ok(None) } else { read(self).map(Some) }
    }

    /// The cell must be empty: the row has no use for it. A constant of the mapping, which stands
    /// in every row, is no claim about this one.
    pub(crate) fn unused(&self, by: &str) -> Result<(), Fault> {
        if self.is_empty() || self.bound.is_constant() {
            return Ok(());
        }
        Err(self.fault(RejectCode::Unused, format!("nothing: `{by}` has no use for it")))
    }

    pub(crate) fn account(&self) -> Result<AccountId, Fault> {
        AccountId::new(self.needed()?).map_err(|_| self.not_an_id())
    }

    pub(crate) fn id(&self) -> Result<RecordId, Fault> {
        RecordId::new(self.needed()?).map_err(|_| self.not_an_id())
    }

    fn not_an_id(&self) -> Fault {
        let expected = "an id: 1 to 256 bytes, no control characters, no white space at either end";
        self.fault(RejectCode::Id, expected)
    }

    pub(crate) fn text(&self, context: &mut Context) -> Result<Text, Fault> {
        self.needed().map(|text| context.text(text))
    }

    pub(crate) fn date(&self, context: &Context) -> Result<NaiveDate, Fault> {
        let text = self.needed()?;
        self.date_in(text, context).ok_or_else(|| self.unlike(RejectCode::Date))
    }

    /// Dates with `;` between them; nothing is no date.
    pub(crate) fn dates(&self, context: &Context) -> Result<Vec<NaiveDate>, Fault> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let dates: Option<Vec<_>> =
            self.text.split(';').map(|text| self.date_in(text, context)).collect();
        dates.ok_or_else(|| self.unlike(RejectCode::Date))
    }

    fn date_in(&self, text: &str, context: &Context) -> Option<NaiveDate> {
        match &self.bound.format {
            Some(format) => format.date(text, context.zone),
            None => parse_date(text).ok(),
        }
    }

    pub(crate) fn instant(&self, context: &Context) -> Result<Instant, Fault> {
        let text = self.needed()?;
        let instant = match &self.bound.format {
            Some(format) => format.instant(text, context.zone),
            None => Instant::parse(text, context.zone).ok(),
        };
        instant.ok_or_else(|| self.unlike(RejectCode::Instant))
    }

    /// One of the column's words.
    pub(crate) fn word<T>(&self, from_name: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
        from_name(self.needed()?).ok_or_else(|| self.unlike(RejectCode::Word))
    }

    pub(crate) fn tri(&self) -> Result<Tri, Fault> {
        self.given(Self::yes_no).map(Tri::from)
    }

    pub(crate) fn yes_no(&self) -> Result<bool, Fault> {
        self.word(|word| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }

    pub(crate) fn whole(&self) -> Result<i64, Fault> {
        number::whole(self.needed()?).ok_or_else(|| {
            self.fault(RejectCode::Whole, "a whole number such as 3, without separators")
        })
    }

    /// A whole number, not negative, that fits its field.
    pub(crate) fn count<T: TryFrom<i64>>(&self) -> Result<T, Fault> {
        let whole = self.whole()?;
        let expected = "a whole number, 0 or more";
        match T::try_from(whole) {
            Ok(count) if whole >= 0 => Ok(count),
            _ if whole >= 0 => Err(self.fault(RejectCode::Whole, "a smaller whole number")),
            _ => Err(self.fault(RejectCode::Whole, expected)),
        }
    }

    /// A weight: a plain decimal number, 0 or more, kept to its last digit.
    pub(crate) fn weight(&self, context: &mut Context) -> Result<Decimal, Fault> {
        let text = self.needed()?;
        let numbers = context.numbers;
        let value =
            numbers.canonical(text, &mut context.scratch).and_then(|text| match self.bound.round {
                Some(rule) => number::round(text, NUMBER_PLACES, rule),
                None => number::long(text),
            });
        value.filter(|weight| !weight.is_sign_negative() || weight.is_zero()).ok_or_else(|| {
            let expected = "a number of 0 or more such as 1.25, of at most 28 digits";
            self.fault(RejectCode::Number, expected)
        })
    }

    /// A plain decimal number.
    pub(crate) fn number(&self, context: &mut Context) -> Result<Decimal, Fault> {
        let text = self.needed()?;
        let numbers = context.numbers;
        let value =
            numbers.canonical(text, &mut context.scratch).and_then(|text| match self.bound.round {
                Some(rule) => number::round(text, NUMBER_PLACES, rule),
                None => parse_decimal(text).ok(),
            });
        value.ok_or_else(|| {
            let expected =
                "a number such as -12.50: at most 15 digits before the point, 8 after it";
            self.fault(RejectCode::Number, expected)
        })
    }

    /// The currency the row names, or the folder's.
    pub(crate) fn currency(&self, context: &mut Context) -> Result<Currency, Fault> {
        if self.is_empty() {
            return context.currency.ok_or_else(|| {
                let expected = "an ISO 4217 code here, or `currency` in tenure.toml";
                self.fault(RejectCode::NoCurrency, expected)
            });
        }
        context.currency_of(self.text).ok_or_else(|| self.unlike(RejectCode::Currency))
    }

    /// An amount of any number of decimals (at most 8).
    pub(crate) fn amount(&self, currency: Currency, context: &mut Context) -> Result<Money, Fault> {
        let text = self.needed()?;
        let numbers = context.numbers;
        let places = u32::from(currency.decimals());
        let value =
            numbers.canonical(text, &mut context.scratch).and_then(|text| match self.bound.round {
                Some(rule) => number::round(text, places, rule),
                None => parse_decimal(text).ok(),
            });
        value.and_then(|value| Money::new(value, currency).ok()).ok_or_else(|| {
            let expected =
                "an amount such as -12.50: at most 15 digits before the point, 8 after it";
            self.fault(RejectCode::Amount, expected)
        })
    }

    /// An amount that its currency can pay.
    pub(crate) fn finished(
        &self,
        currency: Currency,
        context: &mut Context,
    ) -> Result<Money, Fault> {
        let amount = self.amount(currency, context)?;
        match amount.to_minor() {
            Ok(_) => Ok(amount),
            Err(MoneyError::TooPrecise { .. }) => {
                let expected = format!(
                    "at most {} decimals ({currency}), or `round` for this column in tenure.toml",
                    currency.decimals()
                );
                Err(self.fault(RejectCode::TooPrecise, expected))
            }
            Err(_) => Err(self.fault(RejectCode::Amount, "an amount that fits 64-bit minor units")),
        }
    }
}
