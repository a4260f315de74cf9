//! Whether standard buying is material: the transactional stream test.

use tenure_model::record::{Contract, Purchase, Terms};
use tenure_model::{Currency, Tri};

use crate::rules::Transactional;

/// What was bought in the window, sorted into standard and made for the account.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// Lines known to be standard, and lines of which nobody says.
    standard: u32,
    unsaid: u32,
    flows: Vec<Flow>,
    /// An active contract of unknown annual value.
    open_standard: bool,
    open_negotiated: bool,
}

/// The money of one currency, in minor units.
#[derive(Debug)]
struct Flow {
    currency: Currency,
    standard: i128,
    custom: i128,
    unsaid: i128,
}

impl Streams {
    /// Forgets everything, but keeps the room.
    pub(crate) fn clear(&mut self) {
        self.flows.clear();
        (self.standard, self.unsaid) = (0, 0);
        (self.open_standard, self.open_negotiated) = (false, false);
    }

    fn flow(&mut self, currency: Currency) -> Option<&mut Flow> {
        let known = self.flows.iter().position(|flow| flow.currency == currency);
        let place = known.unwrap_or_else(|| {
            self.flows.push(Flow { currency, standard: 0, custom: 0, unsaid: 0 });
            self.flows.len().saturating_sub(1)
        });
        self.flows.get_mut(place)
    }

    pub(crate) fn add_line(&mut self, line: &Purchase) {
        let amount = i128::from(line.minor().units());
        match line.customised {
            Tri::No => self.standard = self.standard.saturating_add(1),
            Tri::Unknown => self.unsaid = self.unsaid.saturating_add(1),
            Tri::Yes => {}
        }
        let Some(flow) = self.flow(line.currency()) else { return };
        let stream = match line.customised {
            Tri::No => &mut flow.standard,
            Tri::Unknown => &mut flow.unsaid,
            Tri::Yes => &mut flow.custom,
        };
        // Cannot saturate: 2^64 amounts of 2^63 fit.
        *stream = stream.saturating_add(amount);
    }

    pub(crate) fn add_contract(&mut self, contract: &Contract) {
        let negotiated = contract.terms == Terms::Negotiated;
        let Some(value) = contract.annual_value else {
            if negotiated {
                self.open_negotiated = true;
            } else {
                self.open_standard = true;
            }
            return;
        };
        // A contract in a relationship has passed its check: the value is a finished amount.
        let amount = value.to_minor().map_or(0, |minor| i128::from(minor.units()));
        let Some(flow) = self.flow(value.currency()) else { return };
        let stream = if negotiated { &mut flow.custom } else { &mut flow.standard };
        *stream = stream.saturating_add(amount);
    }

    /// The test over complete tables; unknown facts may make it unknown.
    pub(crate) fn test(&self, rule: &Transactional) -> Tri {
        if !self.could_be_many(rule) {
            return Tri::No;
        }
        let share = |standard, custom| Share { standard, custom };
        let every_low =
            self.shares(|flow| share(flow.standard, flow.custom.saturating_add(flow.unsaid)));
        let every_high =
            self.shares(|flow| share(flow.standard.saturating_add(flow.unsaid), flow.custom));
        let surely = if self.open_negotiated {
            rule.min_standard_share_bps == 0
        } else {
            every_low.clone().all(|share| share.reaches(rule))
                && (every_low.count() > 0 || rule.min_standard_share_bps == 0)
        };
        // Without any money there is no line that could be many: asked for none, it is sure.
        let possibly = self.open_standard || every_high.clone().any(|share| share.reaches(rule));
        if self.standard >= rule.min_standard_count && surely {
            Tri::Yes
        } else if !possibly {
            Tri::No
        } else {
            Tri::Unknown
        }
    }

    /// The test over what was observed and is known: what nobody says is left out.
    pub(crate) fn observed(&self, rule: &Transactional) -> bool {
        let shares = self.shares(|flow| Share { standard: flow.standard, custom: flow.custom });
        self.standard >= rule.min_standard_count
            && shares.clone().all(|share| share.reaches(rule))
            && (shares.count() > 0 || rule.min_standard_share_bps == 0)
    }

