//! Worlds in memory in which the decisions of Yizhan run while everything goes wrong.

mod dice;

pub mod delivery;
