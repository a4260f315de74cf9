//! Reasons, in order.

use std::collections::BTreeSet;

use tenure_model::Tri;
use tenure_model::record::Initiator;

use super::view::View;
use super::{CARD, human};

pub(super) struct Reasons<'r> {
    pub(super) class: &'r str,
    pub(super) possible: &'r BTreeSet<String>,
    pub(super) commercial: bool,
    pub(super) whole: bool,
    pub(super) stage: &'r str,
    pub(super) duty: bool,
    pub(super) transactional: &'r str,
    pub(super) points: &'r [i64],
    pub(super) packs: &'r [&'r str],
}

impl Reasons<'_> {
    pub(super) fn lower(&self, signal: &str) -> i64 {
        let row = CARD.iter().zip(self.points).find(|(row, _)| row.0 == signal);
        row.map_or(0, |(_, &points)| points)
    }

    /// A regulated pack is the first whose rule applies.
    pub(super) fn regulated(&self, view: &View<'_, '_>) -> bool {
        let in_contact = self.stage == "prospect" && view.talk().iter().any(|one| human(one));
        let applies = |pack: &&&str| self.commercial || (in_contact && **pack == "legal");
        let first = self.packs.iter().find(applies);
        first.is_some_and(|pack| ["legal", "finserv-uk", "finserv-us"].contains(pack))
    }

    pub(super) fn list(&self, view: &View<'_, '_>) -> Vec<String> {
        let ended = ["dormant", "former"].contains(&self.stage);
        let regulated = self.regulated(view);
        let mut list: Vec<(bool, &str)> = Vec::new();
        if !self.commercial {
            list.push((self.whole, "no_commercial_activity"));
            list.push((!self.whole, "evidence_missing"));
            list.push((regulated, "regulated_term"));
        } else {
            list.push((self.class == "undetermined", "evidence_missing"));
            let customer = self.class == "customer"
                || (self.class == "undetermined" && self.possible.contains("customer"));
            if customer {
                self.customer_list(view, ended, &mut list);
                list.push((regulated, "regulated_term"));
            } else {
                list.push((self.duty, "fiduciary_duty"));
                list.push((regulated, "regulated_term"));
                let mixed = self.class == "hybrid" && self.transactional == "Yes";
                list.push((mixed, "mixed_streams"));
                list.push((ended, "relationship_ended"));
                // Codes by points above typical: take the best, again and again.
                let mut codes: Vec<(&str, i64)> = Vec::new();
                for row in &CARD {
                    let above = (self.lower(row.0) - row.2).max(0);
                    match codes.iter_mut().find(|code| code.0 == row.1) {
                        Some(code) => code.1 += above,
                        None => codes.push((row.1, above)),
                    }
                }
                for wanted in (1..=200).rev() {
                    list.extend(codes.iter().filter(|c| c.1 == wanted).map(|c| (true, c.0)));
                }
            }
        }
        list.into_iter().filter(|one| one.0).map(|one| one.1.to_owned()).collect()
    }

    pub(super) fn customer_list(
        &self,
        view: &View<'_, '_>,
        ended: bool,
        list: &mut Vec<(bool, &str)>,
    ) {
        let once = view.seen.days.len() == 1 && view.recurring().is_empty();
        list.push((once, "single_transaction"));
        list.push((ended, "relationship_ended"));
        let lines = view.lines();
        let offers = lines.iter().filter(|line| line.promotional == Tri::Yes).count();
        list.push((offers > 0 && 2 * offers >= lines.len(), "price_convenience"));
        let alone =
            view.talk().iter().any(|one| one.initiator == Initiator::Account && !one.personal);
        list.push((alone && view.exchanges() == 0, "self_service"));
        let gaps = [
            ("standardised_offer", 23 - self.lower("custom.count") - self.lower("advice.count")),
            (
                "one_way_interaction",
                20 - self.lower("dialogue.exchanges") - self.lower("proactive.count"),
            ),
            ("no_formal_contract", 14 - self.lower("contract.form")),
        ];
        for wanted in (1..=23).rev() {
            list.extend(gaps.iter().filter(|gap| gap.1 == wanted).map(|gap| (true, gap.0)));
        }
    }
}
