//! What a source writes where it has no answer.

use std::collections::BTreeMap;

use crate::error::CodeError;
use crate::{Answer, Reason};

/// The codes of one source: "11 means blank", "6 means not applicable", the text `Blank`.
///
/// Codes come before the scale: under `11 = blank` an 11 is a blank and not out of range, and under
/// `0 = blank` a 0 is one too, even where the scale has a 0. They belong to the source, not to the
/// definition, so tallies of two sources with other codes still merge.
///
/// *Shape*: a number or a text of the source in, an [`Answer`] out. Cost: one look-up.
///
/// *Undefined when* never: what is no code is read as it stands.
///
/// *Source*: the airport survey of San Francisco codes blank as 11 beside an item from 0 to 10, and
/// blank as 0 and not applicable as 6 beside items from 1 to 5 (DataSF).
///
/// ```
/// use tenure_survey::{Answer, CodeMap, Definition, Reason, Tally};
///
/// let codes = CodeMap::new().number(11, Reason::Blank)?.text("Blank", Reason::Blank)?;
/// assert_eq!(codes.answer(11), Answer::Missing(Reason::Blank));
/// assert_eq!(codes.answer_of_text("Blank"), Answer::Missing(Reason::Blank));
/// assert_eq!(codes.answer_of_text("9"), Answer::Value(9));
///
/// let mut tally = Tally::new(Definition::nps());
/// tally.push_coded_column(&[10, 11, 12], &codes)?;
/// assert_eq!(tally.exclusions().count(Reason::Blank), 1);
/// assert_eq!(tally.exclusions().count(Reason::OutOfRange), 1); // the 12
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Document", into = "Document"))]
pub struct CodeMap {
    numbers: BTreeMap<i64, Reason>,
    texts: BTreeMap<String, Reason>,
}

impl CodeMap {
    /// Most codes of a source.
    pub const MAX_CODES: usize = 64;
    /// Most bytes of a text code.
    pub const MAX_TEXT_BYTES: usize = 64;

    /// No codes: every number is an answer.
    #[must_use]
    pub const fn new() -> Self {
        Self { numbers: BTreeMap::new(), texts: BTreeMap::new() }
    }

    /// The same with one more number that is no answer.
    ///
    /// # Errors
    /// A code given twice; a reason that is found and not coded (out of range, non-integer); more
    /// than [`CodeMap::MAX_CODES`].
    pub fn number(mut self, code: i64, reason: Reason) -> Result<Self, CodeError> {
        self.check(&code.to_string(), reason)?;
        if self.numbers.insert(code, reason).is_some() {
            return Err(CodeError::Repeated { code: code.to_string() });
        }
        Ok(self)
    }

    /// The same with one more text that is no answer; compared letter by letter.
    ///
    /// # Errors
    /// As [`CodeMap::number`]; a text that is empty (it is blank anyway), a number, or longer than
    /// [`CodeMap::MAX_TEXT_BYTES`].
    pub fn text(mut self, code: &str, reason: Reason) -> Result<Self, CodeError> {
        let shown: String = code.chars().take(40).collect();
        self.check(&shown, reason)?;
        let number = !matches!(plain(code), Answer::Missing(Reason::NonInteger));
        if code.is_empty() || code.len() > Self::MAX_TEXT_BYTES || number {
            return Err(CodeError::Text { code: shown });
        }
        if self.texts.insert(code.to_owned(), reason).is_some() {
            return Err(CodeError::Repeated { code: shown });
        }
        Ok(self)
    }

    fn check(&self, code: &str, reason: Reason) -> Result<(), CodeError> {
        if matches!(reason, Reason::OutOfRange | Reason::NonInteger) {
            return Err(CodeError::Reason { code: code.to_owned(), reason });
        }
        if self.numbers.len().saturating_add(self.texts.len()) >= Self::MAX_CODES {
            return Err(CodeError::TooMany);
        }
        Ok(())
    }

    /// What a value of the source means: the code's reason, or the value itself.
    ///
    /// ```
    /// use tenure_survey::{Answer, CodeMap, Reason};
    ///
    /// // a scale from 1 to 5 beside which 6 stands for "not applicable"
    /// let codes = CodeMap::new().number(6, Reason::DontKnow)?;
    /// assert_eq!(codes.answer(6.0), Answer::Missing(Reason::DontKnow));
    /// assert_eq!(codes.answer(5), Answer::Value(5));
    /// # Ok::<(), tenure_survey::CodeError>(())
    /// ```
    #[must_use]
    pub fn answer(&self, value: impl Into<Answer>) -> Answer {
        match value.into() {
            Answer::Value(value) => match self.numbers.get(&value) {
                Some(&reason) => Answer::Missing(reason),
                None => Answer::Value(value),
            },
            missing @ Answer::Missing(_) => missing,
        }
    }

    /// What a text of the source means: a code's reason; blank, if it is empty; its number, if it is
    /// a plain whole one (`9`, `-1`, `9.0`); else [`Reason::NonInteger`].
    ///
    /// ```
    /// use tenure_survey::{Answer, CodeMap, Reason};
    ///
    /// let codes = CodeMap::new();
    /// assert_eq!(codes.answer_of_text(""), Answer::Missing(Reason::Blank));
    /// assert_eq!(codes.answer_of_text("6.5"), Answer::Missing(Reason::NonInteger));
    /// ```
    #[must_use]
    pub fn answer_of_text(&self, text: &str) -> Answer {
        match self.texts.get(text) {
            Some(&reason) => Answer::Missing(reason),
            None => self.answer(plain(text)),
        }
    }

