//! What an operator's tools get to see.

mod collector;
mod exposition;
mod interfaces;
mod metrics;
mod traces;
