//! Eigenvalues of small symmetric matrices, by Jacobi's rotations.
#![expect(clippy::indexing_slicing, reason = "every index runs over 0..N of an N by N array")]

/// A symmetric matrix as its eigenvalues and eigenvectors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eigen<const N: usize> {
    pub(super) values: [f64; N],
    /// `vectors[i]` belongs to `values[i]`.
    pub(super) vectors: [[f64; N]; N],
}

/// The diagonal.
pub(super) fn diagonal<const N: usize>(matrix: &[[f64; N]; N]) -> [f64; N] {
    std::array::from_fn(|i| matrix[i][i])
}

/// The symmetric matrix with this lower triangle.
pub(super) fn mirrored<const N: usize>(lower: &[[f64; N]; N]) -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| lower[i.max(j)][i.min(j)]))
}

impl<const N: usize> Eigen<N> {
    /// Of a symmetric matrix.
    ///
    /// *Source*: Golub, Van Loan 2013, "Matrix Computations", 8.5.
    pub(super) fn of(mut matrix: [[f64; N]; N]) -> Self {
        let mut vectors: [[f64; N]; N] =
            std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }));
        // Convergence is quadratic: ten sweeps are plenty for a handful of rows.
        for _ in 0..30 {
            let mut rotated = false;
            for p in 0..N {
                for q in 0..p {
                    let off = matrix[p][q];
                    if off.abs() <= 1e-300 + 1e-18 * (matrix[p][p] * matrix[q][q]).abs().sqrt() {
                        continue;
                    }
                    rotated = true;
                    let theta = (matrix[p][p] - matrix[q][q]) / (2.0 * off);
                    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                    let cosine = 1.0 / tangent.hypot(1.0);
                    let sine = tangent * cosine;
                    for row in &mut matrix {
                        let (left, right) = (row[q], row[p]);
                        row[q] = cosine * left - sine * right;
                        row[p] = sine * left + cosine * right;
                    }
                    for k in 0..N {
                        let (qk, pk) = (matrix[q][k], matrix[p][k]);
                        matrix[q][k] = cosine * qk - sine * pk;
                        matrix[p][k] = sine * qk + cosine * pk;
                        let (qk, pk) = (vectors[q][k], vectors[p][k]);
                        vectors[q][k] = cosine * qk - sine * pk;
                        vectors[p][k] = sine * qk + cosine * pk;
                    }
                }
            }
            if !rotated {
                break;
            }
        }
        Self { values: diagonal(&matrix), vectors }
    }

    /// The smallest and the largest eigenvalue.
    pub(super) fn range(&self) -> (f64, f64) {
        self.values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    }

    /// Largest by smallest; `None` unless all are positive.
    pub(super) fn condition(&self) -> Option<f64> {
        let (low, high) = self.range();
        (low > 0.0).then_some(high / low)
    }

    /// The vector of the smallest eigenvalue.
    pub(super) fn flattest(&self) -> [f64; N] {
        let mut flattest = 0;
        for i in 0..N {
            if self.values[i] < self.values[flattest] {
                flattest = i;
            }
        }
        self.vectors[flattest]
    }

    /// The solution `s` of `(matrix + shift) s = right`.
    pub(super) fn solve(&self, right: &[f64; N], shift: f64) -> [f64; N] {
        let mut solution = [0.0; N];
        for (value, vector) in self.values.iter().zip(&self.vectors) {
            let along = dot(vector, right) / (value + shift);
            for (entry, part) in solution.iter_mut().zip(vector) {
                *entry += along * part;
            }
        }
        solution
    }

    /// The inverse; symmetric to the bit.
    pub(super) fn inverse(&self) -> [[f64; N]; N] {
        let mut inverse = [[0.0; N]; N];
        for (value, vector) in self.values.iter().zip(&self.vectors) {
            for i in 0..N {
                for j in 0..N {
                    inverse[i][j] += vector[i.max(j)] / value * vector[i.min(j)];
                }
            }
        }
        inverse
    }
}

/// The inner product.
pub(super) fn dot<const N: usize>(left: &[f64; N], right: &[f64; N]) -> f64 {
    left.iter().zip(right).fold(0.0, |sum, (l, r)| sum + l * r)
}

#[cfg(test)]
mod tests {
    use super::{Eigen, dot};

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        // The log-Hessian of the published BG/NBD fit, about: condition some hundreds.
        let matrix = [
            [961.8, -460.6, 3.0, -3.0],
            [-460.6, 360.0, 2.0, -1.0],
            [3.0, 2.0, 160.0, -120.0],
            [-3.0, -1.0, -120.0, 102.0],
        ];
        let eigen = Eigen::of(matrix);
        let inverse = eigen.inverse();
        for (i, row) in matrix.iter().enumerate() {
            for j in 0..4 {
                let column = inverse.map(|row| row[j]);
                let entry = dot(row, &column);
                let want = if i == j { 1.0 } else { 0.0 };
                assert!((entry - want).abs() < 1e-12, "{i} {j} {entry}");
            }
        }
        let trace: f64 = eigen.values.iter().fold(0.0, |sum, value| sum + value);
        assert!((trace - 1583.8).abs() < 1e-9);
        assert!(eigen.condition().is_some_and(|condition| condition > 10.0));
    }

    #[test]
    fn a_saddle_has_no_condition_and_a_flattest_way() {
        let eigen = Eigen::of([[2.0, 0.0], [0.0, -1.0]]);
        assert_eq!(eigen.condition(), None);
        assert_eq!(eigen.flattest().map(|part| part.abs() > 0.5), [false, true]);
        let (low, high) = eigen.range();
        assert!((low + 1.0).abs() < 1e-15 && (high - 2.0).abs() < 1e-15);
    }
}
