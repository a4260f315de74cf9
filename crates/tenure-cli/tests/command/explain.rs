//! `tenure explain`.

use super::{SMALL, code, folder, json, path, printed, refused, small, tenure, text, unwrapped};

/// Checked by hand. Reasons by points above what is typical: a contract 14, dialogue 10, a goal 8,
/// billing 6 (before advice 6, of the same weight). 911 days from 2023-01-01 to 2025-06-30. The
/// usual value a day is the mean of 1,200.00 / 365 and 10.00 / 30, of which 1,200.00 / 365 is 1.815.
/// To fall below 35 from 64 at most takes 30 points: 14 and 10 and 8. The retainer is quiet once the
/// meeting of 2025-05-05 is more than 180 days old.
const ACME: &str = "\
acme (Acme Ltd, organisation, segment north)
  As of 2025-06-30, with what was known on 2025-06-30.

VERDICT
  Client, active: an ongoing relationship, personal and two-way. The word to use is
  \"client\".
  Its score is 62 to 64 of 100. From 55 on an account is on the client side, below 35 a
  customer, between them a hybrid. The nearest threshold is 7 points away.
  Confidence: medium, a label and not a probability. 99 points of 101 are known. Nothing
  that is missing could change the class.

WHY
  - It has a formal contract (formal_contract).
      A negotiated contract: 14 of 14 points
  - It talks with us both ways (two_way_dialogue).
      4 exchanges in the last 365 days: 10 of 16 points
  - It works with us toward a goal (goal_oriented).
      A goal is set: 8 of 8 points
      No milestone delivered or reviewed in the last 365 days: 0 of 4 points
  - It is billed on a recurring basis (recurring_billing).
      A contract is billed monthly, quarterly or annually: 6 of 6 points

THE SCORE AS A SUM
    points   of  for
        14   14  contract.form: a negotiated contract
         6    6  billing.recurring: a contract is billed monthly, quarterly or annually
         9    9  tenure.days: business since 2023-01-01: 911 days
         5    5  repeat.days: 12 days of repeat business in the last 365 days
         0   14  custom.count: no day with something made for it in the last 365 days
         6    9  advice.count: 4 advisory contacts in the last 365 days
        10   16  dialogue.exchanges: 4 exchanges in the last 365 days
         4    4  proactive.count: 4 contacts that we began in the last 365 days
         8    8  goal.tracked: a goal is set
         0    4  milestone.count: no milestone delivered or reviewed in the last 365
                 days
         0    6  manager.dedicated: nobody is assigned
         0    2  exclusive: no contract says that it buys from us alone
    0 to 2    2  referral.count: no referral seen so far, perhaps some (not complete:
                 referrals (absent))
         0    2  value.ratio: worth 1.815 times the usual account a day
  ────────  ───
  62 to 64  100  the score

WHAT WE DO NOT KNOW
  - Whom did it refer to us?
      Not complete: referrals (absent). Worth 0 to 2 points.

WHAT WOULD CHANGE IT
  - It is on the client side already.
  - To a customer for certain: the fewest changes are:
      no contract in force (now: a negotiated contract) (-14 points)
      at most 1 exchange in the last 365 days (now 4) (-10 points)
      no goal is set (-8 points)

WHAT COMES BY ITSELF
  If nothing more happens, it is dormant from 2025-11-02 on.

HOW TO LOOK AFTER IT
  Row client of playbook standard 1.0.0.
  - support: named manager
  - cadence: personal contact every 30 days or sooner, review every 90 days or sooner
  - retention: problem-solving
  - acquisition: referrals, case studies
  - revenue: retainer, recurring
  - lead metrics: CLV, health, renewal, NDR, FCR
  - when silent: none
  - technology: shared record of goals, work and contacts
  - roles: the manager leads, specialists join
  - cases: the manager follows a case to its end

WHERE IT IS LOOKED AFTER OTHERWISE
  - support: nobody assigned, should be named manager
  - last personal contact: 56 days ago, should be 30 days ago or less
  - last review: never, should be 90 days ago or less

WHAT THIS RESTS ON
  - contracts: 1 record; complete
  - purchases: no record; complete
  - interactions: 4 records; complete
  - deliverables: no record; complete
  - goals: 1 record; complete
  - referrals: no record; absent
  - assignments: no record; complete
  What is not in a complete table did not happen. Of a partial or absent one nobody
  knows.

HOW IT WAS DECIDED
  Rule set generic 1.0.0, policy strict.
";

