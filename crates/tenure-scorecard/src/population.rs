//! How many accounts there are of each class and stage.

use tenure_classify::{Class, Stage};

use crate::scorecard::{ClassTransition, Population};

/// Classes in the order of the report.
pub(crate) const CLASSES: [Class; 4] =
    [Class::Client, Class::Customer, Class::Hybrid, Class::Undetermined];

/// Stages in the order of the report.
pub(crate) const STAGES: [Stage; 7] = [
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

/// Accounts by class before and class now. Merging counts is counting all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moves {
    /// Row: the class before, then not there yet. Column: the class now.
    counts: [[u64; CLASSES.len()]; CLASSES.len() + 1],
}

impl Moves {
    pub(crate) fn count(&mut self, from: Option<Class>, to: Class) {
        let place = |class| CLASSES.iter().position(|&known| known == class);
        let row = from.map_or(Some(CLASSES.len()), place);
        let row = row.and_then(|row| self.counts.get_mut(row));
        if let Some(count) = row.zip(place(to)).and_then(|(row, column)| row.get_mut(column)) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let more = other.counts.iter().flatten();
        for (count, more) in self.counts.iter_mut().flatten().zip(more) {
            *count = count.saturating_add(*more);
        }
    }

    pub(crate) fn transitions(&self) -> Vec<ClassTransition> {
        let from = CLASSES.map(|class| Some(class.name())).into_iter().chain([None]);
        let rows = from.zip(self.counts);
        let cells = rows.flat_map(|(from, row)| {
            let to = CLASSES.into_iter().zip(row);
            to.map(move |(to, accounts)| ClassTransition { from, to: to.name(), accounts })
        });
        cells.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, Census, Moves, STAGES};
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

    #[test]
    fn every_move_is_counted_at_its_place() {
        let mut moves = Moves::default();
        for (times, from) in CLASSES.map(Some).into_iter().chain([None]).enumerate() {
            for (more, to) in CLASSES.into_iter().enumerate() {
                (0..10 * times + more).for_each(|_| moves.count(from, to));
            }
        }
        let counted: Vec<u64> = moves.transitions().iter().map(|one| one.accounts).collect();
        let rows = (0..5).flat_map(|row| (0..4).map(move |column| 10 * row + column));
        assert_eq!(counted, rows.collect::<Vec<u64>>());
        let mut twice = moves;
        twice.merge(&moves);
        let doubled = twice.transitions();
        assert!(doubled.iter().zip(&counted).all(|(one, &once)| one.accounts == 2 * once));
        let last = doubled.last().map(|one| (one.from, one.to));
        assert_eq!(last, Some((None, "undetermined")));
    }
}
