use super::{Pack, PackParts, Standing, TermRule, term};
use crate::class::Class;
use crate::reason::Reason;
use crate::rules::{Condition, HardRule};

fn built_in(name: &str) -> Pack {
    Pack::built_in(name).unwrap().clone()
}

fn word(
    packs: &[Pack],
    standing: Option<Standing>,
    industry: Option<&str>,
    class: Class,
) -> String {
    term(packs, standing, industry, class).0.into_owned()
}

const ACTIVE: Option<Standing> = Some(Standing::Active);

#[test]
fn without_a_pack_the_class_gives_the_word() {
    let words = Class::ALL.iter().map(|&class| word(&[], ACTIVE, None, class));
    assert_eq!(words.collect::<Vec<_>>(), ["client", "customer", "either", "either"]);
}

#[test]
fn each_pack_has_its_word_and_passes_the_check() {
    let words: Vec<_> = Pack::BUILT_IN
        .iter()
        .map(|&name| word(&[built_in(name)], ACTIVE, Some("bank"), Class::Hybrid))
        .collect();
    let expected = [
        "client", "client", "client", "client", "client", "customer", "patient", "pupil", "donor",
        "guest", "customer",
    ];
    assert_eq!(words, expected);
    let adviser = Some("financial_planning");
    assert_eq!(word(&[built_in("finserv-us")], ACTIVE, adviser, Class::Customer), "client");
    assert_eq!(word(&[built_in("saas")], ACTIVE, adviser, Class::Client), "customer");
    for &name in Pack::BUILT_IN {
        let pack = built_in(name);
        assert_eq!(pack.parts().clone().build().unwrap(), pack);
        let regulated = ["legal", "finserv-uk", "finserv-us"].contains(&name);
        assert!(pack.parts().terms.iter().all(|rule| rule.regulated == regulated), "{name}");
        assert!(pack.parts().terms.iter().all(|rule| rule.source.is_some()), "{name}");
    }
}

#[test]
fn the_first_pack_that_has_a_rule_wins() {
    let packs = [built_in("saas"), built_in("legal")];
    assert_eq!(term(&packs, ACTIVE, None, Class::Client), ("customer".into(), false));
    let prospect = term(&packs, Some(Standing::ProspectInContact), None, Class::Undetermined);
    assert_eq!(prospect, ("prospective client".into(), true));
    let other = term(&packs, None, None, Class::Undetermined);
    assert_eq!(other, ("either".into(), false));
}

fn rule(word: &'static str, industry: Option<&'static str>) -> TermRule {
    TermRule {
        when: Standing::Active,
        industry: industry.map(Into::into),
        term: word.into(),
        regulated: false,
        source: None,
    }
}

fn codes(change: impl FnOnce(&mut PackParts)) -> Vec<String> {
    let mut parts = PackParts::new("gym", "1.0.0");
    change(&mut parts);
    match parts.build() {
        Ok(_) => Vec::new(),
        Err(error) => error
            .faults()
            .iter()
            .map(|fault| format!("{} {}", fault.code(), fault.path()))
            .collect(),
    }
}

#[test]
fn every_fault_is_named() {
    let none: [&str; 0] = [];
    assert_eq!(codes(|_| ()), none);
    assert_eq!(codes(|p| p.id = "".into()), ["missing_name id"]);
    assert_eq!(codes(|p| p.version = "".into()), ["missing_name version"]);
    assert_eq!(codes(|p| p.terms = vec![rule("", None)].into()), ["missing_name term[0].term"]);
    assert_eq!(
        codes(|p| p.terms = vec![rule("a", Some(""))].into()),
        ["missing_name term[0].industry"]
    );
    for source in [None, Some("".into())] {
        let regulated = TermRule { regulated: true, source, ..rule("a", None) };
        assert_eq!(codes(|p| p.terms = vec![regulated].into()), ["no_source term[0].source"]);
    }
    let two = |one, other| codes(|p| p.terms = vec![one, other].into());
    assert_eq!(two(rule("a", None), rule("b", Some("x"))), none);
    assert_eq!(two(rule("a", Some("y")), rule("b", Some("x"))), none);
    assert_eq!(two(rule("a", None), rule("b", None)), ["term_conflict term[1].term"]);
    assert_eq!(two(rule("a", Some("x")), rule("b", Some("x"))), ["term_conflict term[1].term"]);
    assert_eq!(two(rule("a", None), rule("a", None)), ["duplicate_id term[1].term"]);
    let prospect = TermRule { when: Standing::ProspectInContact, ..rule("b", None) };
    assert_eq!(two(rule("a", None), prospect), none);
    let floor = |id: &'static str, when| HardRule { id: id.into(), when };
    let floors = |floors: Vec<HardRule>| codes(|p| p.floors = floors.into());
    let duty = Condition::Fiduciary;
    assert_eq!(floors(vec![floor("F", duty)]), none);
    assert_eq!(floors(vec![floor("", duty)]), ["missing_name hard_rule[0].id"]);
    let idle = floor("F", Condition::NoCommercialActivity);
    assert_eq!(floors(vec![idle]), ["unknown_value hard_rule[0].when"]);
    assert_eq!(floors(vec![floor("F", duty), floor("F", duty)]), ["duplicate_id hard_rule[1].id"]);
    assert_eq!(
        floors(vec![floor("F", duty), floor("G", duty)]),
        ["dead_hard_rule hard_rule[1].when"]
    );
    let texts = |texts: &[&'static str]| {
        let texts = texts.iter().map(|&text| (Reason::Advisory, text.into()));
        codes(|p| p.texts = texts.collect::<Vec<_>>().into())
    };
    assert_eq!(texts(&["a"]), none);
    assert_eq!(texts(&[""]), ["missing_name text.advisory"]);
    assert_eq!(texts(&["a", "b"]), ["duplicate_id text.advisory"]);
}

#[test]
fn contradictory_packs_are_refused() {
    let legal = built_in("legal");
    let mut other = legal.parts().clone();
    other.terms.to_mut().pop();
    let other = other.build().unwrap();
    let error = Pack::check_together(&[legal.clone(), legal.clone(), other]).unwrap_err();
    assert_eq!(error.to_string(), "packs[2]: another pack is named `legal` [term_conflict]");
    assert_eq!(Pack::check_together(&[legal.clone(), built_in("saas"), legal]), Ok(()));
}
