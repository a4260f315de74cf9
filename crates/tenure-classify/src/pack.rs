//! Industry packs: the words a trade uses. They change no score.

use std::borrow::Cow;

use crate::class::Class;
use crate::digest::Digest;
use crate::evidence::Facts;
use crate::fault::{DocumentError, Fault, FaultCode, Path};
use crate::named::named;
use crate::reason::Reason;
use crate::rules::HardRule;
use crate::stage::Stage;

mod built_in;
mod describe;
#[cfg(feature = "serde")]
mod read;
mod validate;

named! {
    /// Whom a term rule speaks of.
    ///
    /// ```
    /// use tenure_classify::Standing;
    /// assert_eq!(Standing::ProspectInContact.name(), "prospect_in_contact");
    /// ```
    #[non_exhaustive]
    Standing {
        /// An account with an engagement contract or a net purchase.
        Active = "active",
        /// A prospect who has spoken with a person of ours.
        ProspectInContact = "prospect_in_contact",
    }
}

impl Standing {
    /// That of an account; `None` where no word is for it.
    pub(crate) const fn of(facts: &Facts, stage: Stage) -> Option<Self> {
        match (facts.active, stage) {
            (true, _) => Some(Self::Active),
            (false, Stage::Prospect) if facts.human_contact => Some(Self::ProspectInContact),
            (false, _) => None,
        }
    }
}

/// A word for accounts of a standing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a word and when it holds, written out by users")]
pub struct TermRule {
    /// Whom it speaks of.
    pub when: Standing,
    /// Only where this is our own industry; such a rule goes before one without.
    pub industry: Option<Cow<'static, str>>,
    /// The word.
    pub term: Cow<'static, str>,
    /// Whether the word is set by regulation.
    pub regulated: bool,
    /// What it rests on; a regulated word needs it.
    pub source: Option<Cow<'static, str>>,
}

/// The settings of a pack, not yet checked: change what you like, then [`build`](Self::build).
///
/// ```
/// use tenure_classify::{FaultCode, Pack};
/// let mut parts = Pack::built_in("legal").ok_or("no pack")?.parts().clone();
/// parts.id = "our-law".into();
/// assert_eq!(parts.clone().build()?.id(), "our-law");
/// parts.terms.to_mut()[0].source = None;
/// let error = parts.build().err().ok_or("built")?;
/// assert_eq!(error.faults()[0].code(), FaultCode::NoSource);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PackParts {
    /// Its name.
    pub id: Cow<'static, str>,
    /// Its version, for people.
    pub version: Cow<'static, str>,
    /// The words.
    pub terms: Cow<'static, [TermRule]>,
    /// What puts an account on the client side whatever its score, where the rule set has no such
    /// rule itself: [`Condition::Fiduciary`](crate::Condition::Fiduciary) alone.
    pub floors: Cow<'static, [HardRule]>,
    /// What reasons are called in the trade, each once; [`build`](Self::build) puts them in the order
    /// of [`Reason`].
    pub texts: Cow<'static, [(Reason, Cow<'static, str>)]>,
}

impl PackParts {
    /// A pack that says nothing yet.
    ///
    /// ```
    /// use tenure_classify::PackParts;
    /// assert_eq!(PackParts::new("gym", "1.0.0").build()?.id(), "gym");
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub const fn new(id: &'static str, version: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            version: Cow::Borrowed(version),
            terms: Cow::Borrowed(&[]),
            floors: Cow::Borrowed(&[]),
            texts: Cow::Borrowed(&[]),
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them, not only the first fault.
    pub fn build(self) -> Result<Pack, DocumentError> {
        DocumentError::unless(validate::faults(&validate::Draft::of(&self)), ())?;
        Ok(Pack::trusted(self))
    }
}

/// An industry pack: words, floors and texts of a trade. The caller opts in; an industry alone never
/// switches one on. Not legal advice.
///
/// ```
/// use tenure_classify::Pack;
/// let health = Pack::built_in("health").ok_or("no pack")?;
/// assert_eq!(health.parts().terms[0].term, "patient");
/// assert_eq!(Pack::BUILT_IN.len(), 11);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pack {
    parts: PackParts,
}

