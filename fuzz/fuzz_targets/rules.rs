//! Any bytes keep the law `rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenure_testing::laws::rules(bytes));
