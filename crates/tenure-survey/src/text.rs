//! Definitions as text: `id key=value ...`, one grammar for SQL, Python and the command line.

use std::fmt;
use std::str::FromStr;

use tenure_model::Rounding;

use crate::{
    Definition, DefinitionTextError, InvalidPolicy, MissingPolicy, ResponseBase, Statistic, preset,
};

const KEYS: &str = "statistic, missing, invalid, response_of, window_days, rounding, decimals";
const ROUNDINGS: &str = "half_away, half_even, half_up, floor, ceil, truncate";
const DAYS: &str = "a whole number from 1 to 65535";
const DECIMALS: &str = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10";

/// The id, then every option that differs from the preset of that id (from the defaults, if there is
/// none), in a fixed order: the canonical text. For a preset it reads back to an equal definition.
impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preset = preset::by_id(&self.id);
        let (statistic, rounding, decimals) = match &preset {
            Some(preset) => (Some(preset.statistic), preset.rounding, preset.decimals),
            None => (None, Rounding::default(), 0),
        };
        f.write_str(&self.id)?;
        if preset.is_none() && self.version != 1 {
            write!(f, " version={}", self.version)?;
        }
        if statistic != Some(self.statistic) {
            write!(f, " statistic={}", self.statistic)?;
        }
        if self.missing != MissingPolicy::default() {
            write!(f, " missing={}", self.missing)?;
        }
        if self.invalid != InvalidPolicy::default() {
            write!(f, " invalid={}", self.invalid)?;
        }
        if self.response_of != ResponseBase::default() {
            write!(f, " response_of={}", self.response_of)?;
        }
        if let Some(days) = self.window_days {
            write!(f, " window_days={days}")?;
        }
        if self.rounding != rounding {
            write!(f, " rounding={}", self.rounding)?;
        }
        if self.decimals != decimals {
            write!(f, " decimals={}", self.decimals)?;
        }
        Ok(())
    }
}

/// Reads the text of a preset with options.
///
/// ```
/// use tenure_survey::{Definition, InvalidPolicy};
///
/// let strict: Definition = "nps.standard.v1 invalid=error".parse()?;
/// assert_eq!(strict, Definition::nps().with_invalid(InvalidPolicy::Error));
/// let refused = "nps".parse::<Definition>().err().map(|error| error.to_string());
/// assert!(refused.is_some_and(|message| message.contains("nps.standard.v1")));
/// # Ok::<(), tenure_survey::DefinitionTextError>(())
/// ```
impl FromStr for Definition {
    type Err = DefinitionTextError;

    fn from_str(text: &str) -> Result<Self, DefinitionTextError> {
        let mut words = text.split_ascii_whitespace();
        let id = words.next().unwrap_or_default();
        let Some(mut definition) = preset::by_id(id) else {
            return Err(DefinitionTextError::UnknownId {
                found: shorten(id),
                choices: format!("{}, csat.top_box(3|4|5|6|7|10)", preset::IDS.join(", ")),
            });
        };
        let mut seen: Vec<&str> = Vec::new();
        for word in words {
            let Some((key, value)) = word.split_once('=') else {
                return Err(DefinitionTextError::NotAnOption { found: shorten(word) });
            };
            if seen.contains(&key) {
                return Err(DefinitionTextError::RepeatedKey { found: shorten(key) });
            }
            seen.push(key);
            let unknown = |key, choices| {
                let found = shorten(value);
                DefinitionTextError::UnknownValue { key, found, choices }
            };
            definition = match key {
                "statistic" => {
                    let statistic = Statistic::from_name(value)
                        .ok_or_else(|| unknown("statistic", Statistic::CHOICES))?;
                    definition.with_statistic(statistic)?
                }
                "missing" => {
                    let missing = MissingPolicy::from_name(value)
                        .ok_or_else(|| unknown("missing", MissingPolicy::CHOICES))?;
                    definition.with_missing(missing)?
                }
                "invalid" => {
                    let invalid = InvalidPolicy::from_name(value)
                        .ok_or_else(|| unknown("invalid", InvalidPolicy::CHOICES))?;
                    definition.with_invalid(invalid)
                }
                "response_of" => {
                    let base = ResponseBase::from_name(value)
                        .ok_or_else(|| unknown("response_of", ResponseBase::CHOICES))?;
                    definition.with_response_of(base)
                }
                "window_days" => {
                    let days = plain_u16(value).ok_or_else(|| unknown("window_days", DAYS))?;
                    definition.with_window_days(days)?
                }
                "rounding" => {
                    let rounding =
                        Rounding::from_name(value).ok_or_else(|| unknown("rounding", ROUNDINGS))?;
                    let decimals = definition.decimals;
                    definition.with_rounding(rounding, decimals)?
                }
                "decimals" => {
                    let decimals = (0..=Self::MAX_DECIMALS)
                        .find(|decimals| decimals.to_string() == value)
                        .ok_or_else(|| unknown("decimals", DECIMALS))?;
                    let rounding = definition.rounding;
                    definition.with_rounding(rounding, decimals)?
                }
                _ => {
                    let found = shorten(key);
                    return Err(DefinitionTextError::UnknownKey { found, choices: KEYS });
                }
            };
        }
        Ok(definition)
    }
}

