//! Playbooks: how an account is treated, by class, stage and pack. Data, no code.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::class::Class;
use crate::digest::Digest;
use crate::fault::DocumentError;
use crate::stage::Stage;

mod compare;
mod describe;
mod observed;
#[cfg(feature = "serde")]
mod read;
mod standard;
mod validate;

pub use compare::{Applied, Aspect, Comparison, Mismatch, Since};

/// How often to be in touch: words for people, and the part of them that can be checked.
///
/// ```
/// use tenure_classify::{Class, Playbook, Stage};
/// let cadence = &Playbook::standard().lookup(Class::Customer, Stage::Active, None).cadence;
/// assert_eq!(cadence.max_broadcasts_per_month, Some(2));
/// // Nothing is said of personal contact: any is right.
/// assert_eq!(cadence.personal_within_days, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "a text and four limits, written out by users")]
pub struct Cadence {
    /// For people.
    pub text: Cow<'static, str>,
    /// At most so many days from one personal contact to the next.
    pub personal_within_days: Option<u32>,
    /// At most so many days from one review to the next.
    pub review_within_days: Option<u32>,
    /// At most so many broadcasts in a month; 0 forbids them.
    pub max_broadcasts_per_month: Option<u32>,
    /// Exactly so many contacts by a person, to find out what the account is.
    pub discovery_contacts: Option<u32>,
}

impl Cadence {
    /// Whether it lets an account hear broadcasts and nothing else.
    const fn allows_broadcast_only(&self) -> bool {
        self.personal_within_days.is_none()
            && self.discovery_contacts.is_none()
            && !matches!(self.max_broadcasts_per_month, Some(0))
    }
}

/// What to do about silence: words for people, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "a text and a limit, written out by users")]
pub struct DormantAction {
    /// For people; `none` for nothing.
    pub text: Cow<'static, str>,
    /// At most so many days after the account fell silent.
    pub within_days: Option<u32>,
}

/// One row of a playbook: which accounts, and how they are treated.
///
/// A row without packs is for every account; a row with packs comes before it for accounts of
/// those packs. Texts are for people and say `none` where nothing is done. `metrics` are the ones
/// that *lead* in talking about such an account: every metric is computed for every class.
///
/// ```
/// use tenure_classify::{Class, Playbook, Stage};
/// let treatment = Playbook::standard().lookup(Class::Client, Stage::Dormant, None);
/// assert_eq!(treatment.id, "client-silent");
/// assert_eq!(treatment.support_model, "named manager");
/// assert_eq!(treatment.dormant_action.text, "manager call");
/// assert_eq!(treatment.dormant_action.within_days, Some(5));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Treatment {
    /// Its name: the place in the playbook that a mismatch names.
    pub id: Cow<'static, str>,
    /// The classes it is for.
    pub classes: Cow<'static, [Class]>,
    /// The stages it is for.
    pub stages: Cow<'static, [Stage]>,
    /// The packs it is for; empty for every account.
    pub packs: Cow<'static, [Cow<'static, str>]>,
    /// Who looks after the account.
    pub support_model: Cow<'static, str>,
    /// How often to be in touch.
    pub cadence: Cadence,
    /// How to keep it.
    pub retention: Cow<'static, str>,
    /// How to win more like it.
    pub acquisition: Cow<'static, str>,
    /// How it pays.
    pub revenue_model: Cow<'static, str>,
    /// The metrics that lead; all are computed for all classes.
    pub metrics: Cow<'static, [Cow<'static, str>]>,
    /// What to do about silence.
    pub dormant_action: DormantAction,
    /// With which tools.
    pub technology: Cow<'static, str>,
    /// Who does what.
    pub roles: Cow<'static, str>,
    /// How a case comes to its end.
    pub resolution: Cow<'static, str>,
    /// Whether cases may close without a person; `None` where the playbook does not say. For
    /// undetermined accounts it must say `false`.
    pub auto_close: Option<bool>,
}

