//! Who: account and record ids.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::error::IdError;

/// Shared text: kinds, channels, items. Cloning copies a pointer.
pub type Text = Arc<str>;

/// The longest id accepted, in bytes.
const MAX_ID_BYTES: usize = 256;

fn check(text: &str) -> Result<(), IdError> {
    // Most ids are of graphic characters of ASCII, none of which is white space or a control.
    let fits = (1..=MAX_ID_BYTES).contains(&text.len());
    if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let fault = if text.is_empty() {
        "is empty"
    } else if text.len() > MAX_ID_BYTES {
        "is longer than 256 bytes"
    } else if text.trim() != text {
        "begins or ends with white space"
    } else if text.chars().any(char::is_control) {
        "holds a control character"
    } else {
        return Ok(());
    };
    Err(IdError { found: text.chars().take(40).collect(), fault })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
        pub struct $name(SmolStr);

        impl $name {
            /// Checks and keeps an id: 1 to 256 bytes, no control characters, no white space at
            /// either end.
            ///
            /// # Errors
            /// Any other text.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(SmolStr::new(text)))
            }

            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }
    };
}

id! {
    /// Which account: an opaque text, compared byte by byte. 24 bytes, which hold the text if it
    /// has at most 23; a longer one is shared by its clones.
    ///
    /// ```
    /// use tenure_model::AccountId;
    /// let account = AccountId::new("acme-ltd")?;
    /// assert_eq!(account.as_str(), "acme-ltd");
    /// assert!(AccountId::new(" acme").is_err());
    /// # Ok::<(), tenure_model::IdError>(())
    /// ```
    AccountId
}

id! {
    /// Which record of a table: the same id twice is one record if equal, an error if different.
    /// Kept like an [`AccountId`].
    ///
    /// ```
    /// use tenure_model::RecordId;
    /// assert_eq!(RecordId::new("INV-7")?.to_string(), "INV-7");
    /// # Ok::<(), tenure_model::IdError>(())
    /// ```
    RecordId
}
