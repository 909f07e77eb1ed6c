//! AWS's answers, and what the engine's life cycles make of them. Not here: what the engine does with a class of errors (`engine`).

mod endings;
mod holders;
mod launches;
mod life_cycles;
mod reaching;
mod stale;
mod subject;
mod wordings;