/// A number as it is printed: no sign, no leading zero.
fn plain_u16(text: &str) -> Option<u16> {
    let number = text.bytes().try_fold(0_u16, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|&digit| digit <= 9)?;
        number.checked_mul(10)?.checked_add(u16::from(digit))
    })?;
    (number.to_string() == text).then_some(number)
}

/// Enough of a word to recognise it in a message.
fn shorten(word: &str) -> String {
    word.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DefinitionError, Scale};

    fn read(text: &str) -> Result<Definition, DefinitionTextError> {
        Definition::from_str(text)
    }

    #[test]
    fn canonical_text_comes_back() {
        for text in [
            "nps.standard.v1",
            "nps.standard.v1 statistic=net missing=count_as_passive invalid=error \
             response_of=invited window_days=90 rounding=half_even decimals=10",
            "csat.top2 statistic=rescaled",
            "acsi",
            "ces1 statistic=share missing=in_denominator",
            "csat.top_box(10) decimals=1",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        let spelled_out = "csat.top2  statistic=share missing=exclude invalid=exclude \
                           rounding=half_away decimals=0 ";
        assert_eq!(read(spelled_out).unwrap().to_string(), "csat.top2");
        let own = Definition::builder("acme", Scale::new(1, 5).unwrap()).version(2).build();
        assert_eq!(own.unwrap().to_string(), "acme version=2 statistic=mean");
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for text in ["", "nps", "NPS.standard.v1", "csat.top_box(8)", "missing=exclude"] {
            assert!(matches!(read(text), Err(DefinitionTextError::UnknownId { .. })), "{text}");
        }
        let nps = |options: &str| read(&format!("nps.standard.v1 {options}"));
        assert!(matches!(nps("strict"), Err(DefinitionTextError::NotAnOption { .. })));
        assert!(matches!(nps("colour=red"), Err(DefinitionTextError::UnknownKey { .. })));
        let twice = nps("invalid=error invalid=error");
        assert!(matches!(twice, Err(DefinitionTextError::RepeatedKey { .. })));
        for option in [
            "statistic=nps",
            "missing=",
            "invalid=Exclude",
            "rounding=bankers",
            "decimals=11",
            "decimals=01",
            "decimals=+1",
            "response_of=sent",
            "window_days=65536",
            "window_days=-1",
            "window_days=07",
            "window_days=",
        ] {
            let refused = nps(option);
            assert!(matches!(refused, Err(DefinitionTextError::UnknownValue { .. })), "{option}");
        }
        let endless = nps("window_days=0");
        assert_eq!(endless, Err(DefinitionTextError::Definition(DefinitionError::WindowDays)));
        let unfit = nps("statistic=share");
        assert!(matches!(
            unfit,
            Err(DefinitionTextError::Definition(DefinitionError::Statistic { .. }))
        ));
    }
}
