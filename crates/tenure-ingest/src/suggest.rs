//! "Did you mean": the nearest of the names there are.

/// The choice most like `found`, if any is close enough to be a slip of the pen.
pub(crate) fn nearest<'c>(
    found: &str,
    choices: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // Distance is quadratic: nobody means a name by a text this long.
    if found.len() > 64 {
        return None;
    }
    let found = found.to_lowercase();
    choices
        .into_iter()
        .map(|choice| (strsim::damerau_levenshtein(&found, &choice.to_lowercase()), choice))
        .filter(|&(distance, choice)| distance <= 2 && distance < choice.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, choice)| choice)
}

/// The choices, and the likeliest first of all: "did you mean `x`? one of `x`, `y`".
pub(crate) fn choices(found: &str, choices: &[&str]) -> String {
    let list: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    let list = list.join(", ");
    match nearest(found, choices.iter().copied()) {
        Some(choice) => format!("one of {list}; did you mean `{choice}`?"),
        None => format!("one of {list}"),
    }
}

/// The columns a header has, at most twenty of them.
pub(crate) fn columns(found: &str, columns: &[&str]) -> String {
    let list: Vec<_> = columns.iter().take(20).map(|column| format!("`{column}`")).collect();
    let mut text = list.join(", ");
    if columns.len() > list.len() {
        text.push_str(", …");
    }
    if let Some(column) = nearest(found, columns.iter().copied()) {
        text.push_str(&format!("; did you mean `{column}`?"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_seen_and_other_words_are_not() {
        let names = ["purchases", "points", "cases"];
        assert_eq!(nearest("purchase", names), Some("purchases"));
        assert_eq!(nearest("Purchases", names), Some("purchases"));
        assert_eq!(nearest("cases", names), Some("cases"));
        assert_eq!(nearest("tickets", names), None);
        assert_eq!(nearest(&"x".repeat(100_000), names), None);
        assert_eq!(nearest("id", ["at", "id"]), Some("id"));
        assert_eq!(nearest("", ["at"]), None);
    }
}
