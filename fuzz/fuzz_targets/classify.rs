//! Any bytes keep the law `classify`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenure_testing::laws::classify(bytes));
