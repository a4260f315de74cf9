//! What the reading of one table knows besides the row: number style, zone, currency, and the texts
//! seen before.

use std::collections::HashSet;

use chrono::NaiveDate;
use tenure_model::{AccountId, Currency, Text, Zone};

use crate::number::NumberStyle;

/// How many different texts are shared; later ones are kept one by one.
const MAX_SHARED_TEXTS: usize = 1 << 16;

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) numbers: NumberStyle,
    pub(crate) zone: Zone,
    pub(crate) currency: Option<Currency>,
    pub(crate) data_until: Option<NaiveDate>,
    /// For a number in canonical spelling.
    pub(crate) scratch: String,
    last_currency: Option<Currency>,
    last_account: Option<AccountId>,
    /// Looked up, never iterated.
    accounts: HashSet<AccountId>,
    /// Looked up, never iterated.
    texts: HashSet<Text>,
}

impl Context {
    pub(crate) fn new(currency: Option<Currency>, data_until: Option<NaiveDate>) -> Self {
        Self {
            numbers: NumberStyle::CANONICAL,
            zone: Zone::UTC,
            currency,
            data_until,
            scratch: String::new(),
            last_currency: None,
            last_account: None,
            accounts: HashSet::new(),
            texts: HashSet::new(),
        }
    }

    /// The currency of that code. Rows repeat their currency: the last one is tried first.
    pub(crate) fn currency_of(&mut self, code: &str) -> Option<Currency> {
        if let Some(last) = self.last_currency.filter(|last| last.code() == code) {
            return Some(last);
        }
        self.last_currency = Currency::new(code).ok();
        self.last_currency
    }

    /// The account of that id, shared with every row that names it.
    pub(crate) fn account(&mut self, id: &str) -> Option<AccountId> {
        if let Some(last) = self.last_account.as_ref().filter(|last| last.as_str() == id) {
            return Some(last.clone());
        }
        let account = match self.accounts.get(id) {
            Some(known) => known.clone(),
            None => {
                let account = AccountId::new(id).ok()?;
                self.accounts.insert(account.clone());
                account
            }
        };
        self.last_account = Some(account.clone());
        Some(account)
    }

    /// The text, shared with other rows that say the same.
    pub(crate) fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.texts.get(text) {
            return Text::clone(known);
        }
        let text = Text::from(text);
        if self.texts.len() < MAX_SHARED_TEXTS {
            self.texts.insert(Text::clone(&text));
        }
        text
    }
}
