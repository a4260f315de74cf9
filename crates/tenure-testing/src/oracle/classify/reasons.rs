//! Reasons, in order.

use tenure_model::record::Initiator;

use super::Reading;
use super::sight::Sight;

pub(super) struct Case<'r> {
    pub(super) class: &'r str,
    pub(super) customer_possible: bool,
    pub(super) idle: bool,
    pub(super) stage: &'r str,
    pub(super) duty: bool,
    pub(super) regulated: bool,
    pub(super) held: bool,
    /// Whose lower ends count.
    pub(super) sight: &'r Sight,
}

impl Case<'_> {
    pub(super) fn list(&self, reading: &Reading<'_>) -> Vec<String> {
        let mut list: Vec<(bool, &str)> = Vec::new();
        let undetermined = self.class == "undetermined";
        if self.idle {
            list.push((reading.seen.whole, "no_commercial_activity"));
            list.push((!reading.seen.whole, "evidence_missing"));
            list.push((self.regulated, "regulated_term"));
        } else if self.class == "customer" || (undetermined && self.customer_possible) {
            list.push((undetermined, "evidence_missing"));
            self.customer(reading, &mut list);
            list.push((self.regulated, "regulated_term"));
        } else {
            list.push((undetermined, "evidence_missing"));
            self.client(reading, &mut list);
        }
        list.push((self.held, "hysteresis_held"));
        let mut told: Vec<String> = Vec::new();
        for (_, reason) in list.into_iter().filter(|one| one.0) {
            if !told.iter().any(|before| before == reason) {
                told.push(reason.to_owned());
            }
        }
        told
    }

    fn ended(&self) -> bool {
        ["dormant", "former"].contains(&self.stage)
    }

    fn client<'r>(&self, reading: &'r Reading<'_>, list: &mut Vec<(bool, &'r str)>) {
        list.push((self.duty, "fiduciary_duty"));
        list.push((self.regulated, "regulated_term"));
        let mixed = self.class == "hybrid" && reading.joined.transactional == "Yes";
        list.push((mixed, "mixed_streams"));
        list.push((self.ended(), "relationship_ended"));
        // Codes by points above typical: take the best, again and again.
        let mut codes: Vec<(&str, i64)> = Vec::new();
        for row in &reading.card.rows {
            let above = (row.points(self.sight.value(row.signal).0) - row.typical).max(0);
            match codes.iter_mut().find(|code| code.0 == row.reason) {
                Some(code) => code.1 += above,
                None => codes.push((row.reason, above)),
            }
        }
        best_first(codes, list);
    }

    fn customer<'r>(&self, reading: &'r Reading<'_>, list: &mut Vec<(bool, &'r str)>) {
        let observed = &reading.observed;
        list.push((reading.seen.days.len() == 1 && !observed.recurring, "single_transaction"));
        list.push((self.ended(), "relationship_ended"));
        let offers = observed.lines.iter().filter(|line| line.promotional).count();
        list.push((offers > 0 && 2 * offers >= observed.lines.len(), "price_convenience"));
        let alone =
            observed.talk.iter().any(|one| one.initiator == Initiator::Account && !one.personal);
        list.push((alone && observed.exchanges == 0, "self_service"));
        let gap = |signal: &str| {
            let row = reading.card.rows.iter().find(|row| row.signal == signal);
            row.map_or(0, |row| row.most() - row.points(self.sight.value(signal).0))
        };
        let gaps = vec![
            ("standardised_offer", gap("custom.count") + gap("advice.count")),
            ("one_way_interaction", gap("dialogue.exchanges") + gap("proactive.count")),
            ("no_formal_contract", gap("contract.form")),
        ];
        best_first(gaps, list);
    }
}

/// The largest first, the earliest of equals, none without points.
fn best_first<'r>(mut codes: Vec<(&'r str, i64)>, list: &mut Vec<(bool, &'r str)>) {
    while let Some(best) = codes.iter().map(|code| code.1).max().filter(|&best| best > 0) {
        let place = codes.iter().position(|code| code.1 == best).unwrap_or(0);
        list.push((true, codes.remove(place).0));
    }
}