#[test]
fn a_page_by_hand() {
    let input = small("");
    let page = printed(&["explain", path(&input), "acme"]);
    let (body, end) = page.split_at(ACME.len().min(page.len()));
    assert_eq!(body, ACME);
    let document = json(&["explain", path(&input), "acme", "--format", "json"]);
    let digest = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let rules = digest(&document["rule_set"]["sha256"]);
    let evidence = digest(&document["verdict"]["evidence_digest"]);
    let expected = format!(
        "  - rules sha256 {rules}\n  - evidence sha256 {evidence}\n  \
         The points are opinion: expert judgement, fitted to nothing. A class is a way to look\n  \
         after an account. It is no legal advice, and denying service by class may breach\n  \
         consumer law.\n"
    );
    assert_eq!(end, expected);
}

#[test]
fn the_document_says_what_the_page_says() {
    let input = small("");
    let document = json(&["explain", path(&input), "acme", "--format", "json"]);
    assert_eq!(document["schema"], "tenure/explain/1");
    assert_eq!(document["name"], "Acme Ltd");
    assert_eq!(document["seen"], true);
    let sum = document["sum"].as_array().unwrap();
    let total = |end: &str| sum.iter().fold(0, |sum, one| sum + one[end].as_i64().unwrap());
    assert_eq!((total("lo"), total("hi")), (62, 64));
    assert_eq!(document["sources"][5]["coverage"], "absent");
    assert_eq!(document["ways"]["client_side"]["reached"], true);
    let changes = document["ways"]["customer"]["changes"].as_array().unwrap();
    let points: Vec<_> = changes.iter().map(|one| one["points"].as_i64().unwrap()).collect();
    assert_eq!(points, [-14, -10, -8]);
    assert_eq!(document["verdict"]["next_stage"]["on"], "2025-11-02");
    assert_eq!(document["settled_by"][0]["signal"], "referral.count");
    assert_eq!(document["treatment"]["row"]["id"], "client");
    let mismatches = document["treatment"]["mismatches"].as_array().unwrap();
    let aspects: Vec<_> = mismatches.iter().map(|one| one["aspect"].as_str().unwrap()).collect();
    let cadence = ["cadence.personal_within_days", "cadence.review_within_days"];
    assert_eq!(aspects, [&["support_model"], &cadence[..]].concat());
    assert_eq!(document["why_changed"], serde_json::Value::Null);
}

#[test]
fn the_page_in_markdown() {
    let input = small("");
    let page = printed(&["explain", path(&input), "corner", "--format", "markdown"]);
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(lines[0], "# corner (person)");
    for line in [
        "## Why",
        "- It bought once (single\\_transaction).",
        "  - One purchase day ever: 2025-06-01",
        "| points | of | for |",
        "| 0 | 9 | tenure.days: business since 2025-06-01: 29 days |",
        "| 0 to 2 | 100 | the score |",
        // 16 + 14 + 14 + 9 are 53 of 55: by advice of 3, the smallest that suffices.
        "  - wait until 2026-06-01, when the relationship is 365 days old (+9 points)",
        "  - at least 1 advisory contact in the last 365 days (now 0) (+3 points)",
        "If nothing more happens, it is active from 2025-07-02 on.",
    ] {
        assert!(lines.contains(&line), "{line}: {page}");
    }
}

/// What a run says, without its line breaks.
fn told(arguments: &[&str]) -> String {
    unwrapped(&printed(arguments))
}