    /// Whether so many lines could be standard.
    pub(crate) fn could_be_many(&self, rule: &Transactional) -> bool {
        self.standard.saturating_add(self.unsaid) >= rule.min_standard_count
    }

    /// The share of each currency in which there is money.
    fn shares<'a>(
        &'a self,
        share: impl Fn(&Flow) -> Share + Clone + 'a,
    ) -> impl Iterator<Item = Share> + Clone + 'a {
        self.flows.iter().map(share).filter(|share| share.total() > 0)
    }
}

#[derive(Clone, Copy)]
struct Share {
    standard: i128,
    custom: i128,
}

impl Share {
    fn total(self) -> i128 {
        self.standard.saturating_add(self.custom)
    }

    /// On integers: `standard / total >= bps / 10,000`.
    fn reaches(self, rule: &Transactional) -> bool {
        let wanted = self.total().saturating_mul(i128::from(rule.min_standard_share_bps));
        self.standard.saturating_mul(10_000) >= wanted
    }
}

#[cfg(test)]
mod tests {
    use super::Streams;
    use crate::rules::{RuleSet, Transactional};
    use tenure_model::record::{Billing, Contract, Purchase, Terms};
    use tenure_model::{Currency, Money, Tri, parse_date};

    fn line(amount: &str, currency: &str, customised: Tri) -> Purchase {
        let amount = Money::parse(amount, Currency::new(currency).unwrap()).unwrap();
        let mut line = Purchase::new(parse_date("2025-01-01").unwrap(), amount).unwrap();
        line.customised = customised;
        line
    }

    fn contract(terms: Terms, value: Option<&str>) -> Contract {
        let start = parse_date("2025-01-01").unwrap();
        let mut contract = Contract::new("retainer", start, terms, Billing::Monthly);
        contract.annual_value =
            value.map(|value| Money::parse(value, Currency::new("USD").unwrap()).unwrap());
        contract
    }

    fn test(lines: &[(u32, &str, &str, Tri)], contracts: &[Contract]) -> (Tri, bool) {
        let generic = RuleSet::generic().parts().transactional;
        under((generic.min_standard_count, generic.min_standard_share_bps), lines, contracts)
    }

    /// Under a rule of that count and that share.
    fn under(
        rule: (u32, u32),
        lines: &[(u32, &str, &str, Tri)],
        contracts: &[Contract],
    ) -> (Tri, bool) {
        let mut streams = Streams::default();
        for &(count, amount, currency, customised) in lines {
            (0..count).for_each(|_| streams.add_line(&line(amount, currency, customised)));
        }
        contracts.iter().for_each(|contract| streams.add_contract(contract));
        let (min_standard_count, min_standard_share_bps) = rule;
        let rule = Transactional { min_standard_count, min_standard_share_bps };
        (streams.test(&rule), streams.observed(&rule))
    }

    #[test]
    fn six_lines_and_a_tenth_of_the_money_are_enough() {
        let exactly = contract(Terms::Negotiated, Some("54.00"));
        let a_cent_more = contract(Terms::Negotiated, Some("54.01"));
        let lines = [(6, "1.00", "USD", Tri::No)];
        assert_eq!(test(&lines, &[exactly]), (Tri::Yes, true));
        assert_eq!(test(&lines, &[a_cent_more]), (Tri::No, false));
        assert_eq!(test(&[(5, "1.00", "USD", Tri::No)], &[]), (Tri::No, false));
        assert_eq!(test(&[], &[]), (Tri::No, false));
    }

    #[test]
    fn lines_of_which_nobody_says_may_fall_on_either_side() {
        let (some, many) = ((5, "1.00", "USD", Tri::No), (1, "1.00", "USD", Tri::Unknown));
        assert_eq!(test(&[some, many], &[]), (Tri::Unknown, false));
        // Six standard ones of 1, one of 1,000 of which nobody says.
        let lines = [(6, "1.00", "USD", Tri::No), (1, "1000.00", "USD", Tri::Unknown)];
        assert_eq!(test(&lines, &[]), (Tri::Unknown, true));
    }

