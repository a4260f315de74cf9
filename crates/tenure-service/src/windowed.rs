//! What every tally does that is counts in a window and nothing else.

/// Gives such a tally its constructor, merging, getters, text and, with `serde`, its checked document.
/// It has the fields `window` and `counts`, a constant `DEFINITION`, and counts with a field `outside`.
macro_rules! windowed {
    ($tally:ident of $counts:ident, in the document $document:ident named $name:literal) => {
        impl $tally {
            /// Nothing counted yet.
            #[must_use]
            pub const fn new(window: $crate::ServiceWindow) -> Self {
                Self { window, counts: $counts::ZERO }
            }

            /// Takes in a tally of other rows under the same window.
            ///
            /// # Errors
            /// Another window, or a full count; ours is then as it was.
            pub fn merge(&mut self, other: &Self) -> Result<(), $crate::TallyError> {
                $crate::DefinitionMismatchError::require_same(
                    (Self::DEFINITION, self.window),
                    (Self::DEFINITION, other.window),
                )?;
                Ok($crate::counters::Counters::absorb(&mut self.counts, other.counts)?)
            }

            /// Which rows, seen from when.
            #[must_use]
            pub const fn window(&self) -> $crate::ServiceWindow {
                self.window
            }

            /// All rows, by what became of them.
            #[must_use]
            pub const fn counts(&self) -> $counts {
                self.counts
            }
        }

        /// The definition's id and version, and the window.
        impl std::fmt::Display for $tally {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{} {}", Self::DEFINITION, self.window)
            }
        }

        /// A tally on its way in or out.
        #[cfg(feature = "serde")]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename = $name)]
        struct $document {
            window: $crate::ServiceWindow,
            counts: $counts,
        }

        #[cfg(feature = "serde")]
        impl TryFrom<$document> for $tally {
            type Error = $crate::StateError;

            fn try_from(document: $document) -> Result<Self, Self::Error> {
                let $document { window, counts } = document;
                $crate::counters::Counters::check(&counts)?;
                let name = <$counts as $crate::counters::Counters>::TALLY;
                window.check_outside(name, counts.outside)?;
                Ok(Self { window, counts })
            }
        }

        #[cfg(feature = "serde")]
        impl From<$tally> for $document {
            fn from(tally: $tally) -> Self {
                Self { window: tally.window, counts: tally.counts }
            }
        }
    };
}

pub(crate) use windowed;
