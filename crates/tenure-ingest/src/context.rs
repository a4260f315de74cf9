//! What the reading of one table knows besides the row: number style, zone, currency, and the texts
//! seen before.

use std::collections::{HashSet, VecDeque};

use chrono::NaiveDate;
use tenure_model::{Currency, Text, Zone};

use crate::number::NumberStyle;

/// How many different texts are shared; later ones are kept one by one.
const MAX_SHARED_TEXTS: usize = 1 << 16;

/// How many of them are compared before all are looked up.
const RECENT: usize = 16;

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) numbers: NumberStyle,
    pub(crate) zone: Zone,
    pub(crate) currency: Option<Currency>,
    pub(crate) data_until: Option<NaiveDate>,
    /// For a number in canonical spelling.
    pub(crate) scratch: String,
    last_currency: Option<Currency>,
    /// The texts added last.
    recent: VecDeque<Text>,
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
            recent: VecDeque::new(),
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

    /// The text, shared with other rows that say the same. Few words fill a column: those met last
    /// are tried first.
    pub(crate) fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.recent.iter().find(|known| ***known == *text) {
            return Text::clone(known);
        }
        let text = self.shared(text);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(Text::clone(&text));
        text
    }

    fn shared(&mut self, text: &str) -> Text {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Context;

    #[test]
    fn texts_that_say_the_same_are_one_however_far_apart() {
        let mut context = Context::new(None, None);
        // More different ones than are compared first, the first of them again and again.
        let words: Vec<String> = (0..100).map(|number| format!("{}", number % 37)).collect();
        let texts: Vec<_> = words.iter().map(|word| context.text(word)).collect();
        assert!(texts.iter().zip(&words).all(|(text, word)| **text == **word));
        assert!(texts.iter().zip(&texts[37..]).all(|(one, again)| Arc::ptr_eq(one, again)));
    }
}
