//! The program. The library beside it contains the declarations, so that the engine's own tests can build the document, too.

windlass::main!("storefront", storefront::stack);