    #[test]
    fn an_unknown_annual_value_opens_the_end_it_touches() {
        let lines = [(6, "1.00", "USD", Tri::No)];
        assert_eq!(test(&lines, &[contract(Terms::Negotiated, None)]), (Tri::Unknown, true));
        assert_eq!(test(&lines, &[contract(Terms::Standard, None)]), (Tri::Yes, true));
        let large = contract(Terms::Negotiated, Some("1000.00"));
        assert_eq!(test(&lines, std::slice::from_ref(&large)), (Tri::No, false));
        assert_eq!(test(&lines, &[large, contract(Terms::Standard, None)]), (Tri::Unknown, false));
    }

    #[test]
    fn each_currency_has_its_share() {
        let lines = [(6, "1.00", "USD", Tri::No), (1, "1.00", "EUR", Tri::Yes)];
        assert_eq!(test(&lines, &[]), (Tri::Unknown, false));
        let lines = [(6, "1.00", "USD", Tri::No), (1, "1.00", "EUR", Tri::No)];
        assert_eq!(test(&lines, &[]), (Tri::Yes, true));
        // A free contract is no money, and no share.
        let mut free = contract(Terms::Negotiated, None);
        free.annual_value = Some(Money::parse("0", Currency::new("EUR").unwrap()).unwrap());
        assert_eq!(test(&lines, &[free]), (Tri::Yes, true));
    }

    #[test]
    fn no_money_is_a_share_of_nothing() {
        // Of no lines no count is asked, and of no money no share but nothing.
        assert_eq!(under((0, 0), &[], &[]), (Tri::Yes, true));
        assert_eq!(under((0, 1), &[], &[]), (Tri::No, false));
        assert_eq!(under((1, 0), &[], &[]), (Tri::No, false));
        let some = [(1, "1.00", "USD", Tri::No)];
        assert_eq!(under((1, 0), &some, &[]), (Tri::Yes, true));
        let custom = [(1, "1.00", "USD", Tri::Yes)];
        assert_eq!(under((0, 0), &custom, &[]), (Tri::Yes, true));
        assert_eq!(under((0, 1), &custom, &[]), (Tri::No, false));
    }

    #[test]
    fn an_immense_contract_leaves_a_share_of_nothing() {
        let unknown = contract(Terms::Negotiated, None);
        let some = [(1, "1.00", "USD", Tri::No)];
        assert_eq!(under((1, 0), &some, std::slice::from_ref(&unknown)), (Tri::Yes, true));
        assert_eq!(under((1, 1), &some, &[unknown]), (Tri::Unknown, true));
    }

    #[test]
    fn a_currency_without_money_has_no_share() {
        let mut free = contract(Terms::Negotiated, None);
        free.annual_value = Some(Money::parse("0", Currency::new("EUR").unwrap()).unwrap());
        let lines = [(6, "1.00", "USD", Tri::No)];
        let large = contract(Terms::Negotiated, Some("1000.00"));
        assert_eq!(test(&lines, &[large, free]), (Tri::No, false));
    }

    #[test]
    fn the_room_is_empty_again() {
        let mut streams = Streams::default();
        streams.add_line(&line("1.00", "USD", Tri::No));
        streams.add_line(&line("1.00", "EUR", Tri::Unknown));
        streams.add_contract(&contract(Terms::Negotiated, None));
        streams.add_contract(&contract(Terms::Standard, None));
        streams.clear();
        let any = Transactional { min_standard_count: 0, min_standard_share_bps: 1 };
        assert_eq!((streams.test(&any), streams.observed(&any)), (Tri::No, false));
        let one = Transactional { min_standard_count: 1, min_standard_share_bps: 0 };
        assert_eq!((streams.test(&one), streams.could_be_many(&one)), (Tri::No, false));
    }
}
