//! What the writer may have meant.

/// Names above this length are not compared.
#[cfg(feature = "files")]
const LONGEST: usize = 64;

/// `did you mean` the nearest of the choices, or all of them.
pub(crate) fn choices(found: &str, choices: &[&str]) -> String {
    match nearest(found, choices) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected one of {}", choices.join(", ")),
    }
}

#[cfg(feature = "files")]
fn nearest<'c>(found: &str, choices: &[&'c str]) -> Option<&'c str> {
    if found.len() > LONGEST {
        return None;
    }
    let distance = |choice: &str| strsim::damerau_levenshtein(found, choice);
    let near = choices.iter().copied().min_by_key(|choice| distance(choice))?;
    // One slip in three letters.
    (distance(near).saturating_mul(3) <= near.len().max(3)).then_some(near)
}

/// Without the feature `files` nothing is compared: documents from other formats have no typist.
#[cfg(not(feature = "files"))]
fn nearest<'c>(_found: &str, _choices: &[&'c str]) -> Option<&'c str> {
    None
}
