//! Any bytes as the history of an account.

use chrono::{Days, NaiveDate};
use tenure_classify::{Class, Context, Pack, Policy};
use tenure_model::record::{
    Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator, Interaction, Purchase,
    Referral, Terms,
};
use tenure_model::{
    AsOf, Book, Completeness, Coverage, Currency, Event, Instant, Minor, Money, Record, RecordId,
    Relationship, Tri, Zone,
};

use crate::strategies::classify::{TABLES, account, ago, event, rule_set_parts, today};

mod agreement;

pub use agreement::{Portfolio, same_verdict};

/// Bytes a record; what is left over at the end is ignored.
const ROW: usize = 8;
/// Records read; more would only make the oracle slow.
const MOST: usize = 64;

/// Bytes of a rule set, where the question asks for one.
const RULES: usize = 180;

/// A verdict adds up, is what the oracle says, and is not narrower with a table less.
///
/// Four bytes ask the question: two of coverage; one of the class before, the policy, and whether
/// there are a rule set, packs and a portfolio; one of the table taken away and of the knowledge.
/// Then the rule set, if any, and eight bytes a record.
///
/// # Panics
/// Where that law is broken.
pub fn classify(bytes: &[u8]) {
    let Some((&[first, second, asked, gone], rest)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let (rules, rows) = match rest.split_at_checked(RULES).filter(|_| asked & 32 != 0) {
        Some((drawn, rows)) => (rule_set_parts(drawn).build().ok(), rows),
        None => (None, rest),
    };
    let events: Vec<Event> = rows
        .chunks_exact(ROW)
        .take(MOST)
        .enumerate()
        .filter_map(|(at, row)| read(at, row))
        .collect();
    let coverage = coverage(u16::from_le_bytes([first, second]));
    let known_at = ago(i64::from(gone >> 3).saturating_sub(16));
    let mut context = Context::new(AsOf::new(today()).known_at(known_at), coverage);
    context.previous_class = pick(Class::ALL, asked & 7).filter(|_| asked & 8 != 0);
    context.policy = if asked & 16 == 0 { Policy::Strict } else { Policy::Lean };
    let pack = pick(Pack::BUILT_IN, second >> 2).and_then(Pack::built_in);
    let packs: Vec<Pack> = pack.into_iter().cloned().collect();
    if asked & 64 != 0 {
        context.packs = &packs;
        context.provider_industry = Some("financial_planning").filter(|_| asked & 1 != 0);
    }
    if let Some(rules) = &rules {
        context.rules = rules;
    }
    let rates = [(1_000, 10), (40_000, 365), (0, 5)];
    let portfolio = (asked & 128 != 0).then_some(("USD", &rates[..]));

    let full = relationship(events.clone());
    let found = same_verdict(&full, context, portfolio);
    assert!(found.score.lo <= found.score.hi, "{:?}", found.score);
    let sum = found.contributions.iter().fold((0_i64, 0_i64), |(lo, hi), one| {
        (lo.saturating_add(one.lo), hi.saturating_add(one.hi))
    });
    assert_eq!(sum, (i64::from(found.score.lo), i64::from(found.score.hi)));
    assert!(found.class == Class::Undetermined || found.possible.contains(found.class));

    let Some(table) = pick(&TABLES, gone & 7) else { return };
    let kept = events.into_iter().filter(|event| event.record.table() != table).collect();
    let mut blind = context;
    blind.coverage = coverage.with(table, Completeness::Absent);
    let less = same_verdict(&relationship(kept), blind, portfolio);
    if less.episode.anchor == found.episode.anchor {
        let (wide, narrow) = (less.score, found.score);
        assert!(wide.contains(narrow), "{narrow:?} without {}: {wide:?}", table.name());
        // That nothing happened is no class, and nothing to contain.
        let open = found.possible.only() != Some(Class::Undetermined);
        assert!(!open || less.possible.contains_all(found.possible), "{}", less.possible);
    }
    let flipped = matches!(
        (found.class, less.class),
        (Class::Client, Class::Customer) | (Class::Customer, Class::Client)
    );
    assert!(!flipped || context.policy == Policy::Lean, "{} became {}", found.class, less.class);
}

fn pick<T: Copy>(all: &[T], place: u8) -> Option<T> {
    all.get(usize::from(place).checked_rem(all.len())?).copied()
}

/// Two bits a table.
fn coverage(bits: u16) -> Coverage {
    let mut bits = bits;
    TABLES.iter().fold(Coverage::absent(), |coverage, &table| {
        let one = match bits & 3 {
            0 | 3 => Completeness::Complete,
            1 => Completeness::Partial,
            _ => Completeness::Absent,
        };
        bits >>= 2;
        coverage.with(table, one)
    })
}

fn relationship(events: Vec<Event>) -> Relationship {
    let (book, _) = Book::from_events(events);
    let Ok(account) = account() else { unreachable!("an id") };
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

fn tri(bits: u8) -> Tri {
    match bits & 3 {
        0 => Tri::No,
        1 => Tri::Yes,
        _ => Tri::Unknown,
    }
}

/// A record: its kind, its day, flags, a number, another number, and when it was recorded. `None`
/// where the bytes mean nothing.
fn read(at: usize, row: &[u8]) -> Option<Event> {
    let &[kind, low, high, flags, small, large, other, recorded] = row else { return None };
    // Five years back to some weeks ahead.
    let day = ago(i64::from(u16::from_le_bytes([low, high]) % 1_900).saturating_sub(50));
    let number = u16::from_le_bytes([small, large]);
    let after = |days: u8| day.checked_add_days(Days::new(u64::from(days)));
    let record = match kind % 8 {
        0 => Record::Contract(contract(day, flags, number, other)),
        1 | 2 => Record::Purchase(purchase(day, flags, number, other)?),
        3 => Record::Interaction(interaction(day, flags, small)?),
        4 => {
            let mut one = Deliverable::new("report");
            one.due = (flags & 1 == 0).then_some(day);
            one.done = (flags & 2 == 0).then(|| after(small)).flatten();
            one.customised = tri(flags >> 2);
            Record::Deliverable(one)
        }
        5 => {
            let mut goal = Goal::new(day, "grow");
            goal.reviews = [small, large, other].into_iter().filter_map(after).collect();
            goal.reviews.truncate(usize::from(flags & 3));
            Record::Goal(goal)
        }
        6 => Record::Referral(Referral::new(day)),
        _ => {
            let mut one = Assignment::new(day, "account manager");
            one.end = day.checked_add_days(Days::new(u64::from(number))).filter(|_| flags & 1 == 0);
            Record::Assignment(one)
        }
    };
    let mut event = event(record)?;
    event.id = RecordId::new(&format!("R{}", at & 15)).ok().filter(|_| flags & 128 != 0);
    let late = |days: i64| Instant::parse(&ago(days).to_string(), Zone::UTC).ok();
    event.recorded_at =
        if recorded < 200 { None } else { late(i64::from(recorded).saturating_sub(220)) };
    Some(event)
}

fn contract(day: NaiveDate, flags: u8, number: u16, other: u8) -> Contract {
    let kind = if flags & 1 == 0 { "retainer" } else { "terms_of_service" };
    let terms = if flags & 2 == 0 { Terms::Negotiated } else { Terms::Standard };
    let billing = pick(Billing::ALL, other).unwrap_or(Billing::Monthly);
    let mut contract = Contract::new(kind, day, terms, billing);
    contract.fiduciary = if other & 64 == 0 { Tri::No } else { tri(other) };
    contract.exclusive = tri(flags >> 2);
    contract.end =
        day.checked_add_days(Days::new(u64::from(number & 2_047))).filter(|_| flags & 16 == 0);
    contract.signed =
        day.checked_add_days(Days::new(u64::from(other & 15))).filter(|_| flags & 32 != 0);
    contract.annual_value =
        money(i64::from(number).saturating_mul(100), false).filter(|_| flags & 64 == 0);
    contract
}

fn purchase(day: NaiveDate, flags: u8, number: u16, other: u8) -> Option<Purchase> {
    let units = i64::from(number).saturating_add(1);
    let refund = flags & 16 != 0;
    let units = if refund { units.saturating_neg() } else { units };
    let mut one = Purchase::new(day, money(units, flags & 96 == 96)?).ok()?;
    (one.customised, one.promotional) = (tri(flags), tri(flags >> 2));
    if refund && other & 1 == 0 {
        one.reverses = RecordId::new(&format!("R{}", other & 15)).ok();
    }
    Some(one)
}

fn interaction(day: NaiveDate, flags: u8, small: u8) -> Option<Interaction> {
    const KINDS: [&str; 8] =
        ["advice", "meeting", "question", "answer", "qbr", "marketing", "order", "win_back"];
    let direction = pick(Direction::ALL, flags)?;
    let initiator = pick(Initiator::ALL, flags >> 2)?;
    let mut one = Interaction::new(day, "email", pick(&KINDS, small)?, direction, initiator);
    one.personal = flags & 16 == 0;
    Some(one)
}

fn money(units: i64, euro: bool) -> Option<Money> {
    let currency = Currency::new(if euro { "EUR" } else { "USD" }).ok()?;
    Some(Money::from_minor(Minor::new(units), currency))
}