impl Treatment {
    /// A row that says nothing yet. Fill in every text: [`PlaybookParts::build`] refuses an empty
    /// one.
    ///
    /// ```
    /// use tenure_classify::{Class, Playbook, Stage, Treatment};
    /// let mut parts = Playbook::standard().to_parts();
    /// let mut guests = Treatment::new("guests", &[Class::Customer], &[Stage::Active]);
    /// guests.packs = vec!["hospitality".into()].into();
    /// guests.support_model = "front desk".into();
    /// parts.treatments.to_mut().push(guests);
    /// let error = parts.build().err().ok_or("it is not finished")?;
    /// let first = error.faults().first().ok_or("no fault")?;
    /// assert_eq!(first.path(), "treatment[10].cadence.text");
    /// assert_eq!(first.message(), "the text is empty");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        classes: &'static [Class],
        stages: &'static [Stage],
    ) -> Self {
        const EMPTY: Cow<'static, str> = Cow::Borrowed("");
        Self {
            id: id.into(),
            classes: Cow::Borrowed(classes),
            stages: Cow::Borrowed(stages),
            packs: Cow::Borrowed(&[]),
            support_model: EMPTY,
            cadence: Cadence::default(),
            retention: EMPTY,
            acquisition: EMPTY,
            revenue_model: EMPTY,
            metrics: Cow::Borrowed(&[]),
            dormant_action: DormantAction::default(),
            technology: EMPTY,
            roles: EMPTY,
            resolution: EMPTY,
            auto_close: None,
        }
    }

    fn is_for(&self, class: Class, stage: Stage) -> bool {
        self.classes.contains(&class) && self.stages.contains(&stage)
    }

    fn is_of_pack(&self, pack: &str) -> bool {
        self.packs.iter().any(|one| one == pack)
    }
}

/// A playbook, not yet checked: change what you like, then [`build`](Self::build).
///
/// ```
/// use tenure_classify::{FaultCode, Playbook};
/// let mut parts = Playbook::standard().to_parts();
/// parts.id = "house".into();
/// assert_eq!(parts.clone().build()?.id(), "house");
///
/// parts.treatments.to_mut().pop();
/// let error = parts.build().err().ok_or("complete")?;
/// let first = error.faults().first().ok_or("no fault")?;
/// assert_eq!(first.code(), FaultCode::PlaybookGap);
/// assert_eq!(first.message(), "nothing is said of `undetermined` in stage `prospect`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PlaybookParts {
    /// Its name.
    pub id: Cow<'static, str>,
    /// Its version, for people.
    pub version: Cow<'static, str>,
    /// Its rows; their order means nothing.
    pub treatments: Cow<'static, [Treatment]>,
}

impl PlaybookParts {
    /// A playbook of those rows.
    ///
    /// ```
    /// use tenure_classify::{Playbook, PlaybookParts};
    /// let rows: Vec<_> = Playbook::standard().treatments().cloned().collect();
    /// let house = PlaybookParts::new("house", "1.0.0", rows).build()?;
    /// assert_eq!((house.id(), house.treatments().count()), ("house", 10));
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        treatments: Vec<Treatment>,
    ) -> Self {
        Self { id: id.into(), version: version.into(), treatments: treatments.into() }
    }

    /// Checks the playbook: every class in every stage has exactly one row, with a pack and without.
    ///
    /// # Errors
    /// Everything that is wrong with it, not only the first fault.
    pub fn build(self) -> Result<Playbook, DocumentError> {
        let faults = validate::Draft::of(&self).faults(|_| None);
        match self.trusted() {
            Some(book) if faults.is_empty() => Ok(book),
            _ => Err(DocumentError::new(faults)),
        }
    }

    /// A playbook known to be right; `None` without a row for every account, which has gaps.
    fn trusted(self) -> Option<Playbook> {
        let mut rows = self.treatments.into_owned();
        let first = rows.iter().position(|row| row.packs.is_empty())?;
        let first = rows.remove(first);
        Some(Playbook { id: self.id, version: self.version, first, rest: rows.into() })
    }
}