/// Without the table of goals nobody can tell: 54 points were seen, up to 8 and 4 and 2 are missing.
#[test]
fn an_open_verdict_says_what_to_ask() {
    let input = small("");
    std::fs::remove_file(input.path().join("goals.csv")).unwrap();
    let config = SMALL[7].1.replace("goals = \"complete\"\n", "");
    std::fs::write(input.path().join("tenure.toml"), config).unwrap();
    let page = told(&["explain", path(&input), "acme"]);
    for sentence in [
        "Undetermined, active: it may be client or hybrid, and we cannot tell; not complete are goals (absent), referrals (absent).",
        "Its score is 54 to 68 of 100.",
        "A threshold lies within it.",
        "What is missing could change the class.",
        "- What we know does not settle it (evidence_missing). Not complete: goals (absent), referrals (absent)",
        "- Is there a goal that we work toward with it? Not complete: goals (absent). Worth 0 to 8 points. The answer alone could settle the class.",
        "- What was delivered or reviewed on the way to a goal? Not complete: goals (absent). Worth 0 to 4 points. The answer alone could settle the class.",
        "- Whom did it refer to us? Not complete: referrals (absent). Worth 0 to 2 points. The answer alone could settle the class.",
        "perhaps a goal is set (not complete: goals (absent))",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    // Leniently it is decided, and the page says that this is not firm.
    let lean = told(&["explain", path(&input), "acme", "--policy", "lean"]);
    assert!(
        lean.contains("Hybrid, active: more than buying, less than a full relationship."),
        "{lean}"
    );
    assert!(lean.contains("by what was seen alone (policy lean)"), "{lean}");
}

/// Purchases that stopped in a table with holes: what is over, and what is only not seen?
#[test]
fn doubt_about_the_end_is_told() {
    let input = small("");
    let config = SMALL[7].1.replace("purchases = \"complete\"\n", "");
    let config = config.replace("interactions = \"complete\"\n", "");
    std::fs::write(input.path().join("tenure.toml"), config).unwrap();
    let purchases = "account,date,amount,customised\ncorner,2022-06-01,10.00,no\n";
    std::fs::write(input.path().join("purchases.csv"), purchases).unwrap();
    let page = told(&["explain", path(&input), "corner"]);
    for sentence in [
        "Undetermined, at a stage we cannot tell:",
        "By what was seen so far: - It bought once (single_transaction). One purchase day seen: 2022-06-01",
        "no exchange seen from 2021-06-02 to 2022-06-01, perhaps some (not complete: interactions (partial))",
        "tenure.days: business seen since 2022-06-01: 0 days, perhaps more (not complete: purchases (partial))",
        "Whether the relationship is over cannot be told, for want of purchases (partial): it was seen last on 2022-06-01",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
}

/// A duty of care decides; a floor of nothing else does. An unknown duty is asked for.
#[test]
fn a_duty_of_care_decides_before_the_score() {
    let contract = |fiduciary: &str| {
        let input = small("");
        let row = format!(
            "account,kind,start,terms,billing,fiduciary,exclusive,annual_value\n\
             acme,mandate,2025-06-01,standard,hourly,{fiduciary},no,1200\n"
        );
        std::fs::write(input.path().join("contracts.csv"), row).unwrap();
        std::fs::write(input.path().join("goals.csv"), "account,set,goal\n").unwrap();
        std::fs::write(input.path().join("interactions.csv"), SMALL[3].1.lines().next().unwrap())
            .unwrap();
        told(&["explain", path(&input), "acme", "--pack", "legal"])
    };
    let duty = contract("yes");
    for sentence in [
        "Client, new:",
        "The word to use is \"client\".",
        "Hard rule H1 decides before the score: a contract carries a duty of care in law.",
        "- We owe it a duty of care in law (fiduciary_duty).",
        "- Its name is set by regulation (regulated_term). Pack legal: ABA Model Rules",
        "- No way to a customer: hard rule H1 decides before the score.",
    ] {
        assert!(duty.contains(sentence), "{sentence}\n{duty}");
    }
    let unknown = contract("");
    for sentence in [
        "Undetermined, new: it may be client or customer, and we cannot tell",
        "- Does a contract carry a duty of care in law? The records do not say. The answer alone could settle the class.",
        "No way to a customer: hard rule H1 may decide before the score, and we do not know",
    ] {
        assert!(unknown.contains(sentence), "{sentence}\n{unknown}");
    }
}

#[test]
fn a_prospect_and_an_account_that_is_not_there_yet() {
    let input = small("");
    let interactions = format!("{}moon,2025-06-01,phone,question,in,account,yes\n", SMALL[3].1);
    std::fs::write(input.path().join("interactions.csv"), interactions).unwrap();
    let page = told(&["explain", path(&input), "moon", "--pack", "legal"]);
    for sentence in [
        "Undetermined, a prospect: there is no business with it yet. The word to use is \"prospective client\".",
        "Hard rule H0 decides before the score: no contract and no purchase, in complete tables.",
        "- It has no business with us yet (no_commercial_activity).",
        "- No way to the client side: hard rule H0 decides before the score.",
        "If nothing more happens, it stays a prospect.",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    let early = told(&["explain", path(&input), "moon", "--as-of", "2025-05-31"]);
    assert!(early.contains("Nothing of this account can be seen on that day"), "{early}");
    assert!(
        early.contains("interactions: no record; complete; 1 dated later, not used"),
        "{early}"
    );
}

/// Two contracts with years between: the first episode keeps its verdict.
#[test]
fn earlier_episodes_keep_their_verdicts() {
    let input = small("");
    let contracts = "account,kind,start,end,terms,billing,fiduciary,exclusive\n\
                     acme,support,2019-01-01,2019-03-31,standard,hourly,no,no\n\
                     acme,support,2025-01-01,,standard,hourly,no,no\n";
    std::fs::write(input.path().join("contracts.csv"), contracts).unwrap();
    let page = told(&["explain", path(&input), "acme"]);
    // 89 days are 3 points, a standard contract 5; referrals and the contract's value are not known.
    let sentence = "WHAT WAS BEFORE - 2019-01-01 to 2019-03-31: customer, with a score of 8 to 12.";
    assert!(page.contains(sentence), "{page}");
}

/// At the end of March two meetings gave 3 points of advice and 5 of dialogue: 54, and up to 2 more
/// by referrals, which reach the threshold of 55. Two more meetings give 6 and 10.
#[test]
fn why_it_changed_is_told_cause_by_cause() {
    let input = small("");
    let page = told(&["explain", path(&input), "acme", "--from", "2025-03-31"]);
    for sentence in [
        "WHY IT IS NOT WHAT IT WAS It was undetermined, active, with a score of 54 to 56; it is client, active, with a score of 62 to 64.",
        "- What happened since: from undetermined, active",
        "advice.count: from 3 to 6 points",
        "dialogue.exchanges: from 5 to 10 points",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    let same = told(&["explain", path(&input), "acme", "--from", "2025-06-30"]);
    assert!(same.contains("Nothing that was looked at has changed."), "{same}");
    let later = ["explain", path(&input), "acme", "--from", "2025-07-01"];
    refused(&later, "--from cannot be answered: the second verdict is as of `2025-06-30`");
    let document =
        json(&["explain", path(&input), "acme", "--from", "2025-03-31", "--format", "json"]);
    assert_eq!(document["why_changed"]["from"]["class"], "undetermined");
}

/// Where rules of one's own let us change what takes time, or what it is worth, the ways say so.
#[test]
fn the_ways_of_other_rules_are_sentences_too() {
    let rules = "schema = \"tenure/ruleset/1\"\nid = \"house\"\nversion = \"1.0.0\"\n\
                 extends = [\"generic\"]\nsignal = [{ id = \"tenure.days\", bins = [[0, 0], [365, 40]], \
                 actionable = true }, { id = \"value.ratio\", bins = [[0.0, 0], [3.0, 40]], \
                 actionable = true }]\n";
    let (input, files) = (small(""), folder(&[("house.toml", rules)]));
    let house = files.path().join("house.toml");
    let house = house.to_str().unwrap();
    // A customer of 29 days, worth 0.184 of the usual: 40 and 40 points are enough for 55.
    let corner = told(&["explain", path(&input), "corner", "--rules", house]);
    let ways = "the fewest changes are: at least 365 days of business (now 29) (+40 points) \
                worth at least 3.000 times the usual account a day (now 0.184) (+40 points)";
    assert!(corner.contains(ways), "{corner}");
    // A client of 93 points: 62 less the 9 of its tenure, and 40.
    let acme = told(&["explain", path(&input), "acme", "--rules", house]);
    let way = "at most 364 days of business (now 911) (-40 points)";
    assert!(acme.contains(way), "{acme}");
}

#[test]
fn an_override_is_on_the_page() {
    let input = small(
        "[[override]]\naccount = \"corner\"\nclass = \"client\"\nauthor = \"J. Doe\"\n\
         reason = \"signs next week\"\nfrom = \"2025-06-01\"\nuntil = \"2025-07-31\"\n",
    );
    let page = told(&["explain", path(&input), "corner"]);
    assert!(page.contains("Customer, new: it buys"), "{page}");
    let said = "A person decided: J. Doe says client, from 2025-06-01 until 2025-07-31, because: signs \
                next week. What was computed stands unchanged beside that word.";
    assert!(page.contains(said), "{page}");
}

#[test]
fn an_unknown_account_is_refused_with_the_nearest() {
    let input = small("");
    let of = |account: &str, says: &str| refused(&["explain", path(&input), account], says);
    of("acne", "`acne` is not an account of this folder; did you mean `acme`?");
    of("ACME LTD", "`ACME LTD` is not an account of this folder; did you mean `acme`?");
    of("cor", "did you mean `corner`?");
    of("", "`` is not an account of this folder\n");
    of("nobody at all", "`nobody at all` is not an account of this folder\n");
    refused(&["explain", "--demo", "syn-9999"], "is not an account of this folder");
    let output = tenure(&["explain", path(&input)]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("<ACCOUNT>"), "{}", text(&output.stderr));
}

#[test]
fn the_demo_needs_no_folder() {
    let page = printed(&["explain", "--demo", "syn-041"]);
    assert!(page.starts_with("syn-041 (Synthetic 041, "), "{page}");
    assert!(page == printed(&["explain", "--demo", "syn-041", "--threads", "3"]));
}

#[test]
fn a_playbook_of_ones_own_says_how() {
    let input = small("");
    let own = printed(&["rules", "show", "standard"]).replace("named manager", "a partner");
    let files = folder(&[("own.toml", &own), ("broken.toml", "schema = \"tenure/playbook/1\"\n")]);
    let file = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let page = told(&["explain", path(&input), "acme", "--playbook", &file("own.toml")]);
    assert!(page.contains("- support: a partner "), "{page}");
    refused(&["explain", path(&input), "acme", "--playbook", &file("broken.toml")], "broken.toml:");
    refused(
        &["explain", path(&input), "acme", "--playbook", "mine"],
        "neither a built-in playbook",
    );
}