    /// The codes that are numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (i64, Reason)> {
        self.numbers.iter().map(|(&code, &reason)| (code, reason))
    }
}

/// A text without codes.
fn plain(text: &str) -> Answer {
    const FRACTION: Answer = Answer::Missing(Reason::NonInteger);
    if text.is_empty() {
        return Answer::Missing(Reason::Blank);
    }
    let (negative, size) = text.strip_prefix('-').map_or((false, text), |size| (true, size));
    let (whole, fraction) = size.split_once('.').unwrap_or((size, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.bytes().any(|byte| byte != b'0') {
        return FRACTION;
    }
    let number = whole.bytes().try_fold(0_i64, |number, byte| {
        number.checked_mul(10)?.checked_add(i64::from(byte.wrapping_sub(b'0')))
    });
    match number {
        Some(number) => Answer::Value(if negative { number.wrapping_neg() } else { number }),
        None => Answer::Missing(Reason::OutOfRange),
    }
}

/// One code on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Code<T> {
    code: T,
    reason: Reason,
}

/// Codes on their way in or out: lists, for a map would keep the last of two equal keys.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "CodeMap")]
struct Document {
    numbers: Vec<Code<i64>>,
    texts: Vec<Code<String>>,
}

#[cfg(feature = "serde")]
impl From<CodeMap> for Document {
    fn from(codes: CodeMap) -> Self {
        let numbers = codes.numbers.into_iter().map(|(code, reason)| Code { code, reason });
        let texts = codes.texts.into_iter().map(|(code, reason)| Code { code, reason });
        Self { numbers: numbers.collect(), texts: texts.collect() }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Document> for CodeMap {
    type Error = CodeError;

    fn try_from(document: Document) -> Result<Self, CodeError> {
        let mut codes = Self::new();
        for Code { code, reason } in document.numbers {
            codes = codes.number(code, reason)?;
        }
        for Code { code, reason } in document.texts {
            codes = codes.text(&code, reason)?;
        }
        Ok(codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_whole_numbers_or_none() {
        let codes = CodeMap::new();
        for (text, answer) in [
            ("0", Answer::Value(0)),
            ("-0", Answer::Value(0)),
            ("010", Answer::Value(10)),
            ("9.00", Answer::Value(9)),
            ("-3", Answer::Value(-3)),
            ("", Answer::Missing(Reason::Blank)),
            ("99999999999999999999", Answer::Missing(Reason::OutOfRange)),
            ("6.5", Answer::Missing(Reason::NonInteger)),
            ("9.", Answer::Missing(Reason::NonInteger)),
            (".5", Answer::Missing(Reason::NonInteger)),
            ("+9", Answer::Missing(Reason::NonInteger)),
            (" 9", Answer::Missing(Reason::NonInteger)),
            ("1e1", Answer::Missing(Reason::NonInteger)),
            ("-", Answer::Missing(Reason::NonInteger)),
            ("NaN", Answer::Missing(Reason::NonInteger)),
            ("٣", Answer::Missing(Reason::NonInteger)),
        ] {
            assert_eq!(codes.answer_of_text(text), answer, "{text:?}");
        }
    }

    #[test]
    fn codes_come_before_the_scale() -> Result<(), CodeError> {
        let codes = CodeMap::new().number(0, Reason::Blank)?.number(6, Reason::DontKnow)?;
        assert_eq!(codes.answer_of_text("0"), Answer::Missing(Reason::Blank));
        assert_eq!(codes.answer_of_text("6.0"), Answer::Missing(Reason::DontKnow));
        assert_eq!(codes.answer(6.5), Answer::Missing(Reason::NonInteger));
        assert_eq!(codes.answer(Answer::from(None)), Answer::Missing(Reason::Blank));
        Ok(())
    }

    #[test]
    fn codes_that_are_none_are_refused() -> Result<(), CodeError> {
        let codes = CodeMap::new().number(11, Reason::Blank)?.text("n/a", Reason::DontKnow)?;
        let again = codes.clone().number(11, Reason::DontKnow);
        assert_eq!(again, Err(CodeError::Repeated { code: "11".to_owned() }));
        let again = codes.clone().text("n/a", Reason::Blank);
        assert_eq!(again, Err(CodeError::Repeated { code: "n/a".to_owned() }));
        for reason in [Reason::OutOfRange, Reason::NonInteger] {
            assert!(matches!(codes.clone().number(1, reason), Err(CodeError::Reason { .. })));
            assert!(matches!(codes.clone().text("x", reason), Err(CodeError::Reason { .. })));
        }
        for text in ["", "11", "9.0", "x".repeat(65).as_str()] {
            let refused = codes.clone().text(text, Reason::Blank);
            assert!(matches!(refused, Err(CodeError::Text { .. })), "{text}");
        }
        let full =
            (0..64).try_fold(CodeMap::new(), |codes, code| codes.number(code, Reason::Blank))?;
        assert_eq!(full.clone().number(64, Reason::Blank), Err(CodeError::TooMany));
        assert_eq!(full.text("x", Reason::Blank), Err(CodeError::TooMany));
        Ok(())
    }
}
