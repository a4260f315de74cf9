//! How many accounts there are of each class and stage.

use tenure_classify::{Class, Stage};

use crate::scorecard::Population;

/// Classes in the order of the report.
pub(crate) const CLASSES: [Class; 4] =
    [Class::Client, Class::Customer, Class::Hybrid, Class::Undetermined];

/// Stages in the order of the report.
const STAGES: [Stage; 7] = [
    Stage::Prospect,
    Stage::New,
    Stage::Active,
    Stage::Dormant,
    Stage::Reengaged,
    Stage::Former,
    Stage::Unknown,
];

/// How many accounts there are of each class and stage. Merging counts is counting all.
///
/// ```
/// use tenure_classify::{Class, Stage};
/// use tenure_scorecard::Census;
/// let mut census = Census::default();
/// census.count(Class::Client, Stage::Active);
/// census.count(Class::Client, Stage::Former);
/// let population = census.population();
/// let clients = population.first().ok_or("no class")?;
/// assert_eq!((clients.class, clients.accounts), ("client", 2));
/// assert_eq!(clients.stages.iter().find(|(stage, _)| *stage == "former"), Some(&("former", 1)));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    counts: [[u64; STAGES.len()]; CLASSES.len()],
}

impl Census {
    /// Counts an account.
    pub fn count(&mut self, class: Class, stage: Stage) {
        let class = CLASSES.iter().position(|&known| known == class);
        let stage = STAGES.iter().position(|&known| known == stage);
        let row = class.and_then(|place| self.counts.get_mut(place));
        if let Some(count) = row.zip(stage).and_then(|(row, place)| row.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }

    /// Takes in what another one counted.
    pub fn merge(&mut self, other: &Self) {
        let more = other.counts.iter().flatten();
        for (count, more) in self.counts.iter_mut().flatten().zip(more) {
            *count = count.saturating_add(*more);
        }
    }

    /// The accounts of each class, by stage.
    #[must_use]
    pub fn population(&self) -> Vec<Population> {
        CLASSES
            .into_iter()
            .zip(self.counts)
            .map(|(class, counts)| Population {
                class: class.name(),
                accounts: counts.iter().fold(0, |sum: u64, &count| sum.saturating_add(count)),
                stages: STAGES.iter().map(|stage| stage.name()).zip(counts).collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, Census, STAGES};
    use tenure_classify::{Class, Stage};

    #[test]
    fn every_class_and_stage_is_counted_at_its_place() {
        let mut census = Census::default();
        for &class in Class::ALL {
            for &stage in Stage::ALL {
                census.count(class, stage);
            }
        }
        let mut twice = census;
        twice.merge(&census);
        for (population, class) in twice.population().iter().zip(CLASSES) {
            assert_eq!((population.class, population.accounts), (class.name(), 14));
            let counted: Vec<_> = STAGES.iter().map(|stage| (stage.name(), 2)).collect();
            assert_eq!(population.stages, counted);
        }
        assert_eq!((Class::ALL.len(), Stage::ALL.len()), (CLASSES.len(), STAGES.len()));
    }
}
