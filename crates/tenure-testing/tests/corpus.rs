//! The committed inputs of the fuzz targets keep their laws.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

use tenure_testing::laws;

/// How many inputs there are, each walked through its law.
fn walk(target: &str, law: fn(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut inputs: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    for input in &inputs {
        let bytes = fs::read(input).unwrap();
        println!("{}", input.display());
        law(&bytes);
        // What is cut off, or goes on, is no worse.
        law(bytes.get(..bytes.len() / 2).unwrap());
        law(&[&*bytes, &*bytes].concat());
    }
    inputs.len()
}

#[test]
fn folders() {
    assert!(walk("folder", laws::folder) >= 24);
}

#[test]
fn histories() {
    assert!(walk("classify", laws::classify) >= 37);
}

#[test]
fn rule_files() {
    assert!(walk("rules", laws::rules) >= 12);
}

#[test]
fn customers() {
    assert!(walk("clv", laws::clv) >= 24);
}

#[test]
fn profile_files() {
    assert!(walk("profiles", laws::profiles) >= 7);
}

#[test]
fn ledgers() {
    assert!(walk("ledger", laws::ledger) >= 12);
}
