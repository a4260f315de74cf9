//! Yes, no, or not known.

/// A fact that may be unknown. Never a missing boolean read as false.
///
/// ```
/// use tenure_model::Tri;
/// assert_eq!(Tri::from(Some(true)), Tri::Yes);
/// assert_eq!(Tri::from(None), Tri::Unknown);
/// ```
// Exhaustive: a fourth state should break the caller's build.
#[expect(clippy::exhaustive_enums, reason = "three-valued logic has three values")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Tri {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody said.
    #[default]
    Unknown,
}

impl From<Option<bool>> for Tri {
    fn from(fact: Option<bool>) -> Self {
        match fact {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}