impl Pack {
    /// Settings known to be right.
    fn trusted(mut parts: PackParts) -> Self {
        parts.texts.to_mut().sort_by_key(|(reason, _)| *reason);
        Self { parts }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.parts.version
    }

    /// All its settings.
    #[must_use]
    pub const fn parts(&self) -> &PackParts {
        &self.parts
    }

    /// What the trade calls a reason; `None` where the pack leaves it as it is.
    ///
    /// ```
    /// use tenure_classify::{PackParts, Reason};
    /// let mut gym = PackParts::new("gym", "1.0.0");
    /// gym.texts = vec![(Reason::Advisory, "trains with a coach".into())].into();
    /// assert_eq!(gym.build()?.text(Reason::Advisory), Some("trains with a coach"));
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub fn text(&self, reason: Reason) -> Option<&str> {
        self.parts.texts.iter().find(|(of, _)| *of == reason).map(|(_, text)| &**text)
    }

    /// The pack as one line of JSON, as [`RuleSet::canonical`](crate::RuleSet::canonical) is.
    ///
    /// ```
    /// let saas = tenure_classify::Pack::built_in("saas").ok_or("no pack")?;
    /// let term = r#"{"when":"active","term":"customer","regulated":false,"source":"usage of the trade"}"#;
    /// let head = r#"{"schema":"tenure/pack/1","id":"saas","version":"1.0.0""#;
    /// let rest = r#""hard_rule":[],"text":{}}"#;
    /// assert_eq!(saas.canonical(), format!(r#"{head},"term":[{term}],{rest}"#));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn canonical(&self) -> String {
        describe::pack(&self.parts).to_canonical()
    }

    /// The identity of the pack: the SHA-256 of its [canonical form](Self::canonical).
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical().as_bytes())
    }

    /// Checks packs that are to be used together: one name stands for one pack.
    ///
    /// Packs may have different words for one account: the first in the order given wins.
    ///
    /// ```
    /// use tenure_classify::{FaultCode, Pack};
    /// let legal = Pack::built_in("legal").ok_or("no pack")?;
    /// let mut other = legal.parts().clone();
    /// other.terms.to_mut().pop();
    /// let both = [legal.clone(), other.build()?];
    /// let error = Pack::check_together(&both).err().ok_or("no conflict")?;
    /// assert_eq!(error.faults()[0].code(), FaultCode::TermConflict);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Two different packs of one name.
    pub fn check_together(packs: &[Self]) -> Result<(), DocumentError> {
        let mut faults = Vec::new();
        for (place, pack) in packs.iter().enumerate() {
            let mut before = packs.iter().take(place).filter(|other| other.id() == pack.id());
            if before.any(|other| other != pack) {
                let message = format!("another pack is named `{}`", pack.id());
                let path = Path::root().key("packs").index(place);
                faults.push(Fault::new(FaultCode::TermConflict, path, message));
            }
        }
        DocumentError::unless(faults, ())
    }

    /// The rule for an account of that standing: one for the industry before one for all.
    fn term(&self, standing: Standing, industry: Option<&str>) -> Option<&TermRule> {
        let of = |industry: Option<&str>| {
            let mut rules = self.parts.terms.iter();
            rules.find(|rule| rule.when == standing && rule.industry.as_deref() == industry)
        };
        industry.and_then(|industry| of(Some(industry))).or_else(|| of(None))
    }
}

/// The word for an account, and whether it is set by regulation: the first pack with a rule for it,
/// else the class.
pub(crate) fn term(
    packs: &[Pack],
    standing: Option<Standing>,
    industry: Option<&str>,
    class: Class,
) -> (Cow<'static, str>, bool) {
    let rule =
        standing.and_then(|standing| packs.iter().find_map(|pack| pack.term(standing, industry)));
    rule.map_or_else(
        || {
            let word = match class {
                Class::Client | Class::Customer => class.name(),
                Class::Hybrid | Class::Undetermined => "either",
            };
            (Cow::Borrowed(word), false)
        },
        |rule| (rule.term.clone(), rule.regulated),
    )
}

#[cfg(test)]
mod tests;
