//! What must not matter: order, what comes later, repetition, who and in what money, where it is
//! computed, click-through terms.

use proptest::prelude::*;
use proptest::sample::select;
use tenure_classify::evaluate;
use tenure_model::record::{AccountKind, AccountProfile, Billing, Contract, Purchase, Terms};
use tenure_model::{AsOf, Currency, Event, Money, Record, RecordId, Zone, parse_date};

use crate::given::{ago, class, coverage, event, events, relationship, rule_sets, under};

/// Events, and the same in another order.
fn shuffled() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
}

/// The events with every amount changed.
fn with_money(events: &[Event], change: impl Fn(Money) -> Money) -> Vec<Event> {
    let mut events = events.to_vec();
    for event in &mut events {
        match &mut event.record {
            Record::Contract(contract) => {
                contract.annual_value = contract.annual_value.map(&change);
            }
            Record::Purchase(old) => {
                let mut new = Purchase::new(old.date, change(old.amount())).unwrap();
                (new.customised, new.promotional) = (old.customised, old.promotional);
                new.item.clone_from(&old.item);
                new.reverses.clone_from(&old.reverses);
                *old = new;
            }
            _ => {}
        }
    }
    events
}

proptest! {
    #[test]
    fn l1_the_order_of_records_changes_nothing(
        (events, shuffled) in shuffled(),
        coverage in coverage(),
        rules in rule_sets(),
    ) {
        let asked = under(&rules, coverage);
        let one = evaluate(&relationship(&events), &asked);
        prop_assert_eq!(one, evaluate(&relationship(&shuffled), &asked));
    }

    #[test]
    fn l2_what_comes_later_is_not_seen(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        late in 0_i64..400,
        learned in -60_i64..400,
    ) {
        let (as_of, known_at) = (ago(late), ago(learned));
        let mut past = Vec::new();
        for mut event in events.clone() {
            let signed_later = match &mut event.record {
                Record::Contract(contract) => contract.signed.is_some_and(|signed| signed > as_of),
                Record::Goal(goal) => {
                    goal.reviews.retain(|&review| review <= as_of);
                    false
                }
                _ => false,
            };
            let happened = event.record.effective(Zone::UTC).is_none_or(|day| day <= as_of);
            let recorded = event.recorded_at.is_none_or(|at| at.date_utc() <= known_at);
            if !signed_later && happened && recorded {
                event.recorded_at = None;
                past.push(event);
            }
        }
        let mut asked = under(&rules, coverage);
        asked.as_of = AsOf::new(as_of).known_at(known_at);
        let all = evaluate(&relationship(&events), &asked);
        prop_assert_eq!(all, evaluate(&relationship(&past), &asked));
    }

    #[test]
    fn l7_the_same_record_twice_is_one_record(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        again in any::<u64>(),
        order in any::<prop::sample::Index>(),
    ) {
        let mut named = events;
        for (place, event) in named.iter_mut().enumerate() {
            // An id of its own, unless a refund may name the one it has.
            if event.id.is_none() {
                event.id = RecordId::new(&format!("R{place}")).ok();
            }
        }
        let asked = under(&rules, coverage);
        let once = evaluate(&relationship(&named), &asked);
        let repeated: Vec<Event> = named
            .iter()
            .enumerate()
            .filter(|(place, _)| again >> (place % 64) & 1 == 1)
            .map(|(_, event)| event.clone())
            .collect();
        let mut twice = [named.clone(), repeated].concat();
        let turn = if twice.is_empty() { 0 } else { order.index(twice.len()) };
        twice.rotate_left(turn);
        prop_assert_eq!(&once, &evaluate(&relationship(&twice), &asked));
        let all_twice = [named.clone(), named].concat();
        prop_assert_eq!(&once, &evaluate(&relationship(&all_twice), &asked));
    }

    #[test]
    fn l8_who_it_is_and_in_what_money_changes_nothing(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        previous in class(),
        kind in select(AccountKind::ALL),
        factor in 1_i64..1_000,
    ) {
        let mut asked = under(&rules, coverage);
        asked.previous_class = previous;
        let verdict = |events: &[Event]| evaluate(&relationship(events), &asked);
        let plain = verdict(&events);
        // What a verdict rests on holds the amounts themselves.
        let verdict = |events: &[Event]| {
            let mut told = verdict(events);
            told.evidence_digest = plain.evidence_digest;
            told
        };
        let mut profile = AccountProfile::new();
        profile.kind = Some(kind);
        let known = [events.clone(), vec![event(Record::Account(profile)).unwrap()]].concat();
        prop_assert_eq!(&plain, &verdict(&known), "who it is");
        let scaled = |money: Money| {
            let amount = money.amount().checked_mul(factor.into()).unwrap();
            Money::new(amount, money.currency()).unwrap()
        };
        prop_assert_eq!(&plain, &verdict(&with_money(&events, scaled)), "how much it is");
        // Other codes of as many decimals, sorted the other way round.
        let renamed = |money: Money| {
            let code = if money.currency().code() == "USD" { "AUD" } else { "ZAR" };
            Money::new(money.amount(), Currency::new(code).unwrap()).unwrap()
        };
        prop_assert_eq!(&plain, &verdict(&with_money(&events, renamed)), "in which money");
        let all = with_money(&with_money(&known, scaled), renamed);
        prop_assert_eq!(&plain, &verdict(&all), "all at once");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn l11_the_same_question_has_the_same_bytes(
        (events, shuffled) in shuffled(),
        coverage in coverage(),
        rules in rule_sets(),
    ) {
        let write = |events: &[Event]| {
            let verdict = evaluate(&relationship(events), &under(&rules, coverage));
            serde_json::to_vec(&verdict).unwrap()
        };
        let here = write(&events);
        prop_assert_eq!(&here, &write(&events));
        let there = std::thread::scope(|scope| scope.spawn(|| write(&shuffled)).join().unwrap());
        prop_assert_eq!(here, there);
    }

    #[test]
    fn l14_click_through_terms_change_nothing(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        kind in select(vec!["terms_of_service", "trade_account"]),
    ) {
        let start = parse_date("2019-01-01").unwrap();
        let mut terms = Contract::new(kind, start, Terms::Standard, Billing::Monthly);
        terms.signed = Some(start);
        let more = [events.clone(), vec![event(Record::Contract(terms)).unwrap()]].concat();
        let asked = under(&rules, coverage);
        let before = evaluate(&relationship(&events), &asked);
        prop_assert_eq!(before, evaluate(&relationship(&more), &asked));
    }
}
