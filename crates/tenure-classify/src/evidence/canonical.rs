//! Evidence as a text that is the same wherever it was read, and its digest.

use std::fmt;

use tenure_model::Tri;

use super::{Evidence, Facts, Reading};
use crate::digest::Digest;
use crate::history::Episode;
use crate::signal::{Signal, Span};

impl Evidence {
    /// All that was read, as text: what [`digest`](Self::digest) is of. Two texts are equal only
    /// where the evidence is; the zone shows in what was read.
    ///
    /// One fact a line, in a fixed order, its name first, then its values, each after a space:
    ///
    /// ```text
    /// tenure/evidence/1
    /// as_of, known_at             a day
    /// episode                     number, close before it, opening, anchor
    /// stage                       its name
    /// next_stage                  its first day, its name
    /// contracts_changed           a day
    /// sales_cycle_days            a number
    /// value_per_day               currency, minor units, days
    /// active to self_service      the facts that rules and reasons ask for: yes, no, unknown
    /// transactional               as observed; from the anchor; from the day of the question
    /// each signal                 the same three
    /// ```
    ///
    /// A day is `YYYY-MM-DD`; a value of which only the ends are known is `lo..hi`, with `..` alone
    /// after `lo` where nothing bounds it; what there is not is `-`. Lines end in a line feed.
    ///
    /// ```
    /// use tenure_classify::{Context, Digest, Evidence};
    /// use tenure_model::{AccountId, AsOf, Completeness, Coverage, Relationship, Table, parse_date};
    /// let nothing = Relationship::new(AccountId::new("acme")?);
    /// let coverage = Coverage::complete().with(Table::Goals, Completeness::Absent);
    /// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), coverage);
    /// let evidence = Evidence::of(&nothing, &context);
    /// let text = evidence.to_canonical_text();
    /// let lines: Vec<_> = text.lines().collect();
    /// assert!(text.starts_with("tenure/evidence/1\nas_of 2025-06-30\nknown_at 2025-06-30\n"));
    /// assert!(lines.contains(&"episode 0 - - 2025-06-30"));
    /// assert!(lines.contains(&"advice.count 0 0 -") && lines.contains(&"goal.tracked 0..1 0..1 -"));
    /// assert_eq!(evidence.digest(), Digest::of(text.as_bytes()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_canonical_text(&self) -> String {
        Canonical(self).to_string()
    }

    /// The SHA-256 of [`to_canonical_text`](Self::to_canonical_text): the identity of what a
    /// verdict rests on.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_canonical_text().as_bytes())
    }
}

struct Canonical<'a>(&'a Evidence);

impl fmt::Display for Canonical<'_> {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Taken apart field by field: what is added must be written too.
        let Evidence {
            as_of,
            facts,
            stage,
            next_stage,
            contracts_changed,
            episode,
            sales_cycle_days,
            value_per_day,
            observed,
            reading,
            alternative,
        } = self.0;
        let Episode { number, previous_close, opened, anchor } = episode;
        writeln!(text, "tenure/evidence/1")?;
        writeln!(text, "as_of {}", as_of.day())?;
        writeln!(text, "known_at {}", as_of.knowledge_day())?;
        writeln!(text, "episode {number} {} {} {anchor}", Told(*previous_close), Told(*opened))?;
        writeln!(text, "stage {stage}")?;
        match next_stage {
            Some(next) => writeln!(text, "next_stage {} {}", next.on, next.to)?,
            None => writeln!(text, "next_stage -")?,
        }
        writeln!(text, "contracts_changed {}", Told(*contracts_changed))?;
        writeln!(text, "sales_cycle_days {}", Told(*sales_cycle_days))?;
        match value_per_day {
            Some(rate) => {
                let (code, minor, days) = (rate.currency().code(), rate.minor(), rate.days());
                writeln!(text, "value_per_day {code} {minor} {days}")?;
            }
            None => writeln!(text, "value_per_day -")?,
        }
        write_facts(facts, text)?;

        let Reading { signals, transactional } = reading;
        let (first, second) =
            (told(*transactional), alternative.map_or("-", |other| told(other.transactional)));
        writeln!(text, "transactional {} {first} {second}", known(facts.transactional))?;
        for &signal in Signal::ALL {
            let (seen, read) = (Ends(observed.get(signal)), Ends(signals.get(signal)));
            write!(text, "{signal} {seen} {read} ")?;
            match alternative {
                Some(other) => writeln!(text, "{}", Ends(other.signals.get(signal)))?,
                None => writeln!(text, "-")?,
            }
        }
        Ok(())
    }
}

fn write_facts(facts: &Facts, text: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Facts {
        active,
        sources_complete,
        fiduciary,
        fiduciary_observed,
        transactional: _,
        human_contact,
        single_purchase,
        mostly_promotional,
        self_service,
    } = *facts;
    let rows = [
        ("active", known(active)),
        ("sources_complete", known(sources_complete)),
        ("fiduciary", told(fiduciary)),
        ("fiduciary_observed", known(fiduciary_observed)),
        ("human_contact", known(human_contact)),
        ("single_purchase", known(single_purchase)),
        ("mostly_promotional", known(mostly_promotional)),
        ("self_service", known(self_service)),
    ];
    rows.iter().try_for_each(|(name, fact)| writeln!(text, "{name} {fact}"))
}

const fn known(fact: bool) -> &'static str {
    if fact { "yes" } else { "no" }
}

const fn told(fact: Tri) -> &'static str {
    match fact {
        Tri::Yes => "yes",
        Tri::No => "no",
        Tri::Unknown => "unknown",
    }
}

/// A value, or a dash.
struct Told<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("-"),
        }
    }
}

/// A span by its ends.
struct Ends(Span);

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.lo())?;
        match self.0.hi() {
            _ if self.0.is_exact() => Ok(()),
            i64::MAX => f.write_str(".."),
            hi => write!(f, "..{hi}"),
        }
    }
}
