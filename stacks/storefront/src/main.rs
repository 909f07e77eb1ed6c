//! The program. What it declares stands in the library beside it, so that the engine's own tests can build the document, too.

windlass::main!("storefront", storefront::stack);
