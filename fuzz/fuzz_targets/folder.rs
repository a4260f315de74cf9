//! Any bytes keep the law `folder`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenure_testing::laws::folder(bytes));
