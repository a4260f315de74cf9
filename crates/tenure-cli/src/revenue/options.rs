//! `--set OPTION=VALUE`: the options of a definition, by the names it prints.

use tenure::model::Rounding;
use tenure::revenue::{
    ChurnRecognition, Discounts, FxPolicy, LatePolicy, MonthlyFactor, NegativePolicy, PausePolicy,
    RevenueDefinition, RevenueUnit,
};

use crate::error::{CommandError, SettingsError};

/// The options there are.
const OPTIONS: [&str; 11] = [
    "unit",
    "rounding",
    "week",
    "day",
    "discounts",
    "churn_recognition",
    "pause",
    "negative",
    "late",
    "fx",
    "reactivation_window_days",
];

/// Sets one option.
pub(super) fn set(definition: &mut RevenueDefinition, text: &str) -> Result<(), CommandError> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let Some(&key) = OPTIONS.iter().find(|&&known| known == name) else {
        return Err(wrong("--set", name, &format!("one of {}", OPTIONS.join(", "))));
    };
    match key {
        "unit" => choose(&mut definition.unit, key, value, RevenueUnit::ALL, RevenueUnit::name),
        "rounding" => {
            let all = [
                Rounding::HalfAway,
                Rounding::HalfEven,
                Rounding::HalfUp,
                Rounding::Floor,
                Rounding::Ceil,
                Rounding::Truncate,
            ];
            choose(&mut definition.rounding, key, value, &all, Rounding::name)
        }
        "week" => factor(&mut definition.week, key, value),
        "day" => factor(&mut definition.day, key, value),
        "discounts" => {
            choose(&mut definition.discounts, key, value, Discounts::ALL, Discounts::name)
        }
        "churn_recognition" => {
            let own = &mut definition.churn_recognition;
            choose(own, key, value, ChurnRecognition::ALL, ChurnRecognition::name)
        }
        "pause" => choose(&mut definition.pause, key, value, PausePolicy::ALL, PausePolicy::name),
        "negative" => {
            choose(&mut definition.negative, key, value, NegativePolicy::ALL, NegativePolicy::name)
        }
        "late" => choose(&mut definition.late, key, value, LatePolicy::ALL, LatePolicy::name),
        "fx" => choose(&mut definition.fx, key, value, FxPolicy::ALL, FxPolicy::name),
        _ => {
            let days = if value == "none" { Some(None) } else { number(value).map(Some) };
            let expected = "a whole number of days, or none";
            definition.reactivation_window_days =
                days.ok_or_else(|| wrong(key, value, expected))?;
            Ok(())
        }
    }
}

fn choose<T: Copy>(
    own: &mut T,
    key: &'static str,
    value: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<(), CommandError> {
    let found = all.iter().copied().find(|&one| name(one) == value);
    *own = found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&one| name(one)).collect();
        wrong(key, value, &format!("one of {}", names.join(", ")))
    })?;
    Ok(())
}

fn factor(own: &mut MonthlyFactor, key: &'static str, value: &str) -> Result<(), CommandError> {
    let (num, den) = value.split_once('/').unwrap_or((value, "1"));
    let found =
        number(num).zip(number(den)).and_then(|(num, den)| MonthlyFactor::new(num, den).ok());
    *own = found.ok_or_else(|| wrong(key, value, "a fraction above 0, such as 52/12"))?;
    Ok(())
}

fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let found = tenure::model::parse_decimal(text).ok().filter(|_| digits)?;
    u32::try_from(found).ok()
}

fn wrong(key: &'static str, found: &str, expected: &str) -> CommandError {
    CommandError::Typed(SettingsError::Value {
        key,
        found: found.to_owned(),
        expected: expected.to_owned(),
    })
}
