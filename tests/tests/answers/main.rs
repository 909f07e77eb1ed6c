//! AWS's answers, and what the engine's life cycles do with them. Not here: what the engine does with an error class (`engine`).

mod endings;
mod holders;
mod launches;
mod life_cycles;
mod reaching;
mod stale;
mod subject;
mod wordings;