/// A checked playbook: it has exactly one treatment for any account.
///
/// 1. *Question*: how is this account to be treated?
/// 2. *Formula*:
///    ```text
///    of the rows with this class and this stage:
///    the one of the first pack that has one, else the one without packs
///    ```
/// 3. *Shape*: in, a class, a stage and the packs in force; out, a [`Treatment`]. Cost: a look at
///    each row.
/// 4. *Undefined when*: never. A pack that the playbook does not name falls back on the rows without
///    packs; [`packs`](Self::packs) lists those it names.
/// 5. *Accuracy*: exact.
/// 6. *Source*: own definition; the specification of playbook `standard` 1.0.0. Opinion, measured
///    against nothing, and **not legal advice**: denying service by class may breach consumer law
///    (which we have not verified for any country).
///
/// ```
/// use tenure_classify::{Class, Playbook, Stage};
/// let book = Playbook::standard();
/// // One pack, none, or several in order: `standard` names none and answers the same.
/// let one = book.lookup(Class::Customer, Stage::Former, Some("legal"));
/// assert_eq!(one, book.lookup(Class::Customer, Stage::Former, None));
/// assert_eq!(one, book.lookup(Class::Customer, Stage::Former, ["saas", "legal"]));
/// assert_eq!(one.dormant_action.text, "win-back message");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Playbook {
    id: Cow<'static, str>,
    version: Cow<'static, str>,
    /// Of no pack: with it apart, looking up cannot fail.
    first: Treatment,
    rest: Cow<'static, [Treatment]>,
}

impl Playbook {
    /// The default playbook, `standard` 1.0.0.
    #[must_use]
    pub const fn standard() -> &'static Self {
        &standard::STANDARD
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its rows: first one without packs, then the others in the order given.
    pub fn treatments(&self) -> impl Iterator<Item = &Treatment> {
        std::iter::once(&self.first).chain(self.rest.iter())
    }

    /// The packs that have rows of their own, in order of name.
    #[must_use]
    pub fn packs(&self) -> BTreeSet<&str> {
        self.treatments().flat_map(|row| row.packs.iter()).map(AsRef::as_ref).collect()
    }

    /// Its identity: the digest of every word and number in it. The order of rows, and of the
    /// classes, stages and packs of a row, does not count.
    ///
    /// ```
    /// use tenure_classify::Playbook;
    /// let mut parts = Playbook::standard().to_parts();
    /// parts.treatments.to_mut().reverse();
    /// assert_eq!(parts.clone().build()?.digest(), Playbook::standard().digest());
    /// parts.version = "1.0.1".into();
    /// assert_ne!(parts.build()?.digest(), Playbook::standard().digest());
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut rows: Vec<Treatment> = self.treatments().cloned().collect();
        for row in &mut rows {
            row.classes.to_mut().sort_unstable();
            row.stages.to_mut().sort_unstable();
            row.packs.to_mut().sort_unstable();
        }
        rows.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Digest::of(describe::playbook(self, &rows).to_canonical().as_bytes())
    }

    /// The same, to be changed.
    #[must_use]
    pub fn to_parts(&self) -> PlaybookParts {
        PlaybookParts {
            id: self.id.clone(),
            version: self.version.clone(),
            treatments: self.treatments().cloned().collect(),
        }
    }

    /// How an account of that class in that stage is treated, under those packs in order: the row
    /// of the first pack that has one for it, else the row without packs. One pack is `Some`, the
    /// packs of a context are `context.packs.iter().map(Pack::id)`.
    ///
    /// ```
    /// use tenure_classify::{Class, Playbook, Stage};
    /// let mut parts = Playbook::standard().to_parts();
    /// let mut matter = Playbook::standard().lookup(Class::Client, Stage::Active, None).clone();
    /// matter.id = "matter".into();
    /// matter.stages = vec![Stage::Active].into();
    /// matter.packs = vec!["legal".into()].into();
    /// parts.treatments.to_mut().push(matter);
    /// let book = parts.build()?;
    /// let id = |stage, pack| &book.lookup(Class::Client, stage, pack).id;
    /// assert_eq!(id(Stage::Active, Some("legal")), "matter");
    /// assert_eq!(id(Stage::New, Some("legal")), "client");
    /// assert_eq!(id(Stage::Active, Some("brewing")), "client");
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub fn lookup<'a>(
        &self,
        class: Class,
        stage: Stage,
        packs: impl IntoIterator<Item = &'a str>,
    ) -> &Treatment {
        let hit = |row: &&Treatment| row.is_for(class, stage);
        let of_pack = |pack| self.treatments().filter(hit).find(|row| row.is_of_pack(pack));
        packs.into_iter().find_map(of_pack).unwrap_or_else(|| {
            // Some row without packs is hit: if none of the others, then the first.
            self.rest.iter().filter(hit).find(|row| row.packs.is_empty()).unwrap_or(&self.first)
        })
    }
}

#[cfg(test)]
mod tests;
