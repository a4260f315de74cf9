//! One account, classified: the verdict with its reasons, what is not known, what would change it,
//! and how the account is to be treated until then.
//!
//! ```sh
//! cargo run -p tenure --example classify_one
//! ```

use std::error::Error;
use std::fmt::Write as _;

use tenure::classify::{Context, Playbook, Source, Verdict, evaluate};
use tenure::model::record::{Billing, Contract, Direction, Initiator, Interaction, Terms};
use tenure::model::{
    AccountId, AsOf, Book, Completeness, Coverage, DateError, Event, Record, Table, Tri, parse_date,
};

/// A retainer, billed monthly, and three calls in which advice was given.
fn history() -> Result<Vec<Record>, DateError> {
    let start = parse_date("2024-01-01")?;
    let mut retainer = Contract::new("retainer", start, Terms::Negotiated, Billing::Monthly);
    // What is not said is unknown, never no.
    (retainer.exclusive, retainer.fiduciary) = (Tri::No, Tri::No);
    let mut records = vec![Record::Contract(retainer)];
    for day in ["2025-03-10", "2025-04-14", "2025-05-12"] {
        let (way, who) = (Direction::Mutual, Initiator::Account);
        let mut call = Interaction::new(parse_date(day)?, "call", "advice", way, who);
        call.personal = true;
        records.push(Record::Interaction(call));
    }
    Ok(records)
}

/// What a person reads.
fn page(
    account: &AccountId,
    verdict: &Verdict,
    playbook: &Playbook,
) -> Result<String, Box<dyn Error>> {
    let mut page = String::new();
    let (score, sides) = (verdict.score, verdict.thresholds);
    writeln!(page, "{account} on {}: {}, {}", verdict.as_of, verdict.class, verdict.stage)?;
    writeln!(page, "  may be {}", verdict.possible)?;
    writeln!(
        page,
        "  score {} to {}; client side from {}, customer below {}",
        score.lo, score.hi, sides.client, sides.customer
    )?;

    writeln!(page, "Why")?;
    for reason in verdict.shown_reasons() {
        writeln!(page, "  {reason}")?;
    }
    writeln!(page, "What adds up")?;
    for one in verdict.contributions.iter().filter(|one| one.hi != 0) {
        let source = match one.source {
            Source::Signal(signal) => signal.name(),
            _ => "above 100",
        };
        writeln!(page, "  {source:<20} {:>2} to {:>2}", one.lo, one.hi)?;
    }
    writeln!(page, "What is not known")?;
    for question in &verdict.settled_by {
        let settles = if question.settles { "; alone could settle it" } else { "" };
        let more = question.hi.saturating_sub(question.lo);
        writeln!(page, "  {:<20} {more} points{settles}", question.signal.name())?;
    }
    writeln!(page, "What would put it on the client side")?;
    match &verdict.counterfactual.client_side {
        Ok(changes) => {
            for change in changes {
                let (from, to) = (change.from, change.to);
                writeln!(page, "  {:<20} from {from} to {to}", change.signal.name())?;
            }
        }
        Err(no_way) => writeln!(page, "  nothing: {no_way}")?,
    }
    if let Some(next) = verdict.next_stage {
        writeln!(page, "If nothing happens: {} on {}", next.to, next.on)?;
    }

    let treatment = playbook.lookup(verdict.class, verdict.stage, None);
    writeln!(page, "Treated as `{}` of playbook `{}`", treatment.id, playbook.id())?;
    writeln!(page, "  {}; {}", treatment.support_model, treatment.cadence.text)?;
    if treatment.auto_close == Some(false) {
        writeln!(page, "  its cases are closed by a person")?;
    }
    Ok(page)
}

/// The page of the account.
pub(crate) fn classify_one() -> Result<String, Box<dyn Error>> {
    let account = AccountId::new("harbour-cafe")?;
    let events = history()?.into_iter().map(|record| Event::new(account.clone(), record));
    let (book, report) = Book::from_events(events);
    if let Some(reject) = report.rejects.first() {
        return Err(format!("{reject:?}").into());
    }
    // Deliverables and goals live in another system: that none are seen means nothing.
    let coverage = Coverage::complete()
        .with(Table::Deliverables, Completeness::Absent)
        .with(Table::Goals, Completeness::Absent);
    let context = Context::new(AsOf::new(parse_date("2025-06-30")?), coverage);
    let verdict = evaluate(book.get(&account).ok_or("no such account")?, &context);
    page(&account, &verdict, Playbook::standard())
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", classify_one()?);
    Ok(())
}
