//! "Did you mean": accounts whose id or name is like what was typed.

use tenure::model::Relationship;

/// How many are suggested.
const MOST: usize = 3;
/// Distance is quadratic: nobody means a name by a text this long.
const LONGEST: usize = 64;

/// The nearest accounts, the nearest first; none where none is close.
pub(crate) fn accounts(typed: &str, relationships: &[Relationship]) -> Vec<String> {
    let wanted = typed.trim().to_lowercase();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = Vec::new();
    for relationship in relationships {
        let id = relationship.account().as_str();
        let names = [Some(id), relationship.profile().name.as_deref()].into_iter().flatten();
        if let Some(distance) = names.filter_map(|name| distance(&wanted, name)).min() {
            near.push((distance, id));
        }
    }
    near.sort_unstable();
    if near.first().is_some_and(|&(distance, _)| distance == 0) {
        near.retain(|&(distance, _)| distance == 0);
    }
    near.into_iter().take(MOST).map(|(_, id)| id.to_owned()).collect()
}

/// The nearest of some names, the nearest first; none where none is close.
pub(crate) fn names<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted = typed.trim().to_lowercase();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> =
        known.filter_map(|name| Some((distance(&wanted, name)?, name))).collect();
    near.sort_unstable();
    near.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}

/// How far a name is from what was typed: 0 but for letter case, 1 and 2 for slips, then names that
/// begin with it.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    if name.len() > 4 * LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let slips = strsim::damerau_levenshtein(wanted, &name);
    if slips <= 2 && slips < wanted.chars().count() {
        Some(slips)
    } else {
        name.starts_with(wanted).then_some(3)
    }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn slips_and_beginnings_are_near_and_other_words_are_not() {
        let near = ["acme", "ACME", "acne", "amce", "acme-ltd", "moon", "a"];
        let found = near.map(|name| distance("acme", name));
        assert_eq!(found, [Some(0), Some(0), Some(1), Some(1), Some(3), None, None]);
        assert_eq!(distance("ab", "xy"), None);
        assert_eq!(distance("a", &"a".repeat(300)), None);
    }
}
