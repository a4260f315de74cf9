//! Answers that many customers share.

use crate::history::History;

/// How many slots an answer may lie from its own.
const REACH: usize = 8;
/// In no history: counts stop at 2^53.
const EMPTY: u64 = u64::MAX;

/// Answers by history, of one unit of time: the same bits with or without.
///
/// *Cost*: a search of a few slots an answer, less than a dozen nanoseconds while the table is in
/// the cache; room is made for the first.
#[derive(Debug)]
pub(crate) struct Remembered {
    slots: Vec<([u64; 3], f64)>,
    room: usize,
}

impl Remembered {
    /// Of so many rows, within `most` answers.
    pub(crate) fn new(rows: usize, most: usize) -> Self {
        Self { slots: Vec::new(), room: rows.next_power_of_two().clamp(REACH, most) }
    }

    /// The answer of that history: the known one, or `compute`'s.
    #[inline]
    pub(crate) fn get(&mut self, told: &History, compute: impl FnOnce() -> f64) -> f64 {
        if self.slots.is_empty() {
            self.slots = vec![([EMPTY; 3], 0.0); self.room];
        }
        let key = [told.x(), told.recency().to_bits(), told.age().to_bits()];
        let [x, recency, age] = key;
        // The bits of times repeat themselves, so all of them must reach the lowest of the mix.
        let mixed = x.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ recency.wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
            ^ age;
        let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        let last = self.slots.len().saturating_sub(1);
        let own = usize::try_from(mixed >> 40).unwrap_or(0) & last & !(REACH - 1);
        let Some(near) = self.slots.get_mut(own..).and_then(|slots| slots.get_mut(..REACH)) else {
            return compute();
        };
        let mut free = None;
        for slot in near {
            if slot.0 == key {
                return slot.1;
            }
            if slot.0 == [EMPTY; 3] {
                free = Some(slot);
                break;
            }
        }
        let value = compute();
        if let Some(free) = free {
            *free = (key, value);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::Remembered;
    use crate::history::History;
    use crate::unit::TimeUnit;
    use std::cell::Cell;

    #[test]
    fn an_answer_is_computed_once_while_there_is_room() {
        let asked = Cell::new(0);
        let told = |x| History::trusted(x, 1.0, 2.0, TimeUnit::Week);
        let mut known = Remembered::new(4, 64);
        let mut ask = |x: u64| {
            known.get(&told(x), || {
                asked.set(asked.get() + 1);
                tenure_stats::count_to_f64(x)
            })
        };
        for round in 0..3 {
            for x in 1..=8 {
                assert_eq!(ask(x).to_bits(), tenure_stats::count_to_f64(x).to_bits());
            }
            assert_eq!(asked.get(), 8, "{round}");
        }
        // The table is full: others are computed each time, and right.
        assert_eq!((ask(9), ask(9), ask(1), asked.get()), (9.0, 9.0, 1.0, 10));
    }
}
