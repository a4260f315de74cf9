//! The example prints what the specification's table of points gives by hand.
#![cfg(feature = "classify")]

#[path = "../examples/classify_one.rs"]
#[expect(dead_code, reason = "the test calls what `main` prints")]
mod example;

// A negotiated contract 14, billed monthly 6, since 546 days 9, twelve billing days 5, three pieces
// of advice 6, three exchanges 5: 45. Deliverables and goals are not seen: custom work up to 14,
// a goal 8, milestones 4 more: 71. Customer ends below 35, so the client side from 55 and the middle
// are open; with four days of custom work it is at least 59. Quiet after 180 days without a contact:
// 181 days after 2025-05-12.
const PAGE: &str = "\
harbour-cafe on 2025-06-30: undetermined, active
  may be client, hybrid
  score 45 to 71; client side from 55, customer below 35
Why
  evidence_missing
  formal_contract
  recurring_billing
  advisory
What adds up
  contract.form        14 to 14
  billing.recurring     6 to  6
  tenure.days           9 to  9
  repeat.days           5 to  5
  custom.count          0 to 14
  advice.count          6 to  6
  dialogue.exchanges    5 to  5
  goal.tracked          0 to  8
  milestone.count       0 to  4
What is not known
  custom.count         14 points; alone could settle it
  goal.tracked         8 points
  milestone.count      4 points
What would put it on the client side
  custom.count         from 0 to 4
If nothing happens: dormant on 2025-11-09
Treated as `undetermined` of playbook `standard`
  shared desk, human first; one discovery contact
  its cases are closed by a person
";

#[test]
fn the_page_is_what_adding_up_by_hand_gives() {
    assert_eq!(example::classify_one().expect("a page"), PAGE);
}
