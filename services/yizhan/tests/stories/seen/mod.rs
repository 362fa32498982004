//! What an operator's tools get to see.

mod collector;
mod exposition;
mod metrics;
mod traces;
