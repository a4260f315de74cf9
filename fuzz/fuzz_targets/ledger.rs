//! Any bytes keep the law `ledger`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenure_testing::laws::ledger(bytes));
