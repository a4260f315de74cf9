//! A long list in short pieces.

/// So many to a piece: pieces are reused by the allocator for one another, whatever they hold.
const PIECE: usize = 256;

/// A list that only grows and is then given away. It never moves what it holds, and what has been
/// given away leaves its room to what is made of it.
#[derive(Debug)]
pub(crate) struct Pieces<T> {
    /// All but the last are full.
    pieces: Vec<Vec<T>>,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T> Pieces<T> {
    pub(crate) fn push(&mut self, one: T) {
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(one),
            Some(_) => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(one);
                self.pieces.push(piece);
            }
            // A short list needs no whole piece.
            None => self.pieces.push(vec![one]),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        let last = self.pieces.last().map_or(0, Vec::len);
        self.pieces.len().saturating_sub(1).saturating_mul(PIECE).saturating_add(last)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.pieces.get(index / PIECE)?.get(index % PIECE)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    /// Everything in order; each piece goes when it is through.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = T> {
        self.pieces.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Pieces};

    #[test]
    fn a_list_in_pieces_is_the_list() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5] {
            let plain: Vec<usize> = (0..length).map(|index| index * 7).collect();
            let mut pieces = Pieces::default();
            plain.iter().for_each(|&one| pieces.push(one));
            assert_eq!((pieces.len(), pieces.is_empty()), (length, plain.is_empty()));
            assert!((0..=length).all(|index| pieces.get(index) == plain.get(index)));
            assert!(pieces.iter().eq(&plain));
            assert!(pieces.into_iter().eq(plain));
        }
    }
}
