//! Counting a column of bytes.

use crate::Scale;

/// A byte counter cannot overflow within a block of this length, and it is a multiple of every
/// vector width.
const BLOCK: usize = 224;

/// How often each point of the scale stands in the column, from the lowest up.
///
/// Every point is compared with every byte: eleven vector comparisons of a block cost less than one
/// scattered increment a byte.
pub(crate) fn count_column(scale: Scale, answers: &[u8]) -> [u64; Scale::MAX_POINTS] {
    let mut counts = [0_u64; Scale::MAX_POINTS];
    for block in answers.chunks(BLOCK) {
        for (count, point) in counts.iter_mut().zip(scale.points()) {
            // a point that no byte can be stays at 0
            if let Ok(point) = u8::try_from(point) {
                *count = count.wrapping_add(u64::from(in_block(block, point)));
            }
        }
    }
    counts
}

/// How often one byte stands in the column.
pub(crate) fn occurrences(answers: &[u8], byte: u8) -> u64 {
    let blocks = answers.chunks(BLOCK).map(|block| u64::from(in_block(block, byte)));
    blocks.fold(0, u64::wrapping_add)
}

/// For a block of at most 255 bytes.
fn in_block(block: &[u8], byte: u8) -> u8 {
    block.iter().fold(0, |count: u8, &answer| count.wrapping_add(u8::from(answer == byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_the_rest() {
        let scale = Scale::new(0, 10).unwrap();
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK + 7] {
            let column = vec![3; length];
            assert_eq!(count_column(scale, &column)[3], u64::try_from(length).unwrap());
            assert_eq!(occurrences(&column, 3), u64::try_from(length).unwrap());
        }
        let shifted = Scale::new(-2, 2).unwrap();
        assert_eq!(count_column(shifted, &[0, 1, 1, 2, 254, 255])[..5], [0, 0, 1, 2, 1]);
        let high = Scale::new(250, 260).unwrap();
        assert_eq!(count_column(high, &[255, 250, 4])[..6], [1, 0, 0, 0, 0, 1]);
    }
}
