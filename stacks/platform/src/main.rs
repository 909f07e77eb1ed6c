//! The program. The library beside it contains the declarations, so that benchmarks can build the document, too.

windlass::main!("platform", platform::stack);
